package names

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
)

const (
	magic    = "arr nam\n"
	headSize = len(magic) + 4
	tailSize = 8
	version  = 1

	// pageBytes is at how many bytes a page is full, maxLine the longest value or word, and
	// maxPage what a reader takes for a page at most.
	pageBytes = 16 << 10
	maxLine   = 64 << 10
	maxPage   = pageBytes + maxLine + 64<<10
)

// run is the values that are new in the records from one number up to another: sorted,
// each once, and for each word of theirs the values that have it. It never changes.
type run struct {
	from, to uint64
	// overlong are the kinds, as a set of bits, that have a value which is not kept.
	overlong uint8
	values   uint32
	pages    []page // of values
	words    []page

	src   io.ReaderAt
	codec *codec
	path  string // "" in memory
	file  *os.File
	// refs counts the list that holds the run and the searches that read it.
	refs atomic.Int32
}

// page is where a part of a run stands.
type page struct {
	off         int64
	stored, raw uint32
	packed      bool
	sum         uint32
	first       uint32 // the number of its first value
	word        []byte // its first word, the kind before it
}

// damageError is that a run's bytes are not those that were written.
type damageError struct {
	run  *run
	what string
}

func (e *damageError) Error() string { return e.what }

func (r *run) damaged(format string, args ...any) error {
	return &damageError{r, fmt.Sprintf(format, args...)}
}

// codec compresses pages. It may be used by any goroutine.
type codec struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

func newCodec() *codec {
	// The options are constants that the library accepts, so there is no error.
	enc, _ := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithWindowSize(128<<10), zstd.WithEncoderCRC(false))
	dec, _ := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderLowmem(true), zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxMemory(maxPage))
	return &codec{enc: enc, dec: dec}
}

// openRun opens a run's file and checks what says where its pages are. They are checked
// as they are read.
func openRun(path string, c *codec) (*run, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err == nil {
		var r *run
		if r, err = readRun(f, st.Size(), c); err == nil {
			r.path, r.file = path, f
			return r, nil
		}
	}
	_ = f.Close() // it was only read
	return nil, err
}

// readRun reads a run's tail and index.
func readRun(src io.ReaderAt, size int64, c *codec) (*run, error) {
	r := &run{src: src, codec: c}
	r.refs.Store(1)
	if size < int64(headSize+tailSize) {
		return nil, r.damaged("file is too short")
	}
	var ends [headSize + tailSize]byte
	if err := r.readAt(ends[:headSize], 0); err != nil {
		return nil, err
	}
	if err := r.readAt(ends[headSize:], size-int64(tailSize)); err != nil {
		return nil, err
	}
	if string(ends[:len(magic)]) != magic {
		return nil, r.damaged("file does not begin as one of names")
	}
	if v := binary.LittleEndian.Uint32(ends[len(magic):]); v != version {
		return nil, r.damaged("file is of version %d, which is not known", v)
	}
	n := int64(binary.LittleEndian.Uint32(ends[headSize:]))
	at := size - int64(tailSize) - n
	if at < int64(headSize) {
		return nil, r.damaged("index is longer than the file")
	}
	index := make([]byte, n)
	if err := r.readAt(index, at); err != nil {
		return nil, err
	}
	if checksum(index) != binary.LittleEndian.Uint32(ends[headSize+4:]) {
		return nil, r.damaged("index does not have its checksum")
	}
	if !r.readIndex(index, at) {
		return nil, r.damaged("index can't be read")
	}
	return r, nil
}

// readIndex reports whether index describes pages that lie from the head up to end.
func (r *run) readIndex(index []byte, end int64) bool {
	c := cursor{b: index}
	r.from, r.to, r.overlong = c.uvarint(), c.uvarint(), c.byte()
	off, values := int64(headSize), uint64(0)
	read := func() (p page) {
		n := c.below(1 << 33)
		p = page{off: off, stored: uint32(n >> 1), packed: n&1 != 0, raw: uint32(c.below(maxPage + 1)), sum: c.u32()}
		off += int64(p.stored)
		if off > end || !p.packed && p.stored != p.raw {
			c.fail()
		}
		return p
	}
	r.pages = make([]page, c.count(7))
	for i := range r.pages {
		r.pages[i] = read()
		r.pages[i].first = uint32(values)
		if values += c.below(maxPage); values > math.MaxUint32 {
			c.fail()
		}
	}
	r.values = uint32(values)
	r.words = make([]page, c.count(7))
	for i := range r.words {
		r.words[i] = read()
		r.words[i].word = c.take(c.uvarint())
	}
	return !c.bad && len(c.b) == 0 && off == end && r.from < r.to
}

func (r *run) readAt(b []byte, off int64) error {
	if n, err := r.src.ReadAt(b, off); n < len(b) {
		return r.damaged("%d bytes at %d can't be read: %v", len(b), off, err)
	}
	return nil
}

// read returns a page's bytes, for the caller to keep.
func (r *run) read(p *page) ([]byte, error) {
	stored := make([]byte, p.stored)
	if err := r.readAt(stored, p.off); err != nil {
		return nil, err
	}
	if checksum(stored) != p.sum {
		return nil, r.damaged("%d bytes at %d do not have their checksum", p.stored, p.off)
	}
	if !p.packed {
		return stored, nil
	}
	raw, err := r.codec.dec.DecodeAll(stored, make([]byte, 0, p.raw))
	if err != nil || len(raw) != int(p.raw) {
		return nil, r.damaged("%d bytes at %d can't be decompressed", p.stored, p.off)
	}
	return raw, nil
}

func (r *run) inMemory() bool { return r.path == "" }

func (r *run) retain() { r.refs.Add(1) }

// release ends one use of the run; the last one closes its file.
func (r *run) release() {
	if r.refs.Add(-1) == 0 && r.file != nil {
		_ = r.file.Close() // it was only read
	}
}
