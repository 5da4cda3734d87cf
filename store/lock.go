package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ErrInUse says that another process has the data directory. Its text names the
// process.
var ErrInUse = errors.New("in use")

// lockFile is held, by flock, exclusively by the one server of a directory for as long as
// it has the store open, and shared by Check and by a reader while it opens the store, so
// that a server that starts then waits. Its text is the server's process id.
const lockFile = "arr.lock"

// lock takes dir's lock. A reader needs no right to write, so that a read-only mount
// can be read; a directory whose lock file is missing was never a store.
func lock(dir string, exclusive bool) (*os.File, error) {
	flags, how := os.O_RDONLY, unix.LOCK_SH
	if exclusive {
		flags, how = os.O_RDWR|os.O_CREATE, unix.LOCK_EX
	}
	path := filepath.Join(dir, lockFile)
	f, err := os.OpenFile(path, flags, 0o640)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s holds no store: it has no %s: %w", dir, lockFile, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB); err != nil {
		text, _ := io.ReadAll(io.LimitReader(f, 32))
		f.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if pid := strings.TrimSpace(string(text)); pid != "" {
			return nil, fmt.Errorf("%s is %w by pid %s", dir, ErrInUse, pid)
		}
		return nil, fmt.Errorf("%s is %w by a command that reads it", dir, ErrInUse)
	}
	if !exclusive {
		return f, nil
	}
	if err = f.Truncate(0); err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("write lock: %w", err)
	}
	return f, nil
}

// unlock gives the lock back. A server leaves an empty file, which stays: it is what
// readers lock.
func unlock(f *os.File, exclusive bool) error {
	if exclusive {
		if err := f.Truncate(0); err != nil {
			f.Close()
			return fmt.Errorf("clear lock: %w", err)
		}
	}
	return f.Close()
}
