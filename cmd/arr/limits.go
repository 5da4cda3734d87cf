package main

import "golang.org/x/sys/unix"

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
