package receiver

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"

	"arr/audit"
)

// delivery hands batches to the handler, one at a time.
type delivery struct {
	srv       *Server
	transport audit.Transport
	// onStall is called, in a goroutine of its own, when the handler has blocked
	// for StallTimeout. The batch stays with the handler: what was read is stored
	// if it can be.
	onStall func()
	timer   *time.Timer
	fired   chan struct{} // has an element once timer's function has run
}

// hand returns nil once the handler has stored entries, and counts them then.
func (d *delivery) hand(ctx context.Context, entries []audit.Entry) error {
	if d.timer == nil {
		d.fired = make(chan struct{}, 1)
		d.timer = time.AfterFunc(d.srv.lim.stall, func() {
			d.srv.stalled.Add(1)
			d.onStall()
			d.fired <- struct{}{}
		})
	} else {
		d.timer.Reset(d.srv.lim.stall)
	}
	err := d.call(ctx, entries)
	if !d.timer.Stop() {
		<-d.fired
		d.srv.stalled.Add(-1)
	}
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
	return d.srv.Handler.HandleFrames(ctx, entries)
}
