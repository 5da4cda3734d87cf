package segment_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"arr/audit"
	"arr/store/segment"
)

// corpus gives every sample of the shared corpus as an entry, and XML samples once more
// behind a syslog header.
func corpus(t *testing.T) []audit.Entry {
	t.Helper()
	dir := os.Getenv("ARR_SHARED")
	for wd, _ := os.Getwd(); dir == "" && wd != "/"; wd = filepath.Dir(wd) {
		if stat, err := os.Stat(filepath.Join(wd, "shared", "corpus")); err == nil && stat.IsDir() {
			dir = filepath.Join(wd, "shared")
		}
	}
	if dir == "" {
		t.Skip("the shared corpus is not beside this repository; ARR_SHARED may name its directory")
	}
	var entries []audit.Entry
	err := filepath.WalkDir(filepath.Join(dir, "corpus"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		e := audit.Entry{Transport: audit.TransportTCP, Peer: "198.51.100.7:514", Frame: b}
		e.Received = 1_790_000_000_000_000 + int64(len(entries))*977
		entries = append(entries, e)
		if filepath.Ext(path) == ".xml" {
			e.Frame = append([]byte("<85>1 2026-09-21T14:13:20.123456+02:00 host app 17 IHE+RFC-3881 - "), b...)
			entries = append(entries, e)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestRoundTripCorpus(t *testing.T) {
	records := parsed(0, corpus(t))
	path, _ := write(t, records, segment.MaxRecords)
	compare(t, open(t, path, options(64<<20)), records)
}
