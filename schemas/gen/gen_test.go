package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// TestGenerated says whether the committed tables are those of the grammars.
func TestGenerated(t *testing.T) {
	want, err := generate(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../" + output)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the grammars give: run go generate ./schemas", output)
	}
}

// TestRefused has what the generator does not compile, with the line that it names.
func TestRefused(t *testing.T) {
	const head = "#@ clause c\n#@ edition e\n"
	for _, c := range []struct{ name, grammar, want string }{
		{"interleave", "start = element a { element b { empty } & element c { empty } }", ":3: \"&\" is not in the subset"},
		{"mixed", "start = element a { mixed { empty } }", ":3: \"mixed\" is not in the subset"},
		{"name class", "start = element * { empty }", ":3: \"*\" stands where"},
		{"annotation", "[ a = \"b\" ]\nstart = element a { empty }", ":3: \"[\" is not in the subset"},
		{"combined", "start |= element a { empty }", ":3: \"|\" stands where"},
		{"no start", "a = empty", "has no start"},
		{"defined twice", "start = empty\nstart = empty", ":4: start is defined twice"},
		{"undefined", "start = a", ":3: a is not defined"},
		{"by itself", "start = element a { b }\nb = c\nc = b", "by itself"},
		{"through a group", "start = element a { b }\nb = (element c { empty }, b)", "refer to each other"},
		{"text and elements", "start = element a { text, element b { empty } }", ":3: a has both text and elements"},
		{"text or elements", "start = element a { token | element b { empty } }", ":3: a choice is between a text and elements"},
		{"attribute or element", "start = element a { attribute b { text } | element b { empty } }", ":3: a choice is between attributes and contents"},
		{"repeated attribute", "start = element a { attribute b { text }* }", ":3: attributes repeat"},
		{"two datatypes", "start = element a { attribute b { \"1\" } | (attribute b { xsd:integer }, attribute c { text }) }", "two datatypes"},
		{"unknown datatype", "start = element a { xsd:date }", ":3: \"xsd:date\" is not in the subset"},
		{"literal of a date", "start = element a { attribute b { xsd:dateTime \"1\" } }", "unsupported literal"},
		{"one name, two patterns", "start = element a { element b { empty }, element b { text } }", ":3: b stands twice"},
		{"undeclared prefix", "start = element a { attribute x:b { text } }", ":3: the prefix"},
		{"unmixed operators", "start = element a { element b { empty }, element c { empty } | element d { empty } }", "without parentheses"},
		{"open literal", "start = element a { \"x }", ":3: the literal has no end"},
		{"unknown pragma", "#@ colour red\nstart = element a { empty }", ":3: pragma"},
		{"mark without a name", "#@ mark a/b\nstart = element a { empty }", "names what no grammar has"},
		{"include of itself", "include \"audit-message.rnc\"", "include each other"},
		{"replaces nothing", "include \"other.inc\" { b = empty }", ":3: b replaces nothing"},
	} {
		dir := fstest.MapFS{
			standard:    {Data: []byte(head + c.grammar)},
			"other.inc": {Data: []byte("start = element a { c }\nc = empty")},
		}
		if _, err := generate(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

// TestCompiled has what is taken, and what comes out of it.
func TestCompiled(t *testing.T) {
	dir := fstest.MapFS{
		standard: {Data: []byte(`#@ clause c
#@ edition e
start = element a { attribute x { "1" | "2" }, (attribute y { text }, attribute z { token })?, (b | element c { xsd:integer })+ }
b = element b { empty }?
`)},
		"d.rnc": {Data: []byte("#@ clause c\n#@ edition e\n#@ order 1\n#@ mark a/d\ninclude \"audit-message.rnc\" { b = element d { empty } }\n")},
	}
	text, err := generate(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{kind: enumerationType, values: []string{"1", "2"}}`,
		`{required: 1<<AttributeX | 1<<AttributeY | 1<<AttributeZ, allowed: 1<<AttributeX | 1<<AttributeY | 1<<AttributeZ},`,
		`{required: 1 << AttributeX, allowed: 1 << AttributeX},`,
		`{accepts: true, next: []edge{{ElementB, 0}, {ElementC, 0}}},`,
		`name: "d", clause: "c", edition: "e",`,
		`{element: ElementD, parent: ElementA},`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is not in\n%s", want, text)
		}
	}
}
