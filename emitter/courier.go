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
	options *Options
	// dir is where the spool lies, which is nil until it could be opened.
	dir   string
	spool atomic.Pointer[spool]
	// limit is how large a frame may be.
	limit int
	// ending is closed when the Logger closes; endOnce sees to that.
	ending  chan struct{}
	endOnce sync.Once
	// workshops are those that no call of Log has.
	workshops sync.Pool

	taken, sent, refused, oversized, expired, connections, failures atomic.Int64
	away                                                            atomic.Bool

	// troubles guards which of Full and Failing has begun, how many messages were refused
	// since, and when last.
	troubles  sync.Mutex
	trouble   EventKind
	refusals  int64
	refusedAt time.Time

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
	// unforgotten says that the last attempt to have the spool forget something failed.
	unforgotten bool
}

// errNotOpen says that a message came while the spool could not be opened.
var errNotOpen = errors.New("the spool can't be opened: the event Failing says why")

func newCourier(r Repository, o *Options, dir string) *courier {
	r.setDefaults()
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	c := &courier{Repository: r, options: o, dir: dir, limit: maxFrame, ending: make(chan struct{}), trouble: Room}
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
	c.openSpool()
	return c
}

// openSpool opens the spool and says whether it is open. Why not is told of once.
func (c *courier) openSpool() bool {
	s, err := openSpool(c.dir, c.MaxBytes, c.options.Now)
	if err == nil {
		c.spool.Store(s)
	}
	c.judge(err, 0)
	return err == nil
}

func (c *courier) notify(e Event) {
	if c.options.Notify != nil {
		e.Repository = c.Name
		c.options.Notify(e)
	}
}

// take puts the messages that the repository wants into its spool.
func (c *courier) take(messages []*audit.Message) error {
	w, ok := c.workshops.Get().(*workshop)
	if !ok {
		w = &workshop{}
	}
	defer c.workshops.Put(w)
	frames, err := w.frames(c, messages)
	if len(frames) > 0 {
		failed := c.append(frames)
		c.judge(failed, int64(len(frames)))
		err = errors.Join(err, failed)
	}
	if err != nil {
		return fmt.Errorf("repository %s: %w", c.Name, err)
	}
	return nil
}

// workshop is memory in which frames are made.
type workshop struct {
	xml, memory []byte
	ends        []int
	all         [][]byte
}

// maxWorkshop is how much memory is kept for the frames to come.
const maxWorkshop = 1 << 20

// frames makes frames of the messages that c wants, those aside that are too large. They
// lie in w until its next use.
func (w *workshop) frames(c *courier, messages []*audit.Message) (all [][]byte, err error) {
	if cap(w.memory)+cap(w.xml) > maxWorkshop {
		*w = workshop{}
	}
	w.memory, w.ends, w.all = w.memory[:0], w.ends[:0], w.all[:0]
	for _, m := range messages {
		if c.Wants != nil && !c.Wants(m) {
			continue
		}
		start := len(w.memory)
		w.xml = AppendXML(w.xml[:0], m, c.Header.Dialect)
		w.memory = c.Header.Append(w.memory, w.xml)
		if size := len(w.memory) - start; size > c.limit {
			c.oversized.Add(1)
			err = errors.Join(err, &SizeError{Size: size, Limit: c.limit})
			w.memory = w.memory[:start]
			continue
		}
		w.ends = append(w.ends, len(w.memory))
	}
	start := 0
	for _, end := range w.ends {
		w.all = append(w.all, w.memory[start:end])
		start = end
	}
	return w.all, err
}

// append puts frames into the spool, if there is one.
func (c *courier) append(frames [][]byte) error {
	if s := c.spool.Load(); s != nil {
		return s.append(frames...)
	}
	return errNotOpen
}

// calm is how long a spool that is open must have refused nothing before the end of its
// trouble is told: at the brink a disk takes the short messages and refuses the long ones.
const calm = time.Second

// judge tells of the beginning and the end of what keeps messages out of the spool. There
// are no messages where it was but opened.
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
		c.refusedAt = c.options.Now()
	}
	if state == Room && messages > 0 && c.trouble != Room && c.options.Now().Sub(c.refusedAt) < calm {
		return
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
	for c.spool.Load() == nil && !c.openSpool() {
		if c.pause(ctx) {
			return
		}
	}
	c.attempts = 0
	c.reader = c.spool.Load().newReader()
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
		return c.spool.Load().waiting() == 0
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
	return c.pause(ctx)
}

// pause waits before another attempt. It says whether there is to be none.
func (c *courier) pause(ctx context.Context) (end bool) {
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
