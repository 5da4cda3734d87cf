package store

import (
	"math"
	"time"

	"arr/audit"
)

// clockWindow is how much time of arrivals one reading of a source's clock takes.
const clockWindow = int64(time.Hour / time.Microsecond)

// Clock is what the times in a source's records say, over a window of arrivals. Times are
// in microseconds.
type Clock struct {
	// Start is the arrival that began the window.
	Start int64 `json:"start"`
	// Drift is the lowest arrival minus syslog TIMESTAMP of the Stamped records that have
	// one: what the network and the sender's queue add can only make it larger, so that it
	// is the source's clock being behind (positive) or ahead (negative) of ours.
	Stamped int64 `json:"stamped"`
	Drift   int64 `json:"drift"`
	// Delay is the mean of arrival minus EventDateTime of the Dated records that have one:
	// how late the source reports. dcm4che's archives are a minute or two late by design.
	Dated int64 `json:"dated"`
	Delay int64 `json:"delay"`
}

// add takes a record into the window.
func (c *Clock) add(r *audit.Record) {
	if r.Sent != 0 {
		if drift := r.Received - r.Sent; c.Stamped == 0 || drift < c.Drift {
			c.Drift = drift
		}
		c.Stamped++
	}
	if r.Dated {
		c.Dated++
		// A running mean, since the sum of times that senders make up may overflow.
		c.Delay += int64(math.Round((float64(r.Received) - float64(r.Time) - float64(c.Delay)) / float64(c.Dated)))
	}
}

// tick takes a record into the source's clocks: a window that is over becomes the one
// that is told.
func (s *Source) tick(r *audit.Record) {
	if s.Running.Start == 0 || r.Received-s.Running.Start >= clockWindow || r.Received < s.Running.Start-clockWindow {
		if s.Running.Start != 0 {
			s.Complete = s.Running
		}
		s.Running = Clock{Start: r.Received}
	}
	s.Running.add(r)
}

// Clock is the newest reading that a whole window stands behind, or the first one while
// it runs.
func (s *Source) Clock() Clock {
	if s.Complete.Start != 0 {
		return s.Complete
	}
	return s.Running
}
