package store

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"arr/audit"
	"arr/query"
	"arr/store/segment"
)

// part is a block as a search sees it: records with consecutive numbers, encoded or not.
type part interface {
	Number() uint64 // the first record's
	Len() int
	TimeRange() (lo, hi int64) // of audit.Record.Time, both included
	Times() ([]int64, error)
	// Match sets the bit of each record that satisfies leaf.
	Match(leaf *query.Leaf, out *segment.Bitmap) error
	// Group counts the records of sel under each label, as query.Plan has it.
	Group(fields audit.FieldSet, labels func(audit.Field, []byte, func([]byte)), sel *segment.Bitmap, add func(label []byte, n int64)) error
	// Records gives the records of sel by rising number, each with memory of its own.
	Records(sel *segment.Bitmap, fn func(i int, r *audit.Record) error) error
}

// match is a part with the records in it that satisfy a question.
type match struct {
	candidate
	sel segment.Bitmap
	n   int
}

// search is one run of a plan.
type search struct {
	store *Store
	ctx   context.Context
	plan  *query.Plan
	where query.Expr

	mu       sync.Mutex
	problems []string
}

// Search runs a plan over what is stored at the moment of the call: published segments,
// the one being written, and the memtable. A block that can't be read is left out and
// named in the summary, which is not complete then.
func (s *Store) Search(ctx context.Context, p *query.Plan, sink query.Sink) (query.Summary, error) {
	v := s.view.Load()
	q := &search{store: s, ctx: ctx, plan: p, where: costliestLast(p.Where)}
	candidates, position := q.candidates(v)
	matches := q.evaluate(candidates)
	sum := query.Summary{Position: position}
	for i := range matches {
		sum.Count += int64(matches[i].n)
	}
	err := ctx.Err()
	if err == nil {
		switch p.Kind {
		case query.Count:
			err = sink.Bucket(query.Bucket{Count: sum.Count})
		case query.By:
			sum.Unlisted, err = q.by(matches, sink)
		case query.Histogram:
			err = q.histogram(matches, sink)
		default:
			err = q.records(matches, sink)
		}
	}
	sum.Problems = q.problems
	sum.Complete = len(q.problems) == 0 && sum.Unlisted == 0 && err == nil
	return sum, err
}

// problem notes that a part could not be read.
func (q *search) problem(p part, err error) {
	q.store.meet(err)
	q.problemText(fmt.Sprintf("records %d to %d can't be read: %v; run arr check", p.Number(), p.Number()+uint64(p.Len())-1, err))
}

func (q *search) problemText(text string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.problems = append(q.problems, text)
}

// evaluate finds the records of each candidate that satisfy the question, on all
// processors, and keeps the candidates' order.
func (q *search) evaluate(candidates []candidate) []match {
	all := make([]match, len(candidates))
	q.parallel(len(candidates), func(i int) {
		m := &all[i]
		m.candidate = candidates[i]
		if err := q.match(m); err != nil {
			q.problem(m.part, err)
			m.n = 0
		}
	})
	kept := all[:0]
	for i := range all {
		if all[i].n > 0 {
			kept = append(kept, all[i])
		}
	}
	return kept
}

// parallel calls fn(0) to fn(n-1), each once, from as many goroutines as there are
// processors, and waits. It stops early when the context ends.
func (q *search) parallel(n int, fn func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	if workers <= 1 {
		for i := range n {
			if q.ctx.Err() != nil {
				return
			}
			fn(i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n || q.ctx.Err() != nil {
					return
				}
				fn(i)
			}
		})
	}
	wg.Wait()
}

// match fills m.sel and m.n.
func (q *search) match(m *match) error {
	m.sel.Fill(m.part.Len())
	if err := eval(m.where, m.part, &m.sel); err != nil {
		return err
	}
	lo, hi := m.part.TimeRange()
	if m.sel.Empty() || lo >= q.plan.Since && hi < q.plan.Until {
		m.n = m.sel.Count()
		return nil
	}
	times, err := m.part.Times()
	if err != nil {
		return err
	}
	var within segment.Bitmap
	for i, t := range times {
		if t >= q.plan.Since && t < q.plan.Until {
			within.Set(i)
		}
	}
	m.sel.And(&within)
	m.n = m.sel.Count()
	return nil
}

// eval leaves in sel only the records that satisfy e.
func eval(e query.Expr, p part, sel *segment.Bitmap) error {
	switch e := e.(type) {
	case *query.And:
		for _, c := range e.Of {
			if sel.Empty() {
				return nil
			}
			if err := eval(c, p, sel); err != nil {
				return err
			}
		}
	case *query.Or:
		var any segment.Bitmap
		for _, c := range e.Of {
			one := *sel
			if err := eval(c, p, &one); err != nil {
				return err
			}
			any.Or(&one)
		}
		*sel = any
	case *query.Not:
		one := *sel
		if err := eval(e.Of, p, &one); err != nil {
			return err
		}
		sel.AndNot(&one)
	case *query.Leaf:
		var hits segment.Bitmap
		if err := p.Match(e, &hits); err != nil {
			return err
		}
		sel.And(&hits)
	}
	return nil
}

// costliestLast reorders conjunctions so that what an index answers comes before what
// has to read text; the meaning stays.
func costliestLast(e query.Expr) query.Expr {
	switch e := e.(type) {
	case *query.And:
		var cheap, dear []query.Expr
		for _, c := range e.Of {
			c = costliestLast(c)
			if l, ok := c.(*query.Leaf); ok && !l.Fields.Has(audit.FieldText) {
				cheap = append(cheap, c)
			} else {
				dear = append(dear, c)
			}
		}
		return &query.And{Of: append(cheap, dear...)}
	case *query.Or:
		or := &query.Or{}
		for _, c := range e.Of {
			or.Of = append(or.Of, costliestLast(c))
		}
		return or
	case *query.Not:
		return &query.Not{Of: costliestLast(e.Of)}
	}
	return e
}
