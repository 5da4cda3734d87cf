package query

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Env is what a question is read in.
type Env struct {
	// Now is the moment that "30d" counts back from.
	Now time.Time
	// Zone is the zone of dates and times that name none; nil is UTC.
	Zone *time.Location
}

func (e Env) zone() *time.Location {
	if e.Zone == nil {
		return time.UTC
	}
	return e.Zone
}

const noMoment = "this is no time: write 2026-11-01, 2026-11-01T10:00:00Z, 30d, 12h, today or now"

// momentSpan is what a text says of time: the microseconds from from to below to.
type momentSpan struct {
	from, to int64
	// clock: a time of day was named, not a whole day, month or year.
	clock bool
}

// readMoment reads a time as people write it, each standing for all of itself:
//
//   - a year, month or day: 2026, 2026-11, 2026-11-01
//   - a day and a time of RFC 3339, its seconds and its zone left out or not:
//     2026-11-01T10:00, 2026-11-01T10:00:00.5+01:00
//   - so long ago: 90s, 15m, 12h, 30d, 2w, of 24 hours a day
//   - now, today, yesterday
func (e Env) readMoment(text string) (momentSpan, bool) {
	text = strings.ToUpper(strings.TrimSpace(text))
	now := e.Now.In(e.zone())
	switch text {
	case "NOW":
		return point(now), true
	case "TODAY":
		return e.day(now.Year(), now.Month(), now.Day()), true
	case "YESTERDAY":
		return e.day(now.Year(), now.Month(), now.Day()-1), true
	}
	if ago, ok := readAgo(text); ok {
		return point(now.Add(-ago)), true
	}
	if t, err := time.Parse("2006-01-02", text); err == nil {
		return e.day(t.Year(), t.Month(), t.Day()), true
	}
	if t, err := time.Parse("2006-01", text); err == nil {
		return e.between(t, t.AddDate(0, 1, 0)), true
	}
	if t, err := time.Parse("2006", text); err == nil {
		return e.between(t, t.AddDate(1, 0, 0)), true
	}
	return e.readClock(strings.Replace(text, " ", "T", 1))
}

func (e Env) readClock(text string) (momentSpan, bool) {
	for _, layout := range [...]string{"2006-01-02T15:04:05", "2006-01-02T15:04"} {
		t, err := time.Parse(layout+"Z07:00", text)
		if err != nil {
			t, err = time.ParseInLocation(layout, text, e.zone())
		}
		if err != nil {
			continue
		}
		s := point(t)
		switch {
		case strings.Contains(text, "."):
		case strings.HasSuffix(layout, "05"):
			s.to = t.Add(time.Second).UnixMicro()
		default:
			s.to = t.Add(time.Minute).UnixMicro()
		}
		return s, true
	}
	return momentSpan{}, false
}

func point(t time.Time) momentSpan { return momentSpan{t.UnixMicro(), t.UnixMicro() + 1, true} }

func (e Env) day(year int, month time.Month, day int) momentSpan {
	return momentSpan{
		from: dayStart(year, month, day, e.zone()).UnixMicro(),
		to:   dayStart(year, month, day+1, e.zone()).UnixMicro(),
	}
}

// between is the days from from to below to, whose zones don't matter.
func (e Env) between(from, to time.Time) momentSpan {
	return momentSpan{
		from: dayStart(from.Year(), from.Month(), from.Day(), e.zone()).UnixMicro(),
		to:   dayStart(to.Year(), to.Month(), to.Day(), e.zone()).UnixMicro(),
	}
}

var units = map[byte]time.Duration{
	'S': time.Second, 'M': time.Minute, 'H': time.Hour, 'D': 24 * time.Hour, 'W': 7 * 24 * time.Hour,
}

func readAgo(text string) (time.Duration, bool) {
	if text == "" {
		return 0, false
	}
	unit, ok := units[text[len(text)-1]]
	n, err := strconv.ParseUint(text[:len(text)-1], 10, 63)
	if !ok || err != nil || n > math.MaxInt64/uint64(unit) {
		return 0, false
	}
	return time.Duration(n) * unit, true
}

// timeRange reads the beginning and end of a Question. A day, month or year that ends
// it is part of it; a time of day is not.
func (e Env) timeRange(since, until string) (from, to int64, err error) {
	from, to = Always, Never
	if since != "" {
		s, ok := e.readMoment(since)
		if !ok {
			return 0, 0, &Error{Part: "since", Length: len(since), Message: noMoment}
		}
		from = s.from
	}
	if until != "" {
		s, ok := e.readMoment(until)
		if !ok {
			return 0, 0, &Error{Part: "until", Length: len(until), Message: noMoment}
		}
		to = s.to
		if s.clock {
			to = s.from
		}
	}
	if from > to {
		return 0, 0, &Error{Part: "until", Length: len(until), Message: "the end lies before the beginning"}
	}
	return from, to, nil
}
