package segment_test

import (
	"errors"
	"sync"
	"testing"

	"arr/audit"
	"arr/query"
	"arr/store/segment"
)

// TestConcurrentReaders reads one segment from many goroutines through a cache that is
// too small for it.
func TestConcurrentReaders(t *testing.T) {
	t.Parallel()
	records := generated(0, 2000)
	path, _ := write(t, records, 500)
	s := open(t, path, options(200<<10))
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for g := range errs {
		wg.Go(func() { errs[g] = readSome(s, records, g) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
}

func readSome(s *segment.Segment, records []*audit.Record, seed int) error {
	for k := range 80 {
		n := (seed*7919 + k*31) % len(records)
		b := s.Blocks()[n/500]
		err := readEntry(b, n%500, func(e *audit.Entry) error {
			if !sameEntry(e, &records[n].Entry) {
				return errors.New("a record differs")
			}
			return nil
		})
		if err != nil {
			return err
		}
		if k%20 > 0 {
			continue
		}
		total := int64(0)
		if err := b.Group(audit.Fields(audit.FieldUserID), nil, nil, func(_ []byte, n int64) { total += n }); err != nil {
			return err
		}
		var out segment.Bitmap
		if err := b.Match(&query.Leaf{Fields: audit.Fields(audit.FieldUserID)}, nil, &out); err != nil {
			return err
		}
		if int64(out.Count()) > total {
			return errors.New("more records have a user than users were counted")
		}
	}
	return nil
}
