package query_test

import (
	"errors"
	"testing"
	"time"

	_ "time/tzdata"

	"arr/query"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestBuckets(t *testing.T) {
	for _, c := range []struct {
		zone     string
		interval query.Interval
		at       string   // RFC 3339
		want     []string // the bucket it lies in, and the next ones
	}{
		{"UTC", query.Hour, "2026-03-01T10:59:59Z", []string{"2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"}},
		{"UTC", query.Hour, "1969-12-31T23:30:00Z", []string{"1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z"}},
		{"Asia/Kolkata", query.Hour, "2026-03-01T10:45:00Z", []string{"2026-03-01T16:00:00+05:30", "2026-03-01T17:00:00+05:30"}},
		// The clock goes forward at 02:00 and back at 03:00.
		{"Europe/Berlin", query.Hour, "2026-03-29T00:30:00Z", []string{"2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"}},
		{"Europe/Berlin", query.Hour, "2026-10-25T00:30:00Z", []string{"2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00"}},
		{"Europe/Berlin", query.Day, "2026-03-29T12:00:00Z", []string{"2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"}},
		{"Europe/Berlin", query.Day, "2026-10-25T22:59:59Z", []string{"2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"}},
		{"Europe/Berlin", query.Month, "2026-10-31T22:59:59Z", []string{"2026-10-01T00:00:00+02:00", "2026-11-01T00:00:00+01:00", "2026-12-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00"}},
		// Half an hour back at 02:00.
		{"Australia/Lord_Howe", query.Hour, "2026-04-04T14:45:00Z", []string{"2026-04-05T01:00:00+11:00", "2026-04-05T01:30:00+10:30", "2026-04-05T02:00:00+10:30"}},
		// No midnight, two midnights, a midnight an hour late, and no day at all.
		{"America/Sao_Paulo", query.Day, "2018-11-04T03:30:00Z", []string{"2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"}},
		{"America/Havana", query.Day, "2026-11-01T05:30:00Z", []string{"2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00"}},
		{"America/Sao_Paulo", query.Day, "2018-02-18T02:30:00Z", []string{"2018-02-17T00:00:00-02:00", "2018-02-18T00:00:00-03:00"}},
		{"Pacific/Apia", query.Day, "2011-12-30T09:59:00Z", []string{"2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00", "2012-01-01T00:00:00+14:00"}},
	} {
		p := &query.Plan{Interval: c.interval, Zone: zone(t, c.zone)}
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		us := p.BucketStart(at.UnixMicro())
		for i, want := range c.want {
			if got := time.UnixMicro(us).In(p.Zone).Format(time.RFC3339); got != want {
				t.Errorf("%s %s: bucket %d starts at %s, want %s", c.zone, c.at, i, got, want)
			}
			if again := p.BucketStart(us); again != us {
				t.Errorf("%s %s: the start of bucket %d lies in another", c.zone, c.at, i)
			}
			us = p.NextBucket(us)
		}
	}
}

func TestFillBuckets(t *testing.T) {
	p := &query.Plan{Interval: query.Day}
	day := int64(24 * time.Hour / time.Microsecond)
	got, err := p.FillBuckets(map[int64]int64{0: 2, 3 * day: 1})
	if err != nil || len(got) != 4 || got[0].Count != 2 || got[1] != (query.Bucket{Time: day}) || got[3].Count != 1 {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := p.FillBuckets(nil); got != nil || err != nil {
		t.Errorf("no counts: got %v, %v", got, err)
	}
	// One sender's clock is in another century: that is two lines more, not a million.
	got, err = p.FillBuckets(map[int64]int64{-700_000 * day: 1, 0: 2, 1001 * day: 3, 200_000 * day: 4})
	if err != nil || len(got) != 1004 || got[0].Count != 1 || got[1].Count != 2 || got[1002].Count != 3 || got[1003].Count != 4 {
		t.Errorf("far apart: %d lines, %v", len(got), err)
	}
	many := map[int64]int64{}
	for i := range int64(query.MaxBuckets + 1) {
		many[i*day] = 1
	}
	if _, err := p.FillBuckets(many); !errors.Is(err, query.ErrManyBuckets) {
		t.Errorf("a hundred thousand days: %v", err)
	}
}
