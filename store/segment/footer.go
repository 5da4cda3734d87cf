package segment

import (
	"encoding/binary"
	"errors"
	"fmt"

	"arr/audit"
)

// The file's first bytes are magic, version (4 bytes) and the CRC32C of both; all
// numbers of fixed length are little endian. Its last are the trailer: the footer's
// offset and length (8 bytes each), its CRC32C, the CRC32C of header and trailer up to
// here, and magic again.
const (
	magic       = "arr.segm"
	version     = 1
	headerSize  = 16
	trailerSize = 32
)

// The tags of what lies between the blocks and the footer. A reader passes over tags
// that it does not know.
const (
	sectionTerms       = iota + 1 // the term index's pages
	sectionFences                 // the term index's page table
	sectionTermRoots              // kept free for roots over the term index
	sectionDuplicateOf            // kept free for what records are duplicates of
)

// section is a part of the file between the blocks and the footer.
type section struct {
	tag, off, len uint64
	sum           uint32
}

// blockInfo is a block's entry in the footer.
type blockInfo struct {
	first                    uint64
	records                  int
	off, len                 int64
	directory                int64
	directorySum             uint32
	minTime, maxTime         int64
	minReceived, maxReceived int64
	classes                  [audit.NumClasses]uint32
	parserVersion            uint32
	key                      [32]byte
	subtrees                 []Subtree
}

// footer says what a file holds.
type footer struct {
	blocks   []blockInfo
	sections []section
}

// sum says what the records of one block have in common. It fills all of b that comes
// from in.
func (b *blockInfo) sum(in *BlockInput) {
	b.first, b.records, b.parserVersion = in.First, len(in.Records), in.ParserVersion
	b.key, b.subtrees = in.Key, append([]Subtree(nil), in.Subtrees...)
	b.minTime, b.minReceived = in.Records[0].Time, in.Records[0].Received
	b.maxTime, b.maxReceived = b.minTime, b.minReceived
	for _, r := range in.Records {
		b.minTime, b.maxTime = min(b.minTime, r.Time), max(b.maxTime, r.Time)
		b.minReceived, b.maxReceived = min(b.minReceived, r.Received), max(b.maxReceived, r.Received)
		b.classes[r.Class]++
	}
}

// header gives the file's first bytes.
func header(version uint32) []byte {
	h := binary.LittleEndian.AppendUint32([]byte(magic), version)
	return binary.LittleEndian.AppendUint32(h, checksum(h))
}

// append appends the footer: the first record's number; the number of blocks and each
// block as appendBlock has it; the number of sections, and each one's tag, offset and
// length (unsigned varints) and CRC32C. Blocks lie one behind the other from the
// header on.
func (f *footer) append(dst []byte) []byte {
	first := uint64(0)
	if len(f.blocks) > 0 {
		first = f.blocks[0].first
	}
	dst = appendUvarints(dst, first, uint64(len(f.blocks)))
	for i := range f.blocks {
		dst = appendBlock(dst, &f.blocks[i])
	}
	dst = binary.AppendUvarint(dst, uint64(len(f.sections)))
	for _, s := range f.sections {
		dst = appendUvarints(dst, s.tag, s.off, s.len)
		dst = binary.LittleEndian.AppendUint32(dst, s.sum)
	}
	return dst
}

// appendBlock appends the number of records, the block's length, its directory's length
// (unsigned varints) and CRC32C, the smallest Time and Received (zigzag) and how much
// larger the largest ones are, the number of records of each class, the parser's
// version (unsigned varints), the key (32 bytes), the number of subtrees (unsigned
// varint), and each one's level (1 byte) and hash (32 bytes).
func appendBlock(dst []byte, b *blockInfo) []byte {
	dst = appendUvarints(dst, uint64(b.records), uint64(b.len), uint64(b.len-b.directory))
	dst = binary.LittleEndian.AppendUint32(dst, b.directorySum)
	dst = appendVarint(dst, b.minTime)
	dst = appendVarint(dst, b.minReceived)
	dst = appendUvarints(dst, uint64(b.maxTime-b.minTime), uint64(b.maxReceived-b.minReceived))
	for _, n := range b.classes {
		dst = binary.AppendUvarint(dst, uint64(n))
	}
	dst = binary.AppendUvarint(dst, uint64(b.parserVersion))
	dst = append(dst, b.key[:]...)
	dst = binary.AppendUvarint(dst, uint64(len(b.subtrees)))
	for _, s := range b.subtrees {
		dst = append(dst, s.Level)
		dst = append(dst, s.Hash[:]...)
	}
	return dst
}

// blockEntrySize is the least that appendBlock appends.
const blockEntrySize = 3 + 4 + 4 + audit.NumClasses + 1 + 32 + 1

// parseFooter reads a footer. The file's parts must lie without gaps between them from
// the header to end, where the footer begins.
func parseFooter(b []byte, end int64) (*footer, bool) {
	c := &cursor{b: b}
	f := &footer{}
	number, off := c.uvarint(), int64(headerSize)
	f.blocks = make([]blockInfo, c.count(blockEntrySize))
	for i := range f.blocks {
		b := &f.blocks[i]
		b.first, b.off = number, off
		c.block(b)
		number += uint64(b.records)
		if off += b.len; off > end || number < b.first {
			return nil, false
		}
	}
	f.sections = make([]section, c.count(7))
	for i := range f.sections {
		s := section{tag: c.uvarint(), off: c.uvarint(), len: c.uvarint(), sum: c.u32()}
		if s.off != uint64(off) || s.len > uint64(end-off) {
			return nil, false
		}
		off += int64(s.len)
		f.sections[i] = s
	}
	return f, !c.bad && len(c.b) == 0 && off == end
}

func (c *cursor) block(b *blockInfo) {
	b.records = int(c.below(MaxRecords + 1))
	b.len = int64(c.below(1 << 40))
	directory := int64(c.uvarint())
	b.directorySum = c.u32()
	b.minTime, b.minReceived = c.varint(), c.varint()
	b.maxTime = b.minTime + int64(c.uvarint())
	b.maxReceived = b.minReceived + int64(c.uvarint())
	for i := range b.classes {
		b.classes[i] = uint32(c.below(MaxRecords + 1))
	}
	b.parserVersion = uint32(c.below(1 << 32))
	copy(b.key[:], c.take(32))
	b.subtrees = make([]Subtree, c.count(33))
	for i := range b.subtrees {
		b.subtrees[i].Level = c.byte()
		copy(b.subtrees[i].Hash[:], c.take(32))
	}
	if b.records == 0 || directory <= 0 || directory > b.len || directory > maxDirectory {
		c.fail()
	}
	b.directory = b.len - directory
}

// maxDirectory bounds a directory: 256 columns with the most pages.
const maxDirectory = 64 << 20

// info sums up the file.
func (f *footer) info(path string, size int64, terms uint64) Info {
	in := Info{Path: path, Size: size, Blocks: len(f.blocks), Terms: terms}
	for i := range f.blocks {
		b := &f.blocks[i]
		if i == 0 {
			in.First, in.ParserVersion = b.first, b.parserVersion
			in.MinTime, in.MaxTime = b.minTime, b.maxTime
			in.MinReceived, in.MaxReceived = b.minReceived, b.maxReceived
		}
		in.Records += uint64(b.records)
		in.MinTime, in.MaxTime = min(in.MinTime, b.minTime), max(in.MaxTime, b.maxTime)
		in.MinReceived, in.MaxReceived = min(in.MinReceived, b.minReceived), max(in.MaxReceived, b.maxReceived)
		in.ParserVersion = min(in.ParserVersion, b.parserVersion)
		for k, n := range b.classes {
			in.Classes[k] += uint64(n)
		}
	}
	return in
}

// trailer gives the file's last bytes.
func trailer(header, footer []byte, off int64) []byte {
	t := binary.LittleEndian.AppendUint64(nil, uint64(off))
	t = binary.LittleEndian.AppendUint64(t, uint64(len(footer)))
	t = binary.LittleEndian.AppendUint32(t, checksum(footer))
	t = binary.LittleEndian.AppendUint32(t, checksum(append(header[:headerSize:headerSize], t...)))
	return append(t, magic...)
}

// parseEnds checks the file's first and last bytes and gives the footer's place and
// checksum.
func parseEnds(head, tail []byte, size int64) (off, n int64, sum uint32, err error) {
	if string(head[:8]) != magic || checksum(head[:12]) != binary.LittleEndian.Uint32(head[12:]) {
		return 0, 0, 0, errors.New("header is damaged, or this is no segment")
	}
	if v := binary.LittleEndian.Uint32(head[8:]); v != version {
		return 0, 0, 0, fmt.Errorf("%w: version %d, this program reads %d: use the arr that wrote it or a newer one", ErrVersion, v, version)
	}
	sum = binary.LittleEndian.Uint32(tail[20:])
	if string(tail[24:]) != magic || checksum(append(head[:headerSize:headerSize], tail[:20]...)) != sum {
		return 0, 0, 0, errors.New("trailer is damaged, or the file was cut off")
	}
	off = int64(binary.LittleEndian.Uint64(tail))
	n = int64(binary.LittleEndian.Uint64(tail[8:]))
	if off < headerSize || n < 0 || off > size-trailerSize || n != size-trailerSize-off {
		return 0, 0, 0, errors.New("trailer does not say where the footer is")
	}
	return off, n, binary.LittleEndian.Uint32(tail[16:]), nil
}
