package main

import (
	"fmt"
	"slices"
	"strings"

	"arr/schemas/internal/rnc"
)

// datatype is what a value may be: a kind, and the literals of an enumeration.
type datatype struct {
	kind   string
	values []string
}

// attribute is an attribute of an element.
type attribute struct {
	name string
	is   *datatype
	at   *rnc.Pattern
}

// set is one combination of attributes that may stand together.
type set struct{ required, optional []string }

// parts are a content pattern's three sides: what attributes it takes, what text, and what
// elements.
type parts struct {
	attributes []attribute
	sets       []set
	data       *datatype
	elements   model
}

func (p *parts) onlyAttributes() bool { return p.data == nil && p.elements.kind == none }

func noAttributes() []set { return []set{{}} }

// maxNesting bounds how deeply definitions refer to each other.
const maxNesting = 32

// split parts a content pattern.
func (g *grammar) split(p *rnc.Pattern, depth int) (parts, error) {
	if depth > maxNesting {
		return parts{}, errorAt(p, "definitions refer to each other")
	}
	out := parts{sets: noAttributes()}
	switch p.Kind {
	case rnc.Ref:
		q, err := g.resolve(p)
		if err != nil {
			return parts{}, err
		}
		return g.split(q, depth+1)
	case rnc.Empty:
	case rnc.Element:
		out.elements = model{kind: one, pattern: p}
	case rnc.Attribute:
		inner, err := g.split(p.Of[0], depth+1)
		if err != nil {
			return parts{}, err
		}
		if inner.data == nil || len(inner.attributes) > 0 || inner.elements.kind != none {
			return parts{}, errorAt(p, "attribute %s is not a text", p.Name)
		}
		out.attributes = []attribute{{p.Name, inner.data, p}}
		out.sets = []set{{required: []string{p.Name}}}
	case rnc.Text, rnc.Data, rnc.Value:
		out.data = dataOf(p)
	case rnc.Group:
		return g.splitGroup(p, depth)
	case rnc.Choice:
		return g.splitChoice(p, depth)
	default:
		return g.splitRepeated(p, depth)
	}
	return out, nil
}

func dataOf(p *rnc.Pattern) *datatype {
	switch {
	case p.Kind == rnc.Value && p.Name == "token":
		return &datatype{"enumeration", []string{p.Literal}}
	case p.Kind == rnc.Value && p.Name == "xsd:integer":
		return &datatype{"integers", []string{p.Literal}}
	case p.Kind == rnc.Value:
		return &datatype{"unsupported literal of " + p.Name, nil}
	case p.Kind == rnc.Text || p.Name == "token":
		return &datatype{"token", nil}
	}
	return &datatype{strings.TrimPrefix(p.Name, "xsd:"), nil}
}

func (g *grammar) splitGroup(p *rnc.Pattern, depth int) (parts, error) {
	out := parts{sets: noAttributes()}
	for _, q := range p.Of {
		in, err := g.split(q, depth+1)
		if err != nil {
			return parts{}, err
		}
		if in.data != nil && out.data != nil {
			return parts{}, errorAt(p, "two texts stand in a row")
		}
		if in.data != nil {
			out.data = in.data
		}
		out.attributes = append(out.attributes, in.attributes...)
		var sets []set
		for _, a := range out.sets {
			for _, b := range in.sets {
				sets = append(sets, set{
					slices.Concat(a.required, b.required), slices.Concat(a.optional, b.optional),
				})
			}
		}
		out.sets = sets
		out.elements = inOrder(out.elements, in.elements)
	}
	return out, nil
}

func (g *grammar) splitChoice(p *rnc.Pattern, depth int) (parts, error) {
	var out parts
	for i, q := range p.Of {
		in, err := g.split(q, depth+1)
		if err != nil {
			return parts{}, err
		}
		if len(in.attributes) > 0 && !in.onlyAttributes() || i > 0 && in.onlyAttributes() != out.onlyAttributes() {
			return parts{}, errorAt(p, "a choice is between attributes and contents")
		}
		if (in.data == nil) != (out.data == nil) && i > 0 {
			return parts{}, errorAt(p, "a choice is between a text and elements")
		}
		if in.data != nil {
			if out.data, err = union(p, out.data, in.data); err != nil {
				return parts{}, err
			}
		}
		out.attributes = append(out.attributes, in.attributes...)
		out.sets = append(out.sets, in.sets...)
		if i == 0 {
			out.elements = in.elements
		} else {
			out.elements = either(out.elements, in.elements)
		}
	}
	if len(out.attributes) == 0 {
		out.sets = noAttributes()
	}
	return out, nil
}

// union is the datatype that takes what a or b takes. A token takes everything, so what
// stands beside it only says what is usual.
func union(p *rnc.Pattern, a, b *datatype) (*datatype, error) {
	switch {
	case a == nil:
		return b, nil
	case a.kind == "token":
		return a, nil
	case b.kind == "token":
		return b, nil
	case a.kind == b.kind && (a.kind == "enumeration" || a.kind == "integers"):
		return &datatype{a.kind, slices.Concat(a.values, b.values)}, nil
	}
	return nil, errorAt(p, "a choice of %s and %s is not compiled", a.kind, b.kind)
}

func (g *grammar) splitRepeated(p *rnc.Pattern, depth int) (parts, error) {
	in, err := g.split(p.Of[0], depth+1)
	switch {
	case err != nil:
		return parts{}, err
	case in.data != nil:
		return parts{}, errorAt(p, "a text is optional or repeated")
	case len(in.attributes) == 0:
		in.elements = repeated(p.Kind, in.elements)
	case !in.onlyAttributes() || p.Kind != rnc.Optional:
		return parts{}, errorAt(p, "attributes repeat, or are optional together with contents")
	case len(in.sets) == 1 && len(in.sets[0].required) == 1 && len(in.sets[0].optional) == 0:
		in.sets = []set{{optional: in.sets[0].required}}
	default:
		in.sets = append(in.sets, set{})
	}
	return in, nil
}

// attributesOf joins what a content says of each attribute.
func attributesOf(all []attribute) ([]attribute, error) {
	var out []attribute
	for _, a := range all {
		i := slices.IndexFunc(out, func(b attribute) bool { return a.name == b.name })
		if i < 0 {
			if strings.HasPrefix(a.is.kind, "unsupported") {
				return nil, errorAt(a.at, "%s", a.is.kind)
			}
			out = append(out, a)
		} else if fmt.Sprint(*out[i].is) != fmt.Sprint(*a.is) {
			return nil, errorAt(a.at, "attribute %s has two datatypes", a.name)
		}
	}
	return out, nil
}
