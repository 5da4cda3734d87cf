package names

import (
	"bytes"
	"math"
	"sort"
)

// valueWalk goes over a run's values in order.
type valueWalk struct {
	run  *run
	page int // the next one
	c    cursor
	key  key // until the next call
	n    uint32
	err  error
}

// walkValues begins with the first value of a page.
func (r *run) walkValues(page int) *valueWalk {
	w := &valueWalk{run: r, page: page, n: math.MaxUint32} // one before 0
	if page < len(r.pages) {
		w.n = r.pages[page].first - 1
	}
	return w
}

// next moves to the next value; false at the end, and where err is set. The value's number
// is n.
func (w *valueWalk) next() bool {
	for len(w.c.b) == 0 {
		if w.err != nil || w.page == len(w.run.pages) {
			return false
		}
		p := &w.run.pages[w.page]
		if w.page > 0 && w.n+1 != p.first {
			return w.fail()
		}
		b, err := w.run.read(p)
		if err != nil {
			w.err = err
			return false
		}
		w.c, w.page, w.key = cursor{b: b}, w.page+1, w.key[:0]
	}
	w.key = w.c.line(w.key, false)
	w.n++
	if w.c.bad || len(w.key) == 0 || w.n >= w.run.values {
		return w.fail()
	}
	return true
}

func (w *valueWalk) fail() bool {
	w.c, w.err = cursor{}, w.run.damaged("values %d and on can't be read", w.n)
	return false
}

// wordWalk goes over a run's words in order, each with some of the values that have it.
// A word that many have comes several times.
type wordWalk struct {
	run      *run
	page     int
	c        cursor
	word     []byte   // the kind before it; until the next call
	ordinals []uint32 // until the next call
	err      error
}

// walkWords begins at or before the first word that is not below from.
func (r *run) walkWords(from []byte) *wordWalk {
	i := sort.Search(len(r.words), func(i int) bool { return bytes.Compare(r.words[i].word, from) >= 0 })
	return &wordWalk{run: r, page: max(i-1, 0)}
}

// next moves to the next word; false at the end, and where err is set.
func (w *wordWalk) next() bool {
	for len(w.c.b) == 0 {
		if w.err != nil || w.page == len(w.run.words) {
			return false
		}
		b, err := w.run.read(&w.run.words[w.page])
		if err != nil {
			w.err = err
			return false
		}
		w.c, w.page, w.word = cursor{b: b}, w.page+1, w.word[:0]
	}
	w.word = w.c.line(w.word, true)
	w.ordinals = w.ordinals[:0]
	last := uint64(math.MaxUint64)
	for range w.c.count(1) {
		last += w.c.below(math.MaxUint32) + 1
		if last >= uint64(w.run.values) {
			w.c.fail()
			break
		}
		w.ordinals = append(w.ordinals, uint32(last))
	}
	if w.c.bad || len(w.word) == 0 {
		w.c, w.err = cursor{}, w.run.damaged("words can't be read")
		return false
	}
	return true
}
