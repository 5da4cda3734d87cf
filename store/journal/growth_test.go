package journal

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"arr/audit"
	"arr/traffic/growth"
)

// FuzzGrowth reads and recovers journals of many records and of long ones, and files of which
// hardly anything is as it was written.
func FuzzGrowth(f *testing.F) {
	damaged := string(fuzzFile(f, false))
	shapes := []growth.Shape{{Open: "x\n"}, {Open: "record {n}, which is somewhat longer than others\n"}, {Open: "x"}, {Open: string(groupMagic[:])}, {Open: "\x00"}, {Open: damaged[:min(len(damaged), 2000)]}}
	path := filepath.Join(f.TempDir(), FileName(0))
	growth.Fuzz(f, shapes, func(t testing.TB, text []byte) {
		w, err := Create(t.TempDir(), 0, Options{ID: fuzzID, Key: func(block uint64) Key { return Key{byte(block)} }})
		if err != nil {
			t.Fatal(err)
		}
		var e Entries
		n := uint64(0)
		for line := range bytes.Lines(text) {
			e.Add(&audit.Entry{Number: n, Peer: "p", Frame: line})
			n++
		}
		if err := w.Append(e); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(w.path, Outside{}, func(*Group) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(appendFileHeader(nil, fuzzID, 0), text...), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path, Outside{}, func(*Group) error { return nil }); err != nil {
			t.Fatal(err)
		}
	})
}
