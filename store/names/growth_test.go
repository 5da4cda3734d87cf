package names

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"arr/audit"
	"arr/traffic/growth"
)

// FuzzGrowth makes and joins runs of many values and of long ones, and asks them for what many
// have, what few have and what is similar.
func FuzzGrowth(f *testing.F) {
	c := newCodec()
	shapes := []growth.Shape{{Open: "Doe^John {n}\n"}, {Open: "doe{n}\n"}, {Open: "a b "}, {Open: "aaaaa{n} "}, {Open: "x"}, {Open: "é\n"}, {Open: "{n}{n}^"}}
	growth.Fuzz(f, shapes, func(t testing.TB, text []byte) {
		var keys []key
		for line := range bytes.Lines(text) {
			if name := bytes.TrimSpace(line[:min(len(line), longest)]); len(name) > 0 {
				keys = append(keys, appendKey(key{byte(Person)}, audit.FieldUserName, name))
			}
		}
		slices.SortFunc(keys, func(a, b key) int { return bytes.Compare(a, b) })
		keys = slices.CompactFunc(keys, func(a, b key) bool { return bytes.Equal(a, b) })
		r, err := newRun(keys, 0, 9, 0, c)
		if err != nil {
			t.Fatal(err)
		}
		w := newWriter(io.Discard, c, 0, 9, 0)
		if err := mergeRuns(t.Context(), []*run{r}, w); err != nil {
			t.Fatal(err)
		}
		for _, q := range []Question{{Text: "doe"}, {Text: "john d"}, {Text: "aaaaa1", Similar: true}, {Text: "nobody"}} {
			q.Fields, q.Limit = audit.Fields(audit.FieldUserName), 100
			if _, err := search(t.Context(), []*run{r}, &q); err != nil {
				t.Fatal(err)
			}
		}
	})
}
