package store

import (
	"bufio"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arr/audit"
	"arr/integrity"
	"arr/query"
	"arr/traffic"
)

const (
	backcompatDir  = "../testdata/backcompat"
	backcompatFile = "expected.txt"
)

var keep = flag.String("keep", "", "write a store of this version as testdata/backcompat/`NAME`")

// keptQuestions are asked of a store that is kept; what they find was true when it was
// written.
var keptQuestions = []string{
	"*", "user:u1003", "patient:P1000003", "event:110103", "event:110110 outcome:success", "host:10.10.1.20", "source:PACS1",
	"transport:tls", "cert:archive", "conformance:foreign", "app:kernel", "NOT action:*", "study:*", "\"link is down\"", "received:<2026-02-01",
}

// TestKeepStore writes the store that testdata/backcompat/README.md describes.
func TestKeepStore(t *testing.T) {
	if *keep == "" {
		t.Skip("-keep NAME writes a store of this version into testdata/backcompat")
	}
	dir := filepath.Join(backcompatDir, *keep)
	if _, err := os.Stat(dir); err == nil {
		t.Fatalf("%s is there already: a store that is kept is never written again", dir)
	}
	months := []time.Time{time.Date(2026, 1, 31, 23, 0, 0, 0, time.UTC), time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 2, 9, 0, 0, 0, 0, time.UTC)}
	gen := traffic.New(11, traffic.Options{Interval: time.Hour, Users: 40, Patients: 90})
	for i, size := range []int{integrity.BlockRecords + 200, 150, 120} {
		s := mustOpen(t, dir)
		fp := failAt(s, "")
		if err := s.HandleFrames(t.Context(), keptEntries(gen, size, months[i])); err != nil {
			t.Fatal(err)
		}
		if i == 2 {
			crash(t, s, fp) // the last ones stay in the journal
			break
		}
		mustClose(t, s)
	}
	// These are made anew, or no part of what is stored.
	for _, name := range []string{namesDir, reserveFile} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	orphans, err := filepath.Glob(filepath.Join(dir, segmentsDir, "*", fmt.Sprintf("%020d-*", integrity.BlockRecords+350)))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range orphans {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, lockFile), nil, 0o640); err != nil {
		t.Fatal(err)
	}
	ro, err := OpenReadOnly(dir, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, ro)
	if err := os.WriteFile(filepath.Join(dir, backcompatFile), []byte(strings.Join(keptAnswers(t, ro), "\n")+"\n"), 0o640); err != nil {
		t.Fatal(err)
	}
}

// keptEntries are entries of every kind that there is.
func keptEntries(gen *traffic.Generator, n int, from time.Time) []audit.Entry {
	entries := make([]audit.Entry, n)
	for i := range entries {
		e := &entries[i]
		*e = audit.Entry{Received: from.Add(time.Duration(i) * time.Second).UnixMicro(), Transport: audit.Transport(1 + i%3), Peer: fmt.Sprintf("192.0.2.%d:514", i%5)}
		switch {
		case i%50 == 0:
			e.Frame = []byte("<13>Jan  4 10:00:00 gate kernel: link is down")
		case i%50 == 1:
			e.Frame, e.Flags = []byte("\x00\xff no syslog"), audit.FlagUnframed
		case i%50 == 2:
			e.Frame, e.Flags = frameOf(i)[:200], audit.FlagCutAtClose
		case i%50 == 3:
			e.Frame = []byte(strings.ReplaceAll(string(frameOf(i)), "><", ">#012<"))
		case i%4 == 0:
			e.Frame = gen.Next(nil)
		default:
			e.Frame = frameOf(i)
		}
		if e.Transport == audit.TransportTLS {
			e.Cert = audit.Cert{Subject: "CN=archive,O=Hospital", SHA256: strings.Repeat("c", 32)}
		}
	}
	return entries
}

// keptAnswers gives a line for all entries, and one for each question.
func keptAnswers(t *testing.T, s *Store) []string {
	t.Helper()
	var lines []string
	for _, text := range keptQuestions {
		p, err := query.Compile(query.Question{Text: text}, query.Env{Now: time.Unix(1780000000, 0), Zone: time.UTC})
		if err != nil {
			t.Fatal(err)
		}
		sum, err := s.Search(context.Background(), p, query.Sink{Record: func(*audit.Record) error { return nil }})
		if err != nil || !sum.Complete {
			t.Fatalf("%s: %v %v", text, err, sum.Problems)
		}
		lines = append(lines, fmt.Sprintf("%d %s", sum.Count, text))
	}
	all, n := sha256.New(), 0
	var buf []byte
	_, err := s.recordsBetween(t.Context(), 0, s.Position(), func(r *audit.Record) error {
		buf = audit.AppendEntry(buf[:0], &r.Entry)
		all.Write(buf)
		n++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return append(lines, fmt.Sprintf("%d entries, SHA-256 of their canonical bytes %x", n, all.Sum(nil)))
}

// TestBackwardCompatibility: stores of earlier versions are read, checked and gone on with
// as when they were written.
func TestBackwardCompatibility(t *testing.T) {
	t.Parallel()
	kept, err := filepath.Glob(filepath.Join(backcompatDir, "*", backcompatFile))
	if err != nil || len(kept) == 0 {
		t.Fatalf("no store is kept in %s: %v", backcompatDir, err)
	}
	for _, file := range kept {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			t.Parallel()
			want := readLines(t, file)
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Dir(file))); err != nil {
				t.Fatal(err)
			}
			compare := func(s *Store) {
				t.Helper()
				got := keptAnswers(t, s)
				for i := range max(len(got), len(want)) {
					if i >= len(got) || i >= len(want) || got[i] != want[i] {
						t.Fatalf("answers\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
					}
				}
			}
			check := func() {
				t.Helper()
				if report, err := Check(t.Context(), dir, testOptions(), nil); err != nil || len(report.Damage) > 0 {
					t.Fatalf("check: %+v, %v", report, err)
				}
			}
			check()
			ro, err := OpenReadOnly(dir, testOptions())
			if err != nil {
				t.Fatal(err)
			}
			compare(ro)
			mustClose(t, ro)
			s := mustOpen(t, dir)
			mergeAll(t, s, 2)
			compare(s)
			mustClose(t, s)
			check()
		})
	}
}

func readLines(t *testing.T, path string) (lines []string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		lines = append(lines, sc.Text())
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}
