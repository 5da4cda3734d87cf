package store

import (
	"cmp"
	"slices"
	"sync/atomic"

	"arr/query"
)

const (
	// labelBytes bounds what the labels of one question take; groupCost is about what one
	// takes beside its text. groupings is how many such questions run at once.
	labelBytes = 32 << 20
	groupCost  = 64
	groupings  = 4
)

// groups counts how often each label comes, in bounded memory, whatever senders write.
// While there is room for all labels its counts are exact. Then it keeps the frequent ones,
// as Misra and Gries do (Finding repeated elements, 1982): where there are too many it takes
// so much from all counts that half of them are at their end and go. A label that is not
// kept has come missed times at most. Of those kept a second look gives exact counts.
type groups struct {
	counts map[string]*int64
	limit  int64
	bytes  int64
	missed int64
}

// add takes in what was counted of a part.
func (g *groups) add(counts map[string]*int64) {
	for label, n := range counts {
		if c := g.counts[label]; c != nil {
			*c += *n
			continue
		}
		g.counts[label] = n
		if g.bytes += int64(len(label)) + groupCost; g.bytes > g.limit {
			g.prune()
		}
	}
}

func (g *groups) prune() {
	all := make([]int64, 0, len(g.counts))
	for _, n := range g.counts {
		all = append(all, *n)
	}
	slices.Sort(all)
	less := all[len(all)/2]
	g.missed += less
	for label, n := range g.counts {
		if *n -= less; *n <= 0 {
			delete(g.counts, label)
			g.bytes -= int64(len(label)) + groupCost
		}
	}
}

// restart begins the second look, in which recount counts labels that are kept, and no
// others. It may be called from any number of goroutines.
func (g *groups) restart() {
	for _, n := range g.counts {
		*n = 0
	}
}

func (g *groups) recount(label []byte, n int64) {
	if c := g.counts[string(label)]; c != nil {
		atomic.AddInt64(c, n)
	}
}

// top gives the labels that came most often, all for 0, with exact counts. Where it can't be
// sure that these are all, it leaves out those that came no more often than the number that
// it returns, and is sure of the others.
func (g *groups) top(limit int) (buckets []query.Bucket, unlisted int64) {
	for label, n := range g.counts {
		if *n > g.missed {
			buckets = append(buckets, query.Bucket{Value: label, Count: *n})
		}
	}
	slices.SortFunc(buckets, func(a, b query.Bucket) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	if limit > 0 && len(buckets) >= limit {
		return buckets[:limit], 0
	}
	return buckets, g.missed
}
