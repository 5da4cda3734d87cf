package journal

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Reserve is a file that holds disk space, so that a server on a full disk can free
// it and finish cleanly. One goroutine owns it.
type Reserve struct {
	// Path is where the file lies, Size how many bytes it holds.
	Path string
	Size int64
}

// Restore makes the file, if it is not there or smaller than Size. It fails with
// ENOSPC where the disk lacks the space, and leaves nothing then.
func (r Reserve) Restore() error {
	f, err := os.OpenFile(r.Path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("restore reserve: %w", err)
	}
	if err = r.fill(f); err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return errors.Join(fmt.Errorf("restore reserve %s of %d bytes: %w", r.Path, r.Size, err), r.Release())
	}
	return nil
}

// fill allocates the file, by writing it where the file system can't.
func (r Reserve) fill(f *os.File) error {
	err := unix.Fallocate(int(f.Fd()), 0, 0, r.Size)
	if !errors.Is(err, unix.EOPNOTSUPP) {
		return err
	}
	zeros := make([]byte, 1<<20)
	for off := int64(0); off < r.Size; off += int64(len(zeros)) {
		if _, err := f.WriteAt(zeros[:min(int64(len(zeros)), r.Size-off)], off); err != nil {
			return err
		}
	}
	return nil
}

// Release frees the space. It is no error if it is free already.
func (r Reserve) Release() error {
	if err := removeIfThere(r.Path); err != nil {
		return fmt.Errorf("release reserve: %w", err)
	}
	return nil
}
