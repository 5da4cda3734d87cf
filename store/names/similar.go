package names

import (
	"fmt"
	"sync"

	"github.com/blevesearch/vellum/levenshtein"

	"arr/query"
)

// automata makes bleve's automata of edits, of which a swap of neighbours is one: for each
// number of edits that query.Edits returns, from 1 on, an automaton of its own, since one
// made for more matches more.
var automata = [...]func() (*levenshtein.LevenshteinAutomatonBuilder, error){automataOf(1), automataOf(2)}

func automataOf(edits uint8) func() (*levenshtein.LevenshteinAutomatonBuilder, error) {
	return sync.OnceValues(func() (*levenshtein.LevenshteinAutomatonBuilder, error) {
		return levenshtein.NewLevenshteinAutomatonBuilder(edits, true)
	})
}

// similar tells which words are similar to one, as query.Similar does. It is fastest for
// words in their order: what one shares with the one before is not looked at again.
type similar struct {
	dfa *levenshtein.DFA
	// read is as much of the last word as it took to tell; states are the automaton's behind
	// each of its bytes, with the start before them.
	read   []byte
	states []int
}

// newSimilar makes the automaton of a folded word of at most maxLetters letters.
func newSimilar(word []byte) (*similar, error) {
	edits := query.Edits(word)
	builder, err := automata[edits-1]()
	if err != nil {
		return nil, fmt.Errorf("automaton of similar words: %w", err)
	}
	dfa, err := builder.BuildDfa(string(word), uint8(edits))
	if err != nil {
		return nil, fmt.Errorf("automaton of similar words: %w", err)
	}
	return &similar{dfa: dfa, states: []int{dfa.Start()}}, nil
}

// match reports whether a word is similar.
func (s *similar) match(word []byte) bool {
	n := 0
	for n < min(len(s.read), len(word)) && s.read[n] == word[n] {
		n++
	}
	s.states = s.states[:n+1]
	state := s.states[n]
	for ; n < len(word) && s.dfa.CanMatch(state); n++ {
		state = s.dfa.Accept(state, word[n])
		s.states = append(s.states, state)
	}
	s.read = append(s.read[:0], word[:n]...)
	return n == len(word) && s.dfa.IsMatch(state)
}
