package emitter

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"arr/audit"
)

// courier carries the messages of one repository: callers of Log put them into the
// spool, the goroutine of run takes them from there.
type courier struct {
	Repository
	spool   *spool
	options *Options
	// limit is how large a frame may be.
	limit int
	// ending is closed when the Logger closes; endOnce sees to that.
	ending  chan struct{}
	endOnce sync.Once

	taken, sent, refused, oversized, expired, connections, failures atomic.Int64
	away                                                            atomic.Bool

	// troubles guards which of Full and Failing has begun, and how many messages were
	// refused since.
	troubles sync.Mutex
	trouble  EventKind
	refusals int64

	// The rest belongs to run's goroutine.
	reader *spoolReader
	sender Sender
	// release undoes that the end of run's context cuts the connection.
	release func() bool
	// carried counts what the connection was given since it was made.
	carried int
	// first and last are when it was given the first and the last of these.
	first, last time.Time
	attempts    int
}

func newCourier(r Repository, o *Options, dir string) (*courier, error) {
	r.setDefaults()
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	c := &courier{Repository: r, options: o, limit: maxFrame, ending: make(chan struct{}), trouble: Room}
	if r.To.Network == "udp" {
		c.limit = maxDatagram4
	}
	if r.To.Network == "tls" {
		config := &tls.Config{}
		if r.Dialer.TLS != nil {
			config = r.Dialer.TLS.Clone()
		}
		if config.ClientSessionCache == nil {
			config.ClientSessionCache = tls.NewLRUClientSessionCache(0)
		}
		c.Dialer.TLS = config
	}
	var err error
	if c.spool, err = openSpool(dir, r.MaxBytes, o.Now); err != nil {
		return nil, fmt.Errorf("repository %s: %w", r.Name, err)
	}
	c.reader = c.spool.newReader()
	return c, nil
}

func (c *courier) notify(e Event) {
	if c.options.Notify != nil {
		e.Repository = c.Name
		c.options.Notify(e)
	}
}

// take puts the messages that the repository wants into its spool.
func (c *courier) take(messages []*audit.Message) error {
	var frames [][]byte
	var failed []error
	for _, m := range messages {
		if c.Wants != nil && !c.Wants(m) {
			continue
		}
		frame := c.Header.Append(nil, AppendXML(nil, m, c.Header.Dialect))
		if len(frame) > c.limit {
			c.oversized.Add(1)
			failed = append(failed, &SizeError{Size: len(frame), Limit: c.limit})
			continue
		}
		frames = append(frames, frame)
	}
	if len(frames) > 0 {
		err := c.spool.append(frames...)
		c.judge(err, int64(len(frames)))
		failed = append(failed, err)
	}
	if err := errors.Join(failed...); err != nil {
		return fmt.Errorf("repository %s: %w", c.Name, err)
	}
	return nil
}

// judge tells of the beginning and the end of what keeps messages out of the spool.
func (c *courier) judge(err error, messages int64) {
	c.troubles.Lock()
	defer c.troubles.Unlock()
	state := Failing
	switch {
	case err == nil:
		c.taken.Add(messages)
		state = Room
	case errors.Is(err, ErrSpoolFull):
		state = Full
	}
	if err != nil {
		c.refused.Add(messages)
	}
	if state != c.trouble {
		switch c.trouble {
		case Full:
			c.notify(Event{Kind: Room, Messages: c.refusals})
		case Failing:
			c.notify(Event{Kind: Working, Messages: c.refusals})
		}
		c.refusals, c.trouble = 0, state
		if state != Room {
			c.notify(Event{Kind: state, Err: err})
		}
	}
	if err != nil {
		c.refusals += messages
	}
}

// run sends until the Logger closes and all is sent or the repository fails, or until
// ctx ends.
func (c *courier) run(ctx context.Context) {
	defer c.reader.close()
	for {
		err := c.carry(ctx)
		if err == nil {
			err = c.finish()
		} else if c.sender != nil {
			// What it said of all before is not known: it all goes again.
			_ = c.disconnect()
		}
		if err == nil && c.ended(ctx) {
			return
		}
		if err != nil && c.failed(ctx, err) {
			return
		}
	}
}

// ended says whether the Logger is closing and nothing is left to send.
func (c *courier) ended(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return true
	case <-c.ending:
		return c.spool.waiting() == 0
	default:
		return false
	}
}

// failed tells of a failure, if it is the first, and waits before the next attempt. It
// says whether there is to be none.
func (c *courier) failed(ctx context.Context, err error) (end bool) {
	if ctx.Err() != nil {
		return true
	}
	c.failures.Add(1)
	if !c.away.Swap(true) {
		c.notify(Event{Kind: Away, Err: err})
	}
	c.reader.rewind()
	pause := c.MaxRetry
	if c.attempts < 30 {
		pause = min(c.MinRetry<<c.attempts, c.MaxRetry)
	}
	c.attempts++
	// From half the pause on, so that senders who lost their repository at the same
	// moment do not come back at the same moment.
	pause = pause/2 + time.Duration(c.options.Jitter()*float64(pause/2))
	select {
	case <-time.After(pause):
		return false
	case <-c.ending:
		return true
	case <-ctx.Done():
		return true
	}
}
