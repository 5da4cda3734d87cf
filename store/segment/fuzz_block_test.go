package segment

import (
	"bytes"
	"testing"

	"arr/audit"
	"arr/parser"
	"arr/query"
	"arr/traffic"
)

// encodedRecords gives the bytes of a block of n generated records, and a segment to
// read them in.
func encodedRecords(tb testing.TB, n int) (*Segment, blockInfo, []byte) {
	tb.Helper()
	g := traffic.New(1, traffic.Options{})
	p := parser.New(parser.Options{})
	in := BlockInput{}
	for i := range n {
		r := &audit.Record{Entry: audit.Entry{Number: uint64(i), Frame: g.Next(nil)}}
		p.Parse(r)
		in.Records = append(in.Records, r)
	}
	e, err := newBlockEncoder()
	if err != nil {
		tb.Fatal(err)
	}
	enc := e.encode(in.Records)
	info := blockInfo{directory: int64(enc.directory), len: int64(len(enc.bytes))}
	info.sum(&in)
	cache := NewCache(1 << 20)
	opt := Options{Cache: cache, Shapes: NewShapes(p.Describe), Parse: p.Parse}
	return &Segment{path: "x", opt: opt, cache: cache}, info, bytes.Clone(enc.bytes)
}

// readHostile reads a block whose directory is as given, with a good checksum.
func readHostile(s *Segment, info blockInfo, pages, directory []byte) {
	raw := append(pages[:info.directory:info.directory], directory...)
	info.len, info.directorySum = int64(len(raw)), checksum(directory)
	seg := &Segment{path: s.path, opt: s.opt, cache: NewCache(1 << 20), id: 1}
	b := &Block{seg: seg, info: &info, src: bytes.NewReader(raw)}
	// Errors are expected of all of these.
	var out Bitmap
	never := func([]byte) bool { return false }
	_ = b.Match(&query.Leaf{Fields: ^audit.Numeric, Match: never}, nil, &out)
	_ = b.Match(&query.Leaf{Fields: query.Indexed, Match: never, Terms: []uint64{1}}, nil, &out)
	_ = b.Group(^audit.Numeric, nil, nil, func([]byte, int64) {})
	_ = b.Entries(nil, func(int, *audit.Entry) error { return nil })
	_, _ = b.MayHoldWord(1 << 60)
	_, _ = b.Times()
}

// FuzzDirectory reads a sound block's pages by any directory.
func FuzzDirectory(f *testing.F) {
	s, info, raw := encodedRecords(f, 40)
	good := raw[info.directory:]
	f.Add(good)
	for i := 3; i < len(good); i += 97 {
		b := bytes.Clone(good)
		b[i] ^= 1 << (i % 8)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, directory []byte) { readHostile(s, info, raw, directory) })
}

// TestEveryDirectoryByte changes each byte of a directory and gives it a good checksum.
func TestEveryDirectoryByte(t *testing.T) {
	t.Parallel()
	s, info, raw := encodedRecords(t, 40)
	good := raw[info.directory:]
	for i := range good {
		for _, flip := range []byte{1, 0x80, 0xff} {
			b := bytes.Clone(good)
			b[i] ^= flip
			readHostile(s, info, raw, b)
		}
	}
}
