package names

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"arr/audit"
)

const (
	// catchUpRecords is how many records are read again at a time.
	catchUpRecords = 1 << 16
	// retryDelay is how long the follower rests after what failed.
	retryDelay = 10 * time.Second
)

// errDoubted ends what the follower does with runs that were dropped meanwhile.
var errDoubted = errors.New("index of names was found damaged meanwhile")

// follow is the follower: the goroutine that alone adds runs.
func (x *Index) follow(ctx context.Context) {
	defer close(x.done)
	for {
		select {
		case <-ctx.Done():
			return
		case <-x.wake:
		}
		err := x.step(ctx)
		if ctx.Err() != nil {
			return
		}
		x.setFailing(err)
		if err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(retryDelay):
			x.wakeFollower()
		}
	}
}

// setFailing notes whether the follower can go on, and logs the first failure of a row.
func (x *Index) setFailing(err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err != nil && !x.failing {
		x.log.Error("index of names can't follow: questions for the beginnings of names become slow; it is tried again", slog.Any("error", err))
	}
	if x.failing != (err != nil) {
		x.failing = err != nil
		x.notify()
	}
}

// step does what there is to do.
func (x *Index) step(ctx context.Context) error {
	for ctx.Err() == nil {
		x.settle()
		err := x.forward(ctx)
		if errors.Is(err, errDoubted) {
			continue
		}
		return err
	}
	return nil
}

// forward makes runs until all records that can be read are in one.
func (x *Index) forward(ctx context.Context) error {
	if err := x.tidy(ctx); err != nil {
		return err // what could not be written must not become more
	}
	for ctx.Err() == nil {
		if err := x.flush(ctx); err != nil {
			return err
		}
		x.mu.Lock()
		from, end, due := x.observed, x.end, x.due()
		x.mu.Unlock()
		if due {
			continue
		}
		if from == end {
			return nil
		}
		next, err := x.catchUp(ctx, from, min(end, from+catchUpRecords))
		if err != nil || next == from {
			return err
		}
	}
	return nil
}

// settle begins again behind the last run, if runs were dropped.
func (x *Index) settle() {
	x.mu.Lock()
	doubted, runs := x.doubted, x.runs
	if doubted {
		x.doubted = false
		x.observed = x.position()
		x.gathering = gathering{seed: x.seed}
	}
	x.mu.Unlock()
	if doubted {
		x.sweep(runs)
	}
}

// catchUp reads records that were not observed when they came.
func (x *Index) catchUp(ctx context.Context, from, to uint64) (uint64, error) {
	next, err := x.o.Records(ctx, from, to, func(rec *audit.Record) error {
		x.mu.Lock()
		doubted := x.doubted
		if !doubted && rec.Number >= x.observed {
			x.observe(rec)
		}
		x.mu.Unlock()
		if doubted {
			return errDoubted
		}
		return errors.Join(x.flush(ctx), ctx.Err())
	})
	if err != nil {
		return 0, fmt.Errorf("read records %d to %d again: %w", from, to, err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.doubted {
		return 0, errDoubted
	}
	x.observed = max(x.observed, next)
	return next, nil
}

// flush makes a run of what is pending, if that is due, and joins runs.
func (x *Index) flush(ctx context.Context) error {
	x.mu.Lock()
	if !x.due() {
		x.mu.Unlock()
		return nil
	}
	keys, from, to, overlong := x.pending, x.position(), x.observed, x.overlong
	x.pending, x.overlong, x.wanted = nil, 0, false
	x.mu.Unlock()
	r, err := newRun(keys, from, to, overlong, x.codec)
	if err != nil {
		x.mu.Lock()
		x.doubted = true // what was pending is read again
		x.mu.Unlock()
		return err
	}
	if err := x.replace(nil, r); err != nil {
		return err
	}
	return x.tidy(ctx)
}

// replace puts r behind the runs, in the place of the last ones, which are old.
func (x *Index) replace(old []*run, r *run) error {
	x.mu.Lock()
	if x.doubted {
		x.mu.Unlock()
		r.release()
		return errDoubted
	}
	kept := x.runs[:len(x.runs)-len(old)]
	x.runs = append(kept[:len(kept):len(kept)], r)
	x.notify()
	x.mu.Unlock()
	for _, o := range old {
		if !o.inMemory() && o.path != r.path {
			if err := os.Remove(o.path); err != nil {
				x.log.Warn("index of names: what belongs to it no more can't be removed", slog.Any("error", err))
			}
		}
		o.release()
	}
	return nil
}

// tidy joins runs where there are many, and makes durable what would take long to read
// again.
func (x *Index) tidy(ctx context.Context) error {
	for {
		runs := x.acquire()
		start, ok := pickMerge(runs)
		if !ok && len(runs) > 0 {
			start = inMemory(runs)
			ok = start < len(runs) && runs[len(runs)-1].to-runs[start].from >= flushRecords
		}
		if !ok {
			release(runs)
			return nil
		}
		err := x.join(ctx, runs[start:])
		release(runs)
		if err != nil {
			return err
		}
	}
}

// inMemory returns the number of the run from which on all are in memory only.
func inMemory(runs []*run) int {
	i := len(runs)
	for i > 0 && runs[i-1].inMemory() {
		i--
	}
	return i
}

// join makes one run of the last ones: in memory if all are there and few.
func (x *Index) join(ctx context.Context, runs []*run) error {
	var r *run
	var err error
	if from, to, _ := span(runs); inMemory(runs) == 0 && sum(runs) < levelValues && to-from < flushRecords {
		r, err = joined(ctx, runs, x.codec)
	} else {
		r, err = writeFile(ctx, x.dir, runs, x.codec)
	}
	if bad := (*damageError)(nil); errors.As(err, &bad) {
		x.drop(bad.run, err)
		return errDoubted
	}
	if err != nil {
		return fmt.Errorf("join names: %w", err)
	}
	return x.replace(runs, r)
}

func sum(runs []*run) (n uint32) {
	for _, r := range runs {
		n += r.values
	}
	return n
}

// finish makes all that was observed durable.
func (x *Index) finish() error {
	x.settle()
	ctx := context.Background()
	if err := x.flush(ctx); err != nil {
		return err
	}
	runs := x.acquire()
	defer release(runs)
	start := inMemory(runs)
	if start == len(runs) {
		return nil
	}
	r, err := writeFile(ctx, x.dir, runs[start:], x.codec)
	if err != nil {
		return err
	}
	return x.replace(runs[start:], r)
}

// reach waits until what was observed can be searched, as long as ctx allows. It does
// not wait for records that must be read again.
func (x *Index) reach(ctx context.Context) {
	x.mu.Lock()
	defer x.mu.Unlock()
	target := x.observed
	if x.end > target {
		x.wakeFollower()
	}
	for x.position() < target && !x.failing && !x.doubted {
		x.wanted = true
		x.wakeFollower()
		moved := x.moved
		x.mu.Unlock()
		select {
		case <-moved:
		case <-x.done:
			x.mu.Lock()
			return
		case <-ctx.Done():
			x.mu.Lock()
			return
		}
		x.mu.Lock()
	}
}
