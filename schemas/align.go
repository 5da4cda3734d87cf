package schemas

// An element whose children are not as its content model has them is compared with the
// nearest children that are: those that take the fewest elements added or left out. What
// was added is missing, what was left out is out of place; one that is both has moved.

// step is how a cell of the comparison was reached.
type step struct {
	cost    uint16
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
	edits := p.content.compare(p.children)
	path := r.Path()
	moved := make([]bool, len(edits))
	for i, e := range edits {
		if e.insert {
			continue
		}
		c := p.children[e.at]
		code, expected := "misplaced-element", p.content.expectedAt(e.state)
		for j, other := range edits {
			if other.insert && other.element == e.element && !moved[j] {
				moved[i], moved[j] = true, true
				expected = e.element.String() + " " + p.before(other.at)
				break
			}
		}
		if !moved[i] && !p.content.repeats(e.element) && p.keeps(e.element, edits) {
			code = "duplicate-element"
		}
		r.add(code, path+"/"+numbered(e.element.String(), c.nth), c.at, expected)
	}
	for j, e := range edits {
		if !e.insert || moved[j] {
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

// keeps says whether one child of the given name is in its place.
func (p *place) keeps(e Element, edits []edit) bool {
	n := 0
	for i := range p.children {
		if p.children[i].element == e {
			n++
		}
	}
	for _, x := range edits {
		if !x.insert && x.element == e {
			n--
		}
	}
	return n > 0
}

// compare gives the fewest edits that make children those of c, in their order.
func (c *content) compare(children []child) []edit {
	n := len(c.states)
	rows := make([][]step, len(children)+1)
	for i := range rows {
		rows[i] = make([]step, n)
	}
	rows[0][0] = step{kind: stepStart}
	for i := range rows {
		c.insertInto(rows[i])
		if i == len(children) {
			break
		}
		e := children[i].element
		for s := range rows[i] {
			here := rows[i][s]
			if here.kind == unreached {
				continue
			}
			if to := c.states[s].next[e]; to > 0 {
				better(&rows[i+1][to-1], step{cost: here.cost, kind: stepMatch, from: uint8(s)})
			}
			better(&rows[i+1][s], step{cost: here.cost + 1, kind: stepDelete, from: uint8(s)})
		}
	}
	return c.trace(rows, children)
}

// better replaces a cell that was not reached or that cost more. Of two elements that
// can't both be there, the later one is too many.
func better(cell *step, by step) bool {
	later := cell.kind == stepMatch && by.kind == stepDelete && cell.cost == by.cost
	if cell.kind != unreached && cell.cost <= by.cost && !later {
		return false
	}
	*cell = by
	return true
}

// insertInto reaches what elements that are added lead to.
func (c *content) insertInto(row []step) {
	for changed := true; changed; {
		changed = false
		for s := range row {
			if row[s].kind == unreached {
				continue
			}
			for e, to := range c.states[s].next {
				if to > 0 && better(&row[to-1], step{row[s].cost + 1, stepInsert, uint8(s), Element(e)}) {
					changed = true
				}
			}
		}
	}
}

// trace follows the cheapest way back from the end.
func (c *content) trace(rows [][]step, children []child) (edits []edit) {
	i := len(rows) - 1
	s := -1
	for t, cell := range rows[i] {
		if cell.kind != unreached && c.states[t].accepts && (s < 0 || cell.cost <= rows[i][s].cost) {
			s = t
		}
	}
	for s >= 0 {
		cell := rows[i][s]
		switch cell.kind {
		case stepStart:
			s = -1
			continue
		case stepMatch:
			i--
		case stepDelete:
			i--
			edits = append(edits, edit{at: i, element: children[i].element, state: s})
		case stepInsert:
			edits = append(edits, edit{insert: true, at: i, element: cell.element, state: int(cell.from)})
		}
		s = int(cell.from)
	}
	for a, b := 0, len(edits)-1; a < b; a, b = a+1, b-1 {
		edits[a], edits[b] = edits[b], edits[a]
	}
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
