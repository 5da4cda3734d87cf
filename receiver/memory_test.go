package receiver

import (
	"context"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestClasses(t *testing.T) {
	for size, want := range map[int]int{1: 0, 4096: 0, 4097: 1, 16384: 1, 16385: 2, 65536: 2, 65537: 3, 262144: 3, 262145: 4, 1048576: 4} {
		if got := classOf(size); got != want {
			t.Errorf("class of %d is %d, want %d", size, got, want)
		}
	}
	m := newMemory(32<<20, 1<<20)
	for _, size := range []int{1, 4096, 5000, 65536, 1 << 20} {
		b := m.faster(size)
		if len(b.b) < size || b.reserved > 4*int64(size) {
			t.Errorf("%d bytes for %d, %d reserved", len(b.b), size, b.reserved)
		}
		m.put(b)
	}
	if b := m.faster(1<<20 + 1); b != nil {
		t.Error("a buffer of more than the largest class")
	}
	if used, _ := m.used(); used != 0 {
		t.Errorf("%d bytes not given back", used)
	}
}

// Buffers for speed leave half of the budget to frames that must have theirs.
func TestFasterLeavesHalf(t *testing.T) {
	m := memory{large: Budget{size: 4 << 20}}
	for range 2 {
		if m.faster(1<<20) == nil {
			t.Fatal("no buffer within the half")
		}
	}
	if m.faster(5000) != nil {
		t.Error("a buffer beyond the half")
	}
	if b, err := m.forFrame(t.Context(), "peer", 2<<20); err != nil || len(b.b) != 2<<20 {
		t.Error("no buffer for a frame")
	}
}

func TestMemoryIsServedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := Budget{size: 100}
		// The small ones would fit at once, but have to wait for the large ones before
		// them; b and c hold nothing, so they come before what a asks for more.
		asked := []struct {
			peer string
			n    int64
		}{{"a", 90}, {"a", 30}, {"a", 5}, {"b", 60}, {"c", 45}, {"b", 5}}
		got := make([]bool, len(asked))
		for i, w := range asked {
			go func() {
				if err := m.Wait(t.Context(), w.peer, w.n); err != nil {
					t.Error(err)
				}
				got[i] = true
			}()
			synctest.Wait()
		}
		check := func(served ...int) {
			t.Helper()
			synctest.Wait()
			for i, ok := range got {
				if ok != slices.Contains(served, i) {
					t.Errorf("%v of %s served: %v", asked[i].n, asked[i].peer, ok)
				}
			}
			if _, waiting := m.used(); waiting != len(asked)-len(served) {
				t.Errorf("%d wait", waiting)
			}
		}
		check(0)
		m.Release("a", 90)
		// a's 30 came first. Then b and c come before a, and c has to wait for room.
		check(0, 1, 3)
		m.Release("a", 30)
		check(0, 1, 2, 3)
		m.Release("b", 60)
		check(0, 1, 2, 3, 4, 5)
		m.Release("a", 5)
		m.Release("c", 45)
		m.Release("b", 5)
		if used, _ := m.used(); used != 0 || len(m.peers) > 0 {
			t.Errorf("%d bytes used, held by %d peers", used, len(m.peers))
		}
	})
}

func TestWaitingForMemoryEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := Budget{size: 100}
		if err := m.Wait(t.Context(), "a", 90); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var gaveUp, served bool
		go func() { gaveUp = m.Wait(ctx, "b", 50) != nil }()
		synctest.Wait()
		go func() { served = m.Wait(t.Context(), "b", 10) == nil }()
		synctest.Wait()
		if served {
			t.Error("served out of order")
		}
		cancel()
		synctest.Wait()
		if !gaveUp || !served {
			t.Errorf("gave up %v, served %v", gaveUp, served)
		}
		m.Release("a", 90)
		if used, _ := m.used(); used != 10 {
			t.Errorf("%d bytes used", used)
		}
	})
}

// Large frames that are announced and don't come don't keep small ones out.
func TestLargeFramesLeaveSmallOnes(t *testing.T) {
	m := newMemory(8<<20, 1<<20)
	for range 6 {
		if _, err := m.forFrame(t.Context(), "a", 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go m.forFrame(ctx, "a", 1<<20)
	if b, err := m.forFrame(t.Context(), "a", 5000); err != nil || len(b.b) != 5000 {
		t.Error("no memory for a small frame")
	}
}

// What one of many that wait costs does not depend on how many do: whether it is served or
// gives up, and whether they are of one peer or of many.
func TestManyWaitForMemory(t *testing.T) {
	cost := func(n int, peer func(i int) string) time.Duration {
		least := time.Hour
		for range 3 {
			began := processorTime(t)
			crowd(t, n, peer)
			least = min(least, processorTime(t)-began)
		}
		return least
	}
	for name, peer := range map[string]func(int) string{
		"one peer": func(int) string { return "a" }, "many peers": strconv.Itoa,
	} {
		few, many := cost(2000, peer), cost(16_000, peer)
		t.Logf("%s: %v for 2,000, %v for 16,000", name, few, many)
		if many > 32*few {
			t.Errorf("%s: 16,000 cost %v, 2,000 cost %v", name, many, few)
		}
	}
}

// crowd has n wait for memory, of which every second gives up and the others are served one
// after the other.
func crowd(t *testing.T, n int, peer func(i int) string) {
	b := NewBudget(1)
	if err := b.Wait(t.Context(), "", 1); err != nil {
		t.Fatal(err)
	}
	ctx, giveUp := context.WithCancel(t.Context())
	var gone, served sync.WaitGroup
	for i := range n {
		if i%2 == 0 {
			gone.Go(func() { _ = b.Wait(ctx, peer(i), 1) })
			continue
		}
		served.Go(func() {
			if err := b.Wait(t.Context(), peer(i), 1); err != nil {
				t.Error(err)
				return
			}
			b.Release(peer(i), 1)
		})
	}
	for b.Waiting() < n {
		runtime.Gosched()
	}
	giveUp()
	gone.Wait()
	b.Release("", 1)
	served.Wait()
	if used, waiting := b.used(); used != 0 || waiting != 0 || len(b.peers) > 0 {
		t.Errorf("%d bytes are held, %d wait, %d peers are known", used, waiting, len(b.peers))
	}
}

// processorTime is what this process has used.
func processorTime(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
