package store

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"arr/integrity"
)

// damageable gives, for each file of a data directory that holds what was stored, sets of
// offsets to flip a bit at.
func damageable(t *testing.T, dir string) map[string][][]int {
	t.Helper()
	rnd := rand.New(rand.NewSource(3))
	files := map[string][][]int{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil || len(b) == 0 {
			return err
		}
		size := len(b)
		switch filepath.Ext(path) {
		case ".db":
			// Pages that a later transaction has freed hold old copies of a value, so all
			// copies are damaged at once.
			for _, value := range []string{`"file":"segments/`, `"version":2`, `"hostname":"host"`} {
				files[path] = append(files[path], occurrences(b, value))
			}
			return nil
		case ".jnl":
			size -= 60 // the end mark, whose damage costs no record
		case segmentSuffix, ".nam":
		default:
			return nil
		}
		files[path] = append(files[path], []int{0}, []int{size - 1})
		for range 12 {
			files[path] = append(files[path], []int{rnd.Intn(size)})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func occurrences(b []byte, value string) (offsets []int) {
	for at := 0; ; at++ {
		next := bytes.Index(b[at:], []byte(value))
		if next < 0 {
			return offsets
		}
		at += next
		offsets = append(offsets, at+3)
	}
}

// TestCheckFindsFlippedBits in every kind of file, and repairs none.
func TestCheckFindsFlippedBits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(dir, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s, 0, integrity.BlockRecords+200)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(dir, testOptions()); err != nil {
		t.Fatal(err)
	}
	f := failAt(s, "")
	// The rest stays in the journal.
	fill(t, s, integrity.BlockRecords+200, integrity.BlockRecords+400)
	crash(t, s, f)
	if err := s.journal.Close(); err != nil {
		t.Fatal(err)
	}
	unpublished := s.segmentFile(1767520800000000, integrity.BlockRecords+200, integrity.BlockRecords+400)
	if err := os.Remove(unpublished); err != nil {
		t.Fatal(err)
	}
	report, err := Check(t.Context(), dir, testOptions(), nil)
	if err != nil || len(report.Damage) > 0 || report.Records != integrity.BlockRecords+400 {
		t.Fatalf("before any damage: %+v, %v", report, err)
	}
	kinds := map[string]bool{}
	for path, damages := range damageable(t, dir) {
		kinds[filepath.Ext(path)] = true
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, offsets := range damages {
			bad := bytes.Clone(good)
			for _, at := range offsets {
				bad[at] ^= 0x10
			}
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			report, err := Check(t.Context(), dir, testOptions(), nil)
			if err != nil || len(report.Damage) == 0 {
				t.Errorf("%s: flipped bits at %d of %d bytes are not found: %v", filepath.Base(path), offsets, len(good), err)
			}
			if now, _ := os.ReadFile(path); !bytes.Equal(now, bad) {
				t.Errorf("%s: check changed the file", filepath.Base(path))
			}
			for _, d := range report.Damage {
				if !strings.Contains(d, filepath.Base(path)) && !strings.Contains(d, namesDir) && !strings.Contains(d, "journal") {
					t.Errorf("%s is damaged, but check names %s", filepath.Base(path), d)
				}
			}
		}
		if err := os.WriteFile(path, good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, kind := range []string{".db", segmentSuffix, ".jnl", ".nam"} {
		if !kinds[kind] {
			t.Errorf("no file of kind %s was there to damage", kind)
		}
	}
}

// TestMissingCatalog: a store without its catalog says so to whoever opens it, however
// often that is tried.
func TestMissingCatalog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inRuns(t, dir, 1)
	path := filepath.Join(dir, catalogFile)
	for name, harm := range map[string]func() error{
		"gone":  func() error { return os.RemoveAll(path) },
		"empty": func() error { return os.WriteFile(path, nil, 0o600) },
		"zeros": func() error { return os.WriteFile(path, make([]byte, 64<<10), 0o600) },
	} {
		if err := harm(); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := OpenReadOnly(dir, testOptions()); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), catalogFile) {
				t.Errorf("%s: OpenReadOnly: %v", name, err)
			}
			if _, err := Open(dir, testOptions()); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), catalogFile) {
				t.Errorf("%s: Open: %v", name, err)
			}
			if _, err := os.Stat(path); (err != nil) != (name == "gone") {
				t.Errorf("%s: Open left %v", name, err)
			}
		}
	}
}

// refusedAlike checks that what can't be served is refused by all: check, a command that
// reads, and a server.
func refusedAlike(t *testing.T, dir string) {
	t.Helper()
	if report, err := Check(t.Context(), dir, testOptions(), nil); err != nil || len(report.Damage) == 0 {
		t.Errorf("check: %+v, %v", report, err)
	}
	if _, err := OpenReadOnly(dir, testOptions()); !errors.Is(err, ErrDamaged) {
		t.Errorf("OpenReadOnly: %v", err)
	}
	if _, err := Open(dir, testOptions()); !errors.Is(err, ErrDamaged) {
		t.Errorf("Open: %v", err)
	}
}
