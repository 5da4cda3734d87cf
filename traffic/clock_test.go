package traffic

import (
	"testing"
	"time"
)

func TestEndingAt(t *testing.T) {
	end := time.Date(2026, 11, 23, 15, 45, 0, 0, time.UTC)
	const n, days = 20_000, 30
	o := Options{Interval: days * 24 * time.Hour / n}.EndingAt(end, n)
	if span := end.Sub(o.Start); span < (days-2)*24*time.Hour || span > (days+3)*24*time.Hour {
		t.Errorf("%d days of events span %v", days, span)
	}
	for seed := range uint64(20) {
		c := clock{at: o.Start.UnixMicro(), interval: o.Interval.Microseconds()}
		rnd := source{state: seed}
		for range n {
			c.advance(&rnd)
		}
		if last := time.UnixMicro(c.at); last.After(end) || end.Sub(last) > 36*time.Hour {
			t.Errorf("seed %d: the last event comes at %v, wanted shortly before %v", seed, last.UTC(), end)
		}
	}
}
