package emitter

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// A spool is a directory of segments, whose names count up, and a cursor. A segment
// is its magic and then entries, each of which is
//
//	length of the frame     uint32
//	CRC-32C                 uint32, of all else in the entry
//	when it was appended    int64, nanoseconds since 1970
//	frame
//
// in little endian. The cursor says up to where frames are confirmed.
const (
	segmentMagic = "arrspl1\n"
	entryHeader  = 16
)

// errTorn says that an entry ends behind the bytes at hand, errCorrupt that its bytes
// are not those that were written.
var (
	errTorn    = errors.New("an entry of the spool is not complete")
	errCorrupt = errors.New("an entry of the spool is damaged")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendEntry appends the entry of a frame.
func appendEntry(dst, frame []byte, nanos int64) []byte {
	start := len(dst)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(frame)))
	dst = append(dst, 0, 0, 0, 0)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(nanos))
	dst = append(dst, frame...)
	binary.LittleEndian.PutUint32(dst[start+4:], entrySum(dst[start:]))
	return dst
}

func entrySum(entry []byte) uint32 {
	return crc32.Update(crc32.Checksum(entry[:4], castagnoli), castagnoli, entry[8:])
}

// readEntry reads the entry that b begins with. With errTorn, size is how many bytes
// the entry has if its length can be believed; it is 0 where b lacks the length.
func readEntry(b []byte) (frame []byte, nanos int64, size int, err error) {
	if len(b) < entryHeader {
		return nil, 0, 0, errTorn
	}
	length := binary.LittleEndian.Uint32(b)
	if length == 0 || length > maxFrame {
		return nil, 0, 0, errCorrupt
	}
	size = entryHeader + int(length)
	if len(b) < size {
		return nil, 0, size, errTorn
	}
	if binary.LittleEndian.Uint32(b[4:]) != entrySum(b[:size]) {
		return nil, 0, 0, errCorrupt
	}
	return b[entryHeader:size:size], int64(binary.LittleEndian.Uint64(b[8:])), size, nil
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
