package names

import (
	"bytes"
	"context"
	"slices"
)

const (
	// width is how many runs of one level become one of the next.
	width = 8
	// levelValues is below how many values a run is of level 0; each level has width times
	// as many. A run of the last level stays as it is, which bounds what merging takes in
	// memory: 4 bytes for each value that goes in.
	levelValues = 8 * batchValues
	lastLevel   = 3
)

func (r *run) level() int {
	level := 0
	for n := uint32(levelValues); r.values >= n && level < lastLevel; n *= width {
		level++
	}
	return level
}

// pickMerge returns the number of the run from which on all should become one, and whether
// any should.
func pickMerge(runs []*run) (int, bool) {
	start := len(runs)
	for level := range lastLevel {
		for start > 0 && runs[start-1].level() <= level {
			start--
		}
		if len(runs)-start >= width {
			return start, true
		}
	}
	return 0, false
}

// mergeRuns writes what runs hold, which follow each other.
func mergeRuns(ctx context.Context, runs []*run, w *writer) error {
	numbers, err := mergeValues(ctx, runs, w)
	if err != nil {
		return err
	}
	return mergeWords(ctx, runs, numbers, w)
}

// joined makes one run in memory of several that are there.
func joined(ctx context.Context, runs []*run, c *codec) (*run, error) {
	from, to, overlong := span(runs)
	var file bytes.Buffer
	w := newWriter(&file, nil, from, to, overlong)
	if err := mergeRuns(ctx, runs, w); err != nil {
		return nil, err
	}
	size, err := w.finish()
	if err != nil {
		return nil, err
	}
	return readRun(bytes.NewReader(file.Bytes()), size, c)
}

// patch is how many values or words are merged before the context is asked again.
const patch = 4096

// mergeValues returns, for each run, what the numbers of its values have become.
func mergeValues(ctx context.Context, runs []*run, w *writer) ([][]uint32, error) {
	numbers := make([][]uint32, len(runs))
	walks := make([]*valueWalk, len(runs))
	var open []int // the walks that stand on a value
	for i, r := range runs {
		walks[i], numbers[i] = r.walkValues(0), make([]uint32, 0, r.values)
		if walks[i].next() {
			open = append(open, i)
		}
	}
	var least []byte
	for len(open) > 0 {
		least = leastOf(least, open, func(i int) []byte { return walks[i].key })
		number := w.run.values
		w.value(least)
		open = slices.DeleteFunc(open, func(i int) bool {
			if !bytes.Equal(walks[i].key, least) {
				return false
			}
			numbers[i] = append(numbers[i], number)
			return !walks[i].next()
		})
		if number%patch == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	for i, r := range runs {
		if err := walks[i].err; err != nil {
			return nil, err
		}
		if len(numbers[i]) != int(r.values) {
			return nil, r.damaged("values are missing")
		}
	}
	return numbers, nil
}

// mergeWords writes the runs' words with the numbers that their values have become.
func mergeWords(ctx context.Context, runs []*run, numbers [][]uint32, w *writer) error {
	walks := make([]*wordWalk, len(runs))
	var open []int // the walks that stand on a word
	for i, r := range runs {
		if walks[i] = r.walkWords(nil); walks[i].next() {
			open = append(open, i)
		}
	}
	var least []byte
	var have []uint32
	for n := 0; len(open) > 0; n++ {
		least, have = leastOf(least, open, func(i int) []byte { return walks[i].word }), have[:0]
		open = slices.DeleteFunc(open, func(i int) bool {
			for walk := walks[i]; bytes.Equal(walk.word, least); {
				for _, o := range walk.ordinals {
					have = append(have, numbers[i][o])
				}
				if !walk.next() {
					return true
				}
			}
			return false
		})
		slices.Sort(have)
		have = slices.Compact(have)
		w.word(least, have)
		if n%patch == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	for _, walk := range walks {
		if walk.err != nil {
			return walk.err
		}
	}
	return nil
}

// leastOf returns the least text that stands at one of open, in least's place.
func leastOf(least []byte, open []int, at func(i int) []byte) []byte {
	text := at(open[0])
	for _, i := range open[1:] {
		if other := at(i); bytes.Compare(other, text) < 0 {
			text = other
		}
	}
	return append(least[:0], text...)
}
