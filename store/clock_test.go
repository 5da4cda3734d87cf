package store

import (
	"testing"

	"arr/audit"
)

// TestClock: drift is the lowest of a window's differences, delay their mean, and a
// window that is over is told until the next one is.
func TestClock(t *testing.T) {
	const second, start = int64(1_000_000), int64(1_767_520_800_000_000)
	var s Source
	arrive := func(after, transit, delay int64) {
		at := start + after*second
		s.tick(&audit.Record{Entry: audit.Entry{Received: at}, Sent: at - transit*second, Time: at - delay*second, Dated: true})
	}
	arrive(0, 7, 60)
	arrive(10, 5, 120)
	arrive(20, 9, 90)
	s.tick(&audit.Record{Entry: audit.Entry{Received: start + 30*second}, Time: start + 30*second})
	if c := s.Clock(); c.Drift != 5*second || c.Stamped != 3 || c.Delay != 90*second || c.Dated != 3 {
		t.Errorf("in the first window: %+v", c)
	}
	arrive(3600, -3, 1)
	if c := s.Clock(); c.Drift != 5*second || c.Start != start {
		t.Errorf("the complete window is not told any more: %+v", c)
	}
	arrive(7300, 1, 1)
	if c := s.Clock(); c.Drift != -3*second || c.Delay != second {
		t.Errorf("of the second window: %+v", c)
	}
}
