package store

import (
	"math"
	"sync/atomic"

	"golang.org/x/mod/sumdb/tlog"

	"arr/audit"
	"arr/integrity"
	"arr/query"
	"arr/store/segment"
)

// maxBlockBytes bounds what the records of one block take in memory: 4,096 messages of a
// usual size take a third of it, but one may be as large as the largest frame.
const maxBlockBytes = 16 << 20

// What records take in memory beside their frames, about.
const (
	recordBytes  = 512 // of any, so that tiny frames make no huge groups
	spanBytes    = 8
	extraBytes   = 32 // of one audit.FieldValue, beside its text
	findingBytes = 128
)

// recordSize is about what r takes in memory.
func recordSize(r *audit.Record) int {
	n := recordBytes + len(r.Frame) + len(r.Spans)*spanBytes + len(r.Findings)*findingBytes
	for i := range r.Extra {
		n += extraBytes + len(r.Extra[i].Value)
	}
	return n
}

// memBlock is a block that is not encoded yet: records that are durable in the journal
// alone. The committer fills it, the sealer turns it into a block of a segment, searches
// read it; no lock is needed, since a record is never changed once n covers it.
type memBlock struct {
	key   integrity.Key
	first uint64
	// bytes is what the records take in memory. Once it reaches maxBlockBytes the block is
	// done before it has all its records.
	bytes atomic.Int64
	done  atomic.Bool
	// recs and leaves have the block's full capacity; the first n of them are visible.
	recs   []*audit.Record
	leaves []tlog.Hash
	n      atomic.Uint32
}

// newMemBlock makes the block that record number first begins: up to the next multiple of
// integrity.BlockRecords.
func newMemBlock(first uint64, key integrity.Key) *memBlock {
	size := integrity.BlockRecords - first%integrity.BlockRecords
	return &memBlock{key: key, first: first, recs: make([]*audit.Record, size), leaves: make([]tlog.Hash, size)}
}

// add makes a record visible. The committer alone calls it.
func (b *memBlock) add(r *audit.Record, leaf tlog.Hash) {
	n := b.n.Load()
	b.recs[n], b.leaves[n] = r, leaf
	b.n.Store(n + 1)
	if size := b.bytes.Add(int64(recordSize(r))); int(n+1) == len(b.recs) || size >= maxBlockBytes {
		b.done.Store(true)
	}
}

// full says that the block takes no more records.
func (b *memBlock) full() bool { return b.done.Load() }

// end is the number after the last visible record's.
func (b *memBlock) end() uint64 { return b.first + uint64(b.n.Load()) }

// visible are the records that searches see at this moment.
func (b *memBlock) visible() []*audit.Record { return b.recs[:b.n.Load()] }

// memPart is a memBlock as a search sees it: the records that were visible when it began.
type memPart struct {
	first            uint64
	recs             []*audit.Record
	minTime, maxTime int64
}

func newMemPart(b *memBlock) *memPart {
	p := &memPart{first: b.first, recs: b.visible(), minTime: math.MaxInt64, maxTime: math.MinInt64}
	for i := range p.recs {
		p.minTime, p.maxTime = min(p.minTime, p.recs[i].Time), max(p.maxTime, p.recs[i].Time)
	}
	return p
}

func (p *memPart) Number() uint64            { return p.first }
func (p *memPart) Len() int                  { return len(p.recs) }
func (p *memPart) TimeRange() (lo, hi int64) { return p.minTime, p.maxTime }

func (p *memPart) Times() ([]int64, error) {
	times := make([]int64, len(p.recs))
	for i := range p.recs {
		times[i] = p.recs[i].Time
	}
	return times, nil
}

func (p *memPart) Match(leaf *query.Leaf, out *segment.Bitmap) error {
	for i := range p.recs {
		if query.Match(leaf, p.recs[i]) {
			out.Set(i)
		}
	}
	return nil
}

func (p *memPart) Group(fields audit.FieldSet, labels func(audit.Field, []byte, func([]byte)), sel *segment.Bitmap, add func([]byte, int64)) error {
	for i := range p.recs {
		if sel.Has(i) {
			query.EachLabel(p.recs[i], fields, labels, func(label []byte) { add(label, 1) })
		}
	}
	return nil
}

// Records gives whole records: they are parsed already.
func (p *memPart) Records(sel *segment.Bitmap, fn func(i int, r *audit.Record) error) error {
	for i := range p.recs {
		if sel.Has(i) {
			if err := fn(i, p.recs[i]); err != nil {
				return err
			}
		}
	}
	return nil
}
