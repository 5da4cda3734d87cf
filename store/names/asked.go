package names

import (
	"bytes"
	"context"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"arr/query"
)

const (
	// maxTerms is how many words may begin alike before a beginning is too short to be
	// worth looking up.
	maxTerms = 4096
	// maxLetters is how long a word may be for similar ones to be looked up.
	maxLetters = 60
	// maxHave is how many values may have a word for it to be of use, and maxRead how many
	// are looked at where not all words are.
	maxHave = 1 << 20
	maxRead = 1 << 14
)

// asked is a question of values of one kind.
type asked struct {
	q     *Question
	kind  Kind
	words []string
	met   map[string]bool // values that are among the hits, or would be beyond the limit
	terms int             // words that begin alike, or are similar, in all runs so far
}

// of adds what a run has. It is false where there may be more.
func (s *asked) of(ctx context.Context, r *run, a *Answer) (bool, error) {
	var having []uint32
	narrowed, all := false, true
	for i := range s.words {
		have, ok, err := s.having(ctx, r, i)
		if err != nil {
			return false, err
		}
		switch {
		case !ok:
			all = false
		case !narrowed:
			having, narrowed = have, true
		default:
			having = common(having, have)
		}
	}
	if !narrowed || !all && len(having) > maxRead {
		return false, nil
	}
	return s.read(ctx, r, having, all, a)
}

// having returns the numbers of the values that have word i, in order; false where they
// can't be found at a bounded cost.
func (s *asked) having(ctx context.Context, r *run, i int) ([]uint32, bool, error) {
	word := []byte(s.words[i])
	from := append([]byte{byte(s.kind)}, word...)
	match := func(w []byte) bool { return bytes.Equal(w, word) }
	prefix := i == len(s.words)-1 && !s.q.Similar
	switch {
	case s.q.Similar:
		if utf8.RuneCount(word) > maxLetters {
			return nil, false, nil
		}
		similar, err := newSimilar(word)
		if err != nil {
			return nil, false, err
		}
		from, match = from[:1], similar.match
	case prefix:
		match = func(w []byte) bool { return bytes.HasPrefix(w, word) }
	}
	var have []uint32
	var last []byte
	walk := r.walkWords(from)
	for n := 0; walk.next(); n++ {
		if n%patch == 0 && ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
		if bytes.Compare(walk.word, from) < 0 {
			continue
		}
		if !s.q.Similar && !bytes.HasPrefix(walk.word, from) || walk.word[0] != byte(s.kind) {
			break
		}
		if !match(walk.word[1:]) {
			if prefix || s.q.Similar {
				continue
			}
			break
		}
		if !bytes.Equal(walk.word, last) {
			s.terms++
			last = append(last[:0], walk.word...)
		}
		have = append(have, walk.ordinals...)
		if s.terms > maxTerms || len(have) > maxHave {
			return nil, false, nil
		}
	}
	slices.Sort(have)
	return slices.Compact(have), true, walk.err
}

// common returns what is in both of two lists in order, in the place of the first.
func common(a, b []uint32) []uint32 {
	kept := a[:0]
	for _, n := range a {
		for len(b) > 0 && b[0] < n {
			b = b[1:]
		}
		if len(b) > 0 && b[0] == n {
			kept = append(kept, n)
		}
	}
	return kept
}

// read adds the values of these numbers, as far as they have all words, which need not be
// asked again where all is set.
func (s *asked) read(ctx context.Context, r *run, numbers []uint32, all bool, a *Answer) (bool, error) {
	var walk *valueWalk
	for _, n := range numbers {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		page := sort.Search(len(r.pages), func(i int) bool { return r.pages[i].first > n }) - 1
		if walk == nil || page >= walk.page {
			walk = r.walkValues(page)
		}
		for walk.n+1 <= n {
			if !walk.next() {
				return false, walk.err
			}
		}
		hit, ok := walk.key.hit()
		if !ok {
			return false, r.damaged("value %d can't be read", n)
		}
		if s.met[string(walk.key)] || !all && !s.satisfies(walk.key) {
			continue
		}
		s.met[string(walk.key)] = true
		if len(a.Hits) >= s.q.Limit {
			return false, nil
		}
		a.Hits = append(a.Hits, hit)
	}
	return true, nil
}

// satisfies reports whether a value has all words.
func (s *asked) satisfies(k key) bool {
	for i, asked := range s.words {
		match := func(w string) bool { return w == asked }
		if s.q.Similar {
			similar := query.Similar([]byte(asked))
			match = func(w string) bool { return similar([]byte(w)) }
		} else if i == len(s.words)-1 {
			match = func(w string) bool { return strings.HasPrefix(w, asked) }
		}
		has := false
		k.eachWord(func(w []byte) { has = has || match(string(w)) })
		if !has {
			return false
		}
	}
	return true
}
