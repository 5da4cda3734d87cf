package segment

import (
	"errors"
	"fmt"
	"io"
	"os"

	"arr/audit"
)

// Options are what readers share.
type Options struct {
	// Cache keeps decoded pages; nil keeps none.
	Cache *Cache
	// Shapes knows what skeletons mean.
	Shapes *Shapes
	// Parse reads rec.Entry and sets all else of rec. It must be safe for concurrent
	// use. It is called for records that are stored whole, and where blocks are made
	// anew.
	Parse func(rec *audit.Record)
}

// Segment is an open segment file. It is safe for concurrent use.
type Segment struct {
	path   string
	file   *os.File
	size   int64
	opt    Options
	cache  *Cache
	id     uint64
	footer *footer
	blocks []*Block
	terms  termIndex
	info   Info
}

// ErrVersion says that a file is of a newer format than this program reads.
var ErrVersion = errors.New("the segment is of a newer format")

// DamageError says that bytes of a file are not what was written.
type DamageError struct {
	// Path is the file. Block is the block's ordinal, -1 for what belongs to none.
	Path  string
	Block int
	// First and Records are the numbers of the block's records; 0, 0 where Block is -1.
	First, Records uint64
	// Off and Len are the damaged bytes of the file.
	Off, Len int64
	// What says what is wrong with them.
	What string
}

// Error names the place and the fault.
func (e *DamageError) Error() string {
	where := ""
	if e.Block >= 0 {
		where = fmt.Sprintf(", block %d (records %d to %d)", e.Block, e.First, e.First+e.Records-1)
	}
	return fmt.Sprintf("%s is damaged at byte %d%s: %s: restore the file from a copy", e.Path, e.Off, where, e.What)
}

// Open reads the footer of the file at path. The error wraps ErrVersion where a newer
// arr wrote the file and is a *DamageError where its bytes are not what was written.
func Open(path string, opt Options) (*Segment, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening a segment: %w", err)
	}
	s := &Segment{path: path, file: file, opt: opt, cache: opt.Cache}
	if s.cache == nil {
		s.cache = NewCache(0)
	}
	s.id = s.cache.segments.Add(1)
	if err := s.readFooter(); err != nil {
		file.Close()
		return nil, err
	}
	return s, nil
}

func (s *Segment) readFooter() error {
	stat, err := s.file.Stat()
	if err != nil {
		return fmt.Errorf("asking for the size of %s: %w", s.path, err)
	}
	s.size = stat.Size()
	none := damaged{path: s.path, block: -1}
	if s.size < headerSize+trailerSize {
		return none.error(0, s.size, "file is too short for a segment")
	}
	var head [headerSize]byte
	var tail [trailerSize]byte
	if err := s.read(head[:], 0); err != nil {
		return err
	}
	if err := s.read(tail[:], s.size-trailerSize); err != nil {
		return err
	}
	off, n, sum, err := parseEnds(head[:], tail[:], s.size)
	if err != nil {
		if errors.Is(err, ErrVersion) {
			return fmt.Errorf("opening %s: %w", s.path, err)
		}
		return none.error(0, s.size, "%s", err)
	}
	b := make([]byte, n)
	if err := s.read(b, off); err != nil {
		return err
	}
	f, ok := parseFooter(b, off)
	if checksum(b) != sum || !ok {
		return none.error(off, n, "footer can't be read")
	}
	s.footer = f
	s.blocks = make([]*Block, len(f.blocks))
	for i := range f.blocks {
		s.blocks[i] = &Block{seg: s, ordinal: i, info: &f.blocks[i]}
	}
	if err := s.readFences(); err != nil {
		return err
	}
	s.info = f.info(s.path, s.size, s.terms.pairs)
	return nil
}

func (s *Segment) read(b []byte, off int64) error {
	if _, err := s.file.ReadAt(b, off); err != nil {
		return readError(damaged{path: s.path, block: -1}, off, int64(len(b)), err)
	}
	return nil
}

// Close closes the file and takes what is kept of it out of the cache. No other method
// may be running.
func (s *Segment) Close() error {
	s.cache.drop(s.id)
	return s.file.Close()
}

// Info sums up the file from its footer.
func (s *Segment) Info() Info { return s.info }

// Blocks are the file's blocks in number order; a block's place in it is its ordinal.
// The slice is shared: read only.
func (s *Segment) Blocks() []*Block { return s.blocks }

// Block is a block of an open segment. It is safe for concurrent use.
type Block struct {
	seg     *Segment
	ordinal int
	info    *blockInfo
	// src, if not nil, is where the block's bytes are read instead of the file.
	src io.ReaderAt
}

// Ordinal is the block's place in Segment.Blocks.
func (b *Block) Ordinal() int { return b.ordinal }

// First is the number of the block's first record.
func (b *Block) First() uint64 { return b.info.first }

// Len is how many records the block holds.
func (b *Block) Len() int { return b.info.records }

// TimeBounds are the smallest and the largest audit.Record.Time.
func (b *Block) TimeBounds() (lo, hi int64) { return b.info.minTime, b.info.maxTime }

// ReceivedBounds are the smallest and the largest audit.Entry.Received.
func (b *Block) ReceivedBounds() (lo, hi int64) { return b.info.minReceived, b.info.maxReceived }

// Key is the block's key.
func (b *Block) Key() [32]byte { return b.info.key }

// Subtrees are the complete subtrees over the block's leaves, from left to right. The
// slice is shared: read only.
func (b *Block) Subtrees() []Subtree { return b.info.subtrees }

// key gives the cache key of a thing of the block.
func (b *Block) key(kind uint8) cacheKey {
	return cacheKey{segment: b.seg.id, block: int32(b.ordinal), kind: kind}
}

func (b *Block) where() damaged {
	return damaged{path: b.seg.path, block: b.ordinal, first: b.info.first, records: uint64(b.info.records)}
}

// reader is where the block's bytes are read, and at what place they begin in it.
func (b *Block) reader() (src io.ReaderAt, base int64) {
	if b.src != nil {
		return b.src, 0
	}
	return b.seg.file, b.info.off
}
