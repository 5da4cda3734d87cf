package emitter

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

func openTestSpool(t testing.TB, dir string, maxBytes int64) *spool {
	t.Helper()
	s, err := openSpool(dir, maxBytes, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.close() })
	return s
}

// drain reads all that is not confirmed.
func drain(t testing.TB, r *spoolReader) []string {
	t.Helper()
	var all []string
	for {
		frame, _, err := r.next()
		if errors.Is(err, errDrained) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(frame))
	}
}

func numbered(from, to int) []string {
	var all []string
	for i := from; i < to; i++ {
		all = append(all, fmt.Sprintf("frame %d", i))
	}
	return all
}

func appendNumbered(t testing.TB, s *spool, from, to int) {
	t.Helper()
	for _, f := range numbered(from, to) {
		if err := s.append([]byte(f)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSpoolKeepsOrderOverRestarts(t *testing.T) {
	dir := t.TempDir()
	for i := range 3 {
		s := openTestSpool(t, dir, 1<<20)
		appendNumbered(t, s, i*10, i*10+10)
		if err := s.close(); err != nil {
			t.Fatal(err)
		}
	}
	s := openTestSpool(t, dir, 1<<20)
	r := s.newReader()
	defer r.close()
	if got := drain(t, r); !slices.Equal(got, numbered(0, 30)) {
		t.Errorf("read %q", got)
	}
	r.rewind()
	for range 15 {
		if _, _, err := r.next(); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.confirm(r.at); err != nil {
		t.Fatal(err)
	}
	s.close()
	s = openTestSpool(t, dir, 1<<20)
	again := s.newReader()
	defer again.close()
	if got := drain(t, again); !slices.Equal(got, numbered(15, 30)) {
		t.Errorf("after a restart %q", got)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*"+segmentSuffix)); len(files) != 2 {
		t.Errorf("%d segments are left, want 2: %q", len(files), files)
	}
}

func TestSpoolReadsWhatComesLater(t *testing.T) {
	s := openTestSpool(t, t.TempDir(), 1<<20)
	r := s.newReader()
	defer r.close()
	large := bytes.Repeat([]byte("x"), 2*readAhead)
	for i := range 5 {
		appendNumbered(t, s, i, i+1)
		if err := s.append(large); err != nil {
			t.Fatal(err)
		}
		if got := drain(t, r); len(got) != 2 || got[0] != fmt.Sprintf("frame %d", i) || got[1] != string(large) {
			t.Fatalf("round %d: read %d frames", i, len(got))
		}
		if err := s.confirm(r.at); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.waiting(); n != 0 {
		t.Errorf("%d bytes wait, want 0", n)
	}
	if files, _ := filepath.Glob(filepath.Join(s.dir, "*"+segmentSuffix)); len(files) > 2 {
		t.Errorf("%d segments are left: %q", len(files), files)
	}
}

func TestSpoolIsBounded(t *testing.T) {
	s := openTestSpool(t, t.TempDir(), 1000)
	r := s.newReader()
	defer r.close()
	frame := make([]byte, 100-entryHeader)
	for range 10 {
		if err := s.append(frame); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.append(frame); !errors.Is(err, ErrSpoolFull) {
		t.Errorf("the eleventh frame: %v", err)
	}
	if got := drain(t, r); len(got) != 10 {
		t.Errorf("%d frames are there", len(got))
	}
	if err := s.confirm(r.at); err != nil {
		t.Fatal(err)
	}
	if err := s.append(frame); err != nil {
		t.Errorf("after all were confirmed: %v", err)
	}
}

func TestSpoolHasOneOwner(t *testing.T) {
	dir := t.TempDir()
	s := openTestSpool(t, dir, 1000)
	if _, err := openSpool(dir, 1000, time.Now); err == nil {
		t.Error("a second process can have the spool")
	}
	s.close()
	if err := s.append([]byte("x")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("append after close: %v", err)
	}
	openTestSpool(t, dir, 1000)
}

func TestCursorSurvivesAWriteCutShort(t *testing.T) {
	older, newer := appendCursor(nil, 4, position{7, 80}), appendCursor(nil, 5, position{9, 100})
	for _, c := range []struct {
		slots      []byte
		generation uint64
		p          position
	}{
		{append(slices.Clone(older), newer...), 5, position{9, 100}},
		{append(slices.Clone(newer), older...), 5, position{9, 100}},
		{append(slices.Clone(older), newer[:20]...), 4, position{7, 80}},
		{append(slices.Clone(older), append(slices.Clone(newer[:20]), make([]byte, 12)...)...), 4, position{7, 80}},
		{make([]byte, cursorSize), 0, position{}},
		{nil, 0, position{}},
	} {
		if g, p := readCursor(c.slots); g != c.generation || p != c.p {
			t.Errorf("generation %d, %v; want %d, %v", g, p, c.generation, c.p)
		}
	}
}

func TestSpoolTakesFromMany(t *testing.T) {
	s := openTestSpool(t, t.TempDir(), 64<<20)
	const callers, each = 16, 50
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := range each {
				if err := s.append([]byte(fmt.Sprintf("%d %d", c, i)), []byte(fmt.Sprintf("%d %d+", c, i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	r := s.newReader()
	defer r.close()
	wg.Wait()
	all := drain(t, r)
	if len(all) != 2*callers*each {
		t.Fatalf("%d frames, want %d", len(all), 2*callers*each)
	}
	next := map[int]int{}
	for i := 0; i < len(all); i += 2 {
		var c, n int
		fmt.Sscanf(all[i], "%d %d", &c, &n)
		if n != next[c] || all[i+1] != all[i]+"+" {
			t.Fatalf("%q, %q come when %d of caller %d is due", all[i], all[i+1], next[c], c)
		}
		next[c]++
	}
}

func BenchmarkSpoolAppend(b *testing.B) {
	s := openTestSpool(b, b.TempDir(), 1<<40)
	frame := bytes.Repeat([]byte("x"), 1500)
	b.SetBytes(int64(len(frame)))
	b.SetParallelism(256)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := s.append(frame); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
