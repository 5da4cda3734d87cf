package segment_test

import (
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"arr/audit"
	"arr/parser"
	"arr/store/segment"
	"arr/traffic"
)

// testKey and testSubtree stand for what the store gives with a block.
var (
	testKey     = [32]byte{1, 2, 3}
	testSubtree = segment.Subtree{Level: 12, Hash: tlog.Hash{4, 5, 6}}
)

// parsers gives what readers need of a parser, for any number of goroutines.
func parsers() (parse func(*audit.Record), describe func(*audit.Shape)) {
	cache := &parser.Cache{}
	pool := sync.Pool{New: func() any { return parser.New(parser.Options{Cache: cache}) }}
	parse = func(r *audit.Record) {
		p := pool.Get().(*parser.Parser)
		p.Parse(r)
		pool.Put(p)
	}
	describe = func(s *audit.Shape) { parser.New(parser.Options{Cache: cache}).Describe(s) }
	return parse, describe
}

// options gives readers' options with a cache of that many bytes.
func options(cache int64) segment.Options {
	parse, describe := parsers()
	return segment.Options{Cache: segment.NewCache(cache), Shapes: segment.NewShapes(describe), Parse: parse}
}

// parsed parses entries numbered from first on.
func parsed(first uint64, entries []audit.Entry) []*audit.Record {
	parse, _ := parsers()
	records := make([]*audit.Record, len(entries))
	for i := range entries {
		records[i] = &audit.Record{Entry: entries[i]}
		records[i].Number = first + uint64(i)
		parse(records[i])
	}
	return records
}

// generated gives n parsed records of realistic traffic, numbered from first on.
func generated(first uint64, n int) []*audit.Record {
	g := traffic.New(7+first, traffic.Options{})
	entries := make([]audit.Entry, n)
	peers := []string{"192.0.2.1:40001", "192.0.2.1:40002", "[2001:db8::1]:514"}
	for i := range entries {
		e := &entries[i]
		e.Frame = g.Next(nil)
		e.Transport = audit.TransportTLS
		e.Peer = peers[i%len(peers)]
		if i%3 == 1 {
			e.Cert = audit.Cert{Subject: "CN=archive", SHA256: string(make([]byte, 32))}
		}
	}
	records := parsed(first, entries)
	for i, r := range records {
		// Messages arrive a while after their events, in bursts.
		r.Received = r.Time + 40_000 + int64(i*7919%9973)
	}
	return records
}

// write makes a segment file of records, in blocks of size records and less.
func write(tb testing.TB, records []*audit.Record, size int) (string, segment.Info) {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "test.seg")
	w, err := segment.Create(path, nil)
	if err != nil {
		tb.Fatal(err)
	}
	for len(records) > 0 {
		first := records[0].Number
		n := min(len(records), size, int((first/segment.MaxRecords+1)*segment.MaxRecords-first))
		in := &segment.BlockInput{First: first, Records: records[:n], Key: testKey,
			Subtrees: []segment.Subtree{testSubtree}, ParserVersion: 3}
		if err := w.AddBlock(in); err != nil {
			tb.Fatal(err)
		}
		records = records[n:]
	}
	info, err := w.Finish()
	if err != nil {
		tb.Fatal(err)
	}
	return path, info
}

// open opens a segment file for the test's duration.
func open(tb testing.TB, path string, opt segment.Options) *segment.Segment {
	tb.Helper()
	s, err := segment.Open(path, opt)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// readEntry calls fn with record i of a block.
func readEntry(b *segment.Block, i int, fn func(*audit.Entry) error) error {
	var one segment.Bitmap
	one.Set(i)
	return b.Entries(&one, func(_ int, e *audit.Entry) error { return fn(e) })
}

// sameEntry says whether two entries are equal.
func sameEntry(a, b *audit.Entry) bool {
	return string(audit.AppendEntry(nil, a)) == string(audit.AppendEntry(nil, b))
}
