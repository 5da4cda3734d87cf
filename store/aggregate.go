package store

import (
	"cmp"
	"slices"
	"sync"

	"arr/query"
)

// by counts the records of each label and gives the Top most frequent.
func (q *search) by(matches []match, sink query.Sink) error {
	var mu sync.Mutex
	total := map[string]*int64{}
	q.parallel(len(matches), func(i int) {
		m := &matches[i]
		counts := map[string]*int64{}
		err := m.part.Group(q.plan.Fields, q.plan.Labels, &m.sel, func(label []byte, n int64) { count(counts, label, n) })
		if err != nil {
			q.problem(m.part, err)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		for label, n := range counts {
			if t := total[label]; t != nil {
				*t += *n
			} else {
				total[label] = n
			}
		}
	})
	buckets := make([]query.Bucket, 0, len(total))
	for label, n := range total {
		buckets = append(buckets, query.Bucket{Value: label, Count: *n})
	}
	slices.SortFunc(buckets, func(a, b query.Bucket) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	if q.plan.Top > 0 && len(buckets) > q.plan.Top {
		buckets = buckets[:q.plan.Top]
	}
	return give(buckets, sink)
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
	q.parallel(len(matches), func(i int) {
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
	})
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
