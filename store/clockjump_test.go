package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"arr/audit"
	"arr/query"
)

// TestClockJumps: where a clock goes back by years, or far ahead, records keep their order
// of arrival by number, and ranges of time find exactly those that lie in them.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	clock := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	o := testOptions()
	o.Now = func() time.Time { return clock }
	years := []int{2026, 2020, 2071, 1969, 2026, 1, 2020, 9999}
	const each = 150
	stored := map[int]int64{}
	for run, year := range years {
		// The events' times go their own ways; those without have the time of receipt.
		clock = time.Date(year, 3, 1, 12, 0, 0, 0, time.UTC)
		s, err := Open(dir, o)
		if err != nil {
			t.Fatal(err)
		}
		entries := make([]audit.Entry, each)
		for i := range entries {
			at := clock.Add(time.Duration(each-i) * time.Hour)
			entries[i] = audit.Entry{Received: at.UnixMicro(), Transport: audit.TransportTCP, Peer: "192.0.2.1:1", Frame: fmt.Appendf(nil, "<85>1 - host app %d - - text", run*each+i)}
		}
		if err := s.HandleFrames(t.Context(), entries); err != nil {
			t.Fatal(err)
		}
		stored[year] += each
		disk, err := s.Disk()
		if err != nil || disk.Free <= 0 || disk.DaysUntilFull == 0 {
			t.Errorf("in %d: disk %+v, %v", year, disk, err)
		}
		compareYears(t, s, stored)
		mustClose(t, s)
	}
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	mergeAll(t, s, 2)
	compareYears(t, s, stored)
	mustCheck(t, s, uint64(len(years)*each))
}

// compareYears asks for each year's records, in both orders, and for counts by month.
func compareYears(t *testing.T, s *Store, stored map[int]int64) {
	t.Helper()
	for year, want := range stored {
		for _, order := range []string{"time", "-time"} {
			p, err := query.Compile(query.Question{Text: "*", Order: order, Since: fmt.Sprintf("%04d-01-01", year), Until: fmt.Sprintf("%04d-12-31", year)},
				query.Env{Now: s.now(), Zone: time.UTC})
			if err != nil {
				t.Fatal(err)
			}
			var last *audit.Record
			sum, err := s.Search(context.Background(), p, query.Sink{Record: func(r *audit.Record) error {
				if last != nil && (order == "time") != (last.Time <= r.Time) && last.Time != r.Time {
					return fmt.Errorf("time %d does not come behind %d", r.Time, last.Time)
				}
				last = r
				return nil
			}})
			if err != nil || !sum.Complete || sum.Count != want {
				t.Errorf("in %d, by %s: %d records, want %d: %v %v", year, order, sum.Count, want, err, sum.Problems)
			}
		}
		p, err := query.Compile(query.Question{Text: "*", Histogram: "month", Since: fmt.Sprintf("%04d-01-01", year), Until: fmt.Sprintf("%04d-12-31", year)},
			query.Env{Now: s.now(), Zone: time.UTC})
		if err != nil {
			t.Fatal(err)
		}
		counted := int64(0)
		_, err = s.Search(context.Background(), p, query.Sink{Bucket: func(b query.Bucket) error { counted += b.Count; return nil }})
		if err != nil || counted != want {
			t.Errorf("in %d: a histogram of %d records, want %d: %v", year, counted, want, err)
		}
	}
}

// TestStallIgnoresTheClock: a clock that jumps makes no stall longer or shorter.
func TestStallIgnoresTheClock(t *testing.T) {
	t.Parallel()
	clock := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	o := testOptions()
	o.Now = func() time.Time { return clock }
	s, err := Open(t.TempDir(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, s)
	if !s.stats.beginStall() || s.stats.beginStall() {
		t.Error("a stall begins once")
	}
	for _, jump := range []time.Duration{24 * time.Hour, -48 * time.Hour} {
		clock = clock.Add(jump)
		if err, st := s.Ready(time.Hour), s.Stats(); err != nil || st.Stalled <= 0 || st.Stalled > time.Hour {
			t.Errorf("after a jump of %v: %v, stalled for %v", jump, err, st.Stalled)
		}
	}
	s.stats.endStall()
	if st := s.Stats(); st.Stalled != 0 || s.Ready(0) != nil {
		t.Errorf("stalled for %v, %v", st.Stalled, s.Ready(0))
	}
}
