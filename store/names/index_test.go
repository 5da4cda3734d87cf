package names_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"arr/audit"
	"arr/store/names"
)

const text = audit.FieldText

// personShape is two participants, the second without a name, a patient, a host and a
// source; its event's name is fixed.
var personShape = shape([]audit.FieldSet{
	audit.Fields(audit.FieldUserName, audit.FieldRequestorName, text),
	audit.Fields(audit.FieldHost, text),
	audit.Fields(audit.FieldUserID, audit.FieldRequestorID, text),
	audit.Fields(audit.FieldUserID, text),
	audit.Fields(audit.FieldSource, text),
	audit.Fields(audit.FieldPatientID, audit.FieldObjectID, text),
	audit.Fields(text),
	audit.Fields(audit.FieldPatientName, audit.FieldObjectName, text),
})

func shape(slots []audit.FieldSet) *audit.Shape {
	s := &audit.Shape{Gaps: make([][]byte, len(slots)+1)}
	for _, f := range slots {
		s.Slots = append(s.Slots, audit.Slot{Fields: f})
	}
	s.Fixed = []audit.Fixed{{Fields: audit.Fields(audit.FieldEventMeaning, text), Value: "Instances Accessed"}}
	return s
}

// record fills a shape.
func record(number uint64, s *audit.Shape, values ...string) *audit.Record {
	r := &audit.Record{Entry: audit.Entry{Number: number}, Shape: s}
	for _, v := range values {
		r.Spans = append(r.Spans, audit.Span{Off: uint32(len(r.Frame)), Len: uint32(len(v))})
		r.Frame = append(r.Frame, v...)
	}
	return r
}

// visit is a record of personShape.
func visit(number uint64, user, userName, patient, patientName string) *audit.Record {
	return record(number, personShape, userName, "ws1.example.org", user, "APP", "PACS-1", patient, "free text", patientName)
}

// source gives a function for Options.Records that reads from list.
func source(list *[]*audit.Record) func(context.Context, uint64, uint64, func(*audit.Record) error) (uint64, error) {
	return func(_ context.Context, from, to uint64, fn func(*audit.Record) error) (uint64, error) {
		for _, r := range *list {
			if r.Number >= from && r.Number < to {
				if err := fn(r); err != nil {
					return 0, err
				}
			}
		}
		return to, nil
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, dir string, list *[]*audit.Record, sealed uint64) *names.Index {
	t.Helper()
	return names.Open(dir, names.Options{Sealed: sealed, Records: source(list), Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
}

// filled is an open directory of a few visits.
func filled(t testing.TB) *names.Index {
	t.Helper()
	d := open(t, filepath.Join(t.TempDir(), "d"), new([]*audit.Record), 0)
	t.Cleanup(d.Close)
	for n, v := range [][4]string{
		{"jdoe", "Doe^John", "P1^^^HOSP", "Müller^Johanna"},
		{"jdoe", "Doe^John", "P1^^^HOSP", "Müller^Johanna"},
		{"asmith", "Smith &amp; Sons", "P12", "MUELLER^JOHN"},
		{"jroe", "", "P2", "Mueller^Jona"},
		{"jdoe", "", "P3", "M\xfcller^Jo"},
	} {
		d.Observe(visit(uint64(n), v[0], v[1], v[2], v[3]))
	}
	caughtUp(t, d, 5)
	return d
}

// lines gives hits as text.
func lines(hits []names.Hit) (list []string) {
	for _, h := range hits {
		var values []string
		for _, v := range h.Values {
			values = append(values, v.Value)
		}
		list = append(list, h.Kind.String()+" "+strings.Join(values, "|"))
	}
	return list
}

func TestSearch(t *testing.T) {
	d := filled(t)
	patient := audit.Fields(audit.FieldPatientID, audit.FieldPatientName)
	user := audit.Fields(audit.FieldUserID, audit.FieldUserAlt, audit.FieldUserName)
	for _, c := range []struct {
		q    names.Question
		want []string
	}{
		{names.Question{Fields: patient, Text: "muller jo"}, []string{"patient P1^^^HOSP|Müller^Johanna", "patient P3|M\xfcller^Jo"}},
		{names.Question{Fields: patient, Text: "MÜLLER^JOHANNA"}, []string{"patient P1^^^HOSP|Müller^Johanna"}},
		{names.Question{Fields: patient, Text: "p1"}, []string{"patient P12|MUELLER^JOHN", "patient P1^^^HOSP|Müller^Johanna"}},
		{names.Question{Fields: patient, Text: "P1^^^HO"}, []string{"patient P1^^^HOSP|Müller^Johanna"}},
		{names.Question{Fields: patient, Text: "muler", Similar: true}, []string{"patient P1^^^HOSP|Müller^Johanna", "patient P3|M\xfcller^Jo"}},
		{names.Question{Fields: patient, Text: "meuller jhon", Similar: true}, []string{"patient P12|MUELLER^JOHN"}},
		{names.Question{Fields: patient, Text: "jdoe"}, nil},
		{names.Question{Fields: user, Text: "jd"}, []string{"person jdoe", "person jdoe|Doe^John"}},
		{names.Question{Fields: user, Text: "sons"}, []string{"person asmith|Smith & Sons"}},
		{names.Question{Fields: audit.Fields(audit.FieldRequestorName), Text: "do"}, []string{"person jdoe|Doe^John"}},
		{names.Question{Fields: audit.Fields(audit.FieldHost), Text: "WS1.ex"}, []string{"host ws1.example.org"}},
		{names.Question{Fields: audit.Fields(audit.FieldSource), Text: "pacs"}, []string{"source PACS-1"}},
		{names.Question{Fields: audit.Fields(audit.FieldEventMeaning), Text: "instances acc"}, []string{"text Instances Accessed"}},
		{names.Question{Fields: audit.Fields(audit.FieldObjectName), Text: "mull"}, []string{"patient P1^^^HOSP|Müller^Johanna", "patient P3|M\xfcller^Jo"}},
	} {
		c.q.Limit = 10
		a, err := d.Search(t.Context(), c.q)
		check(t, err)
		if got := lines(a.Hits); !slices.Equal(got, c.want) || !a.Complete || a.Position != 5 {
			t.Errorf("%q: got %q, complete %v, position %d; want %q", c.q.Text, got, a.Complete, a.Position, c.want)
		}
	}
}

func TestSearchIncomplete(t *testing.T) {
	d := filled(t)
	for name, q := range map[string]names.Question{
		"no words":     {Fields: audit.Fields(audit.FieldHost), Text: "^^", Limit: 10},
		"other fields": {Fields: audit.Fields(audit.FieldHost, audit.FieldStudy), Text: "ws", Limit: 10},
		"limit":        {Fields: audit.Fields(audit.FieldPatientName), Text: "m", Limit: 2},
		"long word":    {Fields: audit.Fields(audit.FieldHost), Text: strings.Repeat("a", 100), Similar: true, Limit: 10},
	} {
		a, err := d.Search(t.Context(), q)
		check(t, err)
		if a.Complete || len(a.Hits) > q.Limit {
			t.Errorf("%s: complete %v with %d hits", name, a.Complete, len(a.Hits))
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Search(ctx, names.Question{Fields: audit.Fields(audit.FieldHost), Text: "ws", Limit: 10}); err == nil {
		t.Error("a cancelled search gives no error")
	}
}

func TestManyWordsBeginAlike(t *testing.T) {
	d := open(t, filepath.Join(t.TempDir(), "d"), new([]*audit.Record), 0)
	for n := range uint64(5000) {
		d.Observe(visit(n, "u", "U", fmt.Sprintf("P%d", n), "N"))
	}
	caughtUp(t, d, 5000)
	for text, complete := range map[string]bool{"p": false, "p49": true} {
		a, err := d.Search(t.Context(), names.Question{Fields: audit.Fields(audit.FieldPatientID), Text: text, Limit: 5000})
		check(t, err)
		if a.Complete != complete || complete && len(a.Hits) != 111 {
			t.Errorf("%s: complete %v with %d hits", text, a.Complete, len(a.Hits))
		}
	}
	d.Close()
}

func TestOverlong(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	d := open(t, dir, new([]*audit.Record), 0)
	d.Observe(visit(0, "jdoe", strings.Repeat("Doe ", 300), "P1", "N"))
	caughtUp(t, d, 1)
	for range 2 {
		for field, complete := range map[audit.Field]bool{audit.FieldUserID: false, audit.FieldPatientID: true} {
			a, err := d.Search(t.Context(), names.Question{Fields: audit.Fields(field), Text: "jdoe", Limit: 10})
			check(t, err)
			if a.Complete != complete {
				t.Errorf("field %d: complete %v", field, a.Complete)
			}
		}
		d.Close()
		d = open(t, dir, new([]*audit.Record), 1)
	}
	d.Close()
}

// TestRawAndRepeated: values of records without a shape, and those of repeated slots.
func TestRawAndRepeated(t *testing.T) {
	d := open(t, filepath.Join(t.TempDir(), "d"), new([]*audit.Record), 0)
	raw := &audit.Record{Shape: audit.RawShape, Extra: []audit.FieldValue{
		{Fields: audit.Fields(audit.FieldUserID, text), Value: "one"},
		{Fields: audit.Fields(audit.FieldUserName, text), Value: "Raw^Name"},
		{Fields: audit.Fields(audit.FieldUserID, text), Value: "two"},
	}}
	d.Observe(raw)
	s := shape([]audit.FieldSet{audit.Fields(audit.FieldHost), audit.Fields(audit.FieldUserID), audit.Fields(audit.FieldUserName)})
	s.Slots[0].Joint, s.Repeats = []byte{}, 1
	r := record(1, s, "hosta", "hostb", "three", "Third^Name")
	r.Runs = []uint32{2}
	d.Observe(r)
	caughtUp(t, d, 2)
	for _, c := range []struct {
		field audit.Field
		text  string
		want  []string
	}{
		{audit.FieldUserName, "name", []string{"person one|Raw^Name", "person three|Third^Name"}},
		{audit.FieldUserID, "two", []string{"person two"}},
		{audit.FieldHost, "host", []string{"host hosta", "host hostb"}},
	} {
		a, err := d.Search(t.Context(), names.Question{Fields: audit.Fields(c.field), Text: c.text, Limit: 10})
		check(t, err)
		if got := lines(a.Hits); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.text, got, c.want)
		}
	}
	d.Close()
}

func TestCovers(t *testing.T) {
	if !names.Covers(audit.Fields(audit.FieldUserID, audit.FieldPatientName)) || names.Covers(audit.Fields(audit.FieldUserID, audit.FieldObjectID)) {
		t.Error("Covers is wrong")
	}
	for k := names.Person; k <= names.Text+1; k++ {
		if (k.String() == "unknown") != (k > names.Text) {
			t.Errorf("kind %d is %s", k, k)
		}
	}
}

// files gives the bytes of all files below dir.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	check(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all[path] = string(b)
		return err
	}))
	return all
}
