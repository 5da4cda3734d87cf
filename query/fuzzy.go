package query

import (
	"math/bits"
	"unicode/utf8"
)

// maxLetters bounds the words that distance compares.
const maxLetters = 64

// distance is how many letters must be inserted, left out, replaced or swapped with
// their neighbour to make b of a (optimal string alignment: nothing is edited twice).
// Neither may have more than maxLetters letters.
func distance(a, b []rune) int {
	// Three rows of the usual table, for the beginnings of a one letter apart.
	var rows [3][maxLetters + 1]uint8
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = uint8(j)
	}
	for i, x := range a {
		row[0] = uint8(i + 1)
		for j, y := range b {
			d := last[j]
			if x != y {
				d++
			}
			d = min(d, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x == b[j-1] && a[i-1] == y {
				d = min(d, before[j-1]+1)
			}
			row[j+1] = d
		}
		before, last, row = last, row, before
	}
	return int(last[len(b)])
}

// fuzzyWord is a folded word that similar ones satisfy: those at most one edit away, or
// two where it has more than five letters.
type fuzzyWord struct {
	letters []rune
	limit   int
	// bits has one set for each letter (see bitOf).
	bits uint32
}

func newFuzzyWord(word []byte) fuzzyWord {
	f := fuzzyWord{letters: []rune(string(word)), limit: Edits(word)}
	for _, r := range f.letters {
		f.bits |= bitOf(r)
	}
	return f
}

// Edits is how many edits a folded word may be away from one that is similar to it.
func Edits(word []byte) int {
	if utf8.RuneCount(word) > 5 {
		return 2
	}
	return 1
}

// Similar returns a function that reports whether a word is similar to this one, both
// folded as Words has them: at most one letter inserted, left out, replaced or swapped
// with its neighbour, or two where the word has more than five letters.
func Similar(word []byte) func([]byte) bool {
	f := newFuzzyWord(word)
	return f.match
}

// bitOf is one of 32 bits for a letter. An edit takes at most one bit from the bits of a
// word's letters and adds at most one, so most words are told apart without comparing.
func bitOf(r rune) uint32 { return 1 << (uint32(r) & 31) }

// match says whether word, folded, is similar. It allocates nothing.
func (f *fuzzyWord) match(word []byte) bool {
	if len(word) < len(f.letters)-f.limit || len(word) > utf8.UTFMax*(len(f.letters)+f.limit) {
		return false
	}
	var buf [maxLetters]rune
	var has uint32
	b := buf[:0]
	for len(word) > 0 {
		if len(b) == maxLetters {
			return false
		}
		r, size := utf8.DecodeRune(word)
		b, word = append(b, r), word[size:]
		has |= bitOf(r)
	}
	return bits.OnesCount32(has^f.bits) <= 2*f.limit && max(len(b)-len(f.letters), len(f.letters)-len(b)) <= f.limit && distance(f.letters, b) <= f.limit
}
