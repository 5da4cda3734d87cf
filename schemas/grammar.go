package schemas

import (
	"cmp"
	"slices"
)

//go:generate go run ./gen

// Element is the name of an element that a grammar has, from 1 on; 0 is any other.
type Element uint8

// String gives the element's name, "" of one that no grammar has.
func (e Element) String() string {
	if e < NumElements {
		return elementNames[e]
	}
	return ""
}

// Attribute is the name of an attribute that a grammar has, from 1 on; 0 is any other.
type Attribute uint8

// String gives the attribute's name, "" of one that no grammar has.
func (a Attribute) String() string {
	if a < NumAttributes {
		return attributeNames[a]
	}
	return ""
}

// PrefixOf gives the prefix by which attributes of a namespace are named here, as in
// "xsi:noNamespaceSchemaLocation"; "" of a namespace that no grammar has.
func PrefixOf(namespace []byte) string {
	for i := range namespaces {
		if namespaces[i].uri == string(namespace) {
			return namespaces[i].prefix
		}
	}
	return ""
}

// Grammar is one of the grammars, in the order in which they are tried. The zero value
// is the standard's own.
type Grammar uint8

// A51 is the grammar of PS3.15 A.5.1; NumGrammars is above every Grammar, all others of
// which are dialects.
const (
	A51         Grammar = 0
	NumGrammars Grammar = Grammar(len(sources))
)

// String gives the dialect's name; that of A51 is empty.
func (g Grammar) String() string { return sources[g].name }

// Clause is what the grammar restates: "PS3.15 A.5.1".
func (g Grammar) Clause() string { return sources[g].clause }

// Edition is which editions of it: "2017c-2026a".
func (g Grammar) Edition() string { return sources[g].edition }

// Marks is a set of grammars by which marks of their senders a message has: bit g stands
// for Grammar g.
type Marks uint16

// Has says whether g is in m.
func (m Marks) Has(g Grammar) bool { return m>>g&1 != 0 }

// MarksOf gives the grammars that an element marks where it stands in parent.
func MarksOf(parent, element Element) (m Marks) {
	for g := range sources {
		for _, k := range sources[g].marks {
			if k.attribute == 0 && k.element == element && k.parent == parent {
				m |= 1 << g
			}
		}
	}
	return m
}

// MarksOfAttribute gives the grammars that an element's attribute marks.
func MarksOfAttribute(element Element, attribute Attribute) (m Marks) {
	for g := range sources {
		for _, k := range sources[g].marks {
			if k.attribute == attribute && k.element == element && attribute != 0 {
				m |= 1 << g
			}
		}
	}
	return m
}

// The forms in which the generator writes grammars.
type (
	grammarSource struct {
		name, clause, edition string
		marks                 []mark
		contents              []contentSource
	}
	mark struct {
		parent, element Element
		attribute       Attribute
	}
	contentSource struct {
		element    Element
		text       Type
		attributes []attributeSource
		sets       []attributeSet
		children   []childSource
		states     []stateSource
	}
	attributeSource struct {
		name Attribute
		is   Type
	}
	// attributeSet is a combination of attributes that may stand together; bit a is
	// Attribute a.
	attributeSet struct{ required, allowed uint64 }
	childSource  struct {
		name    Element
		content int
	}
	stateSource struct {
		accepts bool
		next    []edge
	}
	edge struct {
		name Element
		to   uint8
	}
)

// content is what an element may hold, in the form in which it is looked up: text is the
// datatype of its text, 0 if it has none.
type content struct {
	element    Element
	text       Type
	attributes [NumAttributes]Type
	sets       []attributeSet
	children   [NumElements]*content
	states     []state
}

// state is a state of an automaton. next gives the number of the state behind an element,
// plus one; 0 where the element may not come. edges are the elements that may, by their
// numbers.
type state struct {
	accepts bool
	next    [NumElements]uint8
	edges   []edge
}

// grammars are the contents of each grammar, that of the root first.
var grammars = expand()

// expand lays the generated tables out for lookup.
func expand() (all [NumGrammars][]content) {
	for g := range sources {
		all[g] = make([]content, len(sources[g].contents))
		for i := range all[g] {
			from, c := &sources[g].contents[i], &all[g][i]
			c.element, c.text, c.sets = from.element, from.text, from.sets
			if len(c.sets) == 0 {
				c.sets = []attributeSet{{}}
			}
			for _, a := range from.attributes {
				c.attributes[a.name] = a.is
			}
			for _, child := range from.children {
				c.children[child.name] = &all[g][child.content]
			}
			c.states = []state{{accepts: true}}
			if len(from.states) > 0 {
				c.states = make([]state, len(from.states))
			}
			for n, s := range from.states {
				c.states[n].accepts = s.accepts
				for _, e := range s.next {
					c.states[n].next[e.name] = e.to + 1
				}
				c.states[n].edges = slices.SortedFunc(slices.Values(s.next), func(a, b edge) int { return cmp.Compare(a.name, b.name) })
			}
		}
	}
	return all
}
