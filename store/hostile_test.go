package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"arr/audit"
	"arr/integrity"
	"arr/store/journal"
)

// tiny is a batch of n short frames that are no audit messages.
func tiny(n int) []audit.Entry {
	entries := make([]audit.Entry, n)
	for i := range entries {
		entries[i] = audit.Entry{Received: 1767520800000000 + int64(i), Transport: audit.TransportTCP, Peer: "192.0.2.1:1", Frame: fmt.Append(nil, i)}
	}
	return entries
}

// mustCheck closes s and re-reads all of it.
func mustCheck(t *testing.T, s *Store, records uint64) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	report, err := Check(t.Context(), s.dir, testOptions(), nil)
	if err != nil || len(report.Damage) > 0 || report.Records != records {
		t.Fatalf("check: %+v, %v", report, err)
	}
}

// TestReindexPath: no part of the directory's own name is taken for a segment's.
func TestReindexPath(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	dir := filepath.Join(parent, "data.prod")
	s, err := Open(dir, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	const n = integrity.BlockRecords + 5
	fill(t, s, 0, n)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	o := testOptions()
	o.ParserVersion++
	if s, err = Open(dir, o); err != nil {
		t.Fatal(err)
	}
	if err := s.Reindex(t.Context(), func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	expect(t, s, n)
	mustCheck(t, s, n)
	if names, _ := os.ReadDir(parent); len(names) != 1 {
		t.Errorf("reindexing left files outside of the data directory: %v", names)
	}
}

// faults makes the files of a journal fail as told. Its fields are set before what is to
// fail is handed over.
type faults struct{ sync, write, create func() error }

func (f *faults) of(s *Store) *faults {
	s.createJournal = func(path string) (journal.File, error) {
		if err := f.create(); err != nil {
			return nil, err
		}
		file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
		return faultyFile{file, f}, err
	}
	return f
}

// rotate stores frame 0 and has s go on in a file that may fail.
func (f *faults) rotate(t *testing.T, s *Store) {
	t.Helper()
	create := f.create
	f.create = never
	f.of(s)
	s.rotateAt = 0
	fill(t, s, 0, 1)
	f.create = create
}

func never() error { return nil }

// times fails so many calls, after leaving out the first ones.
func times(err error, after, n int) func() error {
	return func() error {
		if after > 0 {
			after--
			return nil
		}
		if n > 0 {
			n--
			return err
		}
		return nil
	}
}

type faultyFile struct {
	*os.File
	f *faults
}

func (f faultyFile) Allocate(_, _ int64) error { return nil }

func (f faultyFile) Sync() error {
	if err := f.f.sync(); err != nil {
		return err
	}
	return f.File.Sync()
}

func (f faultyFile) WriteAt(b []byte, off int64) (int, error) {
	if err := f.f.write(); err != nil {
		n, _ := f.File.WriteAt(b[:len(b)/2], off)
		return n, err
	}
	return f.File.WriteAt(b, off)
}

// TestFailingDisk: whatever write or sync fails, each record that was reported as stored
// is there once, and those that come later follow it.
func TestFailingDisk(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]*faults{
		"sync":             {sync: times(syscall.EIO, 3, 1), write: never, create: never},
		"write":            {sync: never, write: times(syscall.EIO, 3, 1), create: never},
		"full at write":    {sync: never, write: times(syscall.ENOSPC, 3, 2), create: never},
		"full at sync":     {sync: times(syscall.ENOSPC, 3, 1), write: never, create: never},
		"full at new file": {sync: times(syscall.EIO, 3, 1), write: never, create: times(syscall.ENOSPC, 0, 2)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s, err := Open(dir, testOptions())
			if err != nil {
				t.Fatal(err)
			}
			fp := failAt(s, "written")
			f.rotate(t, s)
			fill(t, s, 1, 600)
			expect(t, s, 600)
			crash(t, s, fp)
			if s, err = Open(dir, testOptions()); err != nil {
				t.Fatal(err)
			}
			fill(t, s, 600, 1000)
			expect(t, s, 1000)
			mustCheck(t, s, 1000)
		})
	}
}

// TestBrokenDisk: a disk that nothing can be written to stops the store, and nobody waits
// for it.
func TestBrokenDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(dir, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	f := &faults{sync: never, write: never, create: never}
	f.rotate(t, s)
	fill(t, s, 1, 1000)
	f.create, f.write = times(syscall.EIO, 0, 1<<30), times(syscall.EIO, 0, 1<<30)
	var wg sync.WaitGroup
	for range 2 * queueLength {
		wg.Go(func() {
			if err := s.HandleFrames(context.Background(), tiny(1)); !errors.Is(err, ErrBroken) {
				t.Errorf("a store whose disk fails says %v", err)
			}
		})
	}
	wg.Wait()
	<-s.Failed()
	_ = s.Close() // its error is the disk's
	if s, err = Open(dir, testOptions()); err != nil {
		t.Fatal(err)
	}
	expect(t, s, 1000)
	mustCheck(t, s, 1000)
}

// TestHalves: a group that does not fit into one of the journal's is written as two, also
// where the second one fails.
func TestHalves(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(dir, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	fp := failAt(s, "")
	s.maxGroup = 100 << 10
	f := &faults{sync: never, write: never, create: never}
	f.rotate(t, s)
	fill(t, s, 1, 100)
	fill(t, s, 100, 200)
	f.write = times(syscall.EIO, 1, 1)
	entries := make([]audit.Entry, 3)
	for i := range entries {
		entries[i] = audit.Entry{Received: int64(i), Transport: audit.TransportTCP, Frame: make([]byte, s.maxGroup*2/5)}
	}
	if err := s.HandleFrames(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
	crash(t, s, fp)
	files, err := journal.List(s.path(journalDir), 0)
	if err != nil {
		t.Fatal(err)
	}
	var next uint64
	for _, file := range files {
		res, err := journal.Read(file.Path, journal.Outside{}, func(g *journal.Group) error { return nil })
		if err != nil || len(res.Damages) > 0 || res.First != next {
			t.Errorf("the file of record %d, %d comes next: %v, %v", res.First, next, res.Damages, err)
		}
		next = res.Next
	}
	if next != 203 || entries[2].Number != 202 {
		t.Errorf("the journal holds %d records, the last one's number is %d", next, entries[2].Number)
	}
}

// TestNoNewJournal: a journal file that can't be followed by another one just grows.
func TestNoNewJournal(t *testing.T) {
	t.Parallel()
	s, err := Open(t.TempDir(), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	f := (&faults{sync: never, write: never, create: never}).of(s)
	f.create = times(syscall.EMFILE, 0, 1)
	for range 3 {
		s.rotateAt = 0
		if err := s.HandleFrames(t.Context(), tiny(10)); err != nil {
			t.Fatal(err)
		}
	}
	mustCheck(t, s, 30)
}

// TestKeyAfterCrash: a block's leaves are hashed alike before a crash and after it, in
// however large a group it came.
func TestKeyAfterCrash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(dir, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	fp := failAt(s, "written")
	const blocks = 18
	if err := s.HandleFrames(t.Context(), tiny(blocks*integrity.BlockRecords)); err != nil {
		t.Fatal(err)
	}
	before := map[uint64][32]byte{}
	for _, b := range s.view.Load().mem {
		before[b.first] = b.key
	}
	crash(t, s, fp)
	if s, err = Open(dir, testOptions()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, seg := range s.view.Load().segments {
		for _, b := range seg.Blocks() {
			if found++; b.Key() != before[b.First()] {
				t.Errorf("the block of record %d has another key after the crash", b.First())
			}
		}
	}
	if found != blocks {
		t.Errorf("%d blocks, want %d", found, blocks)
	}
}

// TestLargeRecords: the memtable is bounded in bytes, not in records alone.
func TestLargeRecords(t *testing.T) {
	t.Parallel()
	s, err := Open(t.TempDir(), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	s.rewriting.Lock()
	s.mergeWidth = 3
	s.rewriting.Unlock()
	const n, size = 14, 4 << 20
	frame := bytes.Repeat([]byte("<85>1 - a b c - - large "), size/24)
	for range n {
		if err := s.HandleFrames(t.Context(), []audit.Entry{{Received: 1, Transport: audit.TransportTCP, Frame: frame}}); err != nil {
			t.Fatal(err)
		}
		for _, b := range s.view.Load().mem {
			held := 0
			for _, r := range b.visible() {
				held += len(r.Frame)
			}
			if held >= maxBlockBytes+size {
				t.Fatalf("a block of the memtable holds %d MiB", held>>20)
			}
		}
	}
	mustCheck(t, s, n)
}
