package store

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestOutagesAreToldOnce, and that they are over.
func TestOutagesAreToldOnce(t *testing.T) {
	var o outage
	other := errors.New("other")
	for i, c := range []struct {
		err  error
		tell bool
		full bool
	}{{errFull, true, true}, {errFull, false, true}, {other, true, false}, {other, false, false}, {errFull, true, true}} {
		if tell := o.begin(c.err); tell != c.tell || o.full.Load() != c.full {
			t.Errorf("failure %d: tell=%v full=%v", i, tell, o.full.Load())
		}
	}
	if _, was := o.end(); !was || o.full.Load() {
		t.Error("the end is not told")
	}
	if _, was := o.end(); was {
		t.Error("the end is told twice")
	}
}

// TestFullDiskIsTold once when it begins and once when there is space again.
func TestFullDiskIsTold(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	options := testOptions()
	options.Log = slog.New(slog.NewTextHandler(&log, nil))
	s, err := Open(t.TempDir(), options)
	if err != nil {
		t.Fatal(err)
	}
	f := &faults{sync: never, write: never, create: never}
	f.rotate(t, s)
	for range 2 {
		full, fails := times(errFull, 0, 3), 0
		f.write = func() error {
			if s.Stats().Full != (fails > 0) {
				t.Errorf("after %d failures full is %v", fails, s.Stats().Full)
			}
			err := full()
			if err != nil {
				fails++
			} else {
				f.write = never
			}
			return err
		}
		fill(t, s, 1, 10)
		if s.Stats().Full || fails != 3 {
			t.Errorf("after %d failures full is %v", fails, s.Stats().Full)
		}
	}
	mustClose(t, s)
	for _, text := range []string{"the disk is full", "the disk has space again"} {
		if n := strings.Count(log.String(), text); n != 2 {
			t.Errorf("%q is told %d times of two outages: %s", text, n, &log)
		}
	}
}

// TestFreeSpace is what the process can write, in the file system's fragments.
func TestFreeSpace(t *testing.T) {
	for _, c := range []struct {
		name       string
		fs         unix.Statfs_t
		privileged bool
		want       int64
	}{
		{"nothing left but what root may use", unix.Statfs_t{Bfree: 3200, Bavail: 0, Bsize: 4096, Frsize: 4096}, false, 0},
		{"the same for root", unix.Statfs_t{Bfree: 3200, Bavail: 0, Bsize: 4096, Frsize: 4096}, true, 3200 * 4096},
		{"large transfers", unix.Statfs_t{Bfree: 10, Bavail: 8, Bsize: 1 << 20, Frsize: 4096}, false, 8 * 4096},
		{"no fragments", unix.Statfs_t{Bfree: 10, Bavail: 8, Bsize: 512}, false, 8 * 512},
	} {
		if got := freeOf(&c.fs, c.privileged); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}
