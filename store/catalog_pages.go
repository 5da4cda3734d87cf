package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	bolt "go.etcd.io/bbolt"
)

// Bbolt's pages, as far as one leads to others: id (8 bytes), kind and count of elements
// (2 each), how many pages follow as part of it (4); then the elements, of 16 bytes each.
const (
	pageHeader  = 16
	pageElement = 16
	pageBranch  = 1
	pageLeaf    = 2
	leafBucket  = 1 // a leaf's element is a bucket, whose value begins with its root page
)

// maxPageDepth is more than a tree of pages of any catalog has.
const maxPageDepth = 32

// pages walks over bbolt's pages by itself, since bbolt follows them unchecked: where they
// are damaged it panics, reads beyond the file or runs for ever, in goroutines of its own
// too.
type pages struct {
	b    []byte
	size uint64
	seen map[uint64]bool
}

// checkPages says whether bbolt can follow the pages of the catalog at path, which tx
// reads.
func checkPages(path string, tx *bolt.Tx) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read catalog: %w", err)
	}
	p := &pages{b: b, size: uint64(tx.DB().Info().PageSize), seen: map[uint64]bool{}}
	if !p.walk(uint64(tx.Cursor().Bucket().Root()), 0) {
		return errPages
	}
	return nil
}

var errPages = fmt.Errorf("catalog: %w: its pages can't be followed: restore catalog.db from a backup", ErrDamaged)

// walk is false where page id, or one that it leads to, is none.
func (p *pages) walk(id uint64, depth int) bool {
	count := uint64(len(p.b)) / p.size
	if id >= count || p.seen[id] || depth > maxPageDepth {
		return false
	}
	page := p.b[id*p.size:]
	more := uint64(binary.NativeEndian.Uint32(page[12:]))
	if binary.NativeEndian.Uint64(page) != id || id+more >= count {
		return false
	}
	for i := id; i <= id+more; i++ {
		p.seen[i] = true
	}
	return p.elements(page[:(more+1)*p.size], depth)
}

// elements checks the elements of a page.
func (p *pages) elements(page []byte, depth int) bool {
	if len(page) < pageHeader {
		return false
	}
	kind, n := binary.NativeEndian.Uint16(page[8:]), int(binary.NativeEndian.Uint16(page[10:]))
	if kind != pageBranch && kind != pageLeaf || pageHeader+n*pageElement > len(page) {
		return false
	}
	for i := range n {
		if !p.element(kind, page[pageHeader+i*pageElement:], depth) {
			return false
		}
	}
	return kind == pageLeaf || n > 0
}

// element checks the element that b begins with; its key and value stand in b too.
func (p *pages) element(kind uint16, b []byte, depth int) bool {
	u32 := func(at int) uint64 { return uint64(binary.NativeEndian.Uint32(b[at:])) }
	if kind == pageBranch {
		return u32(0)+u32(4) <= uint64(len(b)) && p.walk(binary.NativeEndian.Uint64(b[8:]), depth+1)
	}
	value, end := u32(4)+u32(8), u32(4)+u32(8)+u32(12)
	if end > uint64(len(b)) {
		return false
	}
	if u32(0)&leafBucket == 0 {
		return true
	}
	if end-value < pageHeader {
		return false
	}
	if root := binary.NativeEndian.Uint64(b[value:]); root > 0 {
		return p.walk(root, depth+1)
	}
	// The bucket's only page stands behind its root and a counter, in the value.
	inline := b[value+pageHeader : end]
	return len(inline) >= pageHeader && binary.NativeEndian.Uint16(inline[8:]) == pageLeaf && p.elements(inline, depth+1)
}

// checkOrder says whether the keys of every bucket rise, and each has its checksum.
func checkOrder(tx *bolt.Tx) error {
	var last []byte
	return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
		if bytes.Compare(name, last) <= 0 {
			return errPages
		}
		last = name
		var before []byte
		return b.ForEach(func(key, value []byte) error {
			if bytes.Compare(key, before) <= 0 {
				return errPages
			}
			before = key
			return checkValue(name, key, value)
		})
	})
}

// checkFile looks at a catalog before it is opened for writing, when bbolt follows all of
// its pages.
func checkFile(path string) error {
	if st, err := os.Stat(path); errors.Is(err, os.ErrNotExist) || err == nil && st.Size() == 0 {
		return nil // it is to be made
	}
	c, err := openReader(path)
	if err != nil {
		return err
	}
	err = c.view(func(tx *bolt.Tx) error {
		if err := checkPages(path, tx); err != nil {
			return err
		}
		return checkOrder(tx)
	})
	return errors.Join(err, c.close())
}
