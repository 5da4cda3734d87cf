//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package emitter

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockFile opens a file and locks it for as long as it is open. The lock ends with the
// process, however that ends.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another process has it, and each needs a directory of its own: %w", err), f.Close())
	}
	return f, nil
}
