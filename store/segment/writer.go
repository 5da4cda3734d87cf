package segment

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"arr/audit"
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
	// reads them, and keeps nothing of them but their shapes.
	Records []*audit.Record
	// Key is the block's key, from which the salts of its leaves come.
	Key [32]byte
	// Subtrees are the largest complete subtrees that cover the records' leaves,
	// from left to right.
	Subtrees []Subtree
	// ParserVersion says which parser made what is derived of the records.
	ParserVersion uint32
	// Whole has every frame stored as it is, without skeletons: for a block that did not
	// read back as it was written.
	Whole bool
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
type Writer struct {
	path    string
	file    *os.File
	off     int64
	encoder *blockEncoder
	footer  footer
	// pairs are terms, shifted left by ordinalBits, with the ordinals of their blocks.
	pairs []uint64
	// merged are the term indexes of files whose blocks were copied.
	merged []termSource
}

// Encoder holds the buffers that blocks are encoded in, and remembers of one block what
// helps with the next. It serves one Writer after another, each until its Finish or
// Abort, and belongs to one goroutine at a time.
type Encoder struct{ block *blockEncoder }

// NewEncoder makes an encoder.
func NewEncoder() (*Encoder, error) {
	b, err := newBlockEncoder()
	if err != nil {
		return nil, fmt.Errorf("preparing the encoder: %w", err)
	}
	return &Encoder{b}, nil
}

// Create makes the file, which must not exist yet. Nil for an encoder makes one.
func Create(path string, encoder *Encoder) (*Writer, error) {
	if encoder == nil {
		var err error
		if encoder, err = NewEncoder(); err != nil {
			return nil, err
		}
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return nil, fmt.Errorf("creating a segment: %w", err)
	}
	w := &Writer{path: path, file: file, encoder: encoder.block}
	if err := w.write(header(version)); err != nil {
		return nil, errors.Join(err, w.Abort())
	}
	return w, nil
}

func (w *Writer) write(b []byte) error {
	if _, err := w.file.Write(b); err != nil {
		return fmt.Errorf("writing %d bytes at %d: %w", len(b), w.off, err)
	}
	w.off += int64(len(b))
	return nil
}

// AddBlock encodes a block and writes it behind the last one. Blocks come in number
// order without gaps. After an error the writer is good for Abort alone.
func (w *Writer) AddBlock(in *BlockInput) error {
	if err := w.check(in); err != nil {
		return err
	}
	w.encoder.whole = in.Whole
	e := w.encoder.encode(in.Records)
	b := blockInfo{directory: int64(e.directory), directorySum: checksum(e.bytes[e.directory:])}
	b.sum(in)
	ordinal := uint64(len(w.footer.blocks))
	for _, t := range e.terms {
		w.pairs = append(w.pairs, t<<ordinalBits|ordinal)
	}
	return w.addEncoded(b, e.bytes)
}

// addEncoded writes a block's bytes and its entry.
func (w *Writer) addEncoded(b blockInfo, bytes []byte) error {
	b.off, b.len = w.off, int64(len(bytes))
	if err := w.write(bytes); err != nil {
		return err
	}
	w.footer.blocks = append(w.footer.blocks, b)
	return nil
}

func (w *Writer) check(in *BlockInput) error {
	n := uint64(len(in.Records))
	switch last := len(w.footer.blocks) - 1; {
	case n == 0 || n > MaxRecords || in.First/MaxRecords != (in.First+n-1)/MaxRecords:
		return fmt.Errorf("adding %d records from %d: a block holds 1 to %d records of one aligned range", n, in.First, MaxRecords)
	case last >= 0 && w.footer.blocks[last].first+uint64(w.footer.blocks[last].records) != in.First:
		return fmt.Errorf("adding records from %d: they don't follow the last block", in.First)
	case last+1 >= 1<<ordinalBits:
		return fmt.Errorf("adding records from %d: the segment has %d blocks, the most it can have", in.First, last+1)
	}
	for i, r := range in.Records {
		if r.Number != in.First+uint64(i) || r.Shape == nil || r.Class >= audit.NumClasses || len(r.Frame) > maxPage {
			return fmt.Errorf("adding record %d as number %d: it is out of order, not parsed, or longer than %d bytes", r.Number, in.First+uint64(i), maxPage)
		}
	}
	return nil
}

// Finish writes the term index and the footer, fsyncs the file and closes it. The
// caller fsyncs the directory.
func (w *Writer) Finish() (Info, error) {
	slices.Sort(w.pairs)
	terms, err := w.writeTerms()
	if err != nil {
		return Info{}, err
	}
	off := w.off
	f := w.footer.append(nil)
	if err := w.write(append(f, trailer(header(version), f, off)...)); err != nil {
		return Info{}, err
	}
	if err := w.file.Sync(); err != nil {
		return Info{}, fmt.Errorf("making the file durable: %w", err)
	}
	if err := w.file.Close(); err != nil {
		return Info{}, fmt.Errorf("closing the file: %w", err)
	}
	return w.footer.info(w.path, w.off, terms), nil
}

// Abort closes the file and removes it.
func (w *Writer) Abort() error {
	w.file.Close()
	if err := os.Remove(w.path); err != nil {
		return fmt.Errorf("removing an unfinished segment: %w", err)
	}
	return nil
}

// writeTerms writes the sections of the term index and gives the number of its pairs.
func (w *Writer) writeTerms() (uint64, error) {
	sources := append([]termSource{&pairSource{pairs: w.pairs}}, w.merged...)
	t := newTermWriter(sources, len(w.footer.blocks))
	pages := section{tag: sectionTerms, off: uint64(w.off)}
	err := t.run(sources, func(page []byte) error {
		pages.sum = updateChecksum(pages.sum, page)
		return w.write(page)
	})
	if err != nil {
		return 0, err
	}
	pages.len = uint64(w.off) - pages.off
	table := t.table()
	fences := section{tag: sectionFences, off: uint64(w.off), len: uint64(len(table)), sum: checksum(table)}
	w.footer.sections = append(w.footer.sections, pages, fences)
	return t.pairs, w.write(table)
}
