package segment

import (
	"bytes"
	"encoding/binary"

	"github.com/klauspost/compress/zstd"
)

const (
	// pageSize is the most bytes of a page before compression, but for a single value
	// that is larger.
	pageSize = 64 << 10
	// smallStream is the size below which a stream shares its page with others.
	smallStream = 320
	// smallPacked is the compressed size below which a page of its own is not worth
	// its entry in the page table.
	smallPacked = 48
)

// A stream's bytes lie in one of three ways.
const (
	refFill   = iota // n times the byte fill
	refShared        // in shared page at, from off on
	refOwn           // in pages of its own, from page at on
)

// ref says where a stream lies. Its zero value is the empty stream.
type ref struct {
	kind byte
	fill byte
	// n is the stream's length in bytes.
	n uint32
	// at is a page; off is where in it.
	at, off uint32
}

// pageInfo is a page's line of the page table.
type pageInfo struct {
	// off is from the block's first byte on; stored and raw are the lengths on disk
	// and decoded.
	off         int64
	stored, raw uint32
	sum         uint32
	packed      bool
}

// pageWriter gathers a block's pages.
type pageWriter struct {
	zstd *zstd.Encoder
	// out are the block's bytes, own are the pages in it. shared are the pages of
	// small streams, decoded; they follow the own pages.
	out     []byte
	own     []pageInfo
	shared  [][]byte
	scratch []byte
}

func newPageWriter() (*pageWriter, error) {
	z, err := zstd.NewWriter(nil,
		zstd.WithEncoderConcurrency(1),
		zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithWindowSize(128<<10),
		zstd.WithSingleSegment(true),
		zstd.WithEncoderCRC(false),
		// Planes of codes have no repetitions, but their bytes are not equally frequent.
		zstd.WithAllLitEntropyCompression(true),
		zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, err
	}
	return &pageWriter{zstd: z}, nil
}

func (w *pageWriter) reset() {
	w.out, w.own, w.shared = w.out[:0], w.own[:0], w.shared[:0]
}

// stream writes raw and says where it lies. cut, if not 0, is the size of its pages.
func (w *pageWriter) stream(raw []byte) ref {
	r := ref{n: uint32(len(raw))}
	if fill, ok := filled(raw); ok {
		r.fill = fill
		return r
	}
	if len(raw) < smallStream {
		return w.share(raw)
	}
	if len(raw) <= pageSize {
		packed := w.pack(raw)
		if len(packed) < smallPacked && len(raw) <= pageSize/8 {
			return w.share(raw)
		}
		r.at = w.add(raw, packed)
	} else {
		r.at = uint32(len(w.own))
		for rest := raw; len(rest) > 0; {
			n := min(len(rest), pageSize)
			w.add(rest[:n], w.pack(rest[:n]))
			rest = rest[n:]
		}
	}
	r.kind = refOwn
	return r
}

// single writes raw as one page, however long it is.
func (w *pageWriter) single(raw []byte) ref {
	if len(raw) <= pageSize {
		return w.stream(raw)
	}
	return ref{kind: refOwn, n: uint32(len(raw)), at: w.add(raw, w.pack(raw))}
}

// plain writes raw as pages of size bytes that are not compressed.
func (w *pageWriter) plain(raw []byte, size int) ref {
	r := ref{kind: refOwn, n: uint32(len(raw)), at: uint32(len(w.own))}
	for len(raw) > 0 {
		n := min(len(raw), size)
		w.add(raw[:n], nil)
		raw = raw[n:]
	}
	return r
}

// filled says whether raw is one byte again and again, or nothing.
func filled(raw []byte) (byte, bool) {
	if len(raw) == 0 {
		return 0, true
	}
	return raw[0], bytes.Equal(raw[1:], raw[:len(raw)-1])
}

func (w *pageWriter) pack(raw []byte) []byte {
	w.scratch = w.zstd.EncodeAll(raw, w.scratch[:0])
	return w.scratch
}

// add appends a page of its own and gives its place in the page table.
func (w *pageWriter) add(raw, packed []byte) uint32 {
	p := pageInfo{off: int64(len(w.out)), raw: uint32(len(raw))}
	stored := raw
	if len(packed) > 0 && len(packed) < len(raw) {
		stored, p.packed = packed, true
	}
	p.stored, p.sum = uint32(len(stored)), checksum(stored)
	w.out = append(w.out, stored...)
	w.own = append(w.own, p)
	return uint32(len(w.own) - 1)
}

func (w *pageWriter) share(raw []byte) ref {
	last := len(w.shared) - 1
	if last < 0 || len(w.shared[last])+len(raw) > pageSize {
		last++
		if last < cap(w.shared) {
			w.shared = w.shared[:last+1]
			w.shared[last] = w.shared[last][:0]
		} else {
			w.shared = append(w.shared, nil)
		}
	}
	r := ref{kind: refShared, n: uint32(len(raw)), at: uint32(last), off: uint32(len(w.shared[last]))}
	w.shared[last] = append(w.shared[last], raw...)
	return r
}

// finish writes the shared pages and appends the page table to dst: the number of own
// pages and of shared ones, then for each page, own ones first, its stored length
// shifted left by one with the lowest bit set where it is compressed, its length
// decoded, both unsigned varints, and the CRC32C of its stored bytes.
func (w *pageWriter) finish(dst []byte) []byte {
	own := len(w.own)
	for _, raw := range w.shared {
		w.add(raw, w.pack(raw))
	}
	dst = binary.AppendUvarint(dst, uint64(own))
	dst = binary.AppendUvarint(dst, uint64(len(w.shared)))
	for _, p := range w.own {
		n := uint64(p.stored) << 1
		if p.packed {
			n |= 1
		}
		dst = binary.AppendUvarint(dst, n)
		dst = binary.AppendUvarint(dst, uint64(p.raw))
		dst = binary.LittleEndian.AppendUint32(dst, p.sum)
	}
	return dst
}

// appendRef appends a ref: its length shifted left by two with its kind in the lowest
// bits, then the byte that fills it, or the shared page and the place in it, or the
// first own page; all but the byte as unsigned varints.
func appendRef(dst []byte, r ref) []byte {
	dst = binary.AppendUvarint(dst, uint64(r.n)<<2|uint64(r.kind))
	switch r.kind {
	case refFill:
		return append(dst, r.fill)
	case refShared:
		dst = binary.AppendUvarint(dst, uint64(r.at))
		return binary.AppendUvarint(dst, uint64(r.off))
	}
	return binary.AppendUvarint(dst, uint64(r.at))
}

func (c *cursor) ref() ref {
	n := c.below(maxPage << 2)
	r := ref{kind: byte(n & 3), n: uint32(n >> 2)}
	switch r.kind {
	case refFill:
		r.fill = c.byte()
	case refShared:
		r.at, r.off = uint32(c.below(1<<32)), uint32(c.below(1<<32))
	case refOwn:
		r.at = uint32(c.below(1 << 32))
	default:
		c.fail()
	}
	return r
}
