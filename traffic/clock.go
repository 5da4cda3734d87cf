package traffic

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
	day, hour := c.at/dayMicros, c.at%dayMicros/hourMicros
	busy := hourly[hour] * daily[(day+epochWeekday)%7]
	wait := rnd.below(int(2 * c.interval))
	c.at += int64(wait) * 10000 / busy
}
