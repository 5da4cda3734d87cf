package main

import (
	"os"
	"runtime/debug"

	"golang.org/x/sys/unix"
)

// limitMemory has the garbage collector let memory grow threefold before it works, which
// spares processor time, and work harder as it comes near what the rooms' bounds add up to.
// GOGC and GOMEMLIMIT in the environment say otherwise.
func limitMemory(maxFrame int64) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit(maxFrame))
	}
}

// memoryLimit is 480 MiB, and more where larger frames than usual are taken: the receiver
// holds two, the store a copy of one with its record, its block and the encoded block.
func memoryLimit(maxFrame int64) int64 {
	const usual = 16 << 20
	return 480<<20 + 8*max(maxFrame-usual, 0)
}

// connections is how many senders may be connected at once: 20,000, or as many files as
// the process may have open, less those that the store and whoever asks need. A flood of
// connections must not keep the store from opening its files.
func connections() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0 // the receiver's default
	}
	return connectionsOf(limit.Cur)
}

func connectionsOf(files uint64) int {
	files = min(files, 1<<20)
	return int(max(min(files-min(files, max(files/8, 512)), 20_000), 1))
}
