package journal_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"

	"arr/audit"
	"arr/store/journal"
)

// disk is a File whose writes reach the medium only with a sync, and whose medium
// can fail. One goroutine owns it.
type disk struct {
	t       *testing.T
	path    string
	medium  []byte
	pending []write
	// space is how many bytes the medium holds, 0 for any number.
	space            int64
	syncErr, trimErr error
	writeErr         error
	closed           bool
}

type write struct {
	off  int64
	data []byte
}

func (d *disk) create(path string) (journal.File, error) {
	d.path = path
	return d, nil
}

func (d *disk) WriteAt(b []byte, off int64) (int, error) {
	if d.writeErr != nil {
		return 0, d.writeErr
	}
	n := len(b)
	if d.space > 0 {
		n = int(max(0, min(int64(n), d.space-off)))
	}
	d.pending = append(d.pending, write{off, append([]byte(nil), b[:n]...)})
	if n < len(b) {
		return n, &os.PathError{Op: "write", Path: d.path, Err: syscall.ENOSPC}
	}
	return n, nil
}

func (d *disk) Allocate(int64, int64) error { return syscall.EOPNOTSUPP }

func (d *disk) Truncate(size int64) error {
	if d.trimErr != nil {
		return d.trimErr
	}
	d.flush()
	d.medium = d.medium[:min(size, int64(len(d.medium)))]
	return nil
}

func (d *disk) Sync() error {
	if d.syncErr != nil {
		// The kernel drops the pages and would report success the next time.
		err := d.syncErr
		d.syncErr, d.pending = nil, nil
		return err
	}
	d.flush()
	return nil
}

func (d *disk) Close() error {
	d.closed = true
	return nil
}

func (d *disk) flush() {
	for _, w := range d.pending {
		d.put(w)
	}
	d.pending = nil
}

func (d *disk) put(w write) {
	if end := w.off + int64(len(w.data)); end > int64(len(d.medium)) {
		d.medium = append(d.medium, make([]byte, end-int64(len(d.medium)))...)
	}
	copy(d.medium[w.off:], w.data)
}

// cutPower leaves a random part of what was not synced on the medium, page by page,
// and writes the medium to its file.
func (d *disk) cutPower(rnd *rand.Rand) {
	const page = 512
	for _, w := range d.pending {
		for len(w.data) > 0 {
			n := min(page-int(w.off%page), len(w.data))
			if rnd.IntN(3) > 0 {
				d.put(write{w.off, w.data[:n]})
			}
			w = write{w.off + int64(n), w.data[n:]}
		}
	}
	d.pending = nil
	d.save()
}

func (d *disk) save() {
	d.t.Helper()
	check(d.t, os.WriteFile(d.path, d.medium, 0o600))
}

// recovered recovers a file twice: the second time must find nothing to do.
func recovered(t *testing.T, path string, following uint64) (*content, journal.Recovered) {
	t.Helper()
	c, fn := collect(t)
	rec, err := journal.Recover(path, followedBy(following), fn)
	check(t, err)
	if !rec.Removed {
		again, err := journal.Recover(path, followedBy(following), func(*journal.Group) error { return nil })
		check(t, err)
		if again.Torn != 0 || again.Next != rec.Next || len(again.Damages) != len(rec.Damages) || !again.Ended {
			t.Fatalf("recovered again: %+v after %+v", again, rec)
		}
	}
	return c, rec
}

func TestPowerCut(t *testing.T) {
	torn := 0
	for seed := range uint64(100) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		d := &disk{t: t}
		w := create(t, t.TempDir(), 100, d.create)
		var all []audit.Entry
		for range rnd.IntN(12) {
			next := entries(w.Next(), 1+rnd.IntN(5), 2000)
			check(t, w.Append(encoded(next)))
			all = append(all, next...)
			if rnd.IntN(2) == 0 {
				check(t, w.Sync())
			}
		}
		d.cutPower(rnd)
		c, rec := recovered(t, d.path, 0)
		if len(rec.Damages) > 0 {
			t.Fatalf("seed %d: a power cut was taken for damage: %+v", seed, rec.Damages)
		}
		if rec.Unproven {
			t.Fatalf("seed %d: of what a power cut left it is said that nothing explains it: %+v", seed, rec)
		}
		if rec.Next < w.Durable() {
			t.Fatalf("seed %d: records up to %d were durable, %d came back", seed, w.Durable(), rec.Next)
		}
		c.expect(t, all[:rec.Next-100])
		if rec.Torn > 0 {
			torn++
			st, err := os.Stat(rec.TornPath)
			check(t, err)
			if st.Size() != rec.Torn {
				t.Errorf("%d torn bytes, %d moved aside", rec.Torn, st.Size())
			}
		}
	}
	if torn == 0 {
		t.Error("no power cut tore a file")
	}
}

func TestFullDisk(t *testing.T) {
	d := &disk{t: t, space: 20_000}
	w := create(t, t.TempDir(), 0, d.create)
	all := entries(0, 100, 1000)
	var err error
	for i := 0; i < len(all) && err == nil; i += 2 {
		if err = w.Append(encoded(all[i : i+2])); err == nil && i%8 == 6 {
			err = w.Sync()
		}
	}
	if !errors.Is(err, syscall.ENOSPC) || errors.Is(err, journal.ErrBroken) {
		t.Fatalf("append to a full disk: %v", err)
	}
	if w.Next() != w.Durable() || w.Durable() == 0 {
		t.Fatalf("next %d, durable %d after a full disk", w.Next(), w.Durable())
	}
	if int64(len(d.medium)) != w.Size() {
		t.Errorf("the file has %d bytes, %d were durable", len(d.medium), w.Size())
	}
	d.space = 0
	check(t, w.Append(encoded(all[w.Durable():])))
	check(t, w.Close())
	d.save()
	c, res := read(t, d.path, 0)
	c.expect(t, all)
	if len(res.Damages) > 0 || !res.Ended {
		t.Errorf("after the disk was full: %+v", res)
	}
}

func TestFullDiskAtClose(t *testing.T) {
	d := &disk{t: t}
	w := create(t, t.TempDir(), 0, d.create)
	all := entries(0, 3, 100)
	check(t, w.Append(encoded(all)))
	d.space = w.Size() + 10
	check(t, w.Close())
	d.save()
	c, rec := recovered(t, d.path, 0)
	c.expect(t, all)
	if rec.Torn != 0 || len(rec.Damages) != 0 {
		t.Errorf("got %+v", rec)
	}
}

func TestFailedSync(t *testing.T) {
	dir := t.TempDir()
	for name, fail := range map[string]func(*disk) error{
		"sync":  func(d *disk) error { d.syncErr = syscall.EIO; return nil },
		"write": func(d *disk) error { d.writeErr = syscall.EIO; return nil },
		"full disk that can't be cut": func(d *disk) error {
			d.space, d.trimErr = 1, syscall.EIO
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := &disk{t: t}
			w := create(t, dir, 0, d.create)
			all := entries(0, 10, 1000)
			check(t, w.Append(encoded(all[:4])))
			check(t, w.Sync())
			check(t, fail(d))
			err := w.Append(encoded(all[4:]))
			if err == nil {
				err = w.Sync()
			}
			if !errors.Is(err, journal.ErrBroken) {
				t.Fatalf("got %v, want ErrBroken", err)
			}
			d.writeErr, d.space = nil, 0
			if err := w.Sync(); !errors.Is(err, journal.ErrBroken) {
				t.Errorf("a broken file was synced: %v", err)
			}
			if err := w.Append(encoded(all[4:])); !errors.Is(err, journal.ErrBroken) {
				t.Errorf("a broken file was written: %v", err)
			}
			if errors.Is(err, syscall.ENOSPC) {
				t.Error("a broken file passes for a full disk")
			}
			if w.Durable() != 4 {
				t.Errorf("durable up to %d, want 4", w.Durable())
			}
			check(t, w.Close())
			d.save()
			c, rec := recovered(t, d.path, 4)
			c.expect(t, all[:4])
			if len(rec.Damages) > 0 || !d.closed {
				t.Errorf("got %+v, closed %v", rec, d.closed)
			}
		})
	}
}

// TestSuperseded: groups whose sync failed may be on the disk all the same. The next
// file holds their entries, so they are not read from both.
func TestSuperseded(t *testing.T) {
	d := &disk{t: t}
	w := create(t, t.TempDir(), 0, d.create)
	all := entries(0, 10, 500)
	check(t, w.Append(encoded(all[:4])))
	check(t, w.Sync())
	check(t, w.Append(encoded(all[4:])))
	d.flush()
	d.save()
	c, rec := recovered(t, d.path, 4)
	c.expect(t, all[:4])
	if rec.Torn == 0 || len(rec.Damages) > 0 || rec.Next != 4 {
		t.Errorf("got %+v", rec)
	}
}

// TestNothingDurable: a file that never held a durable record leaves its name free.
func TestNothingDurable(t *testing.T) {
	dir, all := t.TempDir(), entries(3, 2, 100)
	failing := func(path string) (journal.File, error) {
		f, err := os.Create(path)
		return failingSync{f, new(int)}, err
	}
	w := create(t, dir, 3, failing)
	check(t, w.Append(encoded(all)))
	if err := w.Sync(); !errors.Is(err, journal.ErrBroken) {
		t.Fatalf("got %v, want ErrBroken", err)
	}
	check(t, w.Close())
	again := create(t, dir, 3, nil)
	check(t, again.Append(encoded(all)))
	check(t, again.Close())
	c, _ := read(t, again.Path(), 0)
	c.expect(t, all)

	unwritable := func(path string) (journal.File, error) {
		f, err := os.Create(path)
		return failingSync{f, nil}, err
	}
	if _, err := journal.Create(dir, 5, journal.Options{Key: testKey, Create: unwritable}); !errors.Is(err, syscall.EIO) {
		t.Errorf("a header that can't be synced: %v", err)
	}
	check(t, create(t, dir, 5, nil).Close())
}

// failingSync is a file all of whose syncs fail, but for the first if synced is not nil.
type failingSync struct {
	*os.File
	synced *int
}

func (f failingSync) Allocate(int64, int64) error { return nil }

func (f failingSync) Sync() error {
	if f.synced != nil {
		if *f.synced++; *f.synced == 1 {
			return nil
		}
	}
	return syscall.EIO
}
