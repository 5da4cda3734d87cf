package store

import (
	"cmp"
	"container/heap"
	"slices"

	"arr/audit"
	"arr/query"
	"arr/store/segment"
)

// hit is one record of an answer before it is read.
type hit struct {
	time   int64
	number uint64
	match  int // index into the matches
}

// hits gives the records of matches in the plan's order while holding no more of them
// than those whose parts overlap in time. A part enters once no earlier record could be
// anywhere else.
type hits struct {
	q       *search
	matches []match // those not entered yet, in order of their earliest possible record
	next    int
	heap    hitHeap
}

type hitHeap struct {
	hits []hit
	less func(a, b *hit) bool
}

func (h *hitHeap) Len() int           { return len(h.hits) }
func (h *hitHeap) Less(i, j int) bool { return h.less(&h.hits[i], &h.hits[j]) }
func (h *hitHeap) Swap(i, j int)      { h.hits[i], h.hits[j] = h.hits[j], h.hits[i] }
func (h *hitHeap) Push(x any)         { h.hits = append(h.hits, x.(hit)) }
func (h *hitHeap) Pop() any {
	last := h.hits[len(h.hits)-1]
	h.hits = h.hits[:len(h.hits)-1]
	return last
}

func newHits(q *search, matches []match) *hits {
	h := &hits{q: q, matches: matches}
	if q.plan.Order == query.OldestFirst {
		h.heap.less = func(a, b *hit) bool {
			return a.time < b.time || a.time == b.time && a.number < b.number
		}
		slices.SortFunc(matches, func(a, b match) int { return cmp.Compare(h.best(&a), h.best(&b)) })
	} else {
		h.heap.less = func(a, b *hit) bool {
			return a.time > b.time || a.time == b.time && a.number > b.number
		}
		slices.SortFunc(matches, func(a, b match) int { return cmp.Compare(h.best(&b), h.best(&a)) })
	}
	return h
}

// best is the time at which m's first record in the plan's order may be.
func (h *hits) best(m *match) int64 {
	lo, hi := m.part.TimeRange()
	if h.q.plan.Order == query.OldestFirst {
		return lo
	}
	return hi
}

// take gives up to n further hits.
func (h *hits) take(n int) []hit {
	out := make([]hit, 0, n)
	for len(out) < n {
		for h.next < len(h.matches) && h.mustEnter(&h.matches[h.next]) {
			h.enter(h.next)
			h.next++
		}
		if len(h.heap.hits) == 0 {
			break
		}
		out = append(out, heap.Pop(&h.heap).(hit))
	}
	return out
}

// mustEnter says whether m may hold a record that comes before the heap's first.
func (h *hits) mustEnter(m *match) bool {
	if len(h.heap.hits) == 0 {
		return true
	}
	first := h.heap.hits[0].time
	if h.q.plan.Order == query.OldestFirst {
		return h.best(m) <= first
	}
	return h.best(m) >= first
}

func (h *hits) enter(i int) {
	m := &h.matches[i]
	times, err := m.part.Times()
	if err != nil {
		h.q.problem(m.part, err)
		return
	}
	after := h.q.plan.After
	for k, t := range times {
		if !m.sel.Has(k) {
			continue
		}
		x := hit{time: t, number: m.part.Number() + uint64(k), match: i}
		if after == nil || h.heap.less(&hit{time: after.Time, number: after.Number}, &x) {
			heap.Push(&h.heap, x)
		}
	}
}

// The bytes of frames that a batch of an answer may hold in memory at once, and the
// records that a batch may have.
const (
	batchBytes = 1 << 20
	batchMin   = 16
	batchMax   = 1024
)

// records gives the answer's records in order, read in batches: a batch's records that
// share a part are read together, and its parts by all processors.
func (q *search) records(matches []match, sink query.Sink) error {
	h := newHits(q, matches)
	left, size := q.plan.Limit, 64
	if left == 0 {
		left = int(^uint(0) >> 1)
	}
	for left > 0 {
		batch := h.take(min(left, size))
		if len(batch) == 0 {
			return nil
		}
		bytes := 0
		for _, r := range q.read(h.matches, batch) {
			if r == nil {
				continue
			}
			bytes += len(r.Frame)
			if err := sink.Record(r); err != nil {
				return err
			}
		}
		if err := q.ctx.Err(); err != nil {
			return err
		}
		left -= len(batch)
		if bytes < batchBytes/2 {
			size = min(2*size, batchMax)
		} else if bytes > batchBytes {
			size = max(size/2, batchMin)
		}
	}
	return nil
}

// read gives the records of batch in its order; nil for those that could not be read.
func (q *search) read(matches []match, batch []hit) []*audit.Record {
	at := map[uint64]int{}
	wanted := map[int]*segment.Bitmap{}
	var order []int
	for i, x := range batch {
		at[x.number] = i
		sel := wanted[x.match]
		if sel == nil {
			sel = &segment.Bitmap{}
			wanted[x.match] = sel
			order = append(order, x.match)
		}
		sel.Set(int(x.number - matches[x.match].part.Number()))
	}
	records := make([]*audit.Record, len(batch))
	q.parallel(len(order), func(i int) {
		p := matches[order[i]].part
		err := p.Records(wanted[order[i]], func(k int, r *audit.Record) error {
			records[at[p.Number()+uint64(k)]] = r
			return nil
		})
		if err != nil {
			q.problem(p, err)
		}
	})
	return records
}
