package emitter

import (
	"context"
	"errors"
	"time"
)

// carry gives frames to one connection, which it makes when there is one to send,
// until it is time to end it.
func (c *courier) carry(ctx context.Context) error {
	c.carried = 0
	for c.carried < c.MaxPipelined {
		frame, err := c.nextFrame()
		if errors.Is(err, errDrained) {
			if err = c.flush(); err != nil {
				return err
			}
			if !c.await(ctx) {
				return nil
			}
			continue
		}
		if err == nil && c.sender == nil {
			err = c.connect(ctx)
		}
		if err == nil {
			err = c.sender.Send(frame)
		}
		if err != nil {
			return err
		}
		c.last = c.options.Now()
		if c.carried == 0 {
			c.first = c.last
		}
		c.carried++
		if ctx.Err() != nil || c.last.Sub(c.first) >= c.MaxHeld {
			break
		}
	}
	return nil
}

func (c *courier) flush() error {
	if c.sender == nil {
		return nil
	}
	return c.sender.Flush()
}

// nextFrame gives the next frame. Before a connection is made, those that are too old
// are given up.
func (c *courier) nextFrame() ([]byte, error) {
	for given := int64(0); ; given++ {
		before := c.reader.at
		frame, at, err := c.reader.next()
		for _, d := range c.reader.damage {
			c.notify(Event{Kind: Damaged, Bytes: d.size, Err: d})
		}
		c.reader.damage = nil
		if err == nil && c.sender == nil && c.MaxAge > 0 && c.options.Now().Sub(at) > c.MaxAge {
			continue
		}
		if given > 0 {
			c.forget(before)
			c.expired.Add(given)
			c.notify(Event{Kind: Expired, Messages: given})
		}
		return frame, err
	}
}

func (c *courier) connect(ctx context.Context) error {
	var err error
	if c.sender, err = c.Dialer.Dial(ctx, c.To); err != nil {
		c.sender = nil
		return err
	}
	c.connections.Add(1)
	c.release = func() bool { return true }
	if s, ok := c.sender.(*stream); ok {
		c.release = context.AfterFunc(ctx, s.abort)
	}
	return nil
}

// await waits for another frame, for as long as the connection is kept. It says
// whether to go on with this connection.
func (c *courier) await(ctx context.Context) bool {
	var patience <-chan time.Time
	if c.carried == 0 {
		c.forget(c.reader.at)
	} else {
		now := c.options.Now()
		t := time.NewTimer(min(c.MaxIdle, c.MaxHeld-now.Sub(c.first)))
		defer t.Stop()
		patience = t.C
	}
	select {
	case <-c.spool.Load().more:
		return true
	case <-patience:
	case <-c.ending:
	case <-ctx.Done():
	}
	return false
}

// finish ends the connection and, if it ends in order, has the spool forget what it
// carried.
func (c *courier) finish() error {
	if c.sender == nil {
		return nil
	}
	err := c.disconnect()
	if c.NeverEnds && errors.Is(err, ErrUnconfirmed) {
		err = nil
	}
	if err != nil {
		return err
	}
	c.sent.Add(int64(c.carried))
	c.attempts = 0
	if c.away.Swap(false) {
		c.notify(Event{Kind: Back})
	}
	c.forget(c.reader.at)
	return nil
}

// forget has the spool forget what stands before p.
func (c *courier) forget(p position) {
	err := c.spool.Load().confirm(p)
	if err != nil && !c.unforgotten {
		// It has arrived, and comes again only if the process ends now.
		c.notify(Event{Kind: Failing, Err: err})
	}
	c.unforgotten = err != nil
}

func (c *courier) disconnect() error {
	err := c.sender.Close()
	c.release()
	c.sender, c.release = nil, nil
	return err
}

// stats are the repository's figures.
func (c *courier) stats() Stats {
	var waiting int64
	if s := c.spool.Load(); s != nil {
		waiting = s.waiting()
	}
	return Stats{
		Repository: c.Name, Taken: c.taken.Load(), Sent: c.sent.Load(), Refused: c.refused.Load(),
		Oversized: c.oversized.Load(), Expired: c.expired.Load(), Connections: c.connections.Load(),
		Failures: c.failures.Load(), Away: c.away.Load(), WaitingBytes: waiting, Spooling: c.spool.Load() != nil,
	}
}
