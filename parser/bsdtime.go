package parser

import "time"

const months = "JanFebMarAprMayJunJulAugSepOctNovDec"

// bsdTimeEnd gives the end of the RFC 3164 TIMESTAMP at p, 0 if there is none:
// "Mmm dd hh:mm:ss", with a fraction or a year as devices add them, or an RFC 3339
// date-time.
func bsdTimeEnd(frame []byte, p int) int {
	if p < len(frame) && frame[p] >= '0' && frame[p] <= '9' {
		end := fieldEnd(frame, p)
		if _, _, ok := dateTime(frame[p:end], time.UTC); !ok {
			return 0
		}
		return end
	}
	if _, _, end := bsdTime(frame, p); end > 0 {
		return end
	}
	return 0
}

// bsdClock is what an RFC 3164 TIMESTAMP says; year is 0 where it says none.
type bsdClock struct{ year, month, day, hour, minute, second int }

// bsdTime reads "Mmm dd hh:mm:ss[.fraction]" or "Mmm dd yyyy hh:mm:ss" at p.
func bsdTime(frame []byte, p int) (c bsdClock, micro, end int) {
	if p+15 > len(frame) || frame[p+3] != ' ' {
		return c, 0, 0
	}
	for m := range 12 {
		if string(frame[p:p+3]) == months[3*m:3*m+3] {
			c.month = m + 1
		}
	}
	r := timeReader{b: frame[:min(len(frame), p+40)], pos: p + 4}
	switch {
	case r.peek() == ' ':
		r.pos++
		c.day = r.number(1)
	case r.b[r.pos+1] == ' ':
		c.day = r.number(1)
	default:
		c.day = r.number(2)
	}
	r.skip(' ', false)
	if r.pos+4 < len(r.b) && r.b[r.pos+4] == ' ' {
		c.year = r.number(4)
		r.skip(' ', false)
	}
	c.hour = r.number(2)
	r.skip(':', false)
	c.minute = r.number(2)
	r.skip(':', false)
	c.second = r.number(2)
	if r.peek() == '.' {
		micro = r.fraction()
	}
	year := c.year
	if year == 0 {
		year = 2000 // a leap year: 29 February is a day
	}
	if r.bad || c.month == 0 || !validTime(year, c.month, c.day, c.hour, c.minute, c.second) {
		return c, 0, 0
	}
	return c, micro, r.pos
}

// bsdMicros gives the time of an RFC 3164 TIMESTAMP in zone. A year that it does not
// say is the one that puts it nearest before the day after received.
func bsdMicros(b []byte, zone *time.Location, received time.Time) (us int64, ok bool) {
	if len(b) > 0 && b[0] >= '0' && b[0] <= '9' {
		us, _, ok = dateTime(b, zone)
		return us, ok
	}
	c, micro, end := bsdTime(b, 0)
	if end == 0 {
		return 0, false
	}
	in := func(year int) time.Time {
		return time.Date(year, time.Month(c.month), c.day, c.hour, c.minute, c.second, micro*1000, zone)
	}
	if c.year != 0 {
		return in(c.year).UnixMicro(), true
	}
	year := received.In(zone).Year() + 1
	t := in(year)
	for range 8 {
		if t.Day() == c.day && !t.After(received.Add(24*time.Hour)) {
			break
		}
		year--
		t = in(year)
	}
	return t.UnixMicro(), true
}
