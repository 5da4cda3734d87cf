package receiver

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"

	"arr/audit"
)

// delivery hands batches to the handler, one at a time.
type delivery struct {
	srv       *Server
	transport audit.Transport
	// onStall is called, in a goroutine of its own, when the handler has waited for its
	// disk for StallTimeout. The batch stays with the handler: what was read is stored
	// if it can be.
	onStall func()
	watch   *stallWatch
}

// hand returns nil once the handler has stored entries, and counts them then.
func (d *delivery) hand(ctx context.Context, entries []audit.Entry) error {
	if d.watch == nil {
		d.watch = &stallWatch{limit: d.srv.lim.stall, stalled: &d.srv.stalled, onStall: d.onStall}
	}
	err := d.call(ctx, entries)
	if err == nil {
		d.srv.counters.stored(d.transport, entries)
	}
	return err
}

// call calls the handler and turns a panic into an error. A panic's value may have
// a frame's bytes in it, so that only the runtime's own are told.
func (d *delivery) call(ctx context.Context, entries []audit.Entry) (err error) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		d.srv.counters.panics.Add(1)
		if re, ok := v.(runtime.Error); ok {
			err = fmt.Errorf("handler panicked on %d frames: %w", len(entries), re)
		} else {
			err = fmt.Errorf("handler panicked on %d frames with a %T", len(entries), v)
		}
		d.srv.log.LogAttrs(ctx, slog.LevelError, "the handler panicked",
			slog.Any("error", err), slog.String("stack", string(debug.Stack())))
	}()
	return d.store(ctx, entries)
}

// store watches the handler, or of one that can be told apart into reading and storing the
// latter alone: a slow parse is no stalled disk.
func (d *delivery) store(ctx context.Context, entries []audit.Entry) error {
	p, ok := d.srv.Handler.(audit.Preparer)
	if !ok {
		d.watch.begin()
		defer d.watch.end()
		return d.srv.Handler.HandleFrames(ctx, entries)
	}
	prepared := p.Prepare(entries)
	d.watch.begin()
	defer d.watch.end()
	return prepared.Store(ctx)
}
