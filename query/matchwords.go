package query

import (
	"bytes"
	"strings"
)

// maxWords bounds the words of one value of a question.
const maxWords = 64

// phrase is the words of a value that a question asks for.
type phrase struct {
	words []needle
	// inRow: the words stand one after the other; otherwise in any order.
	inRow bool
	// pivot is the word that is looked for first: the longest.
	pivot int
}

// needle is one word, folded.
type needle struct {
	word []byte
	// prefix: a longer word that starts so does as well.
	prefix bool
	// rare is the place of the word's rarest byte, lower and upper are its cases.
	rare         int
	lower, upper byte
}

// newPhrase takes a value apart. Where it is to be a prefix, its last word is.
func newPhrase(value string, prefix, inRow bool) *phrase {
	p := &phrase{inRow: inRow}
	Words([]byte(value), func(w []byte) {
		n := needle{word: bytes.Clone(w)}
		n.rarest()
		p.words = append(p.words, n)
	})
	if len(p.words) > 0 {
		p.words[len(p.words)-1].prefix = prefix
	}
	for i := range p.words {
		if len(p.words[i].word) > len(p.words[p.pivot].word) {
			p.pivot = i
		}
	}
	return p
}

// hashes are those of the words that must occur as they are.
func (p *phrase) hashes() []uint64 {
	var h []uint64
	for i := range p.words {
		if !p.words[i].prefix {
			h = append(h, Hash(p.words[i].word))
		}
	}
	return h
}

// match says whether the words stand in value.
func (p *phrase) match(value []byte) bool {
	if isASCII(value) {
		return p.matchFlat(value)
	}
	scratch := takeScratch()
	*scratch = appendFlat((*scratch)[:0], value)
	found := p.matchFlat(*scratch)
	giveScratch(scratch)
	return found
}

// matchFlat is match for text without accents, as appendFlat makes it: a byte beyond ASCII
// is part of a word.
func (p *phrase) matchFlat(value []byte) bool {
	if !p.inRow {
		for i := range p.words {
			places := p.words[i].in(value)
			if places.next() < 0 {
				return false
			}
		}
		return true
	}
	pivot := &p.words[p.pivot]
	places := pivot.in(value)
	for at := places.next(); at >= 0; at = places.next() {
		if p.before(value[:at]) && p.after(value[at+len(pivot.word):]) {
			return true
		}
	}
	return false
}

// before says whether the words before the pivot end value.
func (p *phrase) before(value []byte) bool {
	for i := p.pivot - 1; i >= 0; i-- {
		for len(value) > 0 && classes[value[len(value)-1]] == separator {
			value = value[:len(value)-1]
		}
		word := p.words[i].word
		at := len(value) - len(word)
		if at < 0 || !equalFolded(value[at:], word) || at > 0 && classes[value[at-1]] != separator {
			return false
		}
		value = value[:at]
	}
	return true
}

// after says whether the words after the pivot start value.
func (p *phrase) after(value []byte) bool {
	for i := p.pivot + 1; i < len(p.words); i++ {
		for len(value) > 0 && classes[value[0]] == separator {
			value = value[1:]
		}
		n := &p.words[i]
		if len(value) < len(n.word) || !equalFolded(value[:len(n.word)], n.word) {
			return false
		}
		value = value[len(n.word):]
		if !n.prefix && len(value) > 0 && classes[value[0]] != separator {
			return false
		}
	}
	return true
}

// places are where a word stands in a value. low and up are where its rarest byte stands next,
// in either case: each is looked for once behind its last place, since one that is rare may
// stand far behind many of the other.
type places struct {
	*needle
	value   []byte
	low, up int
}

// in returns the places of the word in value.
func (n *needle) in(value []byte) places {
	end := len(value)
	p := places{n, value, end, end}
	if end < len(n.word) {
		return p
	}
	p.low = indexFrom(value, n.lower, n.rare)
	if n.upper != n.lower {
		p.up = indexFrom(value, n.upper, n.rare)
	}
	return p
}

// next is the next place, -1 behind the last.
func (p *places) next() int {
	for {
		at := min(p.low, p.up)
		if at == len(p.value) {
			return -1
		}
		if at == p.low {
			p.low = indexFrom(p.value, p.lower, at+1)
		} else {
			p.up = indexFrom(p.value, p.upper, at+1)
		}
		if p.stands(p.value, at-p.rare) {
			return at - p.rare
		}
	}
}

// indexFrom is the first place of c in b from i on, or len(b).
func indexFrom(b []byte, c byte, i int) int {
	if at := bytes.IndexByte(b[i:], c); at >= 0 {
		return i + at
	}
	return len(b)
}

// stands says whether the word stands at value[at:].
func (n *needle) stands(value []byte, at int) bool {
	end := at + len(n.word)
	return end <= len(value) && equalFolded(value[at:end], n.word) &&
		(at == 0 || classes[value[at-1]] == separator) &&
		(n.prefix || end == len(value) || classes[value[end]] == separator)
}

// equalFolded compares text without accents with a folded word of the same length.
func equalFolded(text, word []byte) bool {
	for i, c := range text {
		if asciiLower(c) != word[i] {
			return false
		}
	}
	return true
}

// byRarity are the letters and digits of audit messages, the rarest first, roughly: to
// look for a rare one first is only a matter of speed.
const byRarity = "qxjzkvwyfbgp7968543mhcudl20o1stinrae"

func (n *needle) rarest() {
	rank := len(byRarity)
	for i, c := range n.word {
		if r := strings.IndexByte(byRarity, c); r >= 0 && r < rank {
			rank, n.rare = r, i
		}
	}
	n.lower = n.word[n.rare]
	n.upper = n.lower
	if 'a' <= n.lower && n.lower <= 'z' {
		n.upper = n.lower - 'a' + 'A'
	}
}

// matchFuzzy is satisfied by a value that has, for each of the words, a similar one.
func matchFuzzy(words []fuzzyWord) matcher {
	all := uint64(1)<<(len(words)-1)<<1 - 1
	return func(value []byte) bool {
		var found uint64
		Words(value, func(w []byte) {
			for i := range words {
				if found>>i&1 == 0 && words[i].match(w) {
					found |= 1 << i
				}
			}
		})
		return found == all
	}
}

// hasText is satisfied by a value that is not blank.
func hasText(value []byte) bool { return len(trim(value)) > 0 }
