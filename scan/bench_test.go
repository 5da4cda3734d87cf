package scan_test

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"arr/scan"
	"arr/schemas"
	"arr/traffic"
)

// documents gives realistic audit messages and their bytes in all.
func documents(n int) (docs [][]byte, size int64) {
	g := traffic.New(1, traffic.Options{})
	for range n {
		frame := g.Next(nil)
		doc := frame[1+bytes.IndexByte(frame[1:], '<'):]
		docs = append(docs, doc)
		size += int64(len(doc))
	}
	return docs, size
}

// reference is how long encoding/xml takes for a document at best.
func reference(tb testing.TB, docs [][]byte) time.Duration {
	best := time.Duration(math.MaxInt64)
	for range 3 {
		start := time.Now()
		for _, doc := range docs {
			if !accepts(doc) {
				tb.Fatal("encoding/xml refuses a document")
			}
		}
		best = min(best, time.Since(start))
	}
	return best / time.Duration(len(docs))
}

// BenchmarkScan reads all tokens. "x-encoding/xml" is how many times faster that is
// than encoding/xml's Token over the same documents.
func BenchmarkScan(b *testing.B) {
	docs, size := documents(512)
	ref := reference(b, docs)
	var s scan.Scanner
	b.SetBytes(size / int64(len(docs)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		s.Reset(docs[i%len(docs)], 0)
		for s.Next() != scan.EOF {
		}
		if s.Malformed() {
			b.Fatalf("faults %v", s.Faults)
		}
		i++
	}
	b.ReportMetric(float64(ref)/(float64(b.Elapsed())/float64(b.N)), "x-encoding/xml")
}

// BenchmarkHostile reads documents that are made to be slow: the bytes a second say
// that the time stays in proportion to the length.
func BenchmarkHostile(b *testing.B) {
	var s scan.Scanner
	for name, part := range map[string]string{
		"comments": "<!-- ", "instructions": "<?a ", "doctypes": "<!DOCTYPE a ", "tags": "<a ", "end tags": "</a>",
		"references": "&a", "attributes": " a='b'", "prefixes": " a:b='c'", "CDATA": "<![CDATA[", "text": "a<!---->",
	} {
		b.Run(name, func(b *testing.B) {
			doc := []byte("<a " + strings.Repeat(part, 1<<20/len(part)))
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				for s.Reset(doc, 0); s.Next() != scan.EOF; {
				}
			}
		})
	}
}

// BenchmarkValid holds documents against the grammar of A.5.1. "x-scan" is how many times
// the time takes that the scan alone takes.
func BenchmarkValid(b *testing.B) {
	docs, size := documents(512)
	var s scan.Scanner
	const passes = 100
	start := time.Now()
	for range passes {
		for _, doc := range docs {
			for s.Reset(doc, 0); s.Next() != scan.EOF; {
			}
		}
	}
	alone := time.Since(start) / passes
	var j scan.Judge
	b.SetBytes(size / int64(len(docs)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if !j.Valid(docs[i%len(docs)], 0, schemas.A51, nil) {
			b.Fatal("a document is not valid")
		}
		i++
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/(float64(alone)/float64(len(docs))), "x-scan")
}
