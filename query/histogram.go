package query

import (
	"errors"
	"maps"
	"slices"
	"time"
)

// BucketStart gives the start of the interval of p's histogram that the moment us lies
// in. Both are microseconds since the Unix epoch; hours, days and months begin by the
// clock of p.Zone (nil: UTC). Where that clock is put back an hour comes twice, as two
// intervals; where it leaps over an interval's beginning, the interval begins at the leap.
func (p *Plan) BucketStart(us int64) int64 {
	t := time.UnixMicro(us).In(p.zone())
	switch p.Interval {
	case Hour:
		into := time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
		start := t.Add(-into)
		if leap, _ := t.ZoneBounds(); !leap.IsZero() && start.Before(leap) {
			start = leap
		}
		return start.UnixMicro()
	case Day:
		return dayStart(t.Year(), t.Month(), t.Day(), p.zone()).UnixMicro()
	}
	return dayStart(t.Year(), t.Month(), 1, p.zone()).UnixMicro()
}

// NextBucket gives the start of the interval after the one that begins at start, which
// BucketStart gave.
func (p *Plan) NextBucket(start int64) int64 {
	t := time.UnixMicro(start).In(p.zone())
	switch p.Interval {
	case Hour:
		next := t.Add(time.Hour - time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second)
		if _, leap := t.ZoneBounds(); !leap.IsZero() && leap.Before(next) {
			next = leap
		}
		return next.UnixMicro()
	case Day:
		return dayStart(t.Year(), t.Month(), t.Day()+1, p.zone()).UnixMicro()
	}
	return dayStart(t.Year(), t.Month()+1, 1, p.zone()).UnixMicro()
}

func (p *Plan) zone() *time.Location {
	if p.Zone == nil {
		return time.UTC
	}
	return p.Zone
}

// dayStart is the first moment of a day by the clock of zone, which midnight is not
// where the clock is put forward or back then. A day that the clock leaps over starts
// with the next.
func dayStart(year int, month time.Month, day int, zone *time.Location) time.Time {
	wall := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	// From before the day in any zone on, through the spans of time in which the clock
	// runs evenly.
	for t := wall.Add(-36 * time.Hour).In(zone); ; {
		_, end := t.ZoneBounds()
		_, offset := t.Zone()
		start := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if start.Before(t) {
			start = t
		}
		if end.IsZero() || start.Before(end) {
			return start
		}
		t = end
	}
}

// ErrManyBuckets says that a histogram would have more lines than MaxBuckets.
var ErrManyBuckets = errors.New("the histogram has too many intervals: choose a longer one or ask for less time")

// MaxBuckets bounds the intervals of a histogram, and maxEmpty the empty ones in a row: a
// sender's wrong clock must not make an answer of a million empty days.
const (
	MaxBuckets = 100_000
	maxEmpty   = 1000
)

// FillBuckets gives the lines of p's histogram: counts, by the start of their interval,
// in order of time, and the empty ones between them where they are few. The error is
// ErrManyBuckets.
func (p *Plan) FillBuckets(counts map[int64]int64) ([]Bucket, error) {
	var buckets []Bucket
	for _, t := range slices.Sorted(maps.Keys(counts)) {
		if len(buckets) > 0 {
			buckets = p.fill(buckets, t)
		}
		if len(buckets) >= MaxBuckets {
			return nil, ErrManyBuckets
		}
		buckets = append(buckets, Bucket{Time: t, Count: counts[t]})
	}
	return buckets, nil
}

// fill appends the empty intervals before t, unless there are more than maxEmpty.
func (p *Plan) fill(buckets []Bucket, t int64) []Bucket {
	filled := buckets
	for at := p.NextBucket(buckets[len(buckets)-1].Time); at < t; at = p.NextBucket(at) {
		if len(filled)-len(buckets) == maxEmpty {
			return buckets
		}
		filled = append(filled, Bucket{Time: at})
	}
	return filled
}
