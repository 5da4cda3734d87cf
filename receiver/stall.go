package receiver

import (
	"sync"
	"sync/atomic"
	"time"
)

// stallTicks is into how many ticks a StallTimeout is divided.
const stallTicks = 20

// stallWatch finds out that the handler stands still. It counts ticks, each of which begins
// when the last has been seen: so a machine that slept, or that had no time for this process,
// has lost one tick at most, however late it is by the clock.
type stallWatch struct {
	limit   time.Duration
	stalled *atomic.Int64 // of the Server
	onStall func()

	mu    sync.Mutex
	timer *time.Timer
	left  int  // ticks until it is a stall, 0 while nothing is watched
	is    bool // it is one
}

// begin watches what follows, until end.
func (w *stallWatch) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left, w.is = stallTicks, false
	if w.timer == nil {
		w.timer = time.AfterFunc(w.limit/stallTicks, w.tick)
	} else {
		w.timer.Reset(w.limit / stallTicks)
	}
}

func (w *stallWatch) tick() {
	w.mu.Lock()
	if w.left == 0 {
		w.mu.Unlock()
		return
	}
	if w.left--; w.left > 0 {
		w.timer.Reset(w.limit / stallTicks)
		w.mu.Unlock()
		return
	}
	w.is = true
	w.stalled.Add(1)
	w.mu.Unlock()
	w.onStall()
}

func (w *stallWatch) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer.Stop()
	w.left = 0
	if w.is {
		w.is = false
		w.stalled.Add(-1)
	}
}
