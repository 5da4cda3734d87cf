package ldapconf

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"arr/store/durable"
)

// interval is how often a directory is read: an administrator who changes something there
// sees it used within this time.
const interval = 5 * time.Minute

// Options say what a Source follows.
type Options struct {
	Directory Directory
	// Device is the name of the device in it.
	Device string
	// Copy is the file that the last snapshot is kept in that could be used; "" keeps none.
	Copy string
	// Use is given each snapshot that was read, changed or not. An error says why it can't
	// be used: then what was used before goes on being so.
	Use func(*Snapshot) error
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Log is told what was read and what failed; nil is slog.Default().
	Log *slog.Logger
}

// Source follows a device in a directory. Open makes one.
type Source struct {
	options  Options
	reloadCh chan struct{}
	// last is the snapshot in use, failing whether the last attempt to read another failed,
	// and complaint why, so that it is said once. Their owner is Open, then Run's goroutine.
	last      *Snapshot
	failing   bool
	complaint string

	mu    sync.Mutex
	stats Stats // guarded by mu
}

// Stats is a snapshot of a Source.
type Stats struct {
	// CopyInUse says that the last attempt to read the directory failed, so that what was
	// read before is used.
	CopyInUse bool
	// LastSuccess is when what is used was last read.
	LastSuccess time.Time
	// Reads counts the attempts that succeeded, Failures the others.
	Reads, Failures uint64
}

// Open reads the directory and has what it holds used. Where that fails it has the copy used.
// The error says why neither could be.
func Open(ctx context.Context, o Options) (*Source, error) {
	s := &Source{options: o, reloadCh: make(chan struct{}, 1)}
	if s.options.Now == nil {
		s.options.Now = time.Now
	}
	if s.options.Log == nil {
		s.options.Log = slog.Default()
	}
	err := s.read(ctx)
	if err == nil {
		return s, nil
	}
	old, copyErr := s.useCopy()
	if copyErr != nil {
		return nil, fmt.Errorf("%w; %w", err, copyErr)
	}
	s.last = old
	s.failed(err)
	return s, nil
}

// read reads the directory once and keeps what could be used.
func (s *Source) read(ctx context.Context) error {
	snapshot, err := s.options.Directory.Read(ctx, s.options.Device, s.options.Now())
	if err == nil {
		err = s.options.Use(snapshot)
	}
	if err != nil {
		return err
	}
	if s.last != nil && !snapshot.equal(s.last) {
		s.options.Log.Info("what changed in the LDAP directory is used", slog.String("device", s.options.Device))
	}
	s.keep(snapshot)
	s.last = snapshot
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.CopyInUse, s.stats.LastSuccess = false, snapshot.Read
	s.stats.Reads++
	return nil
}

// keep writes the copy. That it can't be is no reason not to use what was read.
func (s *Source) keep(snapshot *Snapshot) {
	if s.options.Copy == "" {
		return
	}
	b, err := snapshot.Encode()
	if err == nil {
		err = durable.WriteFile(s.options.Copy, b, 0o600)
	}
	if err != nil {
		s.options.Log.Error("the copy of the LDAP directory can't be kept: at a start without the directory it would be missing", slog.Any("error", err))
	}
}

// useCopy has the copy used.
func (s *Source) useCopy() (*Snapshot, error) {
	path := s.options.Copy
	if path == "" {
		return nil, errors.New("there is no copy of it")
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("there is no copy of it from an earlier start")
	}
	if err != nil {
		return nil, fmt.Errorf("reading its copy: %w", err)
	}
	snapshot, err := Decode(b)
	if err != nil {
		return nil, fmt.Errorf("its copy %s: %w: remove it", path, err)
	}
	if snapshot.Device != s.options.Device || key(snapshot.Base) != key(s.options.Directory.Base) {
		return nil, fmt.Errorf("its copy %s is of the device %q below %s", path, snapshot.Device, snapshot.Base)
	}
	if err := s.options.Use(snapshot); err != nil {
		return nil, fmt.Errorf("its copy %s: %w", path, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.LastSuccess = snapshot.Read
	return snapshot, nil
}

// failed counts and says once that the directory could not be read or used.
func (s *Source) failed(err error) {
	s.mu.Lock()
	s.stats.CopyInUse = true
	s.stats.Failures++
	s.mu.Unlock()
	s.failing = true
	if s.complaint == err.Error() {
		return
	}
	s.complaint = err.Error()
	s.options.Log.Warn("the LDAP directory can't be used, what it said before is used",
		slog.String("device", s.options.Device), slog.Time("read", s.last.Read), slog.Any("error", err))
}

// Run reads the directory on an interval and on Reload until ctx ends.
func (s *Source) Run(ctx context.Context) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.reloadCh:
			s.complaint = ""
		}
		switch err := s.read(ctx); {
		case err != nil && ctx.Err() == nil:
			s.failed(err)
		case err == nil && s.failing:
			s.failing, s.complaint = false, ""
			s.options.Log.Info("the LDAP directory can be used again", slog.String("device", s.options.Device))
		}
	}
}

// Reload has Run read the directory at once, and say again what is wrong with it.
func (s *Source) Reload() {
	select {
	case s.reloadCh <- struct{}{}:
	default: // one is asked for already
	}
}

// Stats may be called at any time.
func (s *Source) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats
}
