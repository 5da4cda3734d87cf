package journal_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"arr/audit"
	"arr/store/journal"
)

// sample writes a small journal file whose groups were each synced, and gives its
// bytes.
func sample(t testing.TB, closed bool) ([]audit.Entry, []byte) {
	w := create(t, t.TempDir(), 4094, nil)
	all := entries(4094, 7, 60)
	for _, cut := range [][2]int{{0, 1}, {1, 4}, {4, 6}, {6, 7}} {
		check(t, w.Append(encoded(all[cut[0]:cut[1]])))
		check(t, w.Sync())
	}
	if closed {
		check(t, w.Close())
	}
	b, err := os.ReadFile(w.Path())
	check(t, err)
	return all, b
}

// judge reads files that a test damaged.
type judge struct {
	t   *testing.T
	dir string
	all []audit.Entry // that the file held
}

// read reads damaged bytes: whatever comes back must be as it was written, and each
// of the durable records must come back or be reported as lost.
func (j *judge) read(b []byte, durable int, following uint64) journal.Result {
	t, all := j.t, j.all
	t.Helper()
	path := filepath.Join(j.dir, journal.FileName(all[0].Number))
	check(t, os.WriteFile(path, b, 0o600))
	c, res := read(t, path, following)
	check(t, os.Remove(path))
	lost := map[uint64]bool{}
	for _, d := range res.Damages {
		for n := range d.Records {
			lost[d.First+n] = true
		}
	}
	for i, e := range all {
		frame, ok := c.frames[e.Number]
		if ok && string(frame) != string(e.Frame) {
			t.Fatalf("record %d came back wrong", e.Number)
		}
		if !ok && i < durable && !lost[e.Number] {
			t.Fatalf("record %d was durable and is neither there nor reported: %+v", e.Number, res)
		}
	}
	for i, n := range c.numbers {
		if n < all[0].Number || n > all[len(all)-1].Number || i > 0 && n <= c.numbers[i-1] {
			t.Fatalf("records %v came back", c.numbers)
		}
	}
	return res
}

// flip changes bytes of a copy of b.
func flip(b []byte, at int, mask ...byte) []byte {
	b = append([]byte(nil), b...)
	for i, m := range mask {
		b[at+i] ^= m
	}
	return b
}

func TestFlipEveryByte(t *testing.T) {
	all, closed := sample(t, true)
	_, open := sample(t, false)
	end := all[0].Number + uint64(len(all))
	j := judge{t, t.TempDir(), all}
	const mark = 56
	for i := range closed {
		for _, mask := range []byte{1 << (i % 8), 0xff} {
			res := j.read(flip(closed, i, mask), len(all), end)
			if len(res.Damages) == 0 && res.Torn == 0 {
				t.Fatalf("byte %d: not found", i)
			}
			durable := len(all)
			if i >= len(closed)-mark {
				durable = len(all) - 1 // nothing but the end mark says that the last group was durable
			}
			res = j.read(flip(closed, i, mask), durable, 0)
			if len(res.Damages) == 0 && (res.Torn == 0 || i < len(closed)-mark) {
				t.Fatalf("byte %d: got %+v", i, res)
			}
		}
	}
	for i := range open {
		// Nothing says that the last group was durable; but it was written.
		res := j.read(flip(open, i, 0x10), len(all)-1, 0)
		if len(res.Damages) == 0 && !res.Unproven {
			t.Fatalf("byte %d of an open file passes for a write that was cut: %+v", i, res)
		}
	}
}

// TestFlipInLastEntry: of a last group that nothing proves durable, all is kept but the
// entry that is not as it was written.
func TestFlipInLastEntry(t *testing.T) {
	all, b := sample(t, false)
	j := judge{t, t.TempDir(), all}
	res := j.read(flip(b, len(b)-20, 4), len(all)-1, 0)
	last := all[len(all)-1]
	if len(res.Damages) != 1 || res.Damages[0].Records != 1 || res.Damages[0].First != last.Number || res.Torn != 0 {
		t.Errorf("got %+v", res)
	}
}

// TestFlipBesideZeros: zeros that a sender put into a frame don't make damage pass for what
// was never written.
func TestFlipBesideZeros(t *testing.T) {
	all := entries(4, 3, 100)
	all[1].Frame = make([]byte, 3000)
	w := create(t, t.TempDir(), 4, nil)
	check(t, w.Append(encoded(all)))
	check(t, w.Sync())
	b, err := os.ReadFile(w.Path())
	check(t, err)
	j := judge{t, t.TempDir(), all}
	for i := 1024; i < len(b); i += 7 {
		if res := j.read(flip(b, i, 1), 0, 0); !res.Unproven {
			t.Fatalf("byte %d: got %+v", i, res)
		}
	}
	if res := j.read(b, len(all), 0); len(res.Damages) > 0 || res.Torn > 0 {
		t.Errorf("before any damage: %+v", res)
	}
}

// TestTellApart: a file that was begun and never written says that what is before it was
// durable, and leaves what the file before it goes on with.
func TestTellApart(t *testing.T) {
	dir, all := t.TempDir(), entries(0, 9, 50)
	w := create(t, dir, 0, nil)
	check(t, w.Append(encoded(all[:4])))
	check(t, w.Sync())
	begun := create(t, dir, 4, nil)
	check(t, w.Append(encoded(all[4:])))
	check(t, w.Sync())
	files, err := journal.List(dir, 0)
	check(t, err)
	if len(files) != 2 || files[0].Outside != (journal.Outside{Durable: 4}) || files[1].Outside != (journal.Outside{}) {
		t.Errorf("List gives %+v", files)
	}
	check(t, begun.Append(encoded(all[4:])))
	check(t, begun.Sync())
	files, err = journal.List(dir, 20)
	check(t, err)
	if files[0].Outside != followedBy(4) || files[1].Outside != (journal.Outside{Durable: 20}) {
		t.Errorf("List gives %+v", files)
	}
	c, fn := collect(t)
	res, err := journal.Read(files[1].Path, files[1].Outside, fn)
	check(t, err)
	c.expect(t, all[4:])
	if len(res.Damages) != 1 || res.Damages[0].First != 9 || res.Damages[0].Records != 11 {
		t.Errorf("records that are not there: %+v", res)
	}
}

func TestZeroedRuns(t *testing.T) {
	all, b := sample(t, true)
	end := all[0].Number + uint64(len(all))
	j := judge{t, t.TempDir(), all}
	for _, n := range []int{16, 100, 512, len(b)} {
		for i := 0; i < len(b); i += 40 {
			z := append([]byte(nil), b...)
			clear(z[i:min(i+n, len(b))])
			if string(z) == string(b) {
				continue
			}
			if res := j.read(z, len(all), end); len(res.Damages) == 0 && res.Torn == 0 && res.Ended {
				t.Fatalf("%d zeros at %d: not found", n, i)
			}
		}
	}
}

func TestEveryLength(t *testing.T) {
	all, b := sample(t, true)
	end := all[0].Number + uint64(len(all))
	j := judge{t, t.TempDir(), all}
	for n := range b {
		if res := j.read(b[:n], len(all), end); res.Ended {
			t.Fatalf("the first %d bytes have an end mark", n)
		}
		if res := j.read(b[:n], 0, 0); len(res.Damages) > 0 {
			t.Fatalf("the first %d bytes, a file that was cut by a crash, are damaged: %+v", n, res)
		}
		j.read(append(append([]byte(nil), b[:n]...), make([]byte, 5000)...), 0, 0)
	}
}

// TestFlipLosesOneEntry: a damaged entry must not take its group with it.
func TestFlipLosesOneEntry(t *testing.T) {
	all, b := sample(t, true)
	j := judge{t, t.TempDir(), all}
	at := 1024 + 56 + 8 + 40 + audit.EntrySize(&all[0])
	at += -at & 7
	at += 56 + 3*8 + 40 + audit.EntrySize(&all[1]) + 25 // in the third entry's peer
	res := j.read(flip(b, at, 4), len(all), 0)
	if len(res.Damages) != 1 || res.Damages[0].Records != 1 || res.Damages[0].First != all[2].Number {
		t.Errorf("got %+v", res)
	}
}

// TestForgedGroup: a frame that holds the bytes of another file's group, or of one of
// its own at another place, must not be taken for a group.
func TestForgedGroup(t *testing.T) {
	all, b := sample(t, true)
	forged := append([]byte(nil), b[1024:]...)
	w, err := journal.Create(t.TempDir(), 4094, journal.Options{ID: journal.ID{1}, Key: testKey})
	check(t, err)
	all[0].Frame = forged
	check(t, w.Append(encoded(all[:1])))
	check(t, w.Sync())
	torn, err := os.ReadFile(w.Path())
	check(t, err)
	j := judge{t, t.TempDir(), all[:1]}
	res := j.read(flip(torn, 1024, 1), 0, 0)
	if len(res.Damages) > 0 || res.Torn == 0 {
		t.Errorf("got %+v", res)
	}
}

func TestRecoverKeepsDamage(t *testing.T) {
	all, b := sample(t, true)
	path := filepath.Join(t.TempDir(), journal.FileName(all[0].Number))
	bad := flip(b, 1024, 1)
	check(t, os.WriteFile(path, append(bad[:len(bad)-56], "torn"...), 0o600))
	_, rec := recovered(t, path, 0)
	if len(rec.Damages) != 1 || rec.Torn != 4 {
		t.Errorf("got %+v", rec)
	}
	after, err := os.ReadFile(path)
	check(t, err)
	if string(after) != string(bad[:len(bad)-56])+string(after[len(bad)-56:]) || len(after) != len(bad) {
		t.Error("recovery changed what had been durable")
	}
	to, err := journal.Quarantine(path)
	check(t, err)
	check(t, os.WriteFile(path, nil, 0o600))
	if second, err := journal.Quarantine(path); err != nil || second == to {
		t.Errorf("a second file of the same name went to %s: %v", second, err)
	}
	_, res := read(t, to, 0)
	if len(res.Damages) != 1 || !res.Ended {
		t.Errorf("in quarantine: %+v", res)
	}
	if files, err := journal.List(filepath.Dir(path), 0); err != nil || len(files) != 0 {
		t.Errorf("List gives %v, %v after quarantine", files, err)
	}
}

func TestRecoverRemovesEmpty(t *testing.T) {
	w := create(t, t.TempDir(), 9, nil)
	for _, size := range []int64{1024, 600, 0} {
		if size < 1024 {
			w = create(t, t.TempDir(), 9, nil)
			check(t, os.Truncate(w.Path(), size))
		}
		_, rec := recovered(t, w.Path(), 0)
		if _, err := os.Stat(w.Path()); !rec.Removed || !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%d bytes: got %+v, %v", size, rec, err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	_, b := sample(t, true)
	none := func(*journal.Group) error { return nil }
	path := filepath.Join(t.TempDir(), journal.FileName(5))
	check(t, os.WriteFile(path, b, 0o600))
	if _, err := journal.Read(path, journal.Outside{}, none); !errors.Is(err, journal.ErrName) {
		t.Errorf("a renamed file: %v", err)
	}
	stop := errors.New("stop")
	path = filepath.Join(t.TempDir(), journal.FileName(4094))
	check(t, os.WriteFile(path, b, 0o600))
	if _, err := journal.Read(path, journal.Outside{}, func(*journal.Group) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the function's error: %v", err)
	}
}

func TestReserve(t *testing.T) {
	r := journal.Reserve{Path: filepath.Join(t.TempDir(), "reserve"), Size: 1 << 20}
	check(t, r.Restore())
	check(t, r.Restore())
	st, err := os.Stat(r.Path)
	check(t, err)
	if st.Size() != r.Size {
		t.Errorf("the reserve has %d bytes", st.Size())
	}
	check(t, r.Release())
	check(t, r.Release())
	if _, err := os.Stat(r.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after the release: %v", err)
	}
}
