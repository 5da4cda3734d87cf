package main

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestRefuseNetwork(t *testing.T) {
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "not", "made", "yet")} {
		if err := refuseNetwork(dir, unix.Statfs); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
	}
	// A directory that is to be made lies where its parent does.
	on := func(magic int64) statfs {
		return func(path string, st *unix.Statfs_t) error {
			switch {
			case path == "/" || strings.HasPrefix("/mnt/archive", path):
				*st = unix.Statfs_t{}
				if path == "/mnt/archive" {
					st.Type = magic
				}
				return nil
			default:
				return unix.ENOENT
			}
		}
	}
	for name, magic := range map[string]int64{"NFS": unix.NFS_SUPER_MAGIC, "SMB": unix.SMB2_SUPER_MAGIC, "CIFS": unix.CIFS_SUPER_MAGIC} {
		err := refuseNetwork("/mnt/archive/new/data", on(magic))
		var e *exitError
		if !errors.As(err, &e) || e.code != exitRefused || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "--data-on-network") {
			t.Errorf("%s: %v", name, err)
		}
		if err := refuseNetwork("/srv/data", on(magic)); err != nil {
			t.Errorf("beside %s: %v", name, err)
		}
	}
	denied := func(string, *unix.Statfs_t) error { return unix.EACCES }
	if err := refuseNetwork("/mnt/archive", denied); !errors.Is(err, unix.EACCES) {
		t.Errorf("a directory that can't be looked at: %v", err)
	}
}
