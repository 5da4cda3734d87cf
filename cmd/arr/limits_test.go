package main

import "testing"

func TestMemoryLimit(t *testing.T) {
	for frame, want := range map[int64]int64{64 << 10: 480 << 20, 16 << 20: 480 << 20, 64 << 20: 864 << 20} {
		if got := memoryLimit(frame); got != want {
			t.Errorf("frames of %d bytes have a limit of %d, want %d", frame, got, want)
		}
	}
}

func TestConnections(t *testing.T) {
	for files, want := range map[uint64]int{0: 1, 256: 1, 1024: 512, 4096: 3584, 20000: 17500, 65536: 20000, 1 << 63: 20000} {
		if got := connectionsOf(files); got != want {
			t.Errorf("%d files leave %d connections, want %d", files, got, want)
		}
	}
}
