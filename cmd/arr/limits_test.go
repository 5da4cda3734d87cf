package main

import "testing"

func TestConnections(t *testing.T) {
	for files, want := range map[uint64]int{0: 1, 256: 1, 1024: 512, 4096: 3584, 20000: 17500, 65536: 20000, 1 << 63: 20000} {
		if got := connectionsOf(files); got != want {
			t.Errorf("%d files leave %d connections, want %d", files, got, want)
		}
	}
}
