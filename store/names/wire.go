package names

import (
	"encoding/binary"
	"hash/crc32"
)

// castagnoli is CRC-32C's table.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// cursor reads bytes that may be hostile. After the first read beyond the end bad is set
// and all reads return zero.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) fail() { c.b, c.bad = nil, true }

func (c *cursor) uvarint() uint64 {
	n, w := binary.Uvarint(c.b)
	if w <= 0 {
		c.fail()
		return 0
	}
	c.b = c.b[w:]
	return n
}

// below reads an unsigned varint that must be less than limit.
func (c *cursor) below(limit uint64) uint64 {
	n := c.uvarint()
	if n >= limit {
		c.fail()
		return 0
	}
	return n
}

// count reads how many items follow, each of which takes at least size bytes: so a count
// never asks for more memory than there are bytes.
func (c *cursor) count(size int) int {
	n := c.uvarint()
	if n > uint64(len(c.b)/size) {
		c.fail()
		return 0
	}
	return int(n)
}

// take returns the next n bytes, nil if there are fewer.
func (c *cursor) take(n uint64) []byte {
	if n > uint64(len(c.b)) {
		c.fail()
		return nil
	}
	t := c.b[:n:n]
	c.b = c.b[n:]
	return t
}

func (c *cursor) u32() uint32 {
	if b := c.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (c *cursor) byte() byte {
	if b := c.take(1); b != nil {
		return b[0]
	}
	return 0
}

// line reads a text that leaves out what it shares with the one before, which it
// overwrites, and follows in order; again allows the same once more.
func (c *cursor) line(before []byte, again bool) []byte {
	shared := c.below(uint64(len(before)) + 1)
	rest := c.take(c.below(maxLine + 1 - min(shared, maxLine)))
	whole := shared == uint64(len(before))
	if rises := len(rest) > 0 && (whole || rest[0] > before[shared]); c.bad || !rises && !(again && whole && len(rest) == 0 && shared > 0) {
		c.fail()
		return before[:0]
	}
	return append(before[:shared], rest...)
}

// appendLine appends what cursor.line reads.
func appendLine(dst, before, text []byte) []byte {
	shared := 0
	for shared < len(before) && shared < len(text) && before[shared] == text[shared] {
		shared++
	}
	dst = binary.AppendUvarint(dst, uint64(shared))
	dst = binary.AppendUvarint(dst, uint64(len(text)-shared))
	return append(dst, text[shared:]...)
}
