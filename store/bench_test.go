package store_test

import (
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"arr/audit"
	"arr/query"
	"arr/store"
	"arr/traffic"
)

// cpuTime is what the process has used, user and system.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(unix.TimevalToNsec(u.Utime) + unix.TimevalToNsec(u.Stime))
}

// load stores n messages of a made-up hospital, in batches as a busy connection gives
// them.
func load(b *testing.B, s *store.Store, n int) {
	b.Helper()
	gen := traffic.New(1, traffic.Options{Interval: 30 * 24 * time.Hour / time.Duration(n)})
	received := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	const batch = 256
	frames := make([][]byte, batch)
	entries := make([]audit.Entry, 0, batch)
	for n > 0 {
		entries = entries[:0]
		for i := range min(n, batch) {
			frames[i] = gen.Next(frames[i][:0])
			received += 16
			entries = append(entries, audit.Entry{Received: received, Transport: audit.TransportTLS, Peer: "192.0.2.7:40001", Frame: frames[i]})
		}
		if err := s.HandleFrames(b.Context(), entries); err != nil {
			b.Fatal(err)
		}
		n -= len(entries)
	}
}

// BenchmarkIngest stores messages from parsing to sealed segments: cpu-us/msg is all of the
// process's time, generator included; disk-B/msg all of the directory.
func BenchmarkIngest(b *testing.B) {
	dir := b.TempDir()
	s, err := store.Open(dir, options())
	if err != nil {
		b.Fatal(err)
	}
	before := cpuTime(b)
	b.ReportAllocs()
	b.ResetTimer()
	load(b, s, b.N)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	b.ReportMetric(float64((cpuTime(b)-before).Nanoseconds())/1e3/float64(b.N), "cpu-us/msg")
	size := int64(0)
	filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if fi, ierr := e.Info(); ierr == nil && !e.IsDir() {
			size += fi.Size()
		}
		return err
	})
	b.ReportMetric(float64(size)/float64(b.N), "disk-B/msg")
}

// BenchmarkSearch asks a store of 200,000 messages the questions that the design sets
// goals for.
func BenchmarkSearch(b *testing.B) {
	dir := b.TempDir()
	o := options()
	o.CacheBytes = 0
	s, err := store.Open(dir, o)
	if err != nil {
		b.Fatal(err)
	}
	load(b, s, 200_000)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	if s, err = store.Open(dir, o); err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for _, c := range []struct {
		name string
		q    query.Question
	}{
		{"patient", query.Question{Text: "patient:P1000000"}},
		{"user-last-50", query.Question{Text: "user:jdoe", Limit: 50}},
		{"by-user", query.Question{Text: "*", By: "user", Top: 10}},
		{"histogram-day", query.Question{Text: "*", Histogram: "day"}},
		{"phrase-count", query.Question{Text: `"Instances Accessed"`, Count: true}},
		{"word-absent", query.Question{Text: "xyzzy", Count: true}},
		{"prefix", query.Question{Text: "patient.name:mül*", Limit: 50}},
	} {
		p, err := query.Compile(c.q, query.Env{Now: time.Now()})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			count := int64(0)
			for b.Loop() {
				sum, err := s.Search(b.Context(), p, query.Sink{
					Record: func(*audit.Record) error { return nil },
					Bucket: func(query.Bucket) error { return nil },
				})
				if err != nil {
					b.Fatal(err)
				}
				count = sum.Count
			}
			b.ReportMetric(float64(count), "found")
		})
	}
}
