package directory

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"arr/audit"
)

// catchUpRecords is how many records are read again at a time.
const catchUpRecords = 1 << 16

// follow is the follower: the goroutine that alone writes the index.
func (d *Directory) follow(ctx context.Context) {
	defer close(d.done)
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.wake:
		}
		err := d.step(ctx)
		if err != nil && ctx.Err() == nil {
			d.log.Error("directory of values can't follow: questions for the beginnings of names become slow; it goes on after a restart", slog.Any("error", err))
			d.mu.Lock()
			d.stuck = true
			d.notify()
			d.mu.Unlock()
			return
		}
	}
}

// step does what there is to do.
func (d *Directory) step(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := d.flush(); err != nil {
			return err
		}
		d.mu.Lock()
		from, end, due := d.observed, d.end, d.due()
		d.mu.Unlock()
		if due {
			continue
		}
		if from == end {
			return nil
		}
		next, err := d.catchUp(ctx, from, min(end, from+catchUpRecords))
		if err != nil || next == from {
			return err
		}
	}
	return nil
}

// catchUp reads records that were not observed when they came.
func (d *Directory) catchUp(ctx context.Context, from, to uint64) (uint64, error) {
	next, err := d.o.Records(ctx, from, to, func(rec *audit.Record) error {
		d.mu.Lock()
		if rec.Number >= d.observed {
			d.observe(rec)
		}
		d.mu.Unlock()
		return errors.Join(d.flush(), ctx.Err())
	})
	if err != nil {
		return 0, fmt.Errorf("read records %d to %d again: %w", from, to, err)
	}
	d.mu.Lock()
	d.observed = max(d.observed, next)
	d.mu.Unlock()
	return next, nil
}

// flush puts what is pending into the index, if that is due.
func (d *Directory) flush() error {
	d.mu.Lock()
	if !d.due() {
		d.mu.Unlock()
		return nil
	}
	keys, position, overlong := d.pending, d.observed, d.overlong
	d.pending, d.wanted = nil, false
	d.mu.Unlock()
	if err := d.index.put(keys, position, overlong, nil); err != nil {
		return err
	}
	d.mu.Lock()
	d.position, d.covered = position, overlong
	d.notify()
	d.mu.Unlock()
	return nil
}

// notify wakes whoever waits for the position to move. Its caller holds mu.
func (d *Directory) notify() {
	close(d.moved)
	d.moved = make(chan struct{})
}

// reach waits until what was observed can be searched, as long as ctx allows. It does
// not wait for records that must be read again.
func (d *Directory) reach(ctx context.Context) {
	d.mu.Lock()
	defer d.mu.Unlock()
	target := d.observed
	if d.end > target {
		d.wakeFollower()
	}
	for d.position < target && !d.stuck {
		d.wanted = true
		d.wakeFollower()
		moved := d.moved
		d.mu.Unlock()
		select {
		case <-moved:
		case <-d.done:
			d.mu.Lock()
			return
		case <-ctx.Done():
			d.mu.Lock()
			return
		}
		d.mu.Lock()
	}
}
