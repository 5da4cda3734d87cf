package receiver

import (
	"context"
	"testing"
	"testing/synctest"
)

func TestClasses(t *testing.T) {
	for size, want := range map[int]int{1: 0, 4096: 0, 4097: 1, 16384: 1, 16385: 2, 65536: 2, 65537: 3, 262144: 3, 262145: 4, 1048576: 4} {
		if got := classOf(size); got != want {
			t.Errorf("class of %d is %d, want %d", size, got, want)
		}
	}
	var m memory
	m.size = 8 << 20
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
	m := memory{size: 4 << 20}
	for range 2 {
		if m.faster(1<<20) == nil {
			t.Fatal("no buffer within the half")
		}
	}
	if m.faster(5000) != nil {
		t.Error("a buffer beyond the half")
	}
	if b, err := m.forFrame(t.Context(), 2<<20); err != nil || len(b.b) != 2<<20 {
		t.Error("no buffer for a frame")
	}
}

func TestMemoryIsServedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := memory{size: 100}
		// The small ones would fit at once, but have to wait for the large ones before
		// them.
		sizes := []int{90, 50, 5, 60, 5}
		got := make([]*buffer, len(sizes))
		for i, size := range sizes {
			go func() {
				b, err := m.forFrame(t.Context(), size)
				if err != nil {
					t.Error(err)
				}
				got[i] = b
			}()
			synctest.Wait()
		}
		check := func(served int) {
			t.Helper()
			synctest.Wait()
			for i, b := range got {
				if (b != nil) != (i < served) {
					t.Errorf("buffer %d given: %v, with %d served", i, b != nil, served)
				}
			}
			if _, waiting := m.used(); waiting != len(sizes)-served {
				t.Errorf("%d wait", waiting)
			}
		}
		check(1)
		m.put(got[0])
		check(3)
		m.put(got[1])
		check(5)
		for _, b := range got[2:] {
			m.put(b)
		}
		if used, _ := m.used(); used != 0 {
			t.Errorf("%d bytes used", used)
		}
	})
}

func TestWaitingForMemoryEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := memory{size: 100}
		held, err := m.forFrame(t.Context(), 90)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var gaveUp, served bool
		go func() { _, err := m.forFrame(ctx, 50); gaveUp = err != nil }()
		synctest.Wait()
		go func() { _, err := m.forFrame(t.Context(), 10); served = err == nil }()
		synctest.Wait()
		if served {
			t.Error("served out of order")
		}
		cancel()
		synctest.Wait()
		if !gaveUp || !served {
			t.Errorf("gave up %v, served %v", gaveUp, served)
		}
		m.put(held)
		if used, _ := m.used(); used != 10 {
			t.Errorf("%d bytes used", used)
		}
	})
}
