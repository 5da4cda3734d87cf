package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

// socketName is the socket's name in the data directory. Who may open it may ask
// anything, so its mode is the access control.
const (
	socketName = "arr.sock"
	socketMode = 0o660
)

// longestPath is how long a socket's path may be (sun_path of unix(7), less the
// name of the temporary directory).
const longestPath = 90

// socketListener is the socket of a data directory.
type socketListener struct {
	*net.UnixListener
	path   string
	remove sync.Once
}

// ListenSocket listens on dir's socket. A socket that is already there is taken for what
// a dead server left: the caller holds the directory's lock. Closing the listener
// removes the socket.
func ListenSocket(dir string) (net.Listener, error) {
	path := filepath.Join(dir, socketName)
	// The socket gets its mode before it gets its name, so that nobody can connect in
	// between.
	tmp := filepath.Join(dir, socketName+".new")
	if err := errors.Join(os.RemoveAll(tmp), os.Mkdir(tmp, 0o700)); err != nil {
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	l, err := listenIn(tmp)
	if err == nil {
		made := filepath.Join(tmp, socketName)
		if err = errors.Join(os.Chmod(made, socketMode), os.Rename(made, path)); err != nil {
			err = errors.Join(err, l.Close())
		}
	}
	if err = errors.Join(err, os.RemoveAll(tmp)); err != nil {
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	return &socketListener{UnixListener: l, path: path}, nil
}

// listenIn listens on a socket in dir, which closing leaves there.
func listenIn(dir string) (*net.UnixListener, error) {
	short, done, err := shortPath(dir)
	if err != nil {
		return nil, err
	}
	defer done()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(short, socketName), Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false)
	return l, nil
}

// Close stops listening and removes the socket.
func (l *socketListener) Close() error {
	err := l.UnixListener.Close()
	l.remove.Do(func() { err = errors.Join(err, os.Remove(l.path)) })
	return err
}

// DialSocket connects to the server of the data directory dir. The error wraps
// fs.ErrNotExist or syscall.ECONNREFUSED where none runs.
func DialSocket(ctx context.Context, dir string) (net.Conn, error) {
	short, done, err := shortPath(dir)
	if err != nil {
		return nil, fmt.Errorf("connect to the server of %s: %w", dir, err)
	}
	defer done()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", filepath.Join(short, socketName))
	if err != nil {
		return nil, fmt.Errorf("connect to the server of %s: %w", dir, err)
	}
	return conn, nil
}

// shortPath gives a name of a directory that is short enough for a socket's path, by
// way of an open file where its own is too long. The name holds until done.
func shortPath(dir string) (short string, done func(), err error) {
	if len(dir) <= longestPath {
		return dir, func() {}, nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	return "/proc/self/fd/" + strconv.Itoa(int(f.Fd())), func() { f.Close() }, nil
}
