package journal

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"arr/audit"
)

var fuzzID = ID{'f', 'u', 'z', 'z'}

// fuzzFile is a small file of two groups, after its header.
func fuzzFile(t testing.TB, closed bool) []byte {
	w, err := Create(t.TempDir(), 0, Options{ID: fuzzID, Key: func(block uint64) Key { return Key{byte(block)} }})
	if err != nil {
		t.Fatal(err)
	}
	for n := range uint64(2) {
		var e Entries
		e.Add(&audit.Entry{Number: n, Peer: "p", Frame: []byte("frame")})
		err = errors.Join(err, w.Append(e), w.Sync())
	}
	if closed {
		err = errors.Join(err, w.Close())
	}
	b, rerr := os.ReadFile(w.path)
	if err = errors.Join(err, rerr); err != nil {
		t.Fatal(err)
	}
	return b[fileHeader:]
}

// reseal gives every group in a file the checksums that its bytes ask for, so that
// fuzzing reaches what lies behind them.
func reseal(b []byte) {
	for off := fileHeader; off+groupHeader <= len(b); off += align {
		g := b[off:]
		if [8]byte(g) != groupMagic {
			continue
		}
		h := header{count: binary.BigEndian.Uint32(g[20:]), keys: binary.BigEndian.Uint32(g[24:])}
		if end := groupHeader + h.tableSize(); end <= int64(len(g)) {
			binary.BigEndian.PutUint32(g[12:], checksum(g[groupHeader:end]))
		}
		binary.BigEndian.PutUint32(g[8:], headerSum(g, &fuzzID))
	}
}

func FuzzRead(f *testing.F) {
	f.Add(fuzzFile(f, true), uint64(0))
	f.Add(fuzzFile(f, false), uint64(2))
	f.Add(fuzzFile(f, false), uint64(1))
	f.Add([]byte{}, uint64(0))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, groups []byte, following uint64) {
		b := append(appendFileHeader(nil, fuzzID, 0), groups...)
		reseal(b)
		path := filepath.Join(dir, FileName(0))
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		next := uint64(0)
		res, err := Read(path, Outside{Durable: following, Rewritten: following}, func(g *Group) error {
			for i := range g.Entries {
				if n := g.Entries[i].Number; n < next {
					t.Fatalf("record %d after %d", n, next)
				}
				next = g.Entries[i].Number + 1
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if next > res.Next || res.End > res.Size || res.End+res.Torn > res.Size {
			t.Fatalf("read up to %d: %+v", next, res)
		}
		rec, err := Recover(path, Outside{Durable: following, Rewritten: following}, func(*Group) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if rec.TornPath != "" {
			_ = os.Remove(rec.TornPath)
		}
		if rec.Removed {
			return
		}
		again, err := Read(path, Outside{Durable: following, Rewritten: following}, func(*Group) error { return nil })
		if err != nil || again.Torn > 0 || again.Next != rec.Next || !reflect.DeepEqual(again.Damages, rec.Damages) {
			t.Fatalf("%+v after recovery of %+v: %v", again, rec, err)
		}
	})
}

func TestNewerVersion(t *testing.T) {
	b := appendFileHeader(nil, fuzzID, 0)
	for i := 0; i < fileHeader; i += sector {
		s := b[i : i+sector]
		binary.BigEndian.PutUint32(s[12:], version+1)
		binary.BigEndian.PutUint32(s[8:], checksum(s[12:]))
	}
	path := filepath.Join(t.TempDir(), FileName(0))
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path, Outside{}, nil); !errors.Is(err, ErrVersion) {
		t.Errorf("got %v, want ErrVersion", err)
	}
}
