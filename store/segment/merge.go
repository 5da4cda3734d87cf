package segment

import (
	"context"
	"errors"
	"fmt"
	"math"

	"golang.org/x/mod/sumdb/tlog"

	"arr/audit"
)

// Merge writes the records of sources, which follow each other in number order
// without gaps, into one new file at path, fsynced. Full blocks are copied as they are;
// partial blocks of one aligned range become one, parsed anew, unless they are too large
// for that. The sources stay as they are.
func Merge(ctx context.Context, path string, sources []*Segment) (Info, error) {
	return rewrite(path, func(w *Writer) error {
		m := &merger{w: w}
		for _, s := range sources {
			m.blocks = make([]int, len(s.blocks))
			for i, b := range s.blocks {
				if err := ctx.Err(); err != nil {
					return err
				}
				m.blocks[i] = -1
				if err := m.add(b, i); err != nil {
					return err
				}
			}
			w.merged = append(w.merged, &termStream{segment: s, blocks: m.blocks})
		}
		return m.flush()
	})
}

// Reindex writes src's records into a new file at path, fsynced, with all that is
// derived of them made anew by Options.Parse of src, whose version is parserVersion.
func Reindex(ctx context.Context, path string, src *Segment, parserVersion uint32) (Info, error) {
	return rewrite(path, func(w *Writer) error {
		for _, b := range src.blocks {
			if err := ctx.Err(); err != nil {
				return err
			}
			records, _, err := b.parse(math.MaxInt)
			if err != nil {
				return err
			}
			err = w.AddBlock(&BlockInput{First: b.info.first, Records: records, Key: b.info.key,
				Subtrees: b.info.subtrees, ParserVersion: parserVersion})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// rewrite makes a file by way of add, or none.
func rewrite(path string, add func(*Writer) error) (Info, error) {
	w, err := Create(path, nil)
	if err != nil {
		return Info{}, err
	}
	if err := add(w); err != nil {
		return Info{}, errors.Join(err, w.Abort())
	}
	info, err := w.Finish()
	if err != nil {
		return Info{}, errors.Join(err, w.Abort())
	}
	return info, nil
}

// parse gives the block's records, parsed anew, and how many bytes of frames they have;
// no records where that is more than limit.
func (b *Block) parse(limit int) (records []*audit.Record, size int, err error) {
	r, err := b.rebuilder()
	if err != nil {
		return nil, 0, err
	}
	for i := range b.info.records {
		rec, err := r.record(i)
		if err != nil {
			return nil, 0, err
		}
		if size += len(rec.Frame); size > limit {
			return nil, size, nil
		}
		records = append(records, rec)
	}
	return records, size, nil
}

// maxJoined is about how many bytes of frames partial blocks may have to be joined: all of
// them are in memory meanwhile. One that takes more than maxStored in its file surely has
// more, unless its frames hardly compress, and is not even read.
const (
	maxJoined = 16 << 20
	maxStored = maxJoined / 16
)

// merger joins partial blocks.
type merger struct {
	w *Writer
	// blocks has, for the segment being read, each block's ordinal in the new file, -1
	// for blocks that are joined.
	blocks []int
	// open are partial blocks of one aligned range that wait for their neighbours,
	// with the ordinal each has in its own segment and that segment's blocks.
	open []openBlock
}

type openBlock struct {
	block   *Block
	ordinal int
	blocks  []int
}

// add takes the next block.
func (m *merger) add(b *Block, i int) error {
	if len(m.open) > 0 && m.open[0].block.info.first/MaxRecords != b.info.first/MaxRecords {
		if err := m.flush(); err != nil {
			return err
		}
	}
	if b.info.records < MaxRecords {
		m.open = append(m.open, openBlock{b, i, m.blocks})
		return nil
	}
	return m.copy(openBlock{b, i, m.blocks})
}

// copy copies a block as it is.
func (m *merger) copy(o openBlock) error {
	info := *o.block.info
	if n := len(m.w.footer.blocks); n > 0 && m.w.footer.blocks[n-1].first+uint64(m.w.footer.blocks[n-1].records) != info.first {
		return fmt.Errorf("merging records from %d: they don't follow the last block", info.first)
	}
	raw := make([]byte, info.len)
	if _, err := o.block.seg.file.ReadAt(raw, info.off); err != nil {
		return readError(o.block.where(), info.off, info.len, err)
	}
	if checksum(raw[info.directory:]) != info.directorySum {
		return o.block.where().error(info.off+info.directory, info.len-info.directory, "directory does not have its checksum")
	}
	d, err := o.block.directory()
	if err != nil {
		return err
	}
	var damage error
	d.pages.check(raw, func(d *DamageError) { damage = d })
	if damage != nil {
		return damage
	}
	o.blocks[o.ordinal] = len(m.w.footer.blocks)
	return m.w.addEncoded(info, raw)
}

// flush writes the open blocks as one, or as several where one would be too large or their
// keys differ: a store that could not read a block's records draws it another key.
func (m *merger) flush() error {
	open := m.open
	m.open = nil
	if len(open) == 1 {
		return m.copy(open[0])
	}
	var in *BlockInput
	size, begun := 0, 0 // of in
	for i, o := range open {
		// A block that is too large by itself stays one of its own, which write copies.
		var records []*audit.Record
		added := maxJoined + 1
		if o.block.info.len <= maxStored {
			var err error
			if records, added, err = o.block.parse(maxJoined); err != nil {
				return err
			}
		}
		if in != nil && (size+added > maxJoined || o.block.info.key != in.Key) {
			if err := m.write(in, open[begun:i]); err != nil {
				return err
			}
			in = nil
		}
		if in == nil {
			in = &BlockInput{First: o.block.info.first, Key: o.block.info.key, ParserVersion: o.block.info.parserVersion}
			size, begun = 0, i
		}
		in.join(o.block, records)
		size += added
	}
	return m.write(in, open[begun:])
}

// join appends the records of b, which follow in's.
func (in *BlockInput) join(b *Block, records []*audit.Record) {
	in.Records = append(in.Records, records...)
	in.Subtrees = append(in.Subtrees, b.info.subtrees...)
	in.ParserVersion = min(in.ParserVersion, b.info.parserVersion)
}

// write writes in, which joins the blocks of from; a single one is copied.
func (m *merger) write(in *BlockInput, from []openBlock) error {
	switch len(from) {
	case 0:
		return nil
	case 1:
		return m.copy(from[0])
	}
	in.Subtrees = joinSubtrees(in.First, in.Subtrees)
	return m.w.AddBlock(in)
}

// joinSubtrees joins neighbours of one level that are the two halves of a subtree of
// the next (RFC 6962 section 2.1): first is the number of the first leaf.
func joinSubtrees(first uint64, all []Subtree) []Subtree {
	var out []Subtree
	at := first
	for _, s := range all {
		out = append(out, s)
		at += 1 << s.Level
		for n := len(out); n >= 2 && out[n-1].Level == out[n-2].Level && at>>out[n-1].Level&1 == 0; n = len(out) {
			out[n-2] = Subtree{Level: out[n-1].Level + 1, Hash: tlog.NodeHash(out[n-2].Hash, out[n-1].Hash)}
			out = out[:n-1]
		}
	}
	return out
}
