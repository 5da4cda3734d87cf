package names

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"arr/audit"
	"arr/query"
)

// patience is how long Search waits for values that were observed before it.
const patience = time.Second

// Question asks for values.
type Question struct {
	// Fields are those whose values are wanted: Covers must hold.
	Fields audit.FieldSet
	// Text is split into words as query.Words does. A value must have all of them; the
	// last one may be the beginning of a word.
	Text string
	// Similar: a value must instead have a word similar to each of Text's: at most one
	// letter inserted, left out, replaced or swapped with its neighbour, or two where
	// the word has more than five letters.
	Similar bool
	// Limit is the most values to give.
	Limit int
}

// Hit is what the index knows of one person or thing.
type Hit struct {
	Kind Kind
	// Values are its ids and names as plain text, each with the one field that it is
	// remembered as: FieldUserID, not FieldRequestorID.
	Values []audit.FieldValue
}

// Answer is what Search found.
type Answer struct {
	// Hits are in the order of their values.
	Hits []Hit
	// Complete says that every value that satisfies the question, of records before
	// Position, is among Hits.
	Complete bool
	// Position is how many records the answer speaks for: it knows nothing of record
	// Position and those after it.
	Position uint64
}

// Search looks for values. Accents, case and what stands between words don't count, and
// a hit may satisfy the question with any of its values. It waits up to a second for
// what was observed before it. What turns out to be damaged is dropped, and the answer
// speaks for the records before it. An error is the context's.
func (x *Index) Search(ctx context.Context, q Question) (Answer, error) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	x.reach(waiting)
	cancel()
	for {
		runs := x.acquire()
		a, err := search(ctx, runs, &q)
		release(runs)
		var bad *damageError
		if !errors.As(err, &bad) {
			return a, err
		}
		x.drop(bad.run, err)
	}
}

// search asks runs that follow each other.
func search(ctx context.Context, runs []*run, q *Question) (Answer, error) {
	var a Answer
	overlong := uint8(0)
	if len(runs) > 0 {
		_, a.Position, overlong = span(runs)
	}
	words, kinds := wordsOf(q.Text), kindsOf(q.Fields)
	if len(words) == 0 || !Covers(q.Fields) {
		return a, ctx.Err()
	}
	a.Complete = overlong&kinds == 0
	met := map[string]bool{}
	for k := range numKinds {
		if kinds>>k&1 == 0 {
			continue
		}
		asked := asked{q: q, kind: k, words: words, met: met}
		for _, r := range runs {
			complete, err := asked.of(ctx, r, &a)
			if err != nil {
				return Answer{}, err
			}
			a.Complete = a.Complete && complete
			if len(met) > q.Limit {
				break
			}
		}
	}
	slices.SortFunc(a.Hits, compareHits)
	return a, nil
}

func wordsOf(text string) (words []string) {
	query.Words([]byte(text), func(w []byte) { words = append(words, string(w)) })
	return words
}

func compareHits(a, b Hit) int {
	if a.Kind != b.Kind {
		return int(a.Kind) - int(b.Kind)
	}
	return slices.CompareFunc(a.Values, b.Values, func(x, y audit.FieldValue) int {
		if c := strings.Compare(x.Value, y.Value); c != 0 {
			return c
		}
		return int(x.Fields.First()) - int(y.Fields.First())
	})
}
