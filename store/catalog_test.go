package store

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"testing"
)

// TestMangledCatalog: whatever is damaged in the catalog's pages, they are read to the end
// or refused; nothing panics, faults or runs for ever.
func TestMangledCatalog(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s, 0, 300)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(filepath.Join(dir, catalogFile))
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	var mangled [][]byte
	rnd := rand.New(rand.NewSource(1))
	for range 100 {
		b := bytes.Clone(good)
		b[rnd.Intn(len(b)/page)*page+rnd.Intn(64)] ^= 1 << rnd.Intn(8)
		mangled = append(mangled, b)
	}
	for n := page; n < len(good); n += page {
		mangled = append(mangled, good[:n], good[:n+100])
	}
	for i, b := range mangled {
		for _, readOnly := range []bool{true, false} {
			path := filepath.Join(dir, fmt.Sprintf("%d-%v.db", i, readOnly))
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			c, err := openCatalog(path, readOnly, 0)
			if err != nil {
				continue
			}
			_ = c.check()
			_, _ = c.segments()
			_ = c.eachSource(func(*Source) {})
			_ = c.close()
		}
	}
}
