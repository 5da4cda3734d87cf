package journal

import (
	"fmt"
	"os"
	"path/filepath"
)

// Listed is one file of a journal.
type Listed struct {
	Path string
	// First is the number of its first record.
	First uint64
	// Outside is what the other files tell of it.
	Outside Outside
}

// List gives the journal files in dir by their first record. Files that were moved
// aside are not among them. All records before number durable had been durable, as far as
// is known from elsewhere.
func List(dir string, durable uint64) ([]Listed, error) {
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list journal: %w", err)
	}
	var files []Listed
	var sizes []int64
	for _, n := range names { // ReadDir sorts, and equally long digits sort as their numbers do
		first, ok := firstOfName(n.Name())
		if !ok || n.Name() != FileName(first) {
			continue
		}
		info, err := n.Info()
		if err != nil {
			return nil, fmt.Errorf("list journal: %w", err)
		}
		files = append(files, Listed{Path: filepath.Join(dir, n.Name()), First: first})
		sizes = append(sizes, info.Size())
	}
	tellApart(files, sizes, durable)
	return files, nil
}

// tellApart sets what the files tell of each other. A file is begun only when all records
// before its first one are durable. Once it has a group it holds again what the file before
// it may still have from its first record on; one that was begun and never written does not,
// and the file before it may have gone on.
func tellApart(files []Listed, sizes []int64, durable uint64) {
	rewritten := uint64(0)
	for i := len(files) - 1; i >= 0; i-- {
		if sizes[i] <= fileHeader {
			durable = max(durable, files[i].First)
			continue
		}
		files[i].Outside = Outside{Durable: durable, Rewritten: rewritten}
		durable, rewritten = files[i].First, files[i].First
	}
}
