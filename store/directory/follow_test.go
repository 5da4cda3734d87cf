package directory_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"arr/audit"
	"arr/store/directory"
)

// somePatients looks for some of the first n patients, the last among them, one by one.
func somePatients(t *testing.T, d *directory.Directory, n int) {
	t.Helper()
	for i := n - 1; i >= 0; i -= n/20 + 1 {
		a, err := d.Search(t.Context(), directory.Question{Fields: audit.Fields(audit.FieldPatientID), Text: patientID(i), Limit: 10})
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
func caughtUp(t testing.TB, d *directory.Directory, n uint64) {
	t.Helper()
	for d.Stats().Position < n {
		if t.Context().Err() != nil {
			t.Fatal("the test's time is up")
		}
		_, err := d.Search(t.Context(), directory.Question{Fields: audit.Fields(audit.FieldHost), Text: "w", Limit: 1})
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
	d, err := directory.Open(filepath.Join(t.TempDir(), "d"), directory.Options{
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
	check(t, err)
	<-busy
	for _, r := range all[1:] {
		d.Observe(r)
	}
	close(release)
	caughtUp(t, d, 10000)
	somePatients(t, d, 10000)
	check(t, d.Close())
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
	check(t, os.CopyFS(crashed, os.DirFS(dir)))
	check(t, d.Close())

	d = open(t, dir, &all, 1500)
	if s := d.Stats(); s.Position != 1500 || s.Behind != 0 {
		t.Errorf("closed at 1500, %+v after it", s)
	}
	for _, r := range all[1490:] {
		d.Observe(r)
	}
	caughtUp(t, d, 3000)
	somePatients(t, d, 3000)
	check(t, d.Close())
	check(t, directory.Check(dir))

	d = open(t, crashed, &all, 3000)
	caughtUp(t, d, 3000)
	somePatients(t, d, 3000)
	check(t, d.Close())
}

// TestMadeAnew: an index that can't be used is replaced, and filled from the records.
func TestMadeAnew(t *testing.T) {
	all := visits(0, 50)
	for name, spoil := range map[string]func(dir string) error{
		"another state of the store": func(string) error { all = visits(0, 40); return nil },
		"damaged":                    func(dir string) error { return os.WriteFile(filepath.Join(dir, "index_meta.json"), []byte("x"), 0o600) },
		"deleted":                    os.RemoveAll,
		"never finished":             func(dir string) error { return os.RemoveAll(filepath.Join(dir, "store")) },
	} {
		t.Run(name, func(t *testing.T) {
			all = visits(0, 50)
			dir := filepath.Join(t.TempDir(), "d")
			d := open(t, dir, &all, 50)
			caughtUp(t, d, 50)
			check(t, d.Close())
			check(t, spoil(dir))
			d = open(t, dir, &all, uint64(len(all)))
			caughtUp(t, d, uint64(len(all)))
			somePatients(t, d, len(all))
			check(t, d.Close())
		})
	}
}

// TestRecordsFail: without the records the directory answers for what it has.
func TestRecordsFail(t *testing.T) {
	failed := make(chan struct{})
	d, err := directory.Open(filepath.Join(t.TempDir(), "d"), directory.Options{
		Sealed: 10,
		Records: func(context.Context, uint64, uint64, func(*audit.Record) error) (uint64, error) {
			close(failed)
			return 0, errors.New("unreadable")
		},
	})
	check(t, err)
	<-failed
	a, err := d.Search(t.Context(), directory.Question{Fields: audit.Fields(audit.FieldHost), Text: "w", Limit: 1})
	check(t, err)
	if a.Position != 0 {
		t.Errorf("position %d", a.Position)
	}
	check(t, d.Close())
}

func TestReadOnlyChangesNothing(t *testing.T) {
	dir, all := filepath.Join(t.TempDir(), "d"), visits(0, 100)
	d := open(t, dir, &all, 100)
	caughtUp(t, d, 100)
	check(t, d.Close())
	before := files(t, dir)
	d, err := directory.OpenReadOnly(dir)
	check(t, err)
	somePatients(t, d, 100)
	check(t, d.Close())
	check(t, directory.Check(dir))
	if !maps.Equal(files(t, dir), before) {
		t.Error("files changed")
	}
	if _, err := directory.OpenReadOnly(dir + "-none"); err == nil {
		t.Error("a directory that is not there was opened")
	}
}

func TestCheckFindsFlips(t *testing.T) {
	dir, all := filepath.Join(t.TempDir(), "d"), visits(0, 20)
	d := open(t, dir, &all, 20)
	caughtUp(t, d, 20)
	check(t, d.Close())
	for path, content := range files(t, dir) {
		if !strings.HasSuffix(path, ".zap") {
			continue
		}
		for i := 0; i < len(content); i += 37 {
			b := []byte(content)
			b[i] ^= 1
			check(t, os.WriteFile(path, b, 0o600))
			if directory.Check(dir) == nil {
				t.Fatalf("byte %d: not found", i)
			}
		}
		check(t, os.WriteFile(path, []byte(content), 0o600))
	}
	// What a crash leaves of a file that was being written is no damage.
	check(t, os.WriteFile(filepath.Join(dir, "store", "fffffffffff0.zap"), []byte("begun"), 0o600))
	check(t, directory.Check(dir))
}
