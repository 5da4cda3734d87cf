package segment

import "arr/audit"

// A column's parent is searched for in one block of parentAge, by trying, and kept for
// the next ones: what belongs together in one block does in the next.
const (
	parentAge = 16
	// parentTries is how many of the columns before a column are tried.
	parentTries = 6
	// parentGain is how many bits a parent must save at least, beside a third of what
	// there are: reading a column reads its parent's codes too.
	parentGain = 1000
	// parentDepth is how many columns' codes are read at most to read one's.
	parentDepth = 3
)

// parentChooser says for each column which other one its values go with.
type parentChooser struct {
	rows *rows
	// chosen has the parent of each column as found last, and in how many blocks to
	// search again.
	chosen [audit.MaxColumns]struct {
		parent audit.Column
		has    bool
		left   int
	}
	// depth has for each ordinal how many columns it hangs on.
	depth []int
	best  []uint32
	try   []uint32
	last  []uint32
}

func (p *parentChooser) begin(l *rows) {
	p.rows = l
	p.depth = append(p.depth[:0], make([]int, len(l.columns))...)
}

// choose gives the ordinal of the parent of column ord, -1 for none, and its symbols,
// valid until the next call.
func (p *parentChooser) choose(e *blockEncoder, ord int) (int, []uint32) {
	c := e.columns[ord]
	p.best = symbols(p.best[:0], c.codes, nil, nil, nil)
	cost := symbolCost(p.best)
	memo := &p.chosen[c.id]
	if cost <= len(c.codes)/8+64 {
		return -1, p.best
	}
	tries := p.before(ord)
	if memo.left > 0 {
		memo.left--
		tries = p.remembered(memo.parent, memo.has, ord)
	} else {
		memo.left, memo.has = parentAge, false
	}
	parent := -1
	most := cost - max(cost/3, parentGain)
	for _, t := range tries {
		if p.depth[t] >= parentDepth {
			continue
		}
		p.try = p.symbolsBy(e, ord, t)
		if n := symbolCost(p.try); n < cost && n < most {
			cost, parent = n, t
			p.best, p.try = p.try, p.best
		}
	}
	if parent >= 0 {
		memo.parent, memo.has = p.rows.columns[parent], true
		p.depth[ord] = p.depth[parent] + 1
	}
	return parent, p.best
}

// symbolsBy gives the symbols of column ord with the parent t.
func (p *parentChooser) symbolsBy(e *blockEncoder, ord, t int) []uint32 {
	c, parent := e.columns[ord], e.columns[t]
	if cap(p.last) < len(parent.distinct.values) {
		p.last = make([]uint32, 2*len(parent.distinct.values))
	}
	last := p.last[:len(parent.distinct.values)]
	clear(last)
	return symbols(p.try[:0], c.codes, parent.codes, pairs(p.rows, ord, t, len(c.codes)), last)
}

// remembered gives the parent of a block before, if it may be one in this block too.
func (p *parentChooser) remembered(parent audit.Column, has bool, ord int) []int {
	if !has {
		return nil
	}
	for t := range ord {
		if p.rows.columns[t] == parent {
			return []int{t}
		}
	}
	return nil
}

// before gives the ordinals of up to parentTries columns that stand before column ord
// in most forms, the nearest ones first. A parent's ordinal is lower than its child's,
// so that no column hangs on itself.
func (p *parentChooser) before(ord int) []int {
	var place [audit.MaxColumns]int
	for i, id := range p.rows.columns {
		place[id] = i
	}
	votes := make([]int, ord)
	for i, c := range p.rows.column(ord) {
		if c == nil {
			continue
		}
		slots := p.rows.forms[i].shape.Slots
		for back := 1; back <= 2*parentTries && back <= c.slots[0].slot; back++ {
			if t := place[slots[c.slots[0].slot-back].Column]; t < ord {
				votes[t] += 2*parentTries + 1 - back
			}
		}
	}
	var tries []int
	for len(tries) < parentTries {
		best := -1
		for t, v := range votes {
			if v > 0 && (best < 0 || v > votes[best]) {
				best = t
			}
		}
		if best < 0 {
			break
		}
		tries, votes[best] = append(tries, best), 0
	}
	return tries
}
