package store

import (
	"bytes"

	"arr/audit"
	"arr/query"
	"arr/store/segment"
)

// blockPart is a block of a segment as a search sees it.
type blockPart struct {
	*segment.Block
	parse func(*audit.Record)
}

func (p blockPart) Number() uint64            { return p.First() }
func (p blockPart) TimeRange() (lo, hi int64) { return p.TimeBounds() }

// Match implements part.
func (p blockPart) Match(leaf *query.Leaf, out *segment.Bitmap) error {
	return p.Block.Match(leaf, nil, out)
}

// Records implements part: it reads the frames and parses them again.
func (p blockPart) Records(sel *segment.Bitmap, fn func(i int, r *audit.Record) error) error {
	return p.Entries(sel, func(i int, e *audit.Entry) error {
		r := &audit.Record{Entry: *e}
		r.Frame = bytes.Clone(e.Frame)
		p.parse(r)
		return fn(i, r)
	})
}
