package emitter

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// Pauses double up to the longest, and the jitter spreads them over their second half.
func TestPausesGrowAndSpread(t *testing.T) {
	for _, c := range []struct {
		jitter float64
		want   []time.Duration
	}{
		{0, []time.Duration{time.Second / 2, time.Second, 2 * time.Second, 4 * time.Second, 5 * time.Second, 5 * time.Second}},
		{0.5, []time.Duration{3 * time.Second / 4, 3 * time.Second / 2, 3 * time.Second, 6 * time.Second, 7500 * time.Millisecond, 7500 * time.Millisecond}},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := Repository{MinRetry: time.Second, MaxRetry: 10 * time.Second}
			k := &courier{Repository: r, options: &Options{Jitter: func() float64 { return c.jitter }}, ending: make(chan struct{})}
			var got []time.Duration
			for range c.want {
				began := time.Now()
				if k.pause(t.Context()) {
					t.Fatal("there is to be no other attempt")
				}
				got = append(got, time.Since(began))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("jitter %g: pauses of %v, want %v", c.jitter, got, c.want)
			}
			close(k.ending)
			if !k.pause(t.Context()) {
				t.Error("a Logger that closes makes another attempt")
			}
		})
	}
}
