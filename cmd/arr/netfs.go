package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// networkFS has the file systems whose fsync and locks depend on another machine, by
// their statfs magic (linux/magic.h).
var networkFS = map[int64]string{
	unix.NFS_SUPER_MAGIC:  "NFS",
	unix.SMB_SUPER_MAGIC:  "SMB",
	unix.SMB2_SUPER_MAGIC: "SMB",
	unix.CIFS_SUPER_MAGIC: "CIFS",
}

// statfs is unix.Statfs.
type statfs func(path string, st *unix.Statfs_t) error

// refuseNetwork gives an error where dir, an absolute path, lies on a network file system,
// or will lie on one once it is made.
func refuseNetwork(dir string, stat statfs) error {
	for at := dir; ; at = filepath.Dir(at) {
		var st unix.Statfs_t
		err := stat(at, &st)
		if errors.Is(err, fs.ErrNotExist) && at != filepath.Dir(at) {
			continue
		}
		if err != nil {
			return fmt.Errorf("looking at the file system of %s: %w", at, err)
		}
		if name := networkFS[int64(uint32(st.Type))]; name != "" {
			return &exitError{exitRefused, fmt.Errorf("the data directory %s lies on %s, whose locks and fsync can't be relied on: "+
				"move it to a local disk, or say --data-on-network", dir, name)}
		}
		return nil
	}
}
