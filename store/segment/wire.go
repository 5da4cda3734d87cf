package segment

import (
	"encoding/binary"
	"hash/crc32"
)

// castagnoli is CRC32C's table: every checksum of the file is CRC32C.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// cursor reads varints and fixed-width numbers from bytes that may be hostile. After
// the first read beyond the end bad is set and all reads give zero.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) uvarint() uint64 {
	n, w := binary.Uvarint(c.b)
	if w <= 0 {
		c.fail()
		return 0
	}
	c.b = c.b[w:]
	return n
}

func (c *cursor) varint() int64 { return unzigzag(c.uvarint()) }

// below reads an unsigned varint that must be less than limit.
func (c *cursor) below(limit uint64) uint64 {
	n := c.uvarint()
	if n >= limit {
		c.fail()
		return 0
	}
	return n
}

// count reads how many items follow, each of which takes at least size bytes of what
// is left: so a count never asks for more memory than the file has bytes.
func (c *cursor) count(size int) int {
	n := c.uvarint()
	if n > uint64(len(c.b)/size) {
		c.fail()
		return 0
	}
	return int(n)
}

func (c *cursor) byte() byte {
	b := c.take(1)
	if b == nil {
		return 0
	}
	return b[0]
}

func (c *cursor) u32() uint32 {
	b := c.take(4)
	if b == nil {
		return 0
	}
	return binary.LittleEndian.Uint32(b)
}

// take gives the next n bytes, nil if there are fewer.
func (c *cursor) take(n uint64) []byte {
	if n > uint64(len(c.b)) {
		c.fail()
		return nil
	}
	t := c.b[:n:n]
	c.b = c.b[n:]
	return t
}

func (c *cursor) text() []byte { return c.take(c.uvarint()) }

func (c *cursor) fail() { c.b, c.bad = nil, true }

func appendText[T string | []byte](dst []byte, t T) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(t))), t...)
}

func appendVarint(dst []byte, v int64) []byte { return binary.AppendUvarint(dst, zigzag(v)) }

// zigzag maps numbers near zero, negative ones included, to small ones.
func zigzag(v int64) uint64 { return uint64(v<<1) ^ uint64(v>>63) }

func unzigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }

// updateChecksum gives the checksum of what sum is of, followed by b.
func updateChecksum(sum uint32, b []byte) uint32 { return crc32.Update(sum, castagnoli, b) }
