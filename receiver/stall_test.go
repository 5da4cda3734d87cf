package receiver

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"arr/audit"
)

// halves is a handler that reads for so long and then waits for its disk.
type halves struct{ read, disk time.Duration }

func (h halves) HandleFrames(ctx context.Context, e []audit.Entry) error {
	return h.Prepare(e).Store(ctx)
}

func (h halves) Prepare([]audit.Entry) audit.Prepared {
	time.Sleep(h.read)
	return h
}

func (h halves) Store(context.Context) error {
	time.Sleep(h.disk)
	return nil
}

// whole is a handler that does not tell the two apart.
type whole struct{ audit.Handler }

// A handler stalls where it waits for its disk, not where it reads.
func TestStallIsTheDisks(t *testing.T) {
	const limit = 30 * time.Second
	for _, c := range []struct {
		name    string
		handler audit.Handler
		stalls  int64
	}{
		{"a slow parse", halves{read: time.Hour}, 0},
		{"a slow parse, and a disk that is just fast enough", halves{read: time.Hour, disk: limit - 1}, 0},
		{"a disk that stands still", halves{disk: limit + time.Second}, 1},
		{"who knows which", whole{halves{read: limit + time.Second}}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &Server{Handler: c.handler}
				s.setup()
				var told atomic.Int64
				d := delivery{srv: s, onStall: func() { told.Add(1) }}
				for range 2 {
					told.Store(0)
					var during atomic.Int64
					time.AfterFunc(limit+time.Millisecond, func() { during.Store(s.stalled.Load()) })
					if err := d.hand(t.Context(), []audit.Entry{{}}); err != nil {
						t.Error(err)
					}
					time.Sleep(limit)
					if told.Load() != c.stalls || during.Load() != c.stalls || s.stalled.Load() != 0 {
						t.Errorf("%d stalls were told of, %d counted meanwhile, %d later; want %d", told.Load(), during.Load(), s.stalled.Load(), c.stalls)
					}
				}
			})
		})
	}
}

// Time that passes while nothing of this process runs is one tick at most.
func TestStallCountsTicks(t *testing.T) {
	var stalled atomic.Int64
	told := 0
	w := stallWatch{limit: time.Hour, stalled: &stalled, onStall: func() { told++ }}
	w.begin()
	defer w.end()
	for n := 1; n <= stallTicks; n++ {
		w.tick() // however late
		if want := n / stallTicks; told != want || stalled.Load() != int64(want) {
			t.Fatalf("after %d ticks %d stalls were told of", n, told)
		}
	}
	w.tick()
	if told != 1 {
		t.Error("a stall was told of twice")
	}
}
