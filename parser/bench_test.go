package parser_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"testing"
	"time"

	"arr/audit"
	"arr/parser"
	"arr/traffic"
)

// frames gives realistic frames and their bytes in all.
func frames(n int) (frames [][]byte, size int64) {
	g := traffic.New(1, traffic.Options{})
	for range n {
		f := g.Next(nil)
		frames = append(frames, f)
		size += int64(len(f))
	}
	return frames, size
}

// tokens reads a document as encoding/xml does, which is what a parser is compared
// with.
func tokens(tb testing.TB, doc []byte) {
	d := xml.NewDecoder(bytes.NewReader(doc))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			tb.Fatal(err)
		}
	}
}

// reference is how long encoding/xml takes for a frame's XML.
func reference(tb testing.TB, frames [][]byte) time.Duration {
	start := time.Now()
	for _, f := range frames {
		tokens(tb, f[1+bytes.IndexByte(f[1:], '<'):])
	}
	return time.Since(start) / time.Duration(len(frames))
}

// BenchmarkParse parses whole frames, header included. "x-encoding/xml" is how many
// times faster that is than encoding/xml over the XML alone.
func BenchmarkParse(b *testing.B) {
	frames, size := frames(512)
	ref := reference(b, frames)
	p := parser.New(parser.Options{})
	var rec audit.Record
	b.SetBytes(size / int64(len(frames)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		rec.Entry = audit.Entry{Frame: frames[i%len(frames)]}
		p.Parse(&rec)
		if rec.Class != audit.Unchecked || rec.Shape.Raw {
			b.Fatalf("class %v, findings %v", rec.Class, rec.Findings)
		}
		i++
	}
	b.ReportMetric(float64(ref)/(float64(b.Elapsed())/float64(b.N)), "x-encoding/xml")
}
