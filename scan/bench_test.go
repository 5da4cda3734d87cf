package scan_test

import (
	"bytes"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"arr/scan"
	"arr/schemas"
	"arr/traffic"

	"golang.org/x/sys/unix"
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
// the processor time takes that the scan alone takes, measured in turns.
func BenchmarkValid(b *testing.B) {
	docs, size := documents(512)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var s scan.Scanner
	var j scan.Judge
	var alone, judged time.Duration
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		start := threadTime(b)
		for _, doc := range docs {
			for s.Reset(doc, 0); s.Next() != scan.EOF; {
			}
		}
		middle := threadTime(b)
		for _, doc := range docs {
			if !j.Valid(doc, 0, schemas.A51, nil) {
				b.Fatal("a document is not valid")
			}
		}
		alone, judged = alone+middle-start, judged+threadTime(b)-middle
	}
	messages := float64(b.N) * float64(len(docs))
	b.ReportMetric(float64(alone)/messages, "ns/scan")
	b.ReportMetric(float64(judged)/messages, "ns/valid")
	b.ReportMetric(float64(judged)/float64(alone), "x-scan")
}

// threadTime is how much processor time the thread has used.
func threadTime(tb testing.TB) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(t.Nano())
}
