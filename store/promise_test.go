package store

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"arr/audit"
	"arr/store/journal"
)

const crashedRecords = 900

// crashed is a directory as a killed server left it: segments, then records in the journal,
// whose last group nothing in the journal proves.
func crashed(t *testing.T) (dir, journalFile string) {
	t.Helper()
	dir = t.TempDir()
	inRuns(t, dir, 1)
	s := mustOpen(t, dir)
	fp := failAt(s, "")
	fill(t, s, runRecords, crashedRecords)
	path := s.journal.Path()
	crash(t, s, fp)
	// Its end sealed them, which a kill does not.
	if err := os.Remove(segmentFiles(t, dir)[1]); err != nil {
		t.Fatal(err)
	}
	return dir, path
}

// lostAndKept gives how many records of s are there as they arrived, and how many of them
// say that they were lost.
func lostAndKept(t *testing.T, s *Store) (kept, lost int) {
	t.Helper()
	_, err := s.recordsBetween(t.Context(), 0, s.Position(), func(r *audit.Record) error {
		if r.Flags&audit.FlagLost != 0 {
			lost++
		} else if string(r.Frame) == string(frameOf(int(r.Number))) {
			kept++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return kept, lost
}

// TestDamageAfterCrash: whatever became of the end of the journal after a crash, records
// that had been told to be stored are there, or named as lost; none is dropped as a write
// that was cut.
func TestDamageAfterCrash(t *testing.T) {
	t.Parallel()
	dir, path := crashed(t)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	last := lastGroup(t, path)
	write := func(b []byte) func(string) error {
		return func(path string) error { return os.WriteFile(path, b, 0o600) }
	}
	flipped := func(at int64) func(string) error { return write(flipBit(good, int(at))) }
	cut := func(size int64) func(string) error {
		return func(path string) error { return os.Truncate(path, size) }
	}
	zeros := func(from int64) func(string) error {
		return write(append(bytes.Clone(good[:from]), make([]byte, int64(len(good))-from)...))
	}
	const all = crashedRecords - runRecords
	for name, c := range map[string]struct {
		harm func(path string) error
		lost int
	}{
		"a bit of the last entry":  {flipped(int64(len(good)) - 20), 1},
		"a bit of the last header": {flipped(last + 20), 100},
		"a bit of the last table":  {flipped(last + 60), 100},
		"the last entry in zeros":  {zeros(int64(len(good)) - 300), 1},
		"the last group in zeros":  {zeros(last), 100},
		"cut in the last group":    {cut(last + 1000), 100},
		"cut before it":            {cut(last), 100},
		"cut behind its header":    {cut(1024), all},
		"empty":                    {cut(0), all},
		"gone":                     {os.Remove, all},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := copied(t, dir)
			if err := c.harm(filepath.Join(dir, journalDir, filepath.Base(path))); err != nil {
				t.Fatal(err)
			}
			report, err := Check(t.Context(), dir, testOptions(), nil)
			if err != nil || len(report.Damage) == 0 || report.Records != crashedRecords {
				t.Errorf("check: %+v, %v", report, err)
			}
			s := mustOpen(t, dir)
			if kept, lost := lostAndKept(t, s); lost != c.lost || kept != crashedRecords-lost {
				t.Errorf("%d records are there, %d are lost; want %d lost", kept, lost, c.lost)
			}
			if s.Stats().Damages == 0 {
				t.Error("no damage is counted")
			}
			fill(t, s, crashedRecords, crashedRecords+10)
			mustClose(t, s)
		})
	}
}

// copied is a copy of a data directory.
func copied(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// lastGroup is where the last group of a journal file begins.
func lastGroup(t *testing.T, path string) (at int64) {
	t.Helper()
	_, err := journal.Read(path, journal.Outside{}, func(g *journal.Group) error {
		at = g.Offset
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestDamageAfterPowerCut: a promise that a power cut has set back proves nothing of the
// last group, but its sectors show that it was written.
func TestDamageAfterPowerCut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir)
	fp := failAt(s, "")
	before, err := os.ReadFile(s.path(promisedFile))
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s, 0, 400)
	path := s.journal.Path()
	crash(t, s, fp)
	if err := os.Remove(segmentFiles(t, dir)[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path(promisedFile), before, 0o600); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		at   int
		kept int // of records, if the directory is gone on with
	}{
		"an entry": {len(good) - 20, 399}, "the header": {int(lastGroup(t, path)) + 20, 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := copied(t, dir)
			bad := bytes.Clone(good)
			bad[c.at] ^= 1
			if err := os.WriteFile(filepath.Join(dir, journalDir, filepath.Base(path)), bad, 0o600); err != nil {
				t.Fatal(err)
			}
			for range 2 { // once it is kept aside, too
				if report, err := Check(t.Context(), dir, testOptions(), nil); err != nil || len(report.Damage) == 0 {
					t.Errorf("check: %+v, %v", report, err)
				}
				s := mustOpen(t, dir)
				if kept, _ := lostAndKept(t, s); kept != c.kept {
					t.Errorf("%d records are there, want %d", kept, c.kept)
				}
				mustClose(t, s)
			}
			if aside, _ := filepath.Glob(filepath.Join(dir, journalDir, "*.jnl.*")); len(aside) != 1 {
				t.Errorf("kept aside: %v", aside)
			}
		})
	}
}

// TestSpoiltPromise: the promise proves and holds nothing, so that its loss keeps no store
// from starting.
func TestSpoiltPromise(t *testing.T) {
	t.Parallel()
	dir, _ := crashed(t)
	good, err := os.ReadFile(filepath.Join(dir, promisedFile))
	if err != nil || len(good) != promiseSlots*promiseSlot {
		t.Fatalf("%d bytes: %v", len(good), err)
	}
	newer := func() []byte {
		var b [promiseSlots * promiseSlot]byte
		for i := range promiseSlots {
			(&promise{generation: 1 << 40}).encode((*[promiseSlot]byte)(b[i*promiseSlot:]))
		}
		return b[:]
	}
	for name, c := range map[string]struct {
		bytes         []byte
		damage, notes int
	}{
		"a bit of the first copy":  {flipBit(good, 30), 0, 1},
		"a bit of the second copy": {flipBit(good, promiseSlot+500), 0, 1},
		"both":                     {flipBit(flipBit(good, 1), promiseSlot), 1, 0},
		"cut":                      {good[:promiseSlot], 0, 1},
		"empty":                    {nil, 1, 0},
		"less than there is":       {newer(), 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := copied(t, dir)
			if err := os.WriteFile(filepath.Join(dir, promisedFile), c.bytes, 0o600); err != nil {
				t.Fatal(err)
			}
			report, err := Check(t.Context(), dir, testOptions(), nil)
			if err != nil || len(report.Damage) != c.damage || len(report.Notes) != c.notes {
				t.Errorf("check: %+v, %v", report, err)
			}
			s := mustOpen(t, dir)
			expect(t, s, crashedRecords)
			mustCheck(t, s, crashedRecords)
		})
	}
}

func flipBit(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 0x10
	return b
}

// TestForeignPromise: a promise of far more records than there are is another directory's,
// or all else is.
func TestForeignPromise(t *testing.T) {
	t.Parallel()
	dir, _ := crashed(t)
	var b [promiseSlots * promiseSlot]byte
	for i := range promiseSlots {
		(&promise{generation: 1, records: 1 << 30}).encode((*[promiseSlot]byte)(b[i*promiseSlot:]))
	}
	if err := os.WriteFile(filepath.Join(dir, promisedFile), b[:], 0o600); err != nil {
		t.Fatal(err)
	}
	refusedAlike(t, dir)
}

// BenchmarkPromise is what a group costs beside its own write and sync.
func BenchmarkPromise(b *testing.B) {
	var p promises
	p.begin(filepath.Join(b.TempDir(), promisedFile), promise{}, slog.New(slog.DiscardHandler))
	defer p.close()
	b.ReportAllocs()
	for n := uint64(0); b.Loop(); n++ {
		p.stored(n)
	}
}
