package main

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"arr/schemas/internal/rnc"
)

// standard is the file of the standard's own grammar; the others are dialects.
const standard = "audit-message.rnc"

// mark is a place in a message by which a grammar's senders are known. Child or
// attribute is empty.
type mark struct{ element, child, attribute string }

// grammar is one compiled grammar.
type grammar struct {
	file, name, clause, edition string
	order                       int
	marks                       []mark
	source                      *rnc.Grammar
	contents                    []*content
	known                       map[*rnc.Pattern]*content
}

// content is what one element pattern allows.
type content struct {
	index      int
	element    string
	text       *datatype
	attributes []attribute
	sets       []set
	children   []*content
	states     []state
}

func errorAt(p *rnc.Pattern, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", p.File, p.Line, fmt.Sprintf(format, args...))
}

// load reads and compiles all grammars of dir, in their order.
func load(dir fs.FS) ([]*grammar, error) {
	files, err := fs.Glob(dir, "*.rnc")
	if err != nil {
		return nil, err
	}
	var all []*grammar
	for _, file := range files {
		source, err := rnc.Read(dir, file)
		if err != nil {
			return nil, err
		}
		g := &grammar{file: file, source: source, known: map[*rnc.Pattern]*content{}}
		if file != standard {
			g.name = strings.TrimSuffix(file, ".rnc")
		}
		if err := g.pragmas(); err != nil {
			return nil, err
		}
		if err := g.compile(); err != nil {
			return nil, err
		}
		all = append(all, g)
	}
	slices.SortFunc(all, func(a, b *grammar) int { return cmp.Compare(a.order, b.order) })
	for i, g := range all {
		if g.order != i || (i == 0) != (g.file == standard) {
			return nil, fmt.Errorf("%s: its order is %d, and %d comes next: count them from 0, that of %s, without gaps", g.file, g.order, i, standard)
		}
	}
	return all, nil
}

// pragmas takes in what the file's pragmas say.
func (g *grammar) pragmas() error {
	for _, p := range g.source.Pragmas {
		ok := p.Rest != ""
		switch p.Word {
		case "clause":
			g.clause = p.Rest
		case "edition":
			g.edition = p.Rest
		case "order":
			n, err := strconv.Atoi(p.Rest)
			g.order, ok = n, err == nil
		case "mark":
			element, rest, _ := strings.Cut(p.Rest, "/")
			if attribute, has := strings.CutPrefix(rest, "@"); has {
				g.marks = append(g.marks, mark{element: element, attribute: attribute})
			} else {
				g.marks = append(g.marks, mark{element: element, child: rest})
			}
			ok = rest != ""
		default:
			ok = false
		}
		if !ok {
			return fmt.Errorf("%s:%d: pragma %q says nothing that is known", g.file, p.Line, p.Word+" "+p.Rest)
		}
	}
	if g.clause == "" || g.edition == "" {
		return fmt.Errorf("%s: the pragmas clause and edition are missing", g.file)
	}
	return nil
}

// compile compiles the root element and all that it can contain.
func (g *grammar) compile() error {
	root, err := g.resolve(g.source.Start)
	if err != nil {
		return err
	}
	if root.Kind != rnc.Element {
		return errorAt(root, "start is not one element")
	}
	_, err = g.content(root)
	return err
}

// resolve follows references to a pattern that is none.
func (g *grammar) resolve(p *rnc.Pattern) (*rnc.Pattern, error) {
	for range len(g.source.Defines) + 1 {
		if p.Kind != rnc.Ref {
			return p, nil
		}
		next := g.source.Defines[p.Name]
		if next == nil {
			return nil, errorAt(p, "%s is not defined", p.Name)
		}
		p = next
	}
	return nil, errorAt(p, "%s is defined by itself", p.Name)
}

// content compiles an element pattern, once.
func (g *grammar) content(p *rnc.Pattern) (*content, error) {
	if c := g.known[p]; c != nil {
		return c, nil
	}
	c := &content{element: p.Name, index: len(g.contents)}
	g.known[p] = c
	g.contents = append(g.contents, c)
	parts, err := g.split(p.Of[0], 0)
	if err != nil {
		return nil, err
	}
	c.sets = parts.sets
	if c.attributes, err = attributesOf(parts.attributes); err != nil {
		return nil, err
	}
	if parts.data != nil {
		if parts.elements.kind != none {
			return nil, errorAt(p, "%s has both text and elements", p.Name)
		}
		c.text = parts.data
	}
	return c, g.automaton(c, p, parts.elements)
}
