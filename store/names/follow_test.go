package names_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"arr/audit"
	"arr/store/names"
)

// somePatients looks for some of the first n patients, the last among them, one by one.
func somePatients(t *testing.T, d *names.Index, n int) {
	t.Helper()
	for i := n - 1; i >= 0; i -= n/20 + 1 {
		a, err := d.Search(t.Context(), names.Question{Fields: audit.Fields(audit.FieldPatientID), Text: patientID(i), Limit: 10})
		check(t, err)
		if len(a.Hits) != 1 || !a.Complete {
			t.Fatalf("%d hits for patient %d of %d, complete %v, position %d", len(a.Hits), i, n, a.Complete, a.Position)
		}
	}
}

// patientID is such that none begins as another.
func patientID(i int) string { return fmt.Sprintf("p%05d", i) }

func visits(from, to int) (list []*audit.Record) {
	for i := from; i < to; i++ {
		list = append(list, visit(uint64(i), "jdoe", "Doe^John", patientID(i), "Name"))
	}
	return list
}

// caughtUp waits until d speaks for n records.
func caughtUp(t testing.TB, d *names.Index, n uint64) {
	t.Helper()
	for d.Stats().Position < n {
		if t.Context().Err() != nil {
			t.Fatal("the test's time is up")
		}
		_, err := d.Search(t.Context(), names.Question{Fields: audit.Fields(audit.FieldHost), Text: "w", Limit: 1})
		check(t, err)
	}
	if s := d.Stats(); s.Behind != 0 {
		t.Errorf("%d behind", s.Behind)
	}
}

// TestOverflow: what comes while the follower is busy waits up to a bound; what comes
// then is read again.
func TestOverflow(t *testing.T) {
	all := visits(0, 10000)
	busy, release, again := make(chan struct{}), make(chan struct{}), atomic.Uint64{}
	read := source(&all)
	d := names.Open(filepath.Join(t.TempDir(), "d"), names.Options{
		Sealed: 1,
		Records: func(ctx context.Context, from, to uint64, fn func(*audit.Record) error) (uint64, error) {
			next, err := read(ctx, from, to, fn)
			if from == 0 {
				close(busy)
				<-release
			} else {
				again.Store(from)
			}
			return next, err
		},
	})
	<-busy
	for _, r := range all[1:] {
		d.Observe(r)
	}
	close(release)
	caughtUp(t, d, 10000)
	somePatients(t, d, 10000)
	d.Close()
	if from := again.Load(); from < 2 || from > 9000 {
		t.Errorf("records were read again from %d on", from)
	}
}

// TestReopen: a directory goes on where it was, whether it was closed or not.
func TestReopen(t *testing.T) {
	dir, all := filepath.Join(t.TempDir(), "d"), visits(0, 3000)
	d := open(t, dir, &all, 0)
	for _, r := range all[:1500] {
		d.Observe(r)
	}
	caughtUp(t, d, 1500)
	somePatients(t, d, 10)
	crashed := dir + "-crashed"
	check(t, os.MkdirAll(dir, 0o750)) // there may be nothing durable yet
	check(t, os.CopyFS(crashed, os.DirFS(dir)))
	d.Close()

	d = open(t, dir, &all, 1500)
	if s := d.Stats(); s.Position != 1500 || s.Behind != 0 {
		t.Errorf("closed at 1500, %+v after it", s)
	}
	for _, r := range all[1490:] {
		d.Observe(r)
	}
	caughtUp(t, d, 3000)
	somePatients(t, d, 3000)
	d.Close()
	sound(t, dir, 3000)

	d = open(t, crashed, &all, 3000)
	caughtUp(t, d, 3000)
	somePatients(t, d, 3000)
	d.Close()
}

// TestRecordsFail: without the records the directory answers for what it has.
func TestRecordsFail(t *testing.T) {
	failed := make(chan struct{})
	d := names.Open(filepath.Join(t.TempDir(), "d"), names.Options{
		Sealed: 10,
		Records: func(context.Context, uint64, uint64, func(*audit.Record) error) (uint64, error) {
			close(failed)
			return 0, errors.New("unreadable")
		},
	})
	<-failed
	a, err := d.Search(t.Context(), names.Question{Fields: audit.Fields(audit.FieldHost), Text: "w", Limit: 1})
	check(t, err)
	if a.Position != 0 {
		t.Errorf("position %d", a.Position)
	}
	d.Close()
}

// TestNothingCanBeWritten: what no file can be made of stays in memory, within bounds, and
// keeps nobody from asking or from going on.
func TestNothingCanBeWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	check(t, os.WriteFile(dir, nil, 0o600)) // no directory can be made here
	all := visits(0, 40000)
	d := open(t, dir, &all, 0)
	for _, r := range all {
		d.Observe(r)
	}
	a, err := d.Search(t.Context(), names.Question{Fields: audit.Fields(audit.FieldPatientID), Text: patientID(5), Limit: 10})
	check(t, err)
	if a.Position > 5 && len(a.Hits) != 1 {
		t.Errorf("%d hits at position %d", len(a.Hits), a.Position)
	}
	if s := d.Stats(); s.Position > 20000 || s.Behind == 0 {
		t.Errorf("%+v is kept in memory", s)
	}
	d.Close()

	check(t, os.Remove(dir))
	d = open(t, dir, &all, 40000)
	caughtUp(t, d, 40000)
	somePatients(t, d, 40000)
	d.Close()
	sound(t, dir, 40000)
}
