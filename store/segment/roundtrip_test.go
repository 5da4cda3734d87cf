package segment_test

import (
	"testing"

	"arr/audit"
	"arr/store/segment"
)

// compare checks that a segment gives the records back, with what is known of them.
func compare(t *testing.T, s *segment.Segment, records []*audit.Record) {
	t.Helper()
	i := 0
	for _, b := range s.Blocks() {
		times, err := b.Times()
		if err != nil {
			t.Fatal(err)
		}
		err = b.Entries(nil, func(k int, e *audit.Entry) error {
			if !sameEntry(e, &records[i].Entry) {
				t.Fatalf("record %d differs:\n%+v\n%+v", i, e, records[i].Entry)
			}
			if times[k] != records[i].Time {
				t.Fatalf("record %d: time %d, want %d", i, times[k], records[i].Time)
			}
			i++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if i != len(records) {
		t.Fatalf("%d records came back of %d", i, len(records))
	}
}

func TestRoundTripTraffic(t *testing.T) {
	records := generated(0, 5000)
	path, info := write(t, records, segment.MaxRecords)
	if info.Records != 5000 || info.Blocks != 2 {
		t.Fatalf("info: %+v", info)
	}
	s := open(t, path, options(64<<20))
	if s.Info() != info {
		t.Errorf("info read %+v, written %+v", s.Info(), info)
	}
	compare(t, s, records)
}
