package validate

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// maxWhole is how large a file may be that is read at once. Larger ones are streams.
const maxWhole = 1 << 20

// readFile appends what the named file holds to dst. What is no file of at most maxWhole
// bytes is not read but given as stream. The error is syscall.EISDIR of a directory.
//
// It makes the system calls itself: package os asks more of the system for a file than it
// takes to judge a message.
func readFile(dst []byte, name string) (text []byte, stream *os.File, err error) {
	fd, err := retried(func() (int, error) { return syscall.Open(name, syscall.O_RDONLY|syscall.O_CLOEXEC, 0) })
	if err != nil {
		return dst, nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	if cap(dst)-len(dst) < 1<<14 {
		dst = append(dst, make([]byte, max(1<<18, len(dst)))...)[:len(dst)]
	}
	for text = dst; ; {
		free := text[len(text):cap(text)]
		n, err := retried(func() (int, error) { return syscall.Pread(fd, free, int64(len(text)-len(dst))) })
		switch {
		case errors.Is(err, syscall.ESPIPE), len(text)+n-len(dst) > maxWhole: // a pipe or a terminal; a large file
			return dst, os.NewFile(uintptr(fd), name), nil
		case err != nil:
			_ = syscall.Close(fd) // nothing was written
			if errors.Is(err, syscall.EISDIR) {
				return dst, nil, err
			}
			return dst, nil, &fs.PathError{Op: "read", Path: name, Err: err}
		}
		if text = text[:len(text)+n]; n < len(free) {
			_ = syscall.Close(fd)
			return text, nil, nil
		}
		text = append(text, make([]byte, len(text))...)[:len(text)]
	}
}

// retried makes a system call again that a signal has interrupted.
func retried(call func() (int, error)) (int, error) {
	for {
		if n, err := call(); !errors.Is(err, syscall.EINTR) {
			return n, err
		}
	}
}
