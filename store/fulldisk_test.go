package store

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"arr/integrity"
)

var errFull = fmt.Errorf("write: %w", syscall.ENOSPC)

// TestSealingWaitsForSpace: full blocks stay in the memtable and the journal while there is
// no space to seal them, and are sealed once there is.
func TestSealingWaitsForSpace(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, t.TempDir())
	var full atomic.Bool
	full.Store(true)
	tried := make(chan struct{}, 1)
	s.hook = func(step string) error {
		if step != "written" || !full.Load() {
			return nil
		}
		select {
		case tried <- struct{}{}:
		default:
		}
		return errFull
	}
	const n = 2*integrity.BlockRecords + 1
	fill(t, s, 0, n)
	<-tried
	if st := s.Stats(); st.Segments != 0 || st.Memtable != n {
		t.Errorf("%d segments, %d records in the memtable", st.Segments, st.Memtable)
	}
	expect(t, s, n)
	full.Store(false)
	mustCheck(t, s, n)
	if st := s.Stats(); st.SealFailures == 0 || st.Segments == 0 {
		t.Errorf("%d failures, %d segments", st.SealFailures, st.Segments)
	}
}

// TestReserveSealsTheRest: at the end the reserve makes room for what is not sealed yet, and
// where even that is too little the records stay in the journal.
func TestReserveSealsTheRest(t *testing.T) {
	for name, c := range map[string]struct {
		fails int
		stays bool
	}{"the reserve is enough": {1, false}, "it is not": {1 << 30, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := mustOpen(t, dir)
			fails := c.fails
			s.hook = func(step string) error {
				if step != "written" || fails == 0 {
					return nil
				}
				if _, err := os.Stat(s.path(reserveFile)); (err == nil) != (fails == c.fails) {
					t.Errorf("attempts left: %d, the reserve: %v", fails, err)
				}
				fails--
				return errFull
			}
			fill(t, s, 0, 300)
			err := s.Close()
			if stays := err != nil; stays != c.stays || stays && !strings.Contains(err.Error(), "stay in the journal") {
				t.Fatalf("close: %v", err)
			}
			s = mustOpen(t, dir)
			expect(t, s, 300)
			mustCheck(t, s, 300)
		})
	}
}

// TestStartOnFullDisk: a store that can't begin a journal frees its reserve for it, and
// says what to do where that does not help.
func TestStartOnFullDisk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fails int
		opens bool
	}{{1, true}, {2, false}} {
		dir := t.TempDir()
		inRuns(t, dir, 1)
		s := newStore(dir, testOptions())
		(&faults{sync: never, write: never, create: times(syscall.ENOSPC, 0, c.fails)}).of(s)
		var err error
		if s.lock, err = lock(dir, true); err != nil {
			t.Fatal(err)
		}
		err = s.open()
		if (err == nil) != c.opens || err != nil && !(errors.Is(err, syscall.ENOSPC) && strings.Contains(err.Error(), "make room")) {
			t.Fatalf("%d files can't be made: %v", c.fails, err)
		}
		if err == nil {
			fill(t, s, runRecords, runRecords+10)
			mustCheck(t, s, runRecords+10)
		} else if err := unlock(s.lock, true); err != nil {
			t.Fatal(err)
		}
	}
}
