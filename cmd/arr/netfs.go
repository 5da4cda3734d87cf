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

// onNetwork names the network file system that dir, an absolute path, lies on, or will
// lie on once it is made; "" where it lies on none.
func onNetwork(dir string) (string, error) {
	for {
		var st unix.Statfs_t
		err := unix.Statfs(dir, &st)
		if err == nil {
			return networkFS[int64(uint32(st.Type))], nil
		}
		if !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			return "", fmt.Errorf("looking at the file system of %s: %w", dir, err)
		}
		dir = filepath.Dir(dir)
	}
}
