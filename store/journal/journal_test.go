package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"arr/audit"
	"arr/store/journal"
)

// testID is the ID of every test's file.
var testID = journal.ID([]byte("0123456789abcdef"))

func testKey(block uint64) (k journal.Key) {
	copy(k[:], fmt.Sprintf("key of block %d", block))
	return k
}

// entries makes n entries from number first on, with frames of up to size bytes.
func entries(first uint64, n, size int) []audit.Entry {
	rnd := rand.New(rand.NewPCG(first, 1))
	list := make([]audit.Entry, n)
	for i := range list {
		frame := make([]byte, rnd.IntN(size+1))
		for j := range frame {
			frame[j] = byte('a' + rnd.IntN(26))
		}
		list[i] = audit.Entry{
			Number: first + uint64(i), Received: 1_700_000_000_000_000 + int64(i), Transport: audit.TransportTLS,
			Peer: "192.0.2.1:6514", Cert: audit.Cert{Subject: "CN=archive", SHA256: strings.Repeat("x", 32)}, Frame: frame,
		}
	}
	return list
}

func create(t testing.TB, dir string, first uint64, make func(string) (journal.File, error)) *journal.Writer {
	t.Helper()
	w, err := journal.Create(dir, first, journal.Options{ID: testID, Key: testKey, Create: make})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// content is what a reader saw of a journal file.
type content struct {
	numbers []uint64
	frames  map[uint64][]byte
	keys    map[uint64]journal.Key
}

// collect gives a function for Read that remembers all it is given.
func collect(t testing.TB) (*content, func(*journal.Group) error) {
	c := &content{frames: map[uint64][]byte{}, keys: map[uint64]journal.Key{}}
	return c, func(g *journal.Group) error {
		for i, e := range g.Entries {
			c.numbers = append(c.numbers, e.Number)
			c.frames[e.Number] = bytes.Clone(e.Frame)
			if !bytes.Equal(g.Encoded[i], audit.AppendEntry(nil, &e)) {
				t.Errorf("record %d: Encoded is not the entry's canonical bytes", e.Number)
			}
		}
		for _, k := range g.Keys {
			c.keys[k.Block] = k.Key
		}
		return nil
	}
}

// followedBy is what is known of a file behind which one begins with that record; 0 for none.
func followedBy(first uint64) journal.Outside {
	return journal.Outside{Durable: first, Rewritten: first}
}

func read(t testing.TB, path string, following uint64) (*content, journal.Result) {
	t.Helper()
	c, fn := collect(t)
	res, err := journal.Read(path, followedBy(following), fn)
	check(t, err)
	return c, res
}

// expect compares what was read with the entries that must be there.
func (c *content) expect(t testing.TB, want []audit.Entry) {
	t.Helper()
	if len(c.numbers) != len(want) {
		t.Fatalf("%d records, want %d", len(c.numbers), len(want))
	}
	for i, e := range want {
		if c.numbers[i] != e.Number || !bytes.Equal(c.frames[e.Number], e.Frame) {
			t.Fatalf("record %d is number %d or has another frame", e.Number, c.numbers[i])
		}
		if c.keys[e.Number/journal.BlockRecords] != testKey(e.Number/journal.BlockRecords) {
			t.Fatalf("no key for record %d", e.Number)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for _, first := range []uint64{0, 4095, 1 << 40} {
		dir := t.TempDir()
		w := create(t, dir, first, nil)
		all := entries(first, 9000, 300)
		for rest := all; len(rest) > 0; {
			n := min(len(rest), 1+len(rest)/3)
			check(t, w.Append(encoded(rest[:n])))
			if w.Durable() != rest[0].Number || w.Next() != rest[0].Number+uint64(n) {
				t.Fatalf("durable up to %d and next %d before the sync of %d records from %d", w.Durable(), w.Next(), n, rest[0].Number)
			}
			check(t, w.Sync())
			rest = rest[n:]
		}
		check(t, w.Append(journal.Entries{}))
		check(t, w.Close())

		c, res := read(t, w.Path(), 0)
		c.expect(t, all)
		want := journal.Result{First: first, Next: first + 9000, Size: w.Size(), End: w.Size(), Ended: true}
		if fmt.Sprint(res) != fmt.Sprint(want) {
			t.Errorf("got %+v, want %+v", res, want)
		}
		files, err := journal.List(dir, 0)
		check(t, err)
		if len(files) != 1 || files[0] != (journal.Listed{Path: w.Path(), First: first}) {
			t.Errorf("List gives %v", files)
		}
	}
}

// encoded are the canonical bytes of entries.
func encoded(list []audit.Entry) (e journal.Entries) {
	for i := range list {
		e.Add(&list[i])
	}
	return e
}

func TestEntries(t *testing.T) {
	all := entries(0, 7, 10)
	e := encoded(all)
	first, rest := e.Halves()
	if e.Len() != 7 || first.Len() != 3 || rest.Len() != 4 {
		t.Fatalf("%d entries in halves of %d and %d", e.Len(), first.Len(), rest.Len())
	}
	for i := range all {
		want := audit.AppendEntry(nil, &all[i])
		half, at := first, i
		if i >= first.Len() {
			half, at = rest, i-first.Len()
		}
		if !bytes.Equal(e.At(i), want) || !bytes.Equal(half.At(at), want) {
			t.Errorf("entry %d does not have its canonical bytes", i)
		}
	}
	one := encoded(all[:1])
	if none, same := one.Halves(); none.Len() != 0 || same.Len() != 1 {
		t.Errorf("halves of one entry: %d and %d", none.Len(), same.Len())
	}
}

func TestAppendRefuses(t *testing.T) {
	w := create(t, t.TempDir(), 7, nil)
	if w.Append(encoded(entries(8, 1, 10))) == nil {
		t.Error("a gap in the numbers was accepted")
	}
	large := entries(7, 2, 10)
	large[1].Frame = make([]byte, journal.MaxGroup)
	if err := w.Append(encoded(large)); !errors.Is(err, journal.ErrTooLarge) {
		t.Errorf("a group beyond MaxGroup: %v", err)
	}
	all := entries(7, 3, 10)
	check(t, w.Append(encoded(all)))
	check(t, w.Close())
	c, _ := read(t, w.Path(), 0)
	c.expect(t, all)
	if _, err := journal.Create(filepath.Dir(w.Path()), 7, journal.Options{Key: testKey}); !errors.Is(err, os.ErrExist) {
		t.Errorf("a second file of the same name: %v", err)
	}
}
