package names_test

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"arr/audit"
	"arr/query"
	"arr/store/names"
)

// TestModel compares answers with a walk over all records: every value of the fields
// asked for that has the words must be among the hits, and be there as it stands.
func TestModel(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	fields := []audit.Field{audit.FieldUserID, audit.FieldUserAlt, audit.FieldUserName, audit.FieldPatientID, audit.FieldPatientName,
		audit.FieldObjectName, audit.FieldHost, audit.FieldSource, audit.FieldSite, audit.FieldOutcomeText, audit.FieldRequestorName}
	pieces := []string{"Müller", "MULLER", "mul", "Jo", "Johanna", "jo&amp;co", "^", " ", "-", "é", "P1", "12", "~", "\xfc", "ß", ""}
	value := func() (v string) {
		for range rnd.IntN(4) {
			v += pieces[rnd.IntN(len(pieces))]
		}
		return v
	}
	var shapes []*audit.Shape
	for range 20 {
		var slots []audit.FieldSet
		for range 1 + rnd.IntN(9) {
			slots = append(slots, audit.Fields(fields[rnd.IntN(len(fields))], audit.FieldText))
		}
		shapes = append(shapes, shape(slots))
	}
	var all []*audit.Record
	for n := range uint64(2000) {
		s := shapes[rnd.IntN(len(shapes))]
		var values []string
		for range s.Slots {
			values = append(values, value())
		}
		all = append(all, record(n, s, values...))
	}
	d := open(t, filepath.Join(t.TempDir(), "d"), &all, 0)
	for i, r := range all {
		if i != 700 { // it is read again
			d.Observe(r)
		}
	}
	caughtUp(t, d, 2000)
	for range 150 {
		q := names.Question{Fields: audit.Fields(fields[rnd.IntN(len(fields))], fields[rnd.IntN(len(fields))]), Text: value(), Limit: 100000}
		a, err := d.Search(t.Context(), q)
		check(t, err)
		if len(wordsOf(q.Text)) == 0 {
			continue
		}
		if !a.Complete {
			t.Fatalf("%q: incomplete", q.Text)
		}
		found := map[string]bool{}
		for _, h := range a.Hits {
			for _, v := range h.Values {
				found[v.Value] = true
			}
		}
		for _, r := range all {
			r.Each(q.Fields, func(_ audit.FieldSet, v []byte) bool {
				if hasWords(v, q.Text) && !found[string(v)] {
					t.Errorf("%q: value %q of record %d is not found", q.Text, v, r.Number)
				}
				return true
			})
		}
	}
	d.Close()
}

func wordsOf(text string) (words []string) {
	query.Words([]byte(text), func(w []byte) { words = append(words, string(w)) })
	return words
}

// hasWords says whether a value has all words of a question, the last one as a
// beginning.
func hasWords(value []byte, question string) bool {
	have, want := wordsOf(string(value)), wordsOf(question)
	for i, w := range want {
		ok := false
		for _, h := range have {
			ok = ok || h == w || i == len(want)-1 && strings.HasPrefix(h, w)
		}
		if !ok {
			return false
		}
	}
	return true
}
