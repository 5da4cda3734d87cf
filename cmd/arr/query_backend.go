package main

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/urfave/cli/v2"

	"arr/api"
	"arr/store"
)

// backend is what answers: a running server, or a data directory that none has open.
type backend struct {
	server *client      // nil where no server runs
	store  *store.Store // nil where one does
}

func (b *backend) close() error {
	if b.store == nil {
		return nil
	}
	return b.store.Close()
}

// A server that has its directory's lock may not listen on its socket yet, or not any
// more: so long it is waited for, looking so often.
const (
	serverPatience = 10 * time.Second
	serverPoll     = 100 * time.Millisecond
)

// openBackend finds out who answers for the flags --server and --data.
func openBackend(c *cli.Context) (*backend, error) {
	server, err := newClient(c)
	if err != nil {
		return nil, err
	}
	if c.String("server") != "" {
		return &backend{server: server}, nil
	}
	dir := dataDir(c)
	for waited := time.Duration(0); ; waited += serverPoll {
		conn, err := api.DialSocket(c.Context, dir)
		if err == nil {
			conn.Close()
			return &backend{server: server}, nil
		}
		if !noServer(err) {
			return nil, cantOpen(err)
		}
		s, err := store.OpenReadOnly(dir, storeOptions())
		if err == nil {
			return &backend{store: s}, nil
		}
		if !errors.Is(err, store.ErrInUse) {
			return nil, cantOpen(err)
		}
		if waited == 0 {
			_, _ = fmt.Fprintf(c.App.ErrWriter, "arr: %v, whose socket does not answer: trying again for %v\n", err, serverPatience)
		}
		if waited >= serverPatience {
			return nil, &exitError{exitFailed, fmt.Errorf("%w, whose socket does not answer: try again, or stop it", err)}
		}
		select {
		case <-time.After(serverPoll):
		case <-c.Context.Done():
			return nil, &exitError{exitFailed, errors.New("interrupted")}
		}
	}
}

// cantOpen gives the exit code of what keeps a data directory from being read.
func cantOpen(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return &exitError{exitRefused, err}
	case errors.Is(err, store.ErrDamaged):
		return &exitError{exitIntegrity, err}
	case errors.Is(err, fs.ErrNotExist):
		return &exitError{exitFailed, fmt.Errorf("%w: name the data directory with --data or ARR_DATA", err)}
	}
	return &exitError{exitFailed, err}
}
