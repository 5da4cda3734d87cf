package query_test

import (
	"testing"

	"arr/audit"
	"arr/query"
	"arr/traffic/growth"
)

// FuzzGrowth reads, compiles and prints questions of many shapes, and asks a record.
func FuzzGrowth(f *testing.F) {
	shapes := []growth.Shape{
		{Open: "a "}, {Open: "user:u{n} ", Tail: "a"}, {Head: "*", Open: " OR user:u{n}"}, {Head: "*", Open: " AND NOT user:u{n}"}, {Open: "NOT ", Mid: "a"},
		{Open: "(", Mid: "a", Close: ")"}, {Open: "(a OR ", Mid: "a", Close: ")"}, {Open: "("}, {Open: ")"}, {Open: "-"}, {Head: "user:(", Open: "u{n} ", Tail: ")"},
		{Head: "user:", Open: "x"}, {Head: "user:", Open: "x", Tail: "~"}, {Head: "user:", Open: "x*"}, {Head: "text:\"", Open: "word{n} ", Tail: "\""},
		{Head: "text:\"", Open: "a ", Tail: "\""}, {Head: "\"", Open: "\\\"", Tail: "\""}, {Open: "\""}, {Open: `\`}, {Open: "user:"}, {Open: "é "}, {Open: "\xff"},
		{Head: "time:[", Open: "2", Tail: " TO *]"}, {Head: "id:", Open: "9"}, {Head: "patient:", Open: "P{n}^^^a~"}, {Head: "x", Open: "y", Tail: ":a"},
	}
	r := &audit.Record{Shape: audit.RawShape, Extra: []audit.FieldValue{{Fields: audit.Fields(audit.FieldUserID, audit.FieldText), Value: "a word1 word2"}}}
	growth.Fuzz(f, shapes, func(t testing.TB, text []byte) {
		if e, err := query.Parse(string(text)); err == nil {
			_ = e.String()
		}
		if p, err := query.Compile(query.Question{Text: string(text)}, query.Env{}); err == nil {
			p.Match(r)
		}
	})
}

// FuzzMatchGrowth asks a few questions of records with values of many shapes.
func FuzzMatchGrowth(f *testing.F) {
	var plans []*query.Plan
	for _, text := range []string{"a", "user:a", "user:a*", "user:abcdefgh~", `text:"a b"`, "patient:P1", "text:aaa*", "study:1.2", "NOT a", "object:x", "user:(a OR b OR c)"} {
		p, err := query.Compile(query.Question{Text: text}, query.Env{})
		if err != nil {
			f.Fatal(err)
		}
		plans = append(plans, p)
	}
	shapes := []growth.Shape{{Open: "a"}, {Open: "a "}, {Open: "a b "}, {Open: "abcdefg "}, {Open: "w{n} "}, {Open: "é"}, {Open: "\xff"}, {Open: "P{n}^^^a&1.2&ISO~"}, {Open: "~"}, {Open: "^"}, {Open: "1.2."}, {Open: "\u0301"}, {Open: "<none>~"}}
	fields := audit.Fields(audit.FieldUserID, audit.FieldUserName, audit.FieldPatientID, audit.FieldPatientName, audit.FieldStudy, audit.FieldObjectID, audit.FieldText)
	growth.Fuzz(f, shapes, func(t testing.TB, value []byte) {
		r := &audit.Record{Shape: audit.RawShape, Extra: []audit.FieldValue{{Fields: fields, Value: string(value)}}}
		for _, word := range []string{"a", "b"} { // and as many values
			for range len(value) / 64 {
				r.Extra = append(r.Extra, audit.FieldValue{Fields: fields, Value: word + string(value[:min(16, len(value))])})
			}
		}
		for _, p := range plans {
			p.Match(r)
		}
		query.EachLabel(r, fields, nil, func([]byte) {})
		query.Words(value, func([]byte) {})
		query.Forms(fields, value, func([]byte) {})
		audit.SplitCX(string(value))
	})
}

// TestPhraseGrowth has a value in which the words of a phrase stand often, in one case of their
// letters, and never one behind the other.
func TestPhraseGrowth(t *testing.T) {
	p, err := query.Compile(query.Question{Text: `text:"a b"`}, query.Env{})
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"a ", "A ", "b ", "é a "} {
		growth.Check(t, growth.Shape{Open: word}, 2*growth.Size, func(_ testing.TB, value []byte) {
			p.Match(&audit.Record{Shape: audit.RawShape, Extra: []audit.FieldValue{{Fields: audit.Fields(audit.FieldText), Value: string(value)}}})
		})
	}
}
