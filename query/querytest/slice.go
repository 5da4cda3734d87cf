package querytest

import (
	"cmp"
	"context"
	"slices"

	"arr/audit"
	"arr/query"
)

// Slice is a query.Searcher over parsed records in any order.
type Slice []*audit.Record

// Search runs a plan over every record.
func (s Slice) Search(ctx context.Context, p *query.Plan, sink query.Sink) (query.Summary, error) {
	var hits []*audit.Record
	for _, r := range s {
		if p.Match(r) {
			hits = append(hits, r)
		}
	}
	sum := query.Summary{Complete: true, Count: int64(len(hits)), Position: uint64(len(s))}
	var err error
	switch p.Kind {
	case query.Count:
		err = sink.Bucket(query.Bucket{Count: sum.Count})
	case query.By:
		err = give(ctx, by(p, hits), sink.Bucket)
	case query.Histogram:
		counts := map[int64]int64{}
		for _, r := range hits {
			counts[p.BucketStart(r.Time)]++
		}
		var buckets []query.Bucket
		if buckets, err = p.FillBuckets(counts); err == nil {
			err = give(ctx, buckets, sink.Bucket)
		}
	default:
		err = give(ctx, page(p, hits), sink.Record)
	}
	sum.Complete = err == nil
	return sum, err
}

func give[T any](ctx context.Context, lines []T, to func(T) error) error {
	for _, l := range lines {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := to(l); err != nil {
			return err
		}
	}
	return nil
}

func by(p *query.Plan, hits []*audit.Record) []query.Bucket {
	counts := map[string]int64{}
	for _, r := range hits {
		query.EachLabel(r, p.Fields, p.Labels, func(label []byte) { counts[string(label)]++ })
	}
	var buckets []query.Bucket
	for v, n := range counts {
		buckets = append(buckets, query.Bucket{Value: v, Count: n})
	}
	slices.SortFunc(buckets, func(a, b query.Bucket) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	if p.Top > 0 {
		buckets = buckets[:min(p.Top, len(buckets))]
	}
	return buckets
}

// page puts hits in the plan's order and gives those after its cursor, up to its limit.
func page(p *query.Plan, hits []*audit.Record) []*audit.Record {
	order := func(a, b query.Cursor) int {
		c := cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Number, b.Number))
		if p.Order == query.NewestFirst {
			return -c
		}
		return c
	}
	slices.SortFunc(hits, func(a, b *audit.Record) int { return order(place(a), place(b)) })
	if p.After != nil {
		hits = slices.DeleteFunc(hits, func(r *audit.Record) bool { return order(place(r), *p.After) <= 0 })
	}
	if p.Limit > 0 {
		hits = hits[:min(p.Limit, len(hits))]
	}
	return hits
}

func place(r *audit.Record) query.Cursor { return query.Cursor{Time: r.Time, Number: r.Number} }
