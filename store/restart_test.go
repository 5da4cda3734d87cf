package store

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"

	"arr/store/journal"
)

// A run is one life of a server over a directory that others had before.
type run struct {
	// noFile is how many journal files can't be made at the start, for want of space.
	noFile int
	// records are stored in it.
	records int
	// full is the step of sealing from which on the disk is full, "" for none.
	full string
	// noMark leaves no space for the journal's end mark either.
	noMark bool
	// killed ends it as a crash does, else it is stopped.
	killed bool
}

// anyRun draws one.
func anyRun(rnd *rand.Rand) run {
	return run{
		noFile:  pick(rnd, 0, 0, 0, 1, 2),
		records: pick(rnd, 0, 0, 1, 40),
		full:    pick(rnd, "", "written", "synced", "verified"),
		noMark:  pick(rnd, false, true),
		killed:  pick(rnd, false, false, true),
	}
}

func pick[T any](rnd *rand.Rand, of ...T) T { return of[rnd.IntN(len(of))] }

// live opens dir, stores what r says behind the stored records, and ends. It gives how
// many are stored then.
func (r run) live(t *testing.T, dir string, stored int) int {
	t.Helper()
	s := newStore(dir, testOptions())
	var stopping atomic.Bool
	(&faults{sync: never, create: times(syscall.ENOSPC, 0, r.noFile), write: func() error {
		if stopping.Load() && r.noMark {
			return errFull
		}
		return nil
	}}).of(s)
	fp := failAt(s, "")
	crashed := s.hook
	s.hook = func(step string) error {
		if step == r.full {
			return errFull
		}
		return crashed(step)
	}
	var err error
	if s.lock, err = lock(dir, true); err != nil {
		t.Fatal(err)
	}
	if err := s.open(); err != nil {
		if !isFull(err) || r.noFile < 2 {
			t.Fatalf("%+v with %d records: %v", r, stored, err)
		}
		if err := unlock(s.lock, true); err != nil {
			t.Fatal(err)
		}
		return stored
	}
	expect(t, s, stored)
	fill(t, s, stored, stored+r.records)
	stopping.Store(true)
	if r.killed {
		crash(t, s, fp)
	} else if err := s.Close(); err != nil && r.full == "" {
		t.Fatalf("%+v with %d records: close: %v", r, stored, err)
	}
	return stored + r.records
}

// startsAgain has one server after the other over a directory, and a last one with a disk
// that has space.
func startsAgain(t *testing.T, runs []run) {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{journalDir, segmentsDir} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	stored := 0
	for _, r := range runs {
		stored = r.live(t, dir, stored)
	}
	s := mustOpen(t, dir)
	expect(t, s, stored)
	mustCheck(t, s, uint64(stored))
	if left, err := journal.List(s.path(journalDir), 0); err != nil || len(left) > 0 {
		t.Fatalf("journal left behind: %v, %v", left, err)
	}
}

// TestStartsAfterTwoFullStops: a journal file that holds nothing but its end mark keeps no
// server from starting.
func TestStartsAfterTwoFullStops(t *testing.T) {
	t.Parallel()
	full := run{full: "written"}
	first := full
	first.records = 300
	startsAgain(t, slices.Concat([]run{first}, slices.Repeat([]run{full}, 3)))
}

// TestStartsAfterAnySequence of stops, crashes and disks that are full at one moment or the
// other: a few of them, 500 where ARR_SOAK is set.
func TestStartsAfterAnySequence(t *testing.T) {
	t.Parallel()
	sequences := uint64(8)
	if os.Getenv("ARR_SOAK") != "" {
		sequences = 500
	}
	for seed := range sequences {
		rnd := rand.New(rand.NewPCG(seed, 1))
		list := make([]run, 1+rnd.IntN(7))
		for i := range list {
			list[i] = anyRun(rnd)
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			startsAgain(t, list)
		})
	}
}
