package traffic

import (
	"math"
	"time"
)

// clock is the hospital's time in microseconds since the Unix epoch.
type clock struct {
	at       int64
	interval int64
}

// hourly is how busy an hour of the day (UTC) is, in percent of the mean; it sums
// up to 2400.
var hourly = [24]int64{
	30, 25, 22, 22, 28, 50, 100, 175, 205, 210, 205, 180,
	160, 175, 175, 160, 110, 75, 65, 55, 50, 45, 35, 43,
}

// daily is how busy a day of the week is from Sunday on, in percent of the mean;
// it sums up to 700.
var daily = [7]int64{55, 120, 120, 120, 118, 110, 57}

const (
	hourMicros = 3600 * 1000 * 1000
	dayMicros  = 24 * hourMicros
	// epochWeekday: 1 January 1970 was a Thursday.
	epochWeekday = 4
)

// advance moves on to the next event: on the mean by the interval, faster when the
// hospital is busy.
func (c *clock) advance(rnd *source) {
	wait := rnd.below(int(2 * c.interval))
	c.at += int64(wait) * 10000 / busyAt(c.at)
}

// EndingAt gives o with the Start from which n events go on until shortly before end, and
// hardly ever beyond it.
func (o Options) EndingAt(end time.Time, n int) Options {
	interval := max(1, o.Interval.Microseconds())
	// The waits between events are even up to twice the interval, so that the last of n
	// events comes off its time by interval*sqrt(n/3) at one standard deviation.
	at := end.UnixMicro() - int64(3*float64(interval)*math.Sqrt(float64(n)/3))
	for left := int64(n) * interval; left > 0; {
		into := (at-1)%hourMicros + 1
		busy := busyAt(at - into)
		if spent := into * busy / 10000; spent < left {
			left -= spent
			at -= into
			continue
		}
		at -= left * 10000 / busy
		break
	}
	o.Start = time.UnixMicro(at).UTC()
	return o
}

// busyAt is how busy the hospital is at a time, in parts of 10,000 of the mean.
func busyAt(at int64) int64 {
	day, hour := at/dayMicros, at%dayMicros/hourMicros
	return hourly[hour] * daily[(day+epochWeekday)%7]
}
