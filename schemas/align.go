package schemas

import (
	"slices"
	"strconv"
)

// An element whose children are not as its content model has them is compared with the
// nearest children that are: those that take the fewest elements added or left out. What
// was added is missing, what was left out is out of place; one that is both has moved.

// MaxCompared is how many children of one element are compared. That there are more, which
// are not, is a fault of its own.
const MaxCompared = 1 << 14

// step is how a state was reached behind a child.
type step struct {
	kind    stepKind
	from    uint8   // the state before
	element Element // of stepInsert
}

type stepKind uint8

const (
	unreached stepKind = iota
	stepStart
	stepMatch
	stepDelete
	stepInsert
)

// edit is one difference: before child number at, an element is missing; or that child is
// too many. state is where the content model stands there.
type edit struct {
	insert  bool
	at      int
	element Element
	state   int
}

// align reports what is wrong with the children of p, which ends at end.
func (r *Reporter) align(p *place, end Span) {
	path := r.Path()
	if p.uncompared.End > 0 {
		r.add("too-many-children", path, p.uncompared, "at most "+strconv.Itoa(MaxCompared)+" children where they are not as the content model has them")
	}
	edits := p.content.compare(p.children, p.uncompared.End == 0)
	moves := p.pair(edits)
	for i, e := range edits {
		if !r.wants() {
			return
		}
		if e.insert {
			continue
		}
		c := p.children[e.at]
		code, expected := "misplaced-element", p.content.expectedAt(e.state)
		switch to := moves.to[i]; {
		case to >= 0:
			expected = e.element.String() + " " + p.before(edits[to].at)
		case moves.kept[e.element] > 0 && !p.content.repeats(e.element):
			code = "duplicate-element"
		}
		r.add(code, path+"/"+numbered(e.element.String(), c.nth), c.at, expected)
	}
	for i, e := range edits {
		if !r.wants() {
			return
		}
		if !e.insert || moves.to[i] >= 0 {
			continue
		}
		at := end
		if e.at < len(p.children) {
			at = p.children[e.at].at
		}
		where, expected := path, p.content.alternatives(e.state, e.element)
		if expected == e.element.String() {
			where += "/" + numbered(expected, p.count[expected]+1)
		}
		r.add("missing-element", where, at, expected)
	}
}

// before says where child number i stands.
func (p *place) before(i int) string {
	if i < len(p.children) {
		return "before " + p.children[i].element.String()
	}
	return "at the end of " + p.name
}

// moves are edits that belong together. to[i] is the edit that adds what edit i leaves out,
// and the other way round; -1 where there is none. kept is how many children of each name
// are in their place.
type moves struct {
	to   []int
	kept [NumElements]int
}

// pair finds what has moved: the first of a name that is left out goes where the first of
// that name is missing.
func (p *place) pair(edits []edit) moves {
	m := moves{to: make([]int, len(edits))}
	for i := range p.children {
		m.kept[p.children[i].element]++
	}
	var missing [NumElements][]int
	for i, e := range edits {
		m.to[i] = -1
		if e.insert {
			missing[e.element] = append(missing[e.element], i)
		} else {
			m.kept[e.element]--
		}
	}
	for i, e := range edits {
		if at := missing[e.element]; !e.insert && len(at) > 0 {
			m.to[i], m.to[at[0]], missing[e.element] = at[0], i, at[1:]
		}
	}
	return m
}

// comparison holds children against a content model. Its rows are the states, one row for
// each place between children; costs are those of the last row.
type comparison struct {
	*content
	steps []step
	costs []uint16
}

// compare returns the fewest edits that make children those of c, in their order; unless all
// is true, the first of those of c.
func (c *content) compare(children []child, all bool) []edit {
	n := len(c.states)
	x := comparison{content: c, steps: make([]step, (len(children)+1)*n), costs: make([]uint16, n)}
	x.steps[0] = step{kind: stepStart}
	x.insert(x.steps[:n])
	next := make([]uint16, n)
	for i := range children {
		row, below := x.steps[i*n:][:n], x.steps[(i+1)*n:][:n]
		for s := range row {
			if row[s].kind == unreached {
				continue
			}
			if to := c.states[s].next[children[i].element]; to > 0 {
				better(&below[to-1], &next[to-1], step{kind: stepMatch, from: uint8(s)}, x.costs[s])
			}
			better(&below[s], &next[s], step{kind: stepDelete, from: uint8(s)}, x.costs[s]+1)
		}
		x.costs, next = next, x.costs
		x.insert(below)
	}
	return x.trace(children, all)
}

// better replaces a step that was not made or that cost more. Of two elements that can't
// both be there, the later one is too many.
func better(made *step, cost *uint16, by step, at uint16) bool {
	later := made.kind == stepMatch && by.kind == stepDelete && *cost == at
	if made.kind != unreached && *cost <= at && !later {
		return false
	}
	*made, *cost = by, at
	return true
}

// insert reaches what elements that are added lead to.
func (x *comparison) insert(row []step) {
	for changed := true; changed; {
		changed = false
		for s := range row {
			if row[s].kind == unreached {
				continue
			}
			for _, e := range x.states[s].edges {
				if better(&row[e.to], &x.costs[e.to], step{stepInsert, uint8(s), e.name}, x.costs[s]+1) {
					changed = true
				}
			}
		}
	}
}

// trace follows the cheapest way back from the end.
func (x *comparison) trace(children []child, all bool) (edits []edit) {
	i, n := len(children), len(x.states)
	s := -1
	for t := range n {
		if x.steps[i*n+t].kind != unreached && (x.states[t].accepts || !all) && (s < 0 || x.costs[t] <= x.costs[s]) {
			s = t
		}
	}
	for s >= 0 {
		made := x.steps[i*n+s]
		switch made.kind {
		case stepStart:
			s = -1
			continue
		case stepMatch:
			i--
		case stepDelete:
			i--
			edits = append(edits, edit{at: i, element: children[i].element, state: s})
		case stepInsert:
			edits = append(edits, edit{insert: true, at: i, element: made.element, state: int(made.from)})
		}
		s = int(made.from)
	}
	slices.Reverse(edits)
	return edits
}

// repeats says whether c may have two children of the given name.
func (c *content) repeats(e Element) bool {
	for s := range c.states {
		to := c.states[s].next[e]
		if to == 0 {
			continue
		}
		reached := make([]bool, len(c.states))
		if c.reaches(int(to-1), e, reached) {
			return true
		}
	}
	return false
}

// reaches says whether e may come at state s or at one behind it.
func (c *content) reaches(s int, e Element, reached []bool) bool {
	reached[s] = true
	if c.states[s].next[e] > 0 {
		return true
	}
	for _, to := range c.states[s].next {
		if to > 0 && !reached[to-1] && c.reaches(int(to-1), e, reached) {
			return true
		}
	}
	return false
}

// expectedAt says what may come at a state.
func (c *content) expectedAt(s int) string {
	var names []string
	for e, to := range c.states[s].next {
		if to > 0 {
			names = append(names, Element(e).String())
		}
	}
	switch {
	case c.text != 0:
		return c.text.expected()
	case c.states[s].accepts:
		names = append(names, "the end of "+c.element.String())
	}
	return list(names)
}

// alternatives are the elements that lead from state s where e leads.
func (c *content) alternatives(s int, e Element) string {
	var names []string
	next := &c.states[s].next
	for x, to := range next {
		if to > 0 && to == next[e] {
			names = append(names, Element(x).String())
		}
	}
	return list(names)
}

// attributeNames are the attributes that c may have.
func (c *content) attributeNames() string {
	var names []string
	for a, t := range c.attributes {
		if t != 0 {
			names = append(names, Attribute(a).String())
		}
	}
	if names == nil {
		return "no attribute"
	}
	return list(names)
}
