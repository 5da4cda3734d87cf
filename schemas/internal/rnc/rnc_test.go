package rnc_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"arr/schemas/internal/rnc"
)

// render writes a pattern as it is nested.
func render(p *rnc.Pattern) string {
	of := make([]string, len(p.Of))
	for i := range p.Of {
		of[i] = render(p.Of[i])
	}
	inner := strings.Join(of, " ")
	switch p.Kind {
	case rnc.Empty:
		return "empty"
	case rnc.Text:
		return "text"
	case rnc.Element:
		return p.Name + "{" + inner + "}"
	case rnc.Attribute:
		return "@" + p.Name + "{" + inner + "}"
	case rnc.Ref:
		return "$" + p.Name
	case rnc.Group:
		return "(" + strings.Join(of, ",") + ")"
	case rnc.Choice:
		return "(" + strings.Join(of, "|") + ")"
	case rnc.Optional:
		return inner + "?"
	case rnc.ZeroOrMore:
		return inner + "*"
	case rnc.OneOrMore:
		return inner + "+"
	case rnc.Data:
		return p.Name
	}
	return p.Name + "=" + p.Literal
}

func TestRead(t *testing.T) {
	dir := fstest.MapFS{
		"a.rnc": {Data: []byte(`
#@ clause one two
datatypes xsd = "http://www.w3.org/2001/XMLSchema-datatypes"
namespace x = "urn:x"
# A comment.
start = element a { (attribute x:b { "1" | xsd:integer "2" }?, c*), element d { token }+ } # behind
c = element c { empty | text }
`)},
		"b.rnc": {Data: []byte(`include "a.rnc" { c = e } e = element e { xsd:dateTime }`)},
	}
	for file, want := range map[string]string{
		"a.rnc": "a{((@x:b{(token=1|xsd:integer=2)}?,$c*),d{token}+)} c: c{(empty|text)}",
		"b.rnc": "a{((@x:b{(token=1|xsd:integer=2)}?,$c*),d{token}+)} c: $e",
	} {
		g, err := rnc.Read(dir, file)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if got := render(g.Start) + " c: " + render(g.Defines["c"]); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
		if (file == "a.rnc") != (len(g.Pragmas) == 1 && g.Pragmas[0].Word == "clause" && g.Pragmas[0].Rest == "one two") {
			t.Errorf("%s: pragmas %v", file, g.Pragmas)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`start = element a { b* } b = attribute c { "d" | token }`)
	f.Add(`include "a.rnc" { start = empty }`)
	f.Add("#@ x y\nnamespace p = \"u\" start = (((")
	f.Fuzz(func(t *testing.T, text string) {
		g, err := rnc.Read(fstest.MapFS{"a.rnc": {Data: []byte(text)}}, "a.rnc")
		switch {
		case err == nil && g.Start == nil:
			t.Error("a grammar without a start")
		case err != nil && !strings.HasPrefix(err.Error(), "a.rnc:") && !strings.HasPrefix(err.Error(), "read grammar: "):
			t.Errorf("error %q does not say where", err)
		}
	})
}
