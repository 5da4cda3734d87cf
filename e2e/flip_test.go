package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// soakCount is how often something is tried: sample times, all where ARR_SOAK is set, or as
// many as it says if that is more than 1.
func soakCount(sample, all int) int {
	n, err := strconv.Atoi(os.Getenv("ARR_SOAK"))
	switch {
	case err == nil && n > 1:
		return n
	case soak():
		return all
	}
	return sample
}

// flipSeed begins the random numbers of a test: another each time, unless ARR_FLIP_SEED
// repeats one.
func flipSeed(t *testing.T) uint64 {
	t.Helper()
	seed, err := strconv.ParseUint(os.Getenv("ARR_FLIP_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("ARR_FLIP_SEED=%d", seed)
	return seed
}

// TestFlips damages one file of a stored directory, in each place and way that there are, and
// then does with it what people would: checks it, asks it, starts a server on it, asks that,
// sends it more, stops it and checks once more. What may come of that is named by outcome;
// anything else is a fault. ARR_FLIP_SEED repeats a run.
func TestFlips(t *testing.T) {
	needBinary(t)
	seed, n := flipSeed(t), soakCount(12, 3000)
	template := keptDirectory(t)
	places := placesOf(t, template)
	// Each kind of place has its turn, so that few flips reach all kinds of files.
	rnd := rand.New(rand.NewPCG(seed, 0))
	rnd.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
	tally := make(chan outcome, n)
	t.Run("all", func(t *testing.T) {
		for i := range n {
			f := &flip{place: places[i%len(places)], rnd: rand.New(rand.NewPCG(seed, uint64(i)+1))}
			f.how, f.running = operations[f.rnd.IntN(len(operations))], f.rnd.IntN(4) == 0
			t.Run(strconv.Itoa(i)+" "+f.String(), func(t *testing.T) {
				t.Parallel()
				tally <- tryFlip(t, template, f)
			})
		}
	})
	close(tally)
	counts := map[outcome]int{}
	for o := range tally {
		counts[o]++
	}
	t.Logf("outcomes: %v", counts)
}

// outcome is what may come of a flip.
type outcome string

const (
	failed outcome = "failed"
	// untouched: the bytes were what they became.
	untouched outcome = "untouched"
	// harmless: check finds nothing, and all answers are as before.
	harmless outcome = "harmless"
	// noted: as harmless, and check has a note on it.
	noted outcome = "noted"
	// remade: check names it, all answers are as before, and after a start all is well.
	remade outcome = "remade"
	// named: check names it; answers are as before, or say what they lack.
	named outcome = "named"
	// recorded: as named, and since a start empty records stand for what is lost, which check
	// notes.
	recorded outcome = "recorded"
	// refused: check names it, and a server does not start for the reason that check names.
	refused outcome = "refused"
)

// What a directory holds: stored numbered records in segments, unsealed ones in the journal,
// and more that are sent once it is damaged.
const (
	// fillers come each from a host of its own, so that the catalog has branch pages.
	fillers  = 300
	filler   = "from a host of its own"
	stored   = 400
	unsealed = 150
	more     = 20
)

// keptDirectory makes the directory that is damaged: three segments, files of names for them,
// a journal, and what a killed server leaves.
func keptDirectory(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "kept")
	for _, to := range []int{stored / 4, stored / 2, stored} {
		s := start(t, dir)
		from := map[int]int{stored / 4: 0, stored / 2: stored / 4, stored: stored / 2}[to]
		sendFrames(t, s, from, to)
		if to == stored {
			sendEach(t, s, fillers, func(i int) string {
				return fmt.Sprintf("<85>1 2026-11-01T10:00:00Z filler%d app - - - %s", i, filler)
			})
		}
		s.stop()
	}
	s := start(t, dir)
	sendFrames(t, s, stored, stored+unsealed)
	s.kill()
	return dir
}
