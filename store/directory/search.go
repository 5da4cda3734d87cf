package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2"
	blevequery "github.com/blevesearch/bleve/v2/search/query"

	"arr/audit"
	"arr/query"
)

const (
	// patience is how long Search waits for values that were observed before it.
	patience = time.Second
	// maxTerms is how many words may begin alike before a beginning is too short to be
	// worth looking up.
	maxTerms = 4096
	// maxLetters is how long a word may be for similar ones to be looked up.
	maxLetters = 64
)

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

// Hit is what the directory knows of one person or thing.
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
// what was observed before it. An error is the context's, or one of reading the index.
func (d *Directory) Search(ctx context.Context, q Question) (Answer, error) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	d.reach(waiting)
	cancel()
	d.mu.Lock()
	a := Answer{Position: d.position}
	overlong := d.covered
	d.mu.Unlock()
	words := wordsOf(q.Text)
	kinds := kindsOf(q.Fields)
	if len(words) == 0 || !Covers(q.Fields) {
		return a, ctx.Err()
	}
	a.Complete = overlong&kinds == 0
	for k := range numKinds {
		if kinds>>k&1 == 0 {
			continue
		}
		complete, err := d.searchKind(ctx, k, words, q, &a)
		if err != nil {
			return Answer{}, fmt.Errorf("search directory of values: %w", err)
		}
		a.Complete = a.Complete && complete
	}
	slices.SortFunc(a.Hits, compareHits)
	return a, nil
}

func wordsOf(text string) (words []string) {
	query.Words([]byte(text), func(w []byte) { words = append(words, string(w)) })
	return words
}

// searchKind adds the hits of one kind. It is false where there may be more.
func (d *Directory) searchKind(ctx context.Context, kind Kind, words []string, q Question, a *Answer) (bool, error) {
	var all []blevequery.Query
	for i, w := range words {
		ok, err := d.worthIt(kind, w, i == len(words)-1, q.Similar)
		if err != nil || !ok {
			return false, err
		}
		all = append(all, wordQuery(kind, w, i == len(words)-1, q.Similar))
	}
	req := bleve.NewSearchRequestOptions(bleve.NewConjunctionQuery(all...), q.Limit+1, 0, false)
	req.Score = "none"
	req.Fields = []string{storedField}
	res, err := d.index.bleve.SearchInContext(ctx, req)
	if err != nil {
		return false, err
	}
	for _, match := range res.Hits {
		if len(a.Hits) == q.Limit {
			return false, nil
		}
		stored, _ := match.Fields[storedField].(string)
		hit, ok := key(stored).hit()
		if !ok {
			return false, errors.New("a document does not hold a value; delete the directory and it is made anew")
		}
		a.Hits = append(a.Hits, hit)
	}
	return true, nil
}

// wordQuery asks for one word of a question.
func wordQuery(kind Kind, word string, last, similar bool) blevequery.Query {
	switch {
	case similar:
		q := bleve.NewFuzzyQuery(word)
		q.SetField(kind.String())
		q.SetFuzziness(1)
		if utf8.RuneCountInString(word) > 5 {
			q.SetFuzziness(2)
		}
		return q
	case last:
		q := bleve.NewPrefixQuery(word)
		q.SetField(kind.String())
		return q
	}
	q := bleve.NewTermQuery(word)
	q.SetField(kind.String())
	return q
}

// worthIt says whether a word can be looked up at a bounded cost.
func (d *Directory) worthIt(kind Kind, word string, last, similar bool) (bool, error) {
	if similar {
		return utf8.RuneCountInString(word) <= maxLetters, nil
	}
	if !last {
		return true, nil
	}
	dict, err := d.index.bleve.FieldDictPrefix(kind.String(), []byte(word))
	if err != nil {
		return false, err
	}
	n := 0
	for {
		entry, err := dict.Next()
		if err != nil {
			return false, errors.Join(err, dict.Close())
		}
		if entry == nil || n == maxTerms {
			return entry == nil, dict.Close()
		}
		n++
	}
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
