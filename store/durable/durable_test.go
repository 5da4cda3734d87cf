package durable_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"arr/store/durable"
)

func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	// What a crash left of an attempt before is in nobody's way, whatever its mode.
	if err := os.WriteFile(path+".new", []byte("half"), 0o400); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"first", "second, longer"} {
		if err := durable.WriteFile(path, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != text {
			t.Errorf("%q is read, %v; want %q", b, err, text)
		}
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
	if _, err := os.Stat(path + ".new"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the temporary file: %v", err)
	}
	if err := durable.WriteFile(filepath.Join(path, "below a file"), nil, 0o600); err == nil {
		t.Error("a file below a file is written")
	}
}

func TestMkdirAll(t *testing.T) {
	dir := t.TempDir()
	for range 2 { // the second time it is there
		if err := durable.MkdirAll(filepath.Join(dir, "a", "b", "c"), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	if st, err := os.Stat(filepath.Join(dir, "a", "b")); err != nil || !st.IsDir() || st.Mode().Perm() != 0o750 {
		t.Errorf("%v, %v", st, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "f"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"f", "f/g"} {
		if err := durable.MkdirAll(filepath.Join(dir, path), 0o750); err == nil {
			t.Errorf("%s becomes a directory, and f is a file", path)
		}
	}
}
