package segment

import (
	"bytes"
	"context"
	"errors"
	"io"

	"arr/audit"
)

// Check is what Verify reports to. All its functions may be nil.
type Check struct {
	// Entry gets each record that could be read, in number order; the entry is valid
	// until it returns. An error from it ends Verify.
	Entry func(b *Block, e *audit.Entry) error
	// Damage gets each fault; Verify goes on behind it.
	Damage func(*DamageError)
	// Progress gets how many bytes of the file were read since its last call.
	Progress func(bytes int64)
}

// Verify re-reads all of the file past the cache: every checksum, every frame. Its
// error is ctx's, Entry's or one of reading the file; damage goes to Check.Damage.
func (s *Segment) Verify(ctx context.Context, c Check) error {
	v := &verifier{Check: c, segment: s, cache: NewCache(verifyCache)}
	for _, b := range s.blocks {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := v.damaged(v.block(b)); err != nil {
			return err
		}
		v.progress(b.info.len)
	}
	for i := range s.footer.sections {
		if err := ctx.Err(); err != nil {
			return err
		}
		sec := &s.footer.sections[i]
		if err := v.damaged(v.section(sec)); err != nil {
			return err
		}
		v.progress(int64(sec.len))
	}
	fresh, err := Open(s.path, s.opt)
	if err != nil {
		return v.damaged(err)
	}
	v.progress(s.size - int64(fresh.end()))
	return fresh.Close()
}

// verifyCache holds one block's decoded pages.
const verifyCache = 256 << 20

type verifier struct {
	Check
	segment *Segment
	cache   *Cache
}

func (v *verifier) progress(n int64) {
	if v.Progress != nil {
		v.Progress(n)
	}
}

// damaged hands damage on and gives any other error back.
func (v *verifier) damaged(err error) error {
	var d *DamageError
	if !errors.As(err, &d) {
		return err
	}
	if v.Damage != nil {
		v.Damage(d)
	}
	return nil
}

// block reads a block into memory once and all of its pages and frames from there.
func (v *verifier) block(b *Block) error {
	raw := make([]byte, b.info.len)
	if _, err := b.seg.file.ReadAt(raw, b.info.off); err != nil {
		return readError(b.where(), b.info.off, b.info.len, err)
	}
	fresh := b.detached(bytes.NewReader(raw), v.cache)
	defer v.cache.drop(fresh.seg.id)
	d, err := fresh.directory()
	if err != nil {
		return err
	}
	// No frame is asked of a block that has a damaged page.
	sound := true
	d.pages.check(raw, func(damage *DamageError) {
		sound = false
		if v.Damage != nil {
			v.Damage(damage)
		}
	})
	if !sound {
		return nil
	}
	return v.records(b, fresh)
}

// records reads all that a sound block says of its records.
func (v *verifier) records(b, fresh *Block) error {
	if _, err := fresh.Times(); err != nil {
		return err
	}
	d, err := fresh.directory()
	if err != nil {
		return err
	}
	if _, err := fresh.judgements(d); err != nil {
		return err
	}
	return fresh.Entries(nil, func(_ int, e *audit.Entry) error {
		if v.Entry == nil {
			return nil
		}
		return v.Entry(b, e)
	})
}

// detached gives the block as a segment of its own that reads from src.
func (b *Block) detached(src io.ReaderAt, cache *Cache) *Block {
	seg := *b.seg
	seg.cache, seg.id = cache, cache.segments.Add(1)
	return &Block{seg: &seg, ordinal: b.ordinal, info: b.info, src: src}
}

// sectionPiece is how much of a section is read at once.
const sectionPiece = 1 << 20

func (v *verifier) section(sec *section) error {
	s := v.segment
	sum := uint32(0)
	buf := make([]byte, min(sec.len, sectionPiece))
	for off := uint64(0); off < sec.len; off += uint64(len(buf)) {
		buf = buf[:min(uint64(len(buf)), sec.len-off)]
		if err := s.read(buf, int64(sec.off+off)); err != nil {
			return err
		}
		sum = updateChecksum(sum, buf)
	}
	if sum != sec.sum {
		return damaged{path: s.path, block: -1}.error(int64(sec.off), int64(sec.len), "section %d does not have its checksum", sec.tag)
	}
	return nil
}

// end is where blocks and sections end and the footer begins.
func (s *Segment) end() uint64 {
	if n := len(s.footer.sections); n > 0 {
		last := s.footer.sections[n-1]
		return last.off + last.len
	}
	return headerSize
}
