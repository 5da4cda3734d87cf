package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestCatalogDamagedWhileOpen: pages that are damaged under whoever has the catalog open make
// the next change fail before bbolt follows them, whose panics can't all be recovered; what is
// whole on disk stays so.
func TestCatalogDamagedWhileOpen(t *testing.T) {
	t.Parallel()
	f := newFlipper(t)
	kinds, size := f.pagesOf()
	tried := 0
	for id, kind := range kinds {
		if kind == "unused" || kind == "overflow" || kind == "older meta" || kind == "leaf" && id%8 > 0 {
			continue
		}
		tried++
		f.write(f.g.last)
		c, err := openCatalog(f.path, false, f.g.promised)
		if err != nil {
			t.Fatal(err)
		}
		b := append([]byte(nil), f.g.last...)
		clear(b[id*size : id*size+64])
		file, err := os.OpenFile(f.path, os.O_WRONLY, 0) // the same file, as a disk does it
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteAt(b, 0); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		if err := c.replaceSegments(nil, someSegments(900, 5), sourceChanges{put: someSources(2, 3)}); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s page %d: %v", kind, id, err)
		}
		_ = c.close() // its pages are damaged
		if now, err := os.ReadFile(f.path); err != nil || string(now[:len(b)]) != string(b) {
			t.Errorf("%s page %d: the catalog was written to", kind, id)
		}
	}
	if tried < 5 {
		t.Errorf("%d pages tried", tried)
	}
}

// TestCatalogPanics: a transaction in which bbolt panics is the last one.
func TestCatalogPanics(t *testing.T) {
	t.Parallel()
	f := newFlipper(t)
	f.write(f.g.last)
	c, err := openCatalog(f.path, false, f.g.promised)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.update(func(*changes) error { panic("assertion failed") }); !errors.Is(err, ErrDamaged) {
			t.Errorf("got %v", err)
		}
	}
	if err := c.close(); err != nil {
		t.Error(err)
	}
}

// BenchmarkCatalogCheck is what each transaction costs beside bbolt's work, with as many
// sources as there may be.
func BenchmarkCatalogCheck(b *testing.B) {
	path := filepath.Join(b.TempDir(), catalogFile)
	if err := makeCatalog(path, time.Unix(0, 0)); err != nil {
		b.Fatal(err)
	}
	c, err := openCatalog(path, false, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer c.close()
	var sources []*Source
	for i := range 10_000 {
		sources = append(sources, &Source{ID: fmt.Sprintf("PACS %d", i), Hostname: "host", Records: int64(i)})
	}
	if err := c.replaceSegments(nil, someSegments(0, 300), sourceChanges{put: sources}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := checkCatalogPages(path, 0); err != nil {
			b.Fatal(err)
		}
	}
}
