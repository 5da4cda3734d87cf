package e2e

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// place is a part of a file: a kind of page.
type place struct {
	file string // below the data directory
	page string
	// at are the page's beginnings in the file, where a kind of page stands several times.
	at   []int
	size int
}

// flip is one damage.
type flip struct {
	place   place
	how     string
	running bool // it happens under a running server
	rnd     *rand.Rand
}

func (f *flip) String() string {
	when := ""
	if f.running {
		when = " while running"
	}
	return f.how + " " + f.place.page + " of " + f.place.file + when
}

// placesOf returns the places of a directory's files, each kind of page once a file.
func placesOf(t *testing.T, dir string) (places []place) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		for page, at := range pagesOf(rel, b) {
			places = append(places, place{file: rel, page: page, at: at, size: pageSize(rel, page, len(b))})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(places, func(a, b place) int { return strings.Compare(a.file+"\x00"+a.page, b.file+"\x00"+b.page) })
	return places
}

// pagesOf returns where the kinds of pages of a file begin.
func pagesOf(file string, b []byte) map[string][]int {
	n := len(b)
	switch filepath.Ext(file) {
	case ".db":
		return catalogPages(b)
	case ".jnl":
		// The rest of the file is room for groups to come.
		end := len(bytes.TrimRight(b, "\x00"))
		return map[string][]int{"first header": {0}, "second header": {512}, "first group": {1024}, "groups": spread(1024, end), "last group": {max(end-400, 1024)}, "end": {end - 32}}
	case ".seg", ".nam":
		return map[string][]int{"head": {0}, "pages": spread(64, n-256), "index": {max(n-256, 0)}, "tail": {n - 16}}
	}
	if n == 0 {
		return nil
	}
	return map[string][]int{"content": spread(0, n)}
}

func pageSize(file, page string, n int) int {
	switch {
	case filepath.Ext(file) == ".db":
		return 4096
	case page == "tail":
		return 16
	case page == "end":
		return 32
	case strings.HasSuffix(page, "header"):
		return 512
	}
	return min(256, n)
}

// spread returns beginnings from lo to hi.
func spread(lo, hi int) (at []int) {
	for i := lo; i < hi; i += 64 {
		at = append(at, i)
	}
	return at
}

// catalogPages are bbolt's, by the flags in their heads; those in no transaction's tree count
// as what they were last.
func catalogPages(b []byte) map[string][]int {
	kinds := map[uint16]string{1: "branch page", 2: "leaf page", 4: "meta page", 16: "freelist"}
	pages := map[string][]int{}
	for at := 0; at+4096 <= len(b); at += 4096 {
		kind := kinds[uint16(b[at+8])|uint16(b[at+9])<<8]
		if kind == "" {
			kind = "other page"
		}
		pages[kind] = append(pages[kind], at)
	}
	return pages
}

// operations are the ways to damage a place.
var operations = []string{"flip a bit in", "flip a bit in", "flip a bit in", "cut at", "zero", "swap", "double", removed, replaced}

const (
	removed  = "remove the file with"
	replaced = "put a file of the kind in the place of that with"
)

// apply returns what becomes of a file; nil where it is removed.
func (f *flip) apply(b []byte) []byte {
	b = slices.Clone(b)
	at := f.place.at[f.rnd.IntN(len(f.place.at))]
	at = max(min(at, len(b)-1), 0)
	n := max(min(f.place.size, len(b)-at), 1)
	page := b[at:min(at+n, len(b))]
	switch f.how {
	case "flip a bit in":
		page[f.rnd.IntN(len(page))] ^= 1 << f.rnd.IntN(8)
	case "cut at":
		return b[:at+f.rnd.IntN(len(page))]
	case "zero":
		clear(page)
	case "swap", "double":
		other := f.rnd.IntN(max(len(b)-len(page), 0)+1) / len(page) * len(page)
		there := b[other : other+len(page)]
		was := slices.Clone(page)
		copy(page, there)
		if f.how == "swap" && (other+len(page) <= at || other >= at+len(page)) {
			copy(there, was)
		}
	case removed:
		return nil
	}
	return b
}

// damage applies the flip to a directory; false where nothing changes.
func (f *flip) damage(t *testing.T, dir string) bool {
	t.Helper()
	path := filepath.Join(dir, f.place.file)
	before, err := os.ReadFile(path)
	if err != nil {
		return false // a running server took it away
	}
	after := f.apply(before)
	if f.how == replaced {
		after = before
		siblings, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"+filepath.Ext(path)))
		if err != nil {
			t.Fatal(err)
		}
		siblings = slices.DeleteFunc(siblings, func(other string) bool {
			st, err := os.Stat(other)
			return err != nil || !st.Mode().IsRegular() || filepath.Ext(other) != filepath.Ext(path)
		})
		if other := siblings[f.rnd.IntN(len(siblings))]; other != path {
			if after, err = os.ReadFile(other); err != nil {
				t.Fatal(err)
			}
		}
	}
	if after == nil {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		return true
	}
	if bytes.Equal(before, after) {
		return false
	}
	// In place, as a disk does it: a server may have it open.
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteAt(after, 0); err != nil {
		t.Fatal(err)
	}
	if err := file.Truncate(int64(len(after))); err != nil {
		t.Fatal(err)
	}
	return true
}

// sendFrames sends numbered frames and waits until they are stored.
func sendFrames(t *testing.T, s *server, from, to int) {
	t.Helper()
	sendEach(t, s, to-from, func(i int) string { return numberedFrame(from + i) })
}

// sendEach sends n frames and waits until they are stored.
func sendEach(t *testing.T, s *server, n int, frame func(int) string) {
	t.Helper()
	before := int(s.metric("arr_records_stored_total"))
	c := s.dialTCP()
	defer c.Close()
	for i := range n {
		f := frame(i)
		if _, err := fmt.Fprintf(c, "%d %s", len(f), f); err != nil {
			t.Fatal(err)
		}
	}
	s.awaitStored(before + n)
}

// copyDirectory copies a directory of files.
func copyDirectory(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o750)
		}
		if !e.Type().IsRegular() {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, info.Mode())
	})
	if err != nil {
		t.Fatal(err)
	}
}
