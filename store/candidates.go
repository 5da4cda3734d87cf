package store

import (
	"fmt"

	"arr/audit"
	"arr/query"
	"arr/store/segment"
)

// candidate is a part that may hold records of the answer, and what is left to ask of
// them once the indexes have said what none of them can satisfy.
type candidate struct {
	part  part
	where query.Expr
}

// candidates gives the parts of a view that may hold records of the answer, and how many
// records the view has. What an index rules out costs no read of a column.
func (q *search) candidates(v *view) (parts []candidate, position uint64) {
	expansions := map[*query.Leaf]*expansion{}
	q.store.expand(q.ctx, q.where, expansions)
	for i := range v.missing {
		q.problemText(v.missing[i].problem().Error())
	}
	position = v.sealedEnd()
	for _, seg := range v.segments {
		info := seg.Info()
		if info.MaxTime < q.plan.Since || info.MinTime >= q.plan.Until {
			continue
		}
		parts = q.blocks(parts, seg, expansions)
	}
	for _, b := range v.mem {
		p := newMemPart(b)
		position = b.first + uint64(len(p.recs))
		if len(p.recs) > 0 && p.maxTime >= q.plan.Since && p.minTime < q.plan.Until {
			parts = append(parts, candidate{p, q.where})
		}
	}
	return parts, position
}

// blocks appends the candidates of one segment.
func (q *search) blocks(parts []candidate, seg *segment.Segment, expansions map[*query.Leaf]*expansion) []candidate {
	ix := index{leaves: map[*query.Leaf]map[int]bool{}, expansions: expansions}
	if err := ix.lookUp(q.where, seg); err != nil {
		q.store.meet(err)
		// Without the index every block is a candidate: slower, and complete.
		q.problemText(fmt.Sprintf("the term index of %s can't be read: %v; run arr check", seg.Info().Path, err))
		clear(ix.leaves)
	}
	for i, b := range seg.Blocks() {
		lo, hi := b.TimeBounds()
		if hi < q.plan.Since || lo >= q.plan.Until {
			continue
		}
		p := blockPart{Block: b, parse: q.store.parse}
		left, err := ix.prune(q.where, b, i)
		if err != nil {
			q.problem(p, err)
			continue
		}
		if left != nil {
			parts = append(parts, candidate{p, left})
		}
	}
	return parts
}

// index is what a segment's term index says of a question's leaves: for each leaf with
// terms, its own or those that the directory gave it, the ordinals of the blocks that may
// hold one of them.
type index struct {
	leaves     map[*query.Leaf]map[int]bool
	expansions map[*query.Leaf]*expansion
}

func (ix *index) lookUp(e query.Expr, seg *segment.Segment) error {
	switch e := e.(type) {
	case *query.And:
		return ix.lookUpAll(e.Of, seg)
	case *query.Or:
		return ix.lookUpAll(e.Of, seg)
	case *query.Leaf:
		if x := ix.expansions[e]; x != nil {
			blocks, err := x.blocks(seg)
			if err != nil {
				return err
			}
			ix.leaves[e] = blocks
		} else if len(e.Terms) > 0 {
			blocks := map[int]bool{}
			if err := addTermBlocks(blocks, seg, e.Terms); err != nil {
				return err
			}
			ix.leaves[e] = blocks
		}
	}
	return nil
}

func (ix *index) lookUpAll(of []query.Expr, seg *segment.Segment) error {
	for _, c := range of {
		if err := ix.lookUp(c, seg); err != nil {
			return err
		}
	}
	return nil
}

// prune gives what is left of e for block b, ordinal i, without the leaves that no record
// of it can satisfy: nil if that is all of e. Under Not nothing is ruled out.
func (ix *index) prune(e query.Expr, b *segment.Block, i int) (query.Expr, error) {
	switch e := e.(type) {
	case *query.And:
		and := &query.And{Of: make([]query.Expr, len(e.Of))}
		for k, c := range e.Of {
			left, err := ix.prune(c, b, i)
			if left == nil || err != nil {
				return nil, err
			}
			and.Of[k] = left
		}
		return and, nil
	case *query.Or:
		var left []query.Expr
		for _, c := range e.Of {
			l, err := ix.prune(c, b, i)
			if err != nil {
				return nil, err
			}
			if l != nil {
				left = append(left, l)
			}
		}
		if len(left) == 0 {
			return nil, nil
		}
		return &query.Or{Of: left}, nil
	case *query.Leaf:
		if may, err := ix.leafMayHold(e, b, i); !may || err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (ix *index) leafMayHold(l *query.Leaf, b *segment.Block, i int) (bool, error) {
	blocks, known := ix.leaves[l]
	if x := ix.expansions[l]; x != nil && known {
		if b.First()+uint64(b.Len()) > x.position || blocks[i] {
			return true, nil
		}
		return x.mayHold(b)
	}
	if known && !blocks[i] {
		return false, nil
	}
	if l.Fields&audit.Numeric != 0 {
		return numericMayHold(l, b), nil
	}
	return mayHoldWords(b, l.Words)
}

func numericMayHold(l *query.Leaf, b *segment.Block) bool {
	overlaps := func(lo, hi int64) bool { return lo <= l.Hi && hi >= l.Lo }
	lo, hi := b.TimeBounds()
	if l.Fields.Has(audit.FieldTime) && overlaps(lo, hi) {
		return true
	}
	lo, hi = b.ReceivedBounds()
	if l.Fields.Has(audit.FieldReceived) && overlaps(lo, hi) {
		return true
	}
	first := int64(b.First())
	return l.Fields.Has(audit.FieldNumber) && overlaps(first, first+int64(b.Len())-1)
}
