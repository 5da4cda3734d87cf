package segment_test

import (
	"bytes"
	"testing"

	"arr/audit"
	"arr/parser"
	"arr/store/segment"
	"arr/traffic/growth"
)

// FuzzGrowth writes messages of many shapes, and many small ones, into a segment and reads
// everything of it.
func FuzzGrowth(f *testing.F) {
	shapes := append(growth.Messages(), growth.Shape{Open: "<85>1 - h a - - - {n}\n"}, growth.Shape{Open: "x\n"})
	growth.Fuzz(f, shapes, func(t testing.TB, text []byte) {
		frames := [][]byte{text}
		if !bytes.HasPrefix(text, []byte("<?xml")) && !bytes.Contains(text, []byte("<AuditMessage")) {
			frames = bytes.Split(text, []byte("\n"))
		}
		p := parser.New(parser.Options{})
		var records []*audit.Record
		for i, frame := range frames[:min(len(frames), segment.MaxRecords)] {
			r := &audit.Record{Entry: audit.Entry{Number: uint64(i), Received: int64(i), Transport: audit.TransportTCP, Peer: "p", Frame: frame}}
			p.Parse(r)
			records = append(records, r)
		}
		path, _ := write(t, records, segment.MaxRecords)
		s, err := segment.Open(path, options(1<<20))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for _, b := range s.Blocks() {
			readBlock(b)
		}
	})
}
