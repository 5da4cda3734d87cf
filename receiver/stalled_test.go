package receiver_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arr/audit"
	"arr/receiver"
)

// Announced frames that stall delay no other large one: not at all where their senders sent
// little more than the announcement, and where they sent more, for as long as it takes to see
// that they stopped. All are one peer's, so nobody comes first for holding less.
func TestStalledFramesGiveWay(t *testing.T) {
	const frame, stalled = 1 << 20, 60 // of which 12 fit the budget
	for _, c := range []struct {
		name  string
		sent  int // of each stalled frame
		delay time.Duration
	}{
		{"an announcement", 1, 0},
		{"as much as a small frame", 60_000, 0},
		{"more", 70_000, 10 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ln := newPipes()
				rec := &recorder{}
				srv := &receiver.Server{Handler: rec, MaxFrame: frame, Memory: 16 * frame}
				served := make(chan error, 1)
				go func() { served <- srv.ServeTCP(context.Background(), ln, receiver.ListenerOptions{}) }()
				for range stalled {
					theirs := ln.dial()
					defer theirs.Close()
					fmt.Fprintf(theirs, "%d %s", frame, strings.Repeat("x", c.sent))
				}
				synctest.Wait()
				start := time.Now()
				honest := ln.dial()
				go fmt.Fprintf(honest, "%d %s", frame, strings.Repeat("y", frame))
				stored := func() bool {
					return slices.ContainsFunc(rec.all(), func(e audit.Entry) bool { return e.Frame[0] == 'y' })
				}
				for !stored() && time.Since(start) < time.Minute {
					time.Sleep(100 * time.Millisecond)
				}
				if took := time.Since(start); took > c.delay+100*time.Millisecond {
					t.Errorf("the honest frame took %v", took)
				}
				honest.Close()
				if err := srv.Shutdown(context.Background()); err != nil {
					t.Error(err)
				}
				if err := <-served; err != nil {
					t.Error(err)
				}
			})
		})
	}
}
