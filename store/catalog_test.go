package store

import (
	"bytes"
	"fmt"
	"math/rand"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
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

// TestCatalogHistories: whatever a catalog has been through, what bbolt made of it is
// accepted: nothing asked of its pages is more than bbolt promises.
func TestCatalogHistories(t *testing.T) {
	t.Parallel()
	seeds, steps := uint64(2), 25
	if os.Getenv("ARR_SOAK") != "" {
		seeds, steps = 30, 200
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rnd := mathrand.New(mathrand.NewPCG(seed, 9))
			path := filepath.Join(t.TempDir(), catalogFile)
			if err := makeCatalog(path, time.Unix(0, 0)); err != nil {
				t.Fatal(err)
			}
			for step := range steps {
				c, err := openCatalog(path, false, uint64(step))
				if err != nil {
					t.Fatalf("after %d steps: %v", step, err)
				}
				// Few or many, at the beginning or anywhere, appended, changed and removed.
				at, n := rnd.IntN(400), rnd.IntN(120)
				if rnd.IntN(3) == 0 {
					at = 0
				}
				sources := sourceChanges{put: someSources(rnd.IntN(60), rnd.IntN(20)), remove: keysOf(someSources(rnd.IntN(60), rnd.IntN(20))), whole: rnd.IntN(9) == 0}
				if err := c.replaceSegments(someSegments(at, n), someSegments(rnd.IntN(500), rnd.IntN(60)), sources); err != nil {
					t.Fatal(err)
				}
				if err := c.close(); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := checkCatalog(path, uint64(steps)); err != nil {
				t.Fatal(err)
			}
		})
	}
}
