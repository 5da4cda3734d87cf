package query_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"arr/query"

	"pgregory.net/rapid"
)

// tree writes an expression so that every part of it shows.
func tree(e query.Expr) string {
	list := func(name string, of []query.Expr) string {
		parts := make([]string, len(of))
		for i := range of {
			parts[i] = tree(of[i])
		}
		return name + "(" + strings.Join(parts, ", ") + ")"
	}
	switch e := e.(type) {
	case *query.And:
		return list("and", e.Of)
	case *query.Or:
		return list("or", e.Of)
	case *query.Not:
		return "not(" + tree(e.Of) + ")"
	case *query.Term:
		ops := [...]string{"is", "prefix", "fuzzy", "exists", "<", "<=", ">", ">=", "between"}
		s := fmt.Sprintf("%s %s %q", e.Field, ops[e.Op], e.Value)
		if e.Op == query.Between {
			s += fmt.Sprintf(" %q", e.High)
		}
		return s
	case query.All:
		return "all"
	}
	return fmt.Sprintf("%T", e)
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ in, want, canonical string }{
		{"*", `all`, `*`},
		{" jdoe ", `text is "jdoe"`, `jdoe`},
		{"patient:P1 AND NOT user:jdoe outcome:failure",
			`and(patient is "P1", not(user is "jdoe"), outcome is "failure")`, `patient:P1 NOT user:jdoe outcome:failure`},
		{"a b OR c d", `or(and(text is "a", text is "b"), and(text is "c", text is "d"))`, `a b OR c d`},
		{"a (b OR c) d", `and(text is "a", or(text is "b", text is "c"), text is "d")`, `a (b OR c) d`},
		{"NOT a OR b", `or(not(text is "a"), text is "b")`, `NOT a OR b`},
		{"NOT (a OR b)", `not(or(text is "a", text is "b"))`, `NOT (a OR b)`},
		{"NOT NOT a", `not(not(text is "a"))`, `NOT NOT a`},
		{"((a AND (b AND c)))", `and(text is "a", text is "b", text is "c")`, `a b c`},
		{"a OR a AND a", `text is "a"`, `a`},
		{`user:(a OR "b c" d*)`, `or(user is "a", and(user is "b c", user prefix "d"))`, `user:a OR user:"b c" user:d*`},
		{`"Müller Jo*"`, `text prefix "Müller Jo"`, `"Müller Jo*"`},
		{`"Müller Jo"*`, `text prefix "Müller Jo"`, `"Müller Jo*"`},
		{`user:a\*`, `user is "a*"`, `user:"a\*"`},
		{`user:"a*b"`, `user is "a*b"`, `user:"a\*b"`},
		{`user:"a**"`, `user prefix "a*"`, `user:"a\**"`},
		{`user:a\ b\"\\`, `user is "a b\"\\"`, `user:"a b\"\\"`},
		{`USER.Name:~muller ~schmit`, `and(user.name fuzzy "muller", text fuzzy "schmit")`, `user.name:~muller ~schmit`},
		{`user:"~x"`, `user is "~x"`, `user:"~x"`},
		{`patient:P1^^^H&1.2&ISO~P2|x/y`, `patient is "P1^^^H&1.2&ISO~P2|x/y"`, `patient:P1^^^H&1.2&ISO~P2|x/y`},
		{`outcome:>=4 id:<7 time:>2026-11-01 id:<=8`, `and(outcome >= "4", id < "7", time > "2026-11-01", id <= "8")`,
			`outcome:>=4 id:<7 time:>2026-11-01 id:<=8`},
		{`time:2026-11-01T10:00:00Z`, `time is "2026-11-01T10:00:00Z"`, `time:2026-11-01T10:00:00Z`},
		{`time:[ 2026-11-01  TO "2026-11-02 10:00" ]`, `time between "2026-11-01" "2026-11-02 10:00"`, `time:[2026-11-01 TO "2026-11-02 10:00"]`},
		{`id:[* TO 9]`, `id between "" "9"`, `id:[* TO 9]`},
		{`id:[* TO *]`, `id exists ""`, `id:*`},
		{`peer:[2001:db8::1]:514`, `peer is "[2001:db8::1]:514"`, `peer:"[2001:db8::1]:514"`},
		{`study:* text:*`, `and(study exists "", text exists "")`, `study:* text:*`},
		{`study:"*"`, `study exists ""`, `study:*`},
		{`user:AND "OR" and`, `and(user is "AND", text is "OR", text is "and")`, `user:AND "OR" and`},
		{`"a:b" c\:d`, `and(text is "a:b", text is "c:d")`, `"a:b" "c:d"`},
		{`text:"a:b"`, `text is "a:b"`, `"a:b"`},
		{"a\u00a0b", `and(text is "a", text is "b")`, `a b`},
		{"user:(a\tOR\n(b))", `or(user is "a", user is "b")`, `user:a OR user:b`},
	} {
		e, err := query.Parse(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if got := tree(e); got != c.want {
			t.Errorf("%s: got %s, want %s", c.in, got, c.want)
		}
		if e.String() != c.canonical {
			t.Errorf("%s: reads %s, want %s", c.in, e, c.canonical)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		in             string
		offset, length int
		message, near  string
	}{
		{"", 0, 0, "empty", ""},
		{"  ", 0, 0, "empty", ""},
		{"a pateint:b", 2, 7, "no such field", "patient"},
		{"username:b", 0, 8, "no such field", "user.name"},
		{"-user:b", 0, 5, "no such field", "user"},
		{"http://host", 0, 4, "no such field", "type"},
		{"a/b:c", 3, 1, "colon", ""},
		{"user:", 5, 0, "value is missing", ""},
		{"user: b", 5, 0, "value is missing", ""},
		{`user:""`, 5, 2, "value is empty", ""},
		{"(a", 0, 1, "never closed", ""},
		{"a)", 1, 1, "closes none", ""},
		{"()", 1, 1, "missing before", ""},
		{"a AND", 5, 0, "missing here", ""},
		{"a AND OR b", 6, 2, "missing before", ""},
		{"OR b", 0, 2, "missing before", ""},
		{"NOT", 3, 0, "missing here", ""},
		{`a "b`, 2, 1, "never closed", ""},
		{`a b\`, 3, 1, "backslash", ""},
		{`user:a"b"`, 6, 1, "quotes", ""},
		{`user:a(b)`, 6, 1, "parentheses", ""},
		{"user:a*b", 6, 1, "asterisk", ""},
		{"user:~a*", 6, 2, "asterisk", ""},
		{"time:[1 2]", 5, 3, "range", ""},
		{"time:[1 TO 2", 5, 7, "closing bracket", ""},
		{"time:[1 TO ]", 11, 0, "bound", ""},
		{"time:[1* TO 2]", 6, 2, "bound", ""},
		{"user:(a patient:b)", 8, 7, "parentheses belong", ""},
		{strings.Repeat("(", 200) + "a", 100, 1, "too deep", ""},
		{strings.Repeat("a", 70000), 65536, 4464, "longer", ""},
	} {
		_, err := query.Parse(c.in)
		e, ok := errors.AsType[*query.Error](err)
		if !ok {
			t.Errorf("%.40q: no error", c.in)
			continue
		}
		if e.Part != "question" || e.Offset != c.offset || e.Length != c.length || e.Near != c.near || !strings.Contains(e.Message, c.message) {
			t.Errorf("%.40q: got %+v, want %d+%d, near %q, %q", c.in, *e, c.offset, c.length, c.near, c.message)
		}
	}
}

// expressions draws questions as Parse gives them.
func expressions() *rapid.Generator[query.Expr] {
	value := rapid.OneOf(rapid.StringN(1, 12, -1), rapid.StringMatching(`[a-zA*\\"~<>=\[\]():& .-]{1,8}`), rapid.SampledFrom([]string{"AND", "OR", "NOT", "TO", "*"}))
	term := rapid.Custom(func(t *rapid.T) query.Expr {
		e := &query.Term{
			Field: rapid.SampledFrom(query.Fields()).Draw(t, "field"),
			Op:    query.Op(rapid.IntRange(int(query.Is), int(query.Between)).Draw(t, "op")),
		}
		if e.Op != query.Exists {
			e.Value = value.Draw(t, "value")
		}
		if e.Op == query.Between {
			e.High = rapid.OneOf(rapid.Just(""), value).Draw(t, "high")
		}
		return e
	})
	var node func(depth int) *rapid.Generator[query.Expr]
	node = func(depth int) *rapid.Generator[query.Expr] {
		if depth == 0 {
			return term
		}
		below := node(depth - 1)
		return rapid.Custom(func(t *rapid.T) query.Expr {
			switch rapid.IntRange(0, 4).Draw(t, "kind") {
			case 0:
				return &query.And{Of: rapid.SliceOfN(below, 2, 3).Draw(t, "of")}
			case 1:
				return &query.Or{Of: rapid.SliceOfN(below, 2, 3).Draw(t, "of")}
			case 2:
				return &query.Not{Of: below.Draw(t, "of")}
			case 3:
				return query.All{}
			}
			return term.Draw(t, "term")
		})
	}
	return node(3)
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		drawn := expressions().Draw(t, "expression")
		e, err := query.Parse(drawn.String())
		if err != nil {
			t.Fatalf("%s: %v", drawn, err)
		}
		again, err := query.Parse(e.String())
		if err != nil || tree(again) != tree(e) {
			t.Fatalf("%s: %v, %v after it", tree(e), again, err)
		}
		if term, ok := drawn.(*query.Term); ok && tree(e) != tree(term) {
			t.Fatalf("%s reads %s: got %s", tree(term), term, tree(e))
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"*", `patient:P1 AND NOT user:(a OR "b*") outcome:>=4`, `time:[2026 TO *] ~x \"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := query.Parse(text)
		if err != nil {
			checkPlace(t, text, err)
			return
		}
		again, err := query.Parse(e.String())
		if err != nil {
			t.Fatalf("%q reads %q: %v", text, e, err)
		}
		if tree(again) != tree(e) || again.String() != e.String() {
			t.Fatalf("%q: %s, then %s", text, tree(e), tree(again))
		}
		p, err := query.Compile(query.Question{Text: text}, env)
		if err != nil {
			checkPlace(t, text, err)
			return
		}
		for _, r := range records {
			p.Match(r)
		}
	})
}

// checkPlace checks that an error names a place in the question.
func checkPlace(t *testing.T, text string, err error) {
	t.Helper()
	e, ok := errors.AsType[*query.Error](err)
	if !ok || e.Offset < 0 || e.Length < 0 || e.Offset+e.Length > len(text) {
		t.Fatalf("%q: error %#v", text, err)
	}
}
