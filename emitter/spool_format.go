package emitter

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// A spool is a directory of segments, whose names count up, and a cursor. A segment
// is its header, which is
//
//	magic
//	number of the first entry   uint64
//	CRC-32C                     uint32, of what stands before it
//
// and then entries, each of which is
//
//	mark                        4 bytes
//	length of the frame         uint32
//	number                      uint64, counting up by one
//	when it was appended        int64, nanoseconds since 1970
//	CRC-32C                     uint32, of all else in the entry
//	frame
//
// in little endian. The cursor says up to where frames are confirmed.
const (
	segmentMagic  = "arrspl2\n"
	segmentHeader = len(segmentMagic) + 8 + 4
	// entryMark is in no text in UTF-8, and so in no frame: from whatever place of a damaged
	// segment it leads to the next entry.
	entryMark   = "\xffar\xfe"
	entryHeader = len(entryMark) + 24
)

// In version 1 of the format, which is read only, the magic is all of the header, and an
// entry has neither mark nor number:
//
//	length of the frame         uint32
//	CRC-32C                     uint32, of all else in the entry
//	when it was appended        int64
//	frame
const (
	segmentMagic1 = "arrspl1\n"
	entryHeader1  = 16
)

// errTorn says that an entry ends behind the bytes at hand, errCorrupt that its bytes
// are not those that were written.
var (
	errTorn    = errors.New("an entry of the spool is not complete")
	errCorrupt = errors.New("an entry of the spool is damaged")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendSegmentHeader appends the header of a segment whose first entry has the number.
func appendSegmentHeader(dst []byte, first uint64) []byte {
	start := len(dst)
	dst = append(dst, segmentMagic...)
	dst = binary.LittleEndian.AppendUint64(dst, first)
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], castagnoli))
}

// readSegmentHeader gives the size of the header that b begins with, and the number of the
// first entry, which version 1 has not. Where neither version's header is there, the size is 0,
// and the first entry is looked for.
func readSegmentHeader(b []byte) (size int, first uint64, numbered bool) {
	if bytes.HasPrefix(b, []byte(segmentMagic1)) {
		return len(segmentMagic1), 0, false
	}
	if len(b) < segmentHeader || !bytes.HasPrefix(b, []byte(segmentMagic)) {
		return 0, 0, false
	}
	number := b[len(segmentMagic):]
	if binary.LittleEndian.Uint32(number[8:]) != crc32.Checksum(b[:segmentHeader-4], castagnoli) {
		return 0, 0, false
	}
	return segmentHeader, binary.LittleEndian.Uint64(number), true
}

// entry is a frame as a spool has it.
type entry struct {
	frame []byte
	nanos int64
	// number tells it from all others of its segment; there is none in version 1.
	number   uint64
	numbered bool
	// size is how many bytes the entry has.
	size int
}

// appendEntry appends the entry of a frame.
func appendEntry(dst, frame []byte, nanos int64, number uint64) []byte {
	start := len(dst)
	dst = append(dst, entryMark...)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(frame)))
	dst = binary.LittleEndian.AppendUint64(dst, number)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(nanos))
	sum := crc32.Update(crc32.Checksum(dst[start:], castagnoli), castagnoli, frame)
	dst = binary.LittleEndian.AppendUint32(dst, sum)
	return append(dst, frame...)
}

// readEntry reads the entry that b begins with. With errTorn, its size is how many bytes it
// has if its length can be believed; it is 0 where b lacks the length.
func readEntry(b []byte) (entry, error) {
	if len(b) < len(entryMark) {
		return entry{}, errTorn
	}
	if string(b[:len(entryMark)]) != entryMark {
		return readEntry1(b)
	}
	if len(b) < entryHeader {
		return entry{}, errTorn
	}
	size, err := sizeOf(b, binary.LittleEndian.Uint32(b[4:]), entryHeader)
	if err != nil {
		return entry{size: size}, err
	}
	sum := crc32.Update(crc32.Checksum(b[:entryHeader-4], castagnoli), castagnoli, b[entryHeader:size])
	if binary.LittleEndian.Uint32(b[entryHeader-4:]) != sum {
		return entry{}, errCorrupt
	}
	return entry{frame: b[entryHeader:size:size], size: size, nanos: int64(binary.LittleEndian.Uint64(b[16:])),
		number: binary.LittleEndian.Uint64(b[8:]), numbered: true}, nil
}

// readEntry1 reads an entry of version 1.
func readEntry1(b []byte) (entry, error) {
	if len(b) < entryHeader1 {
		return entry{}, errTorn
	}
	size, err := sizeOf(b, binary.LittleEndian.Uint32(b), entryHeader1)
	if err != nil {
		return entry{size: size}, err
	}
	sum := crc32.Update(crc32.Checksum(b[:4], castagnoli), castagnoli, b[8:size])
	if binary.LittleEndian.Uint32(b[4:]) != sum {
		return entry{}, errCorrupt
	}
	return entry{frame: b[entryHeader1:size:size], size: size, nanos: int64(binary.LittleEndian.Uint64(b[8:]))}, nil
}

// sizeOf gives the size of an entry that b begins with, whose frame has the length.
func sizeOf(b []byte, length uint32, header int) (int, error) {
	if length == 0 || length > maxFrame {
		return 0, errCorrupt
	}
	size := header + int(length)
	if len(b) < size {
		return size, errTorn
	}
	return size, nil
}

// nextEntry gives the first place in b behind its beginning where an entry may begin: with a
// mark, or in version 1 with a length before a frame, which begins with '<'. It is where b
// is too short to tell if there is none.
func nextEntry(b []byte) int {
	for i := 1; i < len(b); i++ {
		rest := b[i:]
		if len(rest) < entryHeader {
			return i
		}
		if rest[3] <= maxFrame>>24 && rest[entryHeader1] == '<' || string(rest[:len(entryMark)]) == entryMark {
			return i
		}
	}
	return len(b)
}

// position is where an entry begins: in which segment, and at which byte of it.
type position struct {
	segment uint64
	offset  int64
}

// The cursor's file holds two slots that are written in turn, so that a write cut
// short spoils the older one: generation, segment and offset, then their CRC-32C.
const (
	cursorSlot = 32
	cursorSize = 2 * cursorSlot
)

func appendCursor(dst []byte, generation uint64, p position) []byte {
	start := len(dst)
	dst = binary.LittleEndian.AppendUint64(dst, generation)
	dst = binary.LittleEndian.AppendUint64(dst, p.segment)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(p.offset))
	dst = binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], castagnoli))
	return append(dst, 0, 0, 0, 0)
}

// readCursor gives what the newer good slot holds; where none is good, the zero
// position, which stands before all frames.
func readCursor(b []byte) (generation uint64, p position) {
	for ; len(b) >= cursorSlot; b = b[cursorSlot:] {
		g, offset := binary.LittleEndian.Uint64(b), int64(binary.LittleEndian.Uint64(b[16:]))
		good := binary.LittleEndian.Uint32(b[24:]) == crc32.Checksum(b[:24], castagnoli)
		if good && g > generation && offset >= 0 {
			generation, p = g, position{binary.LittleEndian.Uint64(b[8:]), offset}
		}
	}
	return generation, p
}
