package segment

import (
	"fmt"
	"io"
)

// maxPage is the most bytes that a page may hold decoded: a single value can't be
// longer than a frame, and no frame is.
const maxPage = 1 << 30

// zstdRatio is how many bytes one compressed byte can stand for at most (RFC 8878: a
// block of 4 bytes gives 128 KiB): a page that claims more is damaged, and is refused
// before memory is spent on it.
const zstdRatio = 32 << 10

// pageReader reads the pages of one block.
type pageReader struct {
	src io.ReaderAt
	// base is where the block begins in src, at where it does in its file, which where
	// names.
	base  int64
	at    int64
	where damaged
	cache *Cache
	key   cacheKey
	pages []pageInfo
	// own is how many pages belong to one stream; shared ones follow.
	own int
}

// damaged is what errors of one block have in common.
type damaged struct {
	path           string
	block          int
	first, records uint64
}

func (d damaged) error(off, n int64, format string, args ...any) *DamageError {
	return &DamageError{Path: d.path, Block: d.block, First: d.first, Records: d.records,
		Off: off, Len: n, What: fmt.Sprintf(format, args...)}
}

// readTable reads what pageWriter.finish appended. size is how many bytes all pages
// have together.
func (r *pageReader) readTable(c *cursor, size uint64) {
	own := c.uvarint()
	shared := c.uvarint()
	if own > uint64(len(c.b)) || shared > uint64(len(c.b)) || own+shared > uint64(len(c.b)/6) {
		c.fail()
		return
	}
	r.own = int(own)
	r.pages = make([]pageInfo, own+shared)
	off := uint64(0)
	for i := range r.pages {
		n := c.below(1 << 33)
		p := pageInfo{off: int64(off), stored: uint32(n >> 1), packed: n&1 != 0,
			raw: uint32(c.below(maxPage + 1)), sum: c.u32()}
		if off += uint64(p.stored); off > size {
			c.fail()
			return
		}
		if !p.packed && p.raw != p.stored || uint64(p.raw) > uint64(p.stored)*zstdRatio {
			c.fail()
			return
		}
		r.pages[i] = p
	}
	if off != size {
		c.fail()
	}
}

// page reads page i and gives its bytes decoded, for the caller to keep.
func (r *pageReader) page(i int) ([]byte, error) {
	p := r.pages[i]
	stored := make([]byte, p.stored)
	at := r.at + p.off
	if _, err := r.src.ReadAt(stored, r.base+p.off); err != nil {
		return nil, readError(r.where, at, int64(p.stored), err)
	}
	if checksum(stored) != p.sum {
		return nil, r.where.error(at, int64(p.stored), "page %d does not have its checksum", i)
	}
	if !p.packed {
		return stored, nil
	}
	raw, err := r.cache.zstd.DecodeAll(stored, make([]byte, 0, p.raw))
	if err != nil || len(raw) != int(p.raw) {
		return nil, r.where.error(at, int64(p.stored), "page %d can't be decompressed", i)
	}
	return raw, nil
}

// check compares all pages of a block whose bytes these are with their checksums and
// calls fn with what is damaged.
func (r *pageReader) check(block []byte, fn func(*DamageError)) {
	for i, p := range r.pages {
		if checksum(block[p.off:p.off+int64(p.stored)]) != p.sum {
			fn(r.where.error(r.at+p.off, int64(p.stored), "page %d does not have its checksum", i))
		}
	}
}

// readError tells a file that is too short, which is damage, from one that can't be
// read.
func readError(d damaged, at, n int64, err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return d.error(at, n, "file ends before this")
	}
	return fmt.Errorf("reading %d bytes at %d of %s: %w", n, at, d.path, err)
}

// sharedPage gives shared page i through the cache.
func (r *pageReader) sharedPage(i int) ([]byte, error) {
	k := r.key
	k.kind, k.page = cachedShared, uint32(i)
	return cached(r.cache, k, func() ([]byte, int, error) {
		raw, err := r.page(r.own + i)
		return raw, len(raw), err
	})
}

// has says whether at lies in pages that exist.
func (r *pageReader) has(at ref) bool {
	switch at.kind {
	case refFill:
		return at.n <= maxValues
	case refShared:
		i := r.own + int(at.at)
		return i < len(r.pages) && uint64(at.off)+uint64(at.n) <= uint64(r.pages[i].raw)
	}
	for n, i := at.n, int(at.at); n > 0; i++ {
		if i >= r.own || r.pages[i].raw > n || r.pages[i].raw == 0 {
			return false
		}
		n -= r.pages[i].raw
	}
	return true
}

// stream calls fn with the pieces of a stream that has bytes of its own (has has
// been true of it). A piece is shared: read only.
func (r *pageReader) stream(at ref, fn func(piece []byte)) error {
	if at.kind == refShared {
		raw, err := r.sharedPage(int(at.at))
		if err == nil {
			fn(raw[at.off : at.off+at.n])
		}
		return err
	}
	for n, i := at.n, int(at.at); n > 0; i++ {
		raw, err := r.page(i)
		if err != nil {
			return err
		}
		fn(raw)
		n -= uint32(len(raw))
	}
	return nil
}

// whole gives a stream in one piece, read only.
func (r *pageReader) whole(at ref) ([]byte, error) {
	if at.kind == refFill {
		b := make([]byte, at.n)
		if at.fill != 0 {
			for i := range b {
				b[i] = at.fill
			}
		}
		return b, nil
	}
	var whole []byte
	err := r.stream(at, func(piece []byte) {
		if whole == nil {
			whole = piece
			return
		}
		whole = append(whole[:len(whole):len(whole)], piece...)
	})
	return whole, err
}
