package segment

import (
	"context"
	"errors"

	"golang.org/x/mod/sumdb/tlog"

	"arr/audit"
	"arr/query"
)

// Subtree is one complete subtree of the integrity tree over a block's leaves.
type Subtree struct {
	// Level is its height: it covers 1<<Level leaves.
	Level uint8
	Hash  tlog.Hash
}

// BlockInput is what AddBlock makes a block of.
type BlockInput struct {
	// First is the number of Records[0].
	First uint64
	// Records are parsed, in number order without gaps, at least one and at most
	// MaxRecords, all of the same aligned range of MaxRecords numbers. AddBlock only
	// reads them, and keeps nothing of them.
	Records []*audit.Record
	// Key is the block's key, from which the salts of its leaves come.
	Key [32]byte
	// Subtrees are the largest complete subtrees that cover the records' leaves,
	// from left to right.
	Subtrees []Subtree
	// ParserVersion says which parser made what is derived of the records.
	ParserVersion uint32
}

// Info sums up a segment file.
type Info struct {
	Path string
	Size int64
	// First is the number of the first record, Records how many there are, without
	// gaps.
	First, Records uint64
	Blocks         int
	// The bounds are those of audit.Record.Time and audit.Entry.Received, both
	// included.
	MinTime, MaxTime         int64
	MinReceived, MaxReceived int64
	// Classes counts the records of each class.
	Classes [audit.NumClasses]uint64
	// Terms is how many pairs of a term and a block the term index holds.
	Terms uint64
	// ParserVersion is the smallest of the blocks' parser versions.
	ParserVersion uint32
}

// Writer makes a segment file. It belongs to one goroutine at a time.
type Writer struct{}

// Create makes the file, which must not exist yet.
func Create(path string) (*Writer, error) { return nil, errors.ErrUnsupported }

// AddBlock encodes a block and writes it behind the last one. Blocks come in number
// order without gaps. After an error the writer is good for Abort alone.
func (w *Writer) AddBlock(in *BlockInput) error { return errors.ErrUnsupported }

// Finish writes the term index and the footer, fsyncs the file and closes it. The
// caller fsyncs the directory.
func (w *Writer) Finish() (Info, error) { return Info{}, errors.ErrUnsupported }

// Abort closes the file and removes it.
func (w *Writer) Abort() error { return errors.ErrUnsupported }

// Cache keeps decoded pages of any number of segments. It is safe for concurrent use.
type Cache struct{}

// NewCache makes a cache that holds about max bytes.
func NewCache(max int64) *Cache { return &Cache{} }

// Shapes keeps described shapes by their Key for all segments. It is safe for
// concurrent use.
type Shapes struct{}

// NewShapes makes an empty cache of shapes. describe fills what a shape read from disk
// lacks (the slots' Fields, Fixed, Carries); it is never called concurrently.
func NewShapes(describe func(*audit.Shape)) *Shapes { return &Shapes{} }

// Options are what readers share.
type Options struct {
	Cache  *Cache
	Shapes *Shapes
	// Parse reads rec.Entry and sets all else of rec. It must be safe for concurrent
	// use. It is called for records that are stored whole, and where blocks are made
	// anew.
	Parse func(rec *audit.Record)
}

// Segment is an open segment file. It is safe for concurrent use.
type Segment struct{}

// Open reads the footer of the file at path. The error wraps ErrVersion where a newer
// arr wrote the file and is a *DamageError where its bytes are not what was written.
func Open(path string, opt Options) (*Segment, error) { return nil, errors.ErrUnsupported }

// Close closes the file. No other method may be running.
func (s *Segment) Close() error { return nil }

// Info sums up the file from its footer.
func (s *Segment) Info() Info { return Info{} }

// Blocks are the file's blocks in number order; a block's place in it is its ordinal.
func (s *Segment) Blocks() []*Block { return nil }

// TermBlocks appends to dst the ordinals, rising, of all blocks that may hold a value
// with the term hash (see query.Forms): all that do, and rarely one that does not.
func (s *Segment) TermBlocks(hash uint64, dst []int) ([]int, error) {
	return dst, errors.ErrUnsupported
}

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
func (s *Segment) Verify(ctx context.Context, c Check) error { return errors.ErrUnsupported }

// Merge writes the records of sources, which follow each other in number order
// without gaps, into one new file at path, fsynced. Full blocks are copied as they are;
// partial blocks of one aligned range become one. The sources stay as they are.
func Merge(ctx context.Context, path string, sources []*Segment) (Info, error) {
	return Info{}, errors.ErrUnsupported
}

// Reindex writes src's records into a new file at path, fsynced, with all that is
// derived of them made anew by Options.Parse of src, whose version is parserVersion.
func Reindex(ctx context.Context, path string, src *Segment, parserVersion uint32) (Info, error) {
	return Info{}, errors.ErrUnsupported
}

// Block is a block of an open segment. It is safe for concurrent use.
type Block struct{}

// Ordinal is the block's place in Segment.Blocks.
func (b *Block) Ordinal() int { return 0 }

// First is the number of the block's first record.
func (b *Block) First() uint64 { return 0 }

// Len is how many records the block holds.
func (b *Block) Len() int { return 0 }

// TimeBounds are the smallest and the largest audit.Record.Time.
func (b *Block) TimeBounds() (lo, hi int64) { return 0, 0 }

// ReceivedBounds are the smallest and the largest audit.Entry.Received.
func (b *Block) ReceivedBounds() (lo, hi int64) { return 0, 0 }

// Classes counts the block's records of each class.
func (b *Block) Classes() [audit.NumClasses]uint32 { return [audit.NumClasses]uint32{} }

// Key is the block's key.
func (b *Block) Key() [32]byte { return [32]byte{} }

// Subtrees are the complete subtrees over the block's leaves, from left to right.
func (b *Block) Subtrees() []Subtree { return nil }

// ParserVersion says which parser made what is derived of the block's records.
func (b *Block) ParserVersion() uint32 { return 0 }

// MayHoldWord says whether a value with FieldText may hold the word with this hash (see
// query.Words): false is certain.
func (b *Block) MayHoldWord(hash uint64) (bool, error) { return false, errors.ErrUnsupported }

// Match sets in out the records of sel (nil: of the whole block) that satisfy leaf, and
// clears all others. out may be sel.
func (b *Block) Match(leaf *query.Leaf, sel, out *Bitmap) error { return errors.ErrUnsupported }

// Group counts the records of sel (nil: of the whole block) by label: labels is called
// once for each distinct value of fields, as query.Plan.Labels (nil: a value is its own
// label), and a record counts once for each distinct label. add is called once a label;
// the label is valid until it returns.
func (b *Block) Group(fields audit.FieldSet, labels func(field audit.Field, value []byte, yield func(label []byte)),
	sel *Bitmap, add func(label []byte, n int64)) error {
	return errors.ErrUnsupported
}

// Times gives audit.Record.Time of each record. The slice is shared: read only.
func (b *Block) Times() ([]int64, error) { return nil, errors.ErrUnsupported }

// Received gives audit.Entry.Received of each record. The slice is shared: read only.
func (b *Block) Received() ([]int64, error) { return nil, errors.ErrUnsupported }

// Entry reads record i of the block into e. e.Frame's capacity is used again.
func (b *Block) Entry(i int, e *audit.Entry) error { return errors.ErrUnsupported }

// Entries calls fn for the records of sel (nil: of the whole block) in number order. The
// entry and its frame are valid until fn returns; an error from fn ends it.
func (b *Block) Entries(sel *Bitmap, fn func(i int, e *audit.Entry) error) error {
	return errors.ErrUnsupported
}

// ErrVersion says that a file is of a newer format than this program reads.
var ErrVersion = errors.New("segment: file is of a newer format")

// DamageError says that bytes of a file are not what was written.
type DamageError struct {
	// Path is the file. Block is the block's ordinal, -1 for what belongs to none.
	Path  string
	Block int
	// First and Records are the numbers of the block's records; 0, 0 where Block is -1.
	First, Records uint64
	// Off and Len are the damaged bytes of the file.
	Off, Len int64
	// What says what the bytes hold and what is wrong with them.
	What string
}

// Error names the place and the fault.
func (e *DamageError) Error() string { return "segment: " + e.Path + ": " + e.What }
