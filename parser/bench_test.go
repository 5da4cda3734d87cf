package parser_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"arr/audit"
	"arr/parser"
	"arr/traffic"
)

// frames gives realistic frames.
func frames(n int) (frames [][]byte) {
	g := traffic.New(1, traffic.Options{})
	for range n {
		frames = append(frames, g.Next(nil))
	}
	return frames
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

// documentOf is the XML of a frame.
func documentOf(frame []byte) []byte {
	if start := bytes.Index(frame, []byte("<?xml")); start >= 0 {
		return frame[start:]
	}
	return frame[bytes.Index(frame, []byte("<AuditMessage")):]
}

// reference is how long encoding/xml takes for a frame's XML at best.
func reference(tb testing.TB, frames [][]byte) time.Duration {
	best := time.Duration(math.MaxInt64)
	for range 3 {
		start := time.Now()
		for _, f := range frames {
			tokens(tb, documentOf(f))
		}
		best = min(best, time.Since(start))
	}
	return best / time.Duration(len(frames))
}

// BenchmarkParse parses whole frames, and the same without their headers.
// "x-encoding/xml" is how many times faster that is than encoding/xml over the XML
// alone.
func BenchmarkParse(b *testing.B) {
	whole := frames(512)
	var bare [][]byte
	for _, f := range whole {
		bare = append(bare, documentOf(f))
	}
	b.Run("frame", func(b *testing.B) { benchmarkParse(b, whole) })
	b.Run("message", func(b *testing.B) { benchmarkParse(b, bare) })
}

func benchmarkParse(b *testing.B, frames [][]byte) {
	size := 0
	for _, f := range frames {
		size += len(f)
	}
	ref := reference(b, frames)
	p := parser.New(parser.Options{})
	var rec audit.Record
	b.SetBytes(int64(size / len(frames)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		rec.Entry = audit.Entry{Frame: frames[i%len(frames)]}
		p.Parse(&rec)
		if rec.Class != audit.Conformant || rec.Shape.Raw {
			b.Fatalf("class %v, findings %v", rec.Class, rec.Findings)
		}
		i++
	}
	b.ReportMetric(float64(ref)/(float64(b.Elapsed())/float64(b.N)), "x-encoding/xml")
}

// TestParseAllocations parses frames whose skeletons and headers are known.
func TestParseAllocations(t *testing.T) {
	frames := frames(64)
	p := parser.New(parser.Options{})
	var rec audit.Record
	all := func() {
		for _, f := range frames {
			rec.Entry.Frame = f
			p.Parse(&rec)
		}
	}
	all()
	// go-syslog is asked again where two senders' headers share a place.
	if n := testing.AllocsPerRun(10, all); n > 7*float64(len(frames)) {
		t.Errorf("%v allocations for %d frames", n, len(frames))
	}
}

// BenchmarkHostile parses frames that are made to be slow: the bytes a second say that
// the time stays in proportion to the length.
func BenchmarkHostile(b *testing.B) {
	p := parser.New(parser.Options{})
	for name, part := range map[string]string{
		"names": "AuditMessage", "tags": "<AuditMessage>", "text": "a<!---->", "elements": "<a/>", "escapes": "#012",
		"bytes": "\xFF", "persons": "<ActiveParticipant UserID='a'/>", "instances": "<Instance UID='a'/>", "declarations": "<?xml ",
	} {
		b.Run(name, func(b *testing.B) {
			frame := []byte("<85>1 - - - - - - <AuditMessage>" + strings.Repeat(part, 1<<20/len(part)))
			b.SetBytes(int64(len(frame)))
			rec := audit.Record{Entry: audit.Entry{Frame: frame}}
			for b.Loop() {
				p.Parse(&rec)
				p.Message(&rec.Entry)
			}
		})
	}
}
