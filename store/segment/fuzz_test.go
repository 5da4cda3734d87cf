package segment_test

import (
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"

	"arr/audit"
	"arr/query"
	"arr/store/segment"
)

// mend puts right the checksums of header, footer, directories and trailer, so that the
// fuzzer gets past them: at the end of the file stand the trailer (32 bytes) and before
// it the footer.
func mend(b []byte) {
	table := crc32.MakeTable(crc32.Castagnoli)
	if len(b) < 48 {
		return
	}
	binary.LittleEndian.PutUint32(b[12:], crc32.Checksum(b[:12], table))
	tail := b[len(b)-32:]
	off := binary.LittleEndian.Uint64(tail)
	if off > uint64(len(b)-32) {
		return
	}
	binary.LittleEndian.PutUint32(tail[16:], crc32.Checksum(b[off:len(b)-32], table))
	sum := crc32.Checksum(b[:16], table)
	binary.LittleEndian.PutUint32(tail[20:], crc32.Update(sum, table, tail[:20]))
}

// FuzzOpen reads any bytes as a segment: no panic, no memory beyond bounds.
func FuzzOpen(f *testing.F) {
	path, _ := write(f, generated(0, 12), 7)
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, uint32(0), byte(0))
	f.Add(good, uint32(len(good)-60), byte(7))
	f.Add([]byte("arr.segm"), uint32(0), byte(0))
	opt := options(1 << 20)
	f.Fuzz(func(t *testing.T, b []byte, at uint32, flip byte) {
		b = append([]byte{}, b...)
		if len(b) > 0 {
			b[int(at)%len(b)] ^= flip
		}
		mend(b)
		readAll(t, b, opt)
	})
}

// readAll opens bytes as a segment and asks it everything.
func readAll(t *testing.T, b []byte, opt segment.Options) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fuzz.seg")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := segment.Open(path, opt)
	if err != nil {
		return
	}
	defer s.Close()
	_ = s.Verify(t.Context(), segment.Check{})
	_, _ = s.TermBlocks(query.Hash([]byte("x")), nil)
	for _, blk := range s.Blocks() {
		readBlock(blk)
	}
}

// readBlock asks a block everything. Its errors are expected.
func readBlock(b *segment.Block) {
	var out segment.Bitmap
	never := func([]byte) bool { return false }
	_ = b.Match(&query.Leaf{Fields: ^audit.Numeric, Match: never}, nil, &out)
	_ = b.Match(&query.Leaf{Fields: audit.Fields(audit.FieldTime), Lo: 0, Hi: 1}, nil, &out)
	_ = b.Group(^audit.Numeric, nil, nil, func([]byte, int64) {})
	_ = b.Entries(nil, func(int, *audit.Entry) error { return nil })
	_, _ = b.MayHoldWord(12345)
	_, _ = b.Times()
}

// TestHostileBytes changes every eleventh byte of a small file and puts all checksums but those
// of pages right again: whatever is read then, nothing panics.
func TestHostileBytes(t *testing.T) {
	t.Parallel()
	path, _ := write(t, generated(0, 7), 4)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	opt := options(1 << 20)
	for i := 0; i < len(good); i += 11 {
		b := append([]byte{}, good...)
		b[i] ^= byte(0x81 + 2*i)
		mend(b)
		readAll(t, b, opt)
	}
}
