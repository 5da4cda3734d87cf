package names

import (
	"testing"
	"unicode/utf8"

	"arr/query"
)

// FuzzSimilar holds the automaton against the comparison that decides in the end.
func FuzzSimilar(f *testing.F) {
	for _, words := range [][3]string{
		{"muller", "mulelr", "mueller"}, {"anna", "ann", "nana"}, {"o", "", "og"}, {"kamoté", "kamote", "kmaoté"},
		{"abcdef", "badcfe", "abdcef"}, {"山田太郎", "山太田郎", "山田"}, {"abcdefgh", "abcdefghij", "abcdefghijk"},
	} {
		f.Add(words[0], words[1], words[2])
	}
	f.Fuzz(func(t *testing.T, asked, first, second string) {
		if !utf8.ValidString(asked) || !utf8.ValidString(first) || !utf8.ValidString(second) || utf8.RuneCountInString(asked) > maxLetters {
			t.Skip("no words: they are folded, and the longest are not looked up")
		}
		s, err := newSimilar([]byte(asked))
		if err != nil {
			t.Fatal(err)
		}
		is := query.Similar([]byte(asked))
		for _, word := range []string{first, second, first} {
			if got, want := s.match([]byte(word)), is([]byte(word)); got != want {
				t.Errorf("%q is similar to %q: %v, want %v", word, asked, got, want)
			}
		}
	})
}
