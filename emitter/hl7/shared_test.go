package hl7_test

import (
	"os"
	"path/filepath"
	"testing"
)

// shared gives a folder of the samples that are no part of the project.
func shared(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("ARR_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	dir := filepath.Join(root, name)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no samples: %v", err)
	}
	return dir
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
