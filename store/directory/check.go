package directory

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Check reads every file of the directory in dir, which nobody may have open for
// writing, and says what is damaged. It changes nothing. A file that the index does not
// name yet is what a crash left of being written, and no part of it.
func Check(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "store", "*.zap"))
	if err != nil {
		return err
	}
	root, err := os.ReadFile(filepath.Join(dir, "store", "root.bolt"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	err = nil
	for _, f := range files {
		if !bytes.Contains(root, []byte(filepath.Base(f))) {
			continue
		}
		if cerr := checkFile(f); cerr != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", strings.TrimPrefix(f, dir+string(filepath.Separator)), cerr))
		}
	}
	if err != nil {
		return err
	}
	i, err := openIndex(dir, true)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	return i.bleve.Close()
}

// checkFile compares the checksum of a file of bleve's zap format: CRC-32 of all bytes
// but the last four, which hold it.
func checkFile(path string) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	sum := crc32.NewIEEE()
	if _, err := io.CopyN(sum, f, st.Size()-crc32.Size); err != nil {
		return err
	}
	var want [crc32.Size]byte
	if _, err := io.ReadFull(f, want[:]); err != nil {
		return err
	}
	if sum.Sum32() != binary.BigEndian.Uint32(want[:]) {
		return errors.New("checksum does not fit")
	}
	return nil
}
