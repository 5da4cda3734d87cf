package emitter

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"arr/audit"
)

// Logger sends audit messages to repositories so that none is lost: each message is on
// disk, in the spool of each repository that is to have it, before Log returns, and
// stays there until it has arrived. A nil Logger takes everything and does nothing,
// for an archive whose auditing is off. Any goroutine may use it.
type Logger struct {
	repositories []*courier
	stop         context.CancelFunc
	couriers     sync.WaitGroup
}

// Options is what a Logger needs to know.
type Options struct {
	// Dir holds the spools, each in a directory that is called as its repository is. It
	// belongs to one process.
	Dir          string
	Repositories []Repository
	// Notify is called when what an operator should know of begins or ends, once for
	// each time, from the goroutine of a repository or of a caller of Log: it must not
	// wait for either. It may be nil.
	Notify func(Event)
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Jitter gives numbers of [0, 1), by which attempts of many senders are spread;
	// those of math/rand if nil.
	Jitter func() float64
}

// Open opens the spools and begins to send what earlier processes left there. The error
// says what of o is wrong. A spool that can't be opened is none: who logs goes on, Notify
// is told that it is Failing, Log refuses its repository's messages, and it is tried again
// until it can.
func Open(o Options) (*Logger, error) {
	ctx, cancel := context.WithCancel(context.Background())
	l := &Logger{stop: cancel}
	seen := map[string]bool{}
	for _, r := range o.Repositories {
		// File systems may take small letters for large ones.
		name := strings.ToLower(r.Name)
		if !validName(name) || seen[name] {
			return nil, errors.Join(fmt.Errorf("repository %q needs a name of its own, of letters, digits, hyphens and points", r.Name), l.abandon())
		}
		seen[name] = true
		l.repositories = append(l.repositories, newCourier(r, &o, filepath.Join(o.Dir, name)))
	}
	for _, c := range l.repositories {
		l.couriers.Go(func() { c.run(ctx) })
	}
	return l, nil
}

func validName(name string) bool {
	ok := name != "" && name[0] != '.'
	for _, r := range name {
		ok = ok && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.')
	}
	return ok
}

// abandon closes the spools of a Logger that can't be.
func (l *Logger) abandon() error {
	l.stop()
	var err error
	for _, c := range l.repositories {
		if s := c.spool.Load(); s != nil {
			err = errors.Join(err, s.close())
		}
	}
	return err
}

// Log returns nil once each repository that wants them has the messages in its spool,
// durably. The error joins those of the repositories that failed: ErrSpoolFull, a
// *SizeError for a message that UDP can't carry, or the disk's. A repository has all
// messages of a call or none, those aside that are too large.
func (l *Logger) Log(messages ...*audit.Message) error {
	if l == nil {
		return nil
	}
	if len(l.repositories) == 1 {
		return l.repositories[0].take(messages)
	}
	failed := make([]error, len(l.repositories))
	var writing sync.WaitGroup
	for i, c := range l.repositories {
		writing.Go(func() { failed[i] = c.take(messages) })
	}
	writing.Wait()
	return errors.Join(failed...)
}

// Close stops taking messages and sends what waits until a repository fails or ctx
// ends. What has not arrived then stays in the spools for the next process. It returns
// an error only where a spool can't be closed.
func (l *Logger) Close(ctx context.Context) error {
	if l == nil {
		return nil
	}
	for _, c := range l.repositories {
		c.endOnce.Do(func() { close(c.ending) })
	}
	undo := context.AfterFunc(ctx, l.stop)
	l.couriers.Wait()
	undo()
	return l.abandon()
}

// Stats gives the figures of each repository, in the order of Options.
func (l *Logger) Stats() []Stats {
	if l == nil {
		return nil
	}
	var all []Stats
	for _, c := range l.repositories {
		all = append(all, c.stats())
	}
	return all
}
