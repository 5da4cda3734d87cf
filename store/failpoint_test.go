package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"arr/audit"
	"arr/integrity"
	"arr/parser"
	"arr/query"
)

func testOptions() Options {
	cache := &parser.Cache{}
	return Options{
		NewParser:     func(zone *time.Location) Parser { return parser.New(parser.Options{Zone: zone, Cache: cache}) },
		ParserVersion: parser.Version,
		CacheBytes:    4 << 20,
		Log:           slog.New(slog.DiscardHandler),
	}
}

// frameOf is a frame that n alone gives all of.
func frameOf(n int) []byte {
	return fmt.Appendf(nil, `<85>1 2026-01-04T10:00:00Z host app %d IHE+RFC-3881 - <AuditMessage><EventIdentification EventActionCode="R" `+
		`EventDateTime="2026-01-04T10:00:%02dZ" EventOutcomeIndicator="0"><EventID csd-code="110103" codeSystemName="DCM" originalText="x"/></EventIdentification>`+
		`<ActiveParticipant UserID="u%d" UserIsRequestor="true"/><AuditSourceIdentification AuditSourceID="s"/></AuditMessage>`, n, n%60, n)
}

func fill(t *testing.T, s *Store, from, to int) {
	t.Helper()
	for from < to {
		n := min(to-from, 500)
		entries := make([]audit.Entry, n)
		for i := range entries {
			entries[i] = audit.Entry{Received: 1767520800000000 + int64(from+i), Transport: audit.TransportTCP, Peer: "192.0.2.1:1", Frame: frameOf(from + i)}
		}
		if err := s.HandleFrames(t.Context(), entries); err != nil {
			t.Fatal(err)
		}
		from += n
	}
}

// expect checks that s holds the frames 0 to n-1, each once and in order.
func expect(t *testing.T, s *Store, n int) {
	t.Helper()
	next := 0
	sum, err := s.Search(context.Background(), &query.Plan{Where: query.All{}, Since: query.Always, Until: query.Never}, query.Sink{
		Record: func(r *audit.Record) error {
			if string(r.Frame) != string(frameOf(int(r.Number))) {
				return fmt.Errorf("record %d is not frame %d", r.Number, r.Number)
			}
			next++
			return nil
		}})
	if err != nil || !sum.Complete || next != n {
		t.Fatalf("%d records found, want %d: %v %v", next, n, err, sum.Problems)
	}
	if sum.Position != uint64(n) {
		t.Fatalf("position %d, want %d", sum.Position, n)
	}
}

// TestFailpoints ends the process, as far as a test can, between each pair of steps that
// publish a segment, and opens what is left.
func TestFailpoints(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"written", "synced", "verified", "published", "merged", "swapped"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			blocks := 2
			const width = 3
			if step == "merged" || step == "swapped" {
				blocks = width
			}
			n := blocks*integrity.BlockRecords + 100
			s, err := Open(dir, testOptions())
			if err != nil {
				t.Fatal(err)
			}
			s.rewriting.Lock()
			s.mergeWidth = width
			s.rewriting.Unlock()
			f := failAt(s, step)
			go func() {
				// Behind a sealer that gets nowhere the committer stops: that is expected.
				fillAll(s, n)
			}()
			select {
			case <-f.reached:
			case <-time.After(60 * time.Second):
				t.Fatal("the step was never reached")
			}
			stored := int(s.Position())
			crash(t, s, f)

			again, err := Open(dir, testOptions())
			if err != nil {
				t.Fatal(err)
			}
			if got := int(again.Position()); got < stored {
				t.Fatalf("%d records after the crash, %d had been stored", got, stored)
			}
			fill(t, again, int(again.Position()), n)
			expect(t, again, n)
			if err := again.Close(); err != nil {
				t.Fatal(err)
			}
			report, err := Check(t.Context(), dir, testOptions(), nil)
			if err != nil || len(report.Damage) > 0 || report.Records != uint64(n) {
				t.Fatalf("check: %+v, %v", report, err)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, journalDir, "*")); len(left) > 0 {
				t.Errorf("journal left behind: %v", left)
			}
		})
	}
}

func fillAll(s *Store, n int) {
	for i := 0; i < n; i += 500 {
		var entries []audit.Entry
		for k := i; k < min(i+500, n); k++ {
			entries = append(entries, audit.Entry{Received: 1767520800000000 + int64(k), Transport: audit.TransportTCP, Peer: "192.0.2.1:1", Frame: frameOf(k)})
		}
		if s.HandleFrames(context.Background(), entries) != nil {
			return
		}
	}
}

// failpoint interrupts a store at one step, and once it has crashed at every step.
type failpoint struct {
	reached chan struct{} // holds a token once the step was reached
	crashed atomic.Bool
}

// failAt is called before anything is stored. Without a step nothing is interrupted before
// the crash.
func failAt(s *Store, step string) *failpoint {
	f := &failpoint{reached: make(chan struct{}, 1)}
	s.hook = func(at string) error {
		if at != step && !f.crashed.Load() {
			return nil
		}
		select {
		case f.reached <- struct{}{}:
		default:
		}
		return errInterrupted
	}
	return f
}

// crash leaves the directory as a killed process would: nothing is sealed, closed or
// removed; only the goroutines end and the lock is freed.
func crash(t *testing.T, s *Store, f *failpoint) {
	t.Helper()
	f.crashed.Store(true)
	s.closeOnce.Do(func() { close(s.closing) })
	<-s.committed
	s.stopMerge()
	<-s.mergerDone
	close(s.stopSealer)
	<-s.sealerDone
	s.names.Close()
	if err := errors.Join(s.catalog.close(), s.lock.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestReopenInTheMiddle: records in journal, memtable and partial blocks of several runs
// follow each other.
func TestReopenInTheMiddle(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := 0
	for _, more := range []int{1, 300, 4096, 500, 0, 7} {
		s, err := Open(dir, testOptions())
		if err != nil {
			t.Fatal(err)
		}
		fill(t, s, n, n+more)
		n += more
		expect(t, s, n)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(dir, reserveFile)); !os.IsNotExist(err) {
			t.Error("the reserve is left behind")
		}
		ro, err := OpenReadOnly(dir, testOptions())
		if err != nil {
			t.Fatal(err)
		}
		expect(t, ro, n)
		if err := ro.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFollow: a follower gets each record once, in order, those stored before and those
// that come.
func TestFollow(t *testing.T) {
	t.Parallel()
	s, err := Open(t.TempDir(), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const before, after = 4500, 600
	fill(t, s, 0, before)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	next := uint64(100)
	go func() {
		done <- s.Follow(ctx, next, func(r *audit.Record) error {
			if r.Number != next {
				return fmt.Errorf("record %d, %d comes next", r.Number, next)
			}
			if next++; next == before+after {
				cancel()
			}
			return nil
		})
	}()
	fill(t, s, before, before+after)
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if next != before+after {
		t.Errorf("followed to %d, want %d", next, before+after)
	}
}

func TestInUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(dir, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := Open(dir, testOptions()); !errors.Is(err, ErrInUse) {
		t.Errorf("second Open: %v", err)
	}
	if _, err := OpenReadOnly(dir, testOptions()); !errors.Is(err, ErrInUse) {
		t.Errorf("OpenReadOnly beside a server: %v", err)
	}
	if _, err := OpenReadOnly(t.TempDir(), testOptions()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("OpenReadOnly of an empty directory: %v", err)
	}
}
