package store

import (
	"sync"
	"sync/atomic"

	"arr/query"
)

// by counts the records of each label and gives the Top most frequent. It returns how often
// a label may have come that it lacks.
func (q *search) by(matches []match, sink query.Sink) (unlisted int64, err error) {
	select {
	case q.store.grouping <- struct{}{}:
		defer func() { <-q.store.grouping }()
	case <-q.ctx.Done():
		return 0, q.ctx.Err()
	}
	g := &groups{counts: map[string]*int64{}, limit: q.store.labelBytes}
	var mu sync.Mutex
	matches = q.group(matches, func(m *match) error {
		counts := map[string]*int64{}
		if err := q.labels(m, func(label []byte, n int64) { count(counts, label, n) }); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		g.add(counts)
		return nil
	})
	if g.missed > 0 {
		g.restart()
		q.group(matches, func(m *match) error { return q.labels(m, g.recount) })
	}
	if err := q.ctx.Err(); err != nil {
		return 0, err
	}
	buckets, unlisted := g.top(q.plan.Top)
	return unlisted, give(buckets, sink)
}

// group calls fn with each match, on all processors, and returns those that it could read.
func (q *search) group(matches []match, fn func(*match) error) []match {
	bad := make([]bool, len(matches))
	q.parallel(len(matches), func(i int) {
		if err := fn(&matches[i]); err != nil {
			q.problem(matches[i].part, err)
			bad[i] = true
		}
	})
	var read []match
	for i := range matches {
		if !bad[i] {
			read = append(read, matches[i])
		}
	}
	return read
}

func (q *search) labels(m *match, add func(label []byte, n int64)) error {
	return m.part.Group(q.plan.Fields, q.plan.Labels, &m.sel, add)
}

// count adds n under label; a known label costs no allocation.
func count(counts map[string]*int64, label []byte, n int64) {
	if c := counts[string(label)]; c != nil {
		*c += n
		return
	}
	counts[string(label)] = &n
}

// histogram counts the records of each interval, and gives empty ones between them, too.
func (q *search) histogram(matches []match, sink query.Sink) error {
	var mu sync.Mutex
	total := map[int64]int64{}
	var tooMany atomic.Bool
	q.parallel(len(matches), func(i int) {
		if tooMany.Load() {
			return
		}
		counts, err := q.intervals(&matches[i])
		if err != nil {
			q.problem(matches[i].part, err)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		for t, n := range counts {
			total[t] += n
		}
		tooMany.Store(len(total) > query.MaxBuckets)
	})
	if tooMany.Load() {
		return query.ErrManyBuckets
	}
	if len(total) == 0 {
		return nil
	}
	buckets, err := q.plan.FillBuckets(total)
	if err != nil {
		return err
	}
	return give(buckets, sink)
}

// intervals counts one part's records by the start of their interval. A part whose
// records all lie in one interval is counted without reading their times.
func (q *search) intervals(m *match) (map[int64]int64, error) {
	counts := map[int64]int64{}
	lo, hi := m.part.TimeRange()
	start := q.plan.BucketStart(lo)
	if hi < q.plan.NextBucket(start) {
		counts[start] = int64(m.n)
		return counts, nil
	}
	times, err := m.part.Times()
	if err != nil {
		return nil, err
	}
	end := q.plan.NextBucket(start)
	for i, t := range times {
		if !m.sel.Has(i) {
			continue
		}
		if t < start || t >= end {
			start = q.plan.BucketStart(t)
			end = q.plan.NextBucket(start)
		}
		counts[start]++
	}
	return counts, nil
}

func give(buckets []query.Bucket, sink query.Sink) error {
	for _, b := range buckets {
		if err := sink.Bucket(b); err != nil {
			return err
		}
	}
	return nil
}
