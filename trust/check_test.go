package trust_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"arr/trust"
)

// TestCheckFindsFlippedBits: a bit flipped in any file that Open made is found, wherever
// in the file's payload it is.
func TestCheckFindsFlippedBits(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	if err := trust.Check(dir); err != nil {
		t.Fatalf("before Open: %v", err)
	}
	if _, err := trust.Open(trust.Options{Dir: dir, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	if err := trust.Check(dir); err != nil {
		t.Fatalf("as made: %v", err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 5 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, path := range files {
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for at := 3; at < len(good); at += len(good)/9 + 1 {
			bad := bytes.Clone(good)
			bad[at] ^= 1
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			if trust.Check(dir) == nil {
				t.Errorf("%s: the flipped bit at %d of %d is not found", filepath.Base(path), at, len(good))
			}
		}
		if err := os.WriteFile(path, good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
