package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"arr/audit"
	"arr/integrity"
	"arr/query"
)

const runRecords = 300

// inRuns stores runs of runRecords records, each of which leaves a segment of its own.
func inRuns(t *testing.T, dir string, runs int) {
	t.Helper()
	for i := range runs {
		s := mustOpen(t, dir)
		fill(t, s, i*runRecords, (i+1)*runRecords)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func mustOpen(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustClose(t *testing.T, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// segmentFiles gives the paths of a store's segments, in number order.
func segmentFiles(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, segmentsDir, "*", "*"+segmentSuffix))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// searched gives how many records a search for all finds, and its summary.
func searched(t *testing.T, s *Store) (n int, sum query.Summary) {
	t.Helper()
	sum, err := s.Search(context.Background(), &query.Plan{Where: query.All{}, Since: query.Always, Until: query.Never}, query.Sink{
		Record: func(r *audit.Record) error {
			if n++; string(r.Frame) != string(frameOf(int(r.Number))) {
				return fmt.Errorf("record %d is not frame %d", r.Number, r.Number)
			}
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	return n, sum
}

// TestMissingSegment: a store goes on without a segment that can't be opened, says in
// each answer which records it lacks, and is whole once the file is back.
func TestMissingSegment(t *testing.T) {
	gone := func(path string, _ []byte) error { return os.Remove(path) }
	cut := func(path string, b []byte) error { return os.WriteFile(path, b[:len(b)-9], 0o600) }
	footer := func(path string, b []byte) error {
		b[len(b)-40] ^= 1
		return os.WriteFile(path, b, 0o600)
	}
	for _, c := range []struct {
		name string
		file int
		harm func(path string, b []byte) error
	}{
		{"first gone", 0, gone}, {"middle gone", 1, gone}, {"last gone", 2, gone},
		{"middle cut", 1, cut}, {"footer of the last damaged", 2, footer},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			inRuns(t, dir, 3)
			path := segmentFiles(t, dir)[c.file]
			good, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.harm(path, append([]byte(nil), good...)); err != nil {
				t.Fatal(err)
			}
			lacks := fmt.Sprintf("records %d to %d can't be read", c.file*runRecords, (c.file+1)*runRecords-1)
			incomplete := func(s *Store, records int) {
				t.Helper()
				n, sum := searched(t, s)
				if n != records || sum.Complete || len(sum.Problems) != 1 || !strings.Contains(sum.Problems[0], lacks) || !strings.Contains(sum.Problems[0], filepath.Base(path)) {
					t.Fatalf("%d records, %+v; want %d, and that %s", n, sum, records, lacks)
				}
			}
			ro, err := OpenReadOnly(dir, testOptions())
			if err != nil {
				t.Fatal(err)
			}
			incomplete(ro, 2*runRecords)
			mustClose(t, ro)
			s := mustOpen(t, dir)
			if st := s.Stats(); st.Damages != 1 || st.Records != 3*runRecords {
				t.Errorf("stats: %+v", st)
			}
			// What comes has the numbers that follow, and stays apart from what is missing.
			fill(t, s, 3*runRecords, 4*runRecords)
			incomplete(s, 3*runRecords)
			mustClose(t, s)
			if report, err := Check(t.Context(), dir, testOptions(), nil); err != nil || len(report.Damage) == 0 {
				t.Errorf("check finds nothing: %+v, %v", report, err)
			}

			if err := os.WriteFile(path, good, 0o600); err != nil {
				t.Fatal(err)
			}
			s = mustOpen(t, dir)
			mergeAll(t, s, 4)
			expect(t, s, 4*runRecords)
			mustCheck(t, s, 4*runRecords)
		})
	}
}

// mergeAll merges as the merger does, width segments into one.
func mergeAll(t *testing.T, s *Store, width int) {
	t.Helper()
	s.rewriting.Lock()
	s.mergeWidth = width
	s.rewriting.Unlock()
	for {
		merged, err := s.mergeNext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !merged {
			return
		}
	}
}

// TestMergeLeavesMissing: segments on both sides of a missing one are not joined.
func TestMergeLeavesMissing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inRuns(t, dir, 5)
	if err := os.Remove(segmentFiles(t, dir)[1]); err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, dir)
	mergeAll(t, s, 3)
	if n, sum := searched(t, s); n != 4*runRecords || sum.Complete {
		t.Errorf("%d records, %+v", n, sum)
	}
	if left := len(segmentFiles(t, dir)); left != 2 {
		t.Errorf("%d segments, want the one before the gap and one of the three behind it", left)
	}
	mustClose(t, s)
}

// TestOldCatalog: where the catalog names segments that were merged since, nothing is
// removed and nothing served: what looks left over holds all there is.
func TestOldCatalog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inRuns(t, dir, 3)
	catalog := filepath.Join(dir, catalogFile)
	old, err := os.ReadFile(catalog)
	if err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, dir)
	mergeAll(t, s, 3)
	mustClose(t, s)
	if err := os.WriteFile(catalog, old, 0o600); err != nil {
		t.Fatal(err)
	}
	before := segmentFiles(t, dir)
	if _, err := Open(dir, testOptions()); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), catalogFile) {
		t.Errorf("Open: %v", err)
	}
	if after := segmentFiles(t, dir); len(before) != 1 || len(after) != 1 {
		t.Errorf("segments before %v, after %v", before, after)
	}
}

// TestJournalOfMissingSegment: the journal of records whose segment is missing is kept
// aside, since it may be all that is left of them.
func TestJournalOfMissingSegment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir)
	fp := failAt(s, "published")
	fill(t, s, 0, integrity.BlockRecords)
	<-fp.reached
	crash(t, s, fp)
	if err := os.Remove(segmentFiles(t, dir)[0]); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, dir)
	if _, sum := searched(t, s); sum.Complete {
		t.Error("the answer calls itself complete")
	}
	mustClose(t, s)
	if kept, _ := filepath.Glob(filepath.Join(dir, journalDir, "*.damaged")); len(kept) != 1 {
		t.Errorf("kept aside: %v", kept)
	}
}

// TestDamageIsMet: damage in a segment is counted and logged once, however many searches
// meet it, and merging goes on around it.
func TestDamageIsMet(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inRuns(t, dir, 4)
	path := segmentFiles(t, dir)[0]
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 40; i < 400; i++ {
		b[i] ^= 0x55
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	o := testOptions()
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if n, sum := searched(t, s); n != 3*runRecords || sum.Complete {
			t.Errorf("%d records, %+v", n, sum)
		}
	}
	if n := s.Stats().Damages; n != 1 {
		t.Errorf("%d damages are counted", n)
	}
	s.rewriting.Lock()
	s.mergeWidth = 2
	s.rewriting.Unlock()
	for merged := true; merged; {
		if merged, err = s.mergeNext(t.Context()); err != nil {
			merged = s.leaveDamaged(err)
		}
	}
	if left := segmentFiles(t, dir); err != nil || len(left) != 2 || left[0] != path {
		t.Errorf("left are %v, %v: want the damaged one, and one of the others", left, err)
	}
	mustClose(t, s)
	if n := strings.Count(log.String(), "a segment is damaged"); n != 1 || !strings.Contains(log.String(), filepath.Base(path)) {
		t.Errorf("logged %d times:\n%s", n, log.String())
	}
}
