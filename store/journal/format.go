package journal

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"strconv"

	"arr/audit"
)

// BlockRecords is how many record numbers share a block key: block b holds the
// numbers from b*BlockRecords on.
const BlockRecords = 4096

// MaxGroup is the most bytes that a group may take, header included. It bounds what
// a reader allocates.
const MaxGroup = 256 << 20

// Key is what a block's leaves are salted with: 32 random bytes.
type Key [32]byte

// BlockKey is the key of one block.
type BlockKey struct {
	Block uint64
	Key   Key
}

// ID marks one file's headers, so that the bytes of a group that a sender puts
// into a frame, or those of a deleted file that the disk gives back, never pass for
// one of this file's. It must be random.
type ID [16]byte

const (
	version = 1

	sector     = 512        // one copy of the file header
	fileHeader = 2 * sector // both copies; the first group follows

	groupHeader = 56     // before the table
	tableEntry  = 4 + 4  // an entry's length and checksum
	tableKey    = 8 + 32 // a block's number and key
	align       = 8      // groups begin at multiples of it

	flagEnd   = 1
	flagZeros = 2 // a sector of the group is zeros

	suffix         = ".jnl"
	tornSuffix     = ".torn"
	unprovenSuffix = ".unproven"
	damageSuffix   = ".damaged"
	nameDigits     = 20
)

var (
	fileMagic  = [8]byte{'a', 'r', 'r', ' ', 'j', 'n', 'l', '\n'}
	groupMagic = [8]byte{'a', 'r', 'r', ' ', 'g', 'r', 'p', '\n'}

	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// appendFileHeader appends both copies of the file header.
func appendFileHeader(dst []byte, id ID, first uint64) []byte {
	var s [sector]byte
	copy(s[:], fileMagic[:])
	binary.BigEndian.PutUint32(s[12:], version)
	copy(s[16:], id[:])
	binary.BigEndian.PutUint64(s[32:], first)
	binary.BigEndian.PutUint32(s[8:], checksum(s[12:]))
	return append(append(dst, s[:]...), s[:]...)
}

// parseFileHeader reads one copy. ok is false where it is damaged.
func parseFileHeader(s []byte) (id ID, first uint64, ver uint32, ok bool) {
	if len(s) < sector || [8]byte(s) != fileMagic || binary.BigEndian.Uint32(s[8:]) != checksum(s[12:sector]) {
		return id, 0, 0, false
	}
	return ID(s[16:]), binary.BigEndian.Uint64(s[32:]), binary.BigEndian.Uint32(s[12:]), true
}

// header is a group's header without its table.
type header struct {
	length  uint32 // of the whole group, padding included
	count   uint32 // entries
	keys    uint32
	flags   uint32
	first   uint64 // number of the first entry; of the next one to come where there is none
	durable int64  // the file was known to be durable up to here
	offset  int64  // where the group stands
	table   uint32 // checksum of the table
}

func (h *header) tableSize() int64 { return int64(h.count)*tableEntry + int64(h.keys)*tableKey }

// put writes h into b's first groupHeader bytes.
func (h *header) put(b []byte, id *ID) {
	copy(b, groupMagic[:])
	be := binary.BigEndian
	be.PutUint32(b[12:], h.table)
	be.PutUint32(b[16:], h.length)
	be.PutUint32(b[20:], h.count)
	be.PutUint32(b[24:], h.keys)
	be.PutUint32(b[28:], h.flags)
	be.PutUint64(b[32:], h.first)
	be.PutUint64(b[40:], uint64(h.durable))
	be.PutUint64(b[48:], uint64(h.offset))
	be.PutUint32(b[8:], headerSum(b, id))
}

func headerSum(b []byte, id *ID) uint32 {
	return crc32.Update(checksum(id[:]), castagnoli, b[12:groupHeader])
}

// parseHeader reads a group's header that stands at offset of a file of size bytes.
// It is false for anything that the file's writer did not put there.
func parseHeader(b []byte, id *ID, offset, size int64) (h header, ok bool) {
	if len(b) < groupHeader || [8]byte(b) != groupMagic || binary.BigEndian.Uint32(b[8:]) != headerSum(b, id) {
		return h, false
	}
	be := binary.BigEndian
	h = header{
		table: be.Uint32(b[12:]), length: be.Uint32(b[16:]), count: be.Uint32(b[20:]), keys: be.Uint32(b[24:]),
		flags: be.Uint32(b[28:]), first: be.Uint64(b[32:]), durable: int64(be.Uint64(b[40:])), offset: int64(be.Uint64(b[48:])),
	}
	ok = h.offset == offset && h.durable <= offset && h.durable >= fileHeader &&
		h.length%align == 0 && h.length <= MaxGroup && int64(h.length) >= groupHeader+h.tableSize() &&
		h.first <= h.first+uint64(h.count)
	return h, ok && offset+groupHeader+h.tableSize() <= size
}

// padding is how many zeros follow n bytes of a group.
func padding(n int64) int64 { return -n & (align - 1) }

// FileName is the name of the file whose first record has this number.
func FileName(first uint64) string { return fmt.Sprintf("%0*d%s", nameDigits, first, suffix) }

// firstOfName reads the number in a file's name; what follows the digits may be
// anything, so that files moved aside can be read too.
func firstOfName(path string) (uint64, bool) {
	name := filepath.Base(path)
	if len(name) < nameDigits {
		return 0, false
	}
	n, err := strconv.ParseUint(name[:nameDigits], 10, 64)
	return n, err == nil
}

// numberOf gives the number of the entry with these canonical bytes.
func numberOf(canonical []byte) uint64 { return binary.BigEndian.Uint64(canonical[4:]) }

// entryAt reads the canonical entry b whose checksum must be sum and whose number
// must be number.
func entryAt(b []byte, sum uint32, number uint64, e *audit.Entry) bool {
	return checksum(b) == sum && audit.ParseEntry(b, e) == nil && e.Number == number
}
