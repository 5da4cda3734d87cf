package journal

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// File is what a Writer asks of a file. A test gives its own to make writes and
// syncs fail.
type File interface {
	io.WriterAt
	// Allocate reserves disk space for n bytes from off on without changing the
	// file's size or bytes.
	Allocate(off, n int64) error
	// Truncate cuts the file to size and gives back what was reserved beyond it.
	Truncate(size int64) error
	// Sync returns nil once every byte written is durable and can be found again.
	Sync() error
	Close() error
}

// osFile is a file of the operating system.
type osFile struct{ *os.File }

// createFile makes a new file; it must not exist.
func createFile(path string) (File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

// Allocate implements File. With space reserved, a sync has no block allocation to
// write beside the data.
func (f osFile) Allocate(off, n int64) error {
	return unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_KEEP_SIZE, off, n)
}

// Sync implements File: fdatasync, since nobody needs a journal's times.
func (f osFile) Sync() error {
	for {
		if err := unix.Fdatasync(int(f.Fd())); err != unix.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
