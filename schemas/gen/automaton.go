package main

import (
	"fmt"
	"maps"
	"slices"

	"arr/schemas/internal/rnc"
)

// modelKind is the kind of a model.
type modelKind uint8

const (
	none modelKind = iota // no element
	one
	sequence
	alternative
	optional
	loop
)

// model is what elements a content has, attributes and texts aside.
type model struct {
	kind    modelKind
	pattern *rnc.Pattern
	of      []model
}

func inOrder(a, b model) model {
	switch {
	case a.kind == none:
		return b
	case b.kind == none:
		return a
	}
	return model{kind: sequence, of: []model{a, b}}
}

func either(a, b model) model {
	switch {
	case a.kind == none && b.kind == none:
		return a
	case a.kind == none:
		return model{kind: optional, of: []model{b}}
	case b.kind == none:
		return model{kind: optional, of: []model{a}}
	}
	return model{kind: alternative, of: []model{a, b}}
}

func repeated(k rnc.Kind, m model) model {
	switch {
	case m.kind == none:
		return m
	case k == rnc.Optional:
		return model{kind: optional, of: []model{m}}
	case k == rnc.OneOrMore:
		return model{kind: loop, of: []model{m}}
	}
	return model{kind: optional, of: []model{{kind: loop, of: []model{m}}}}
}

// state is a state of an automaton: 0 is the first.
type state struct {
	accepts bool
	next    map[string]int
}

// machine is an automaton of positions (Glushkov): each element pattern of a model is a
// position; follow says which may come behind which.
type machine struct {
	positions []*rnc.Pattern
	follow    []map[int]bool
}

// part is a model's first and last positions, and whether it may be absent.
type part struct {
	first, last map[int]bool
	absent      bool
}

func (m *machine) add(x model) part {
	switch x.kind {
	case none:
		return part{absent: true}
	case one:
		n := len(m.positions)
		m.positions = append(m.positions, x.pattern)
		m.follow = append(m.follow, map[int]bool{})
		return part{first: map[int]bool{n: true}, last: map[int]bool{n: true}}
	case optional:
		p := m.add(x.of[0])
		p.absent = true
		return p
	case loop:
		p := m.add(x.of[0])
		m.link(p.last, p.first)
		return p
	}
	a, b := m.add(x.of[0]), m.add(x.of[1])
	if x.kind == alternative {
		return part{join(a.first, b.first), join(a.last, b.last), a.absent || b.absent}
	}
	m.link(a.last, b.first)
	out := part{a.first, b.last, a.absent && b.absent}
	if a.absent {
		out.first = join(a.first, b.first)
	}
	if b.absent {
		out.last = join(a.last, b.last)
	}
	return out
}

func (m *machine) link(from, to map[int]bool) {
	for p := range from {
		maps.Copy(m.follow[p], to)
	}
}

func join(a, b map[int]bool) map[int]bool {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// automaton gives c the smallest deterministic automaton of x, and the contents of the
// elements in it.
func (g *grammar) automaton(c *content, at *rnc.Pattern, x model) error {
	var m machine
	whole := m.add(x)
	byName := map[string]*rnc.Pattern{}
	for _, p := range m.positions {
		if q := byName[p.Name]; q != nil && q != p {
			return errorAt(p, "%s stands twice in the content of %s", p.Name, at.Name)
		} else if q == nil {
			byName[p.Name] = p
			child, err := g.content(p)
			if err != nil {
				return err
			}
			c.children = append(c.children, child)
		}
	}
	c.states = minimize(m.determine(whole))
	return nil
}

// determine makes the positions' automaton deterministic.
func (m *machine) determine(whole part) []state {
	names := func(set map[int]bool) map[string]map[int]bool {
		by := map[string]map[int]bool{}
		for p := range set {
			n := m.positions[p].Name
			if by[n] == nil {
				by[n] = map[int]bool{}
			}
			by[n][p] = true
		}
		return by
	}
	accepts := func(set map[int]bool) bool {
		for p := range set {
			if whole.last[p] {
				return true
			}
		}
		return false
	}
	states := []state{{accepts: whole.absent, next: map[string]int{}}}
	follow := []map[int]bool{whole.first}
	known := map[string]int{}
	for i := 0; i < len(states); i++ {
		by := names(follow[i])
		for _, n := range slices.Sorted(maps.Keys(by)) {
			key := fmt.Sprint(slices.Sorted(maps.Keys(by[n])))
			to, ok := known[key]
			if !ok {
				to = len(states)
				known[key] = to
				next := map[int]bool{}
				for p := range by[n] {
					maps.Copy(next, m.follow[p])
				}
				states = append(states, state{accepts: accepts(by[n]), next: map[string]int{}})
				follow = append(follow, next)
			}
			states[i].next[n] = to
		}
	}
	return states
}

// minimize joins states that can't be told apart, keeping the order of the first of each.
func minimize(states []state) []state {
	class := make([]int, len(states))
	for count := 0; ; {
		keys := map[string]int{}
		next := make([]int, len(states))
		for i, s := range states {
			key := fmt.Sprint(s.accepts)
			for _, n := range slices.Sorted(maps.Keys(s.next)) {
				key += fmt.Sprint(" ", n, class[s.next[n]])
			}
			if _, ok := keys[key]; !ok {
				keys[key] = len(keys)
			}
			next[i] = keys[key]
		}
		class = next
		if len(keys) == count {
			break
		}
		count = len(keys)
	}
	var out []state
	for i, s := range states {
		if class[i] < len(out) {
			continue
		}
		to := map[string]int{}
		for n, t := range s.next {
			to[n] = class[t]
		}
		out = append(out, state{s.accepts, to})
	}
	return out
}
