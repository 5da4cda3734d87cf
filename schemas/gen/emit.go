package main

import (
	"bytes"
	"fmt"
	"go/format"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// vocabulary numbers names from 1 on, in order of appearance.
type vocabulary struct {
	prefix string
	names  []string
}

// add takes a name in.
func (v *vocabulary) add(name string) {
	if !slices.Contains(v.names, name) {
		v.names = append(v.names, name)
	}
}

// constant gives the name of a name's constant.
func (v *vocabulary) constant(name string) string {
	upper := true
	return v.prefix + strings.Map(func(r rune) rune {
		switch {
		case r == '-' || r == ':':
			upper = true
			return -1
		case upper && r >= 'a' && r <= 'z':
			upper = false
			return r - 'a' + 'A'
		}
		upper = false
		return r
	}, name)
}

// emitter writes the tables.
type emitter struct {
	bytes.Buffer
	elements, attributes vocabulary
	types                []datatype
}

func (e *emitter) line(format string, args ...any) { fmt.Fprintf(e, format+"\n", args...) }

// generate gives the Go file for the grammars of dir.
func generate(dir fs.FS) ([]byte, error) {
	grammars, err := load(dir)
	if err != nil {
		return nil, err
	}
	e := &emitter{elements: vocabulary{prefix: "Element"}, attributes: vocabulary{prefix: "Attribute"}}
	e.typeNumber(&datatype{kind: "token"}) // package schemas knows it by its number
	for _, g := range grammars {
		for _, c := range g.contents {
			e.elements.add(c.element)
			for _, a := range c.attributes {
				e.attributes.add(a.name)
				e.typeNumber(a.is)
			}
			if c.text != nil {
				e.typeNumber(c.text)
			}
		}
	}
	if len(e.attributes.names) > 62 || len(e.elements.names) > 254 {
		return nil, fmt.Errorf("%d attributes and %d elements are more than fit", len(e.attributes.names), len(e.elements.names))
	}
	e.line("// Code generated from the grammars (*.rnc) by gen; DO NOT EDIT.\n\npackage schemas\n")
	e.names("Element", "element", &e.elements)
	e.names("Attribute", "attribute", &e.attributes)
	if err := e.namespaces(grammars); err != nil {
		return nil, err
	}
	e.line("var datatypes = [...]datatype{")
	for _, t := range e.types {
		e.line("{kind: %sType%s},", t.kind, valuesOf(t.values))
	}
	e.line("}\n\nvar sources = [...]grammarSource{")
	for _, g := range grammars {
		if err := e.grammar(g); err != nil {
			return nil, err
		}
	}
	e.line("}")
	return format.Source(e.Bytes())
}

// namespaces writes which prefix stands for which namespace, the same in all grammars.
func (e *emitter) namespaces(grammars []*grammar) error {
	all := map[string]string{}
	for _, g := range grammars {
		for prefix, uri := range g.source.Namespaces {
			if all[prefix] != "" && all[prefix] != uri {
				return fmt.Errorf("%s: the prefix %s stands for another namespace elsewhere", g.file, prefix)
			}
			all[prefix] = uri
		}
	}
	e.line("var namespaces = [...]struct{ prefix, uri string }{")
	for _, prefix := range slices.Sorted(maps.Keys(all)) {
		e.line("{%q, %q},", prefix, all[prefix])
	}
	e.line("}\n")
	return nil
}

func valuesOf(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return fmt.Sprintf(", values: %#v", values)
}

// typeNumber numbers datatypes from 1 on.
func (e *emitter) typeNumber(t *datatype) int {
	for i := range e.types {
		if e.types[i].kind == t.kind && slices.Equal(e.types[i].values, t.values) {
			return i + 1
		}
	}
	e.types = append(e.types, *t)
	return len(e.types)
}

func (e *emitter) names(typ, table string, v *vocabulary) {
	e.line("// The names of the grammars' %ss.\nconst (", table)
	for i, n := range v.names {
		if i == 0 {
			e.line("%s %s = iota + 1", v.constant(n), typ)
		} else {
			e.line("%s", v.constant(n))
		}
	}
	e.line("\n// Num%ss is above every %s.\nNum%ss\n)\n", typ, typ, typ)
	e.line("var %sNames = [Num%ss]string{", table, typ)
	for _, n := range v.names {
		e.line("%s: %q,", v.constant(n), n)
	}
	e.line("}\n")
}

func (e *emitter) grammar(g *grammar) error {
	e.line("{\nname: %q, clause: %q, edition: %q,", g.name, g.clause, g.edition)
	if len(g.marks) > 0 {
		e.line("marks: []mark{")
		for _, m := range g.marks {
			if !slices.Contains(e.elements.names, m.element) ||
				m.child != "" && !slices.Contains(e.elements.names, m.child) ||
				m.attribute != "" && !slices.Contains(e.attributes.names, m.attribute) {
				return fmt.Errorf("%s: the mark %s/%s%s names what no grammar has", g.file, m.element, m.child, m.attribute)
			}
			if m.child != "" {
				e.line("{element: %s, parent: %s},", e.elements.constant(m.child), e.elements.constant(m.element))
			} else {
				e.line("{element: %s, attribute: %s},", e.elements.constant(m.element), e.attributes.constant(m.attribute))
			}
		}
		e.line("},")
	}
	e.line("contents: []contentSource{")
	for _, c := range g.contents {
		e.content(c)
	}
	e.line("},\n},")
	return nil
}

func (e *emitter) content(c *content) {
	e.line("{ // %d\nelement: %s,", c.index, e.elements.constant(c.element))
	if c.text != nil {
		e.line("text: %d,", e.typeNumber(c.text))
	}
	if len(c.attributes) > 0 {
		e.line("attributes: []attributeSource{")
		for _, a := range c.attributes {
			e.line("{%s, %d},", e.attributes.constant(a.name), e.typeNumber(a.is))
		}
		e.line("},")
		e.line("sets: []attributeSet{")
		for _, s := range c.sets {
			e.line("{required: %s, allowed: %s},", e.mask(s.required), e.mask(slices.Concat(s.required, s.optional)))
		}
		e.line("},")
	}
	if len(c.children) > 0 {
		e.line("children: []childSource{")
		for _, child := range c.children {
			e.line("{%s, %d},", e.elements.constant(child.element), child.index)
		}
		e.line("},\nstates: []stateSource{")
		for _, s := range c.states {
			e.state(s)
		}
		e.line("},")
	}
	e.line("},")
}

func (e *emitter) state(s state) {
	var edges []string
	for _, n := range e.elements.names {
		if to, ok := s.next[n]; ok {
			edges = append(edges, "{"+e.elements.constant(n)+", "+strconv.Itoa(to)+"}")
		}
	}
	next := ""
	if len(edges) > 0 {
		next = "next: []edge{" + strings.Join(edges, ", ") + "}"
	}
	if s.accepts {
		next = strings.TrimSuffix("accepts: true, "+next, ", ")
	}
	e.line("{%s},", next)
}

// mask is the set of the given attributes.
func (e *emitter) mask(names []string) string {
	if len(names) == 0 {
		return "0"
	}
	unique := map[string]bool{}
	for _, n := range names {
		unique[n] = true
	}
	var bits []string
	for _, n := range e.attributes.names {
		if unique[n] {
			bits = append(bits, "1<<"+e.attributes.constant(n))
		}
	}
	if len(bits) != len(slices.Collect(maps.Keys(unique))) {
		panic("a set has an attribute that no content has")
	}
	return strings.Join(bits, " | ")
}
