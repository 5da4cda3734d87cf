package store

import (
	"testing"
)

// TestReaderKeepsNoLock: a command that is slow to give out its answer keeps no server from
// starting, and its answer stays that of the moment at which it began, whatever becomes of
// the files.
func TestReaderKeepsNoLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inRuns(t, dir, 3)
	s := mustOpen(t, dir)
	fp := failAt(s, "")
	fill(t, s, 3*runRecords, 3*runRecords+50)
	crash(t, s, fp)
	const stored = 3*runRecords + 50
	reader, err := OpenReadOnly(dir, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, dir)
	fill(t, s, stored, stored+runRecords)
	mergeAll(t, s, 3)
	if left := len(segmentFiles(t, dir)); left != 1 {
		t.Errorf("%d segments after merging three", left)
	}
	expect(t, reader, stored)
	mustClose(t, s)
	expect(t, reader, stored)
	mustClose(t, reader)
}
