package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math/bits"
)

// Bbolt's pages: id (8 bytes), kind and count of elements (2 each), how many pages follow
// as part of it (4); then the elements, of 16 bytes each; then their keys and values, one
// after the other. Pages 0 and 1 are meta pages, written in turn.
const (
	pageHeader   = 16
	pageElement  = 16
	pageBranch   = 1
	pageLeaf     = 2
	pageFreelist = 16
	leafBucket   = 1 // a leaf's element is a bucket, whose value begins with its root page

	metaSize    = 64
	metaMagic   = 0xED0CDAED
	metaVersion = 2
	noFreelist  = ^uint64(0)
)

// maxPageDepth is more than a tree of pages of any catalog has.
const maxPageDepth = 32

// catalogMeta is what a meta page says.
type catalogMeta struct {
	pageSize, root, freelist uint64
	pages                    uint64 // those from here on are not used
	transaction              uint64
}

// parseMeta reads the meta page that b begins with.
func parseMeta(b []byte) (m catalogMeta, ok bool) {
	if len(b) < pageHeader+metaSize {
		return m, false
	}
	b = b[pageHeader : pageHeader+metaSize]
	sum := fnv.New64a()
	_, _ = sum.Write(b[:metaSize-8])
	n := binary.NativeEndian
	m = catalogMeta{pageSize: uint64(n.Uint32(b[8:])), root: n.Uint64(b[16:]), freelist: n.Uint64(b[32:]), pages: n.Uint64(b[40:]), transaction: n.Uint64(b[48:])}
	return m, n.Uint32(b) == metaMagic && n.Uint32(b[4:]) == metaVersion && n.Uint64(b[56:]) == sum.Sum64() &&
		m.pageSize >= 1<<10 && m.pageSize <= 1<<16 && bits.OnesCount64(m.pageSize) == 1
}

// pageSize is what either meta page says of it.
func pageSize(b []byte) (uint64, bool) {
	if m, ok := parseMeta(b); ok {
		return m.pageSize, true
	}
	for size := uint64(1 << 10); size <= 1<<16 && size < uint64(len(b)); size <<= 1 {
		if m, ok := parseMeta(b[size:]); ok && m.pageSize == size {
			return size, true
		}
	}
	return 0, false
}

// newestMeta gives the meta page that bbolt goes by. Bbolt goes back to the one before where
// the newest is damaged, as after a crash within a commit; but promised is a transaction
// that others rely on, 0 where that is not known. spoilt says that the other page is damaged.
func newestMeta(b []byte, promised uint64) (newest catalogMeta, spoilt bool, err error) {
	size, found := pageSize(b)
	if !found {
		return newest, false, pagesError("none of its first two pages is as it was written")
	}
	first, ok := parseMeta(b)
	second, alsoOK := parseMeta(b[min(size, uint64(len(b))):])
	switch {
	case ok && alsoOK:
		if newest = first; second.transaction > first.transaction {
			newest = second
		}
	case ok:
		newest, spoilt = first, true
	default:
		newest, spoilt = second, true
	}
	if newest.transaction < promised {
		return newest, spoilt, pagesError("its last transaction is gone, upon which records were removed elsewhere")
	}
	if spoilt && promised == 0 && !olderMeta(b, newest) {
		return newest, spoilt, pagesError("one of its first two pages is not as it was written, and nothing proves that it was the older one")
	}
	return newest, spoilt, nil
}

// olderMeta reports whether the damaged meta page is the one of the transaction before the
// newest's, as far as its bytes tell.
func olderMeta(b []byte, newest catalogMeta) bool {
	at := (newest.transaction + 1) % 2 * newest.pageSize
	m, _ := parseMeta(b[min(at, uint64(len(b))):])
	return m.transaction+1 == newest.transaction
}

func pagesError(format string, args ...any) error {
	return fmt.Errorf("catalog: %w: %s: restore the data directory from a backup", ErrDamaged, fmt.Sprintf(format, args...))
}

// pages walks over bbolt's pages by itself, since bbolt follows them unchecked: where they
// are damaged it panics, reads beyond the file, runs for ever or, when it writes, destroys
// what is whole. Of a page that is in use every bit that bbolt reads must be as bbolt
// writes it.
type pages struct {
	b    []byte
	meta catalogMeta
	seen map[uint64]bool
	// before is the key that was met last in the bucket under way.
	before []byte
}

// checkPages checks the pages of a catalog that is b. spoilt says that one of its meta pages
// is damaged which nobody needs.
func checkPages(b []byte, promised uint64) (spoilt bool, err error) {
	meta, spoilt, err := newestMeta(b, promised)
	if err != nil {
		return false, err
	}
	if meta.pages > uint64(len(b))/meta.pageSize {
		return false, pagesError("it has %d bytes and needs %d pages of %d bytes", len(b), meta.pages, meta.pageSize)
	}
	p := &pages{b: b, meta: meta, seen: map[uint64]bool{0: true, 1: true}}
	if err := p.walk(meta.root, nil, true, 0); err != nil {
		return false, err
	}
	return spoilt, p.freelist()
}

// page gives page id with those that are part of it, and its kind.
func (p *pages) page(id uint64) (page []byte, kind uint16, err error) {
	if id >= p.meta.pages {
		return nil, 0, pagesError("page %d is beyond its end", id)
	}
	page = p.b[id*p.meta.pageSize:]
	more := uint64(binary.NativeEndian.Uint32(page[12:]))
	if binary.NativeEndian.Uint64(page) != id || id+more >= p.meta.pages {
		return nil, 0, pagesError("page %d is not as it was written", id)
	}
	for i := id; i <= id+more; i++ {
		if p.seen[i] {
			return nil, 0, pagesError("page %d is used twice", i)
		}
		p.seen[i] = true
	}
	return page[:(more+1)*p.meta.pageSize], binary.NativeEndian.Uint16(page[8:]), nil
}

// walk checks page id and those that it leads to. first is the key that the page above has
// for it, nil for a root. In the catalog's own root all elements are buckets, in a bucket
// none is.
func (p *pages) walk(id uint64, first []byte, buckets bool, depth int) error {
	page, kind, err := p.page(id)
	if err != nil {
		return err
	}
	if depth > maxPageDepth {
		return pagesError("page %d is not as it was written", id)
	}
	end, ok := p.elements(page, kind, func(i int, flags uint32, child uint64, key, value []byte) error {
		if i == 0 && first != nil && !bytes.Equal(key, first) {
			return pagesError("page %d does not begin with the key that the page above has for it", id)
		}
		if kind == pageBranch {
			return p.walk(child, key, buckets, depth+1)
		}
		if p.before != nil && bytes.Compare(key, p.before) <= 0 {
			return pagesError("the keys of page %d are not in order", id)
		}
		p.before = key
		if buckets != (flags == leafBucket) || flags > leafBucket {
			return pagesError("page %d is not as it was written", id)
		}
		if !buckets {
			return nil
		}
		p.before = nil
		err := p.bucket(value, depth)
		p.before = key
		return err
	})
	if ok == nil && (end+int(p.meta.pageSize)-1)/int(p.meta.pageSize)*int(p.meta.pageSize) != len(page) {
		return pagesError("page %d is not as large as what it holds", id)
	}
	return ok
}

// bucket checks the bucket that an element's value is.
func (p *pages) bucket(value []byte, depth int) error {
	if len(value) < pageHeader || binary.NativeEndian.Uint64(value[8:]) != 0 { // a counter that arr does not use
		return pagesError("a bucket is not as it was written")
	}
	if root := binary.NativeEndian.Uint64(value); root > 0 {
		return p.walk(root, nil, false, depth+1)
	}
	// The bucket's only page stands behind its root and the counter.
	inline := value[pageHeader:]
	if len(inline) < pageHeader || !bytes.Equal(inline[:8], make([]byte, 8)) || binary.NativeEndian.Uint32(inline[12:]) != 0 {
		return pagesError("a bucket is not as it was written")
	}
	end, err := p.elements(inline, binary.NativeEndian.Uint16(inline[8:]), func(_ int, flags uint32, _ uint64, key, _ []byte) error {
		if flags != 0 || p.before != nil && bytes.Compare(key, p.before) <= 0 {
			return pagesError("the keys of a bucket are not in order")
		}
		p.before = key
		return nil
	})
	if err == nil && end != len(inline) {
		err = pagesError("a bucket is not as it was written")
	}
	return err
}

// elements calls fn for each element of a page and gives the offset behind the last one's
// key and value.
func (p *pages) elements(page []byte, kind uint16, fn func(i int, flags uint32, child uint64, key, value []byte) error) (end int, err error) {
	n := int(binary.NativeEndian.Uint16(page[10:]))
	end = pageHeader + n*pageElement
	if kind != pageBranch && kind != pageLeaf || kind == pageBranch && n == 0 || end > len(page) {
		return 0, pagesError("a page is not as it was written")
	}
	for i := range n {
		at := pageHeader + i*pageElement
		u32 := func(off int) uint32 { return binary.NativeEndian.Uint32(page[at+off:]) }
		var flags, pos, ksize, vsize uint32
		var child uint64
		if kind == pageBranch {
			pos, ksize, child = u32(0), u32(4), binary.NativeEndian.Uint64(page[at+8:])
		} else {
			flags, pos, ksize, vsize = u32(0), u32(4), u32(8), u32(12)
		}
		behind := int64(end) + int64(ksize) + int64(vsize)
		if int64(at)+int64(pos) != int64(end) || ksize == 0 || behind > int64(len(page)) {
			return 0, pagesError("an element of a page is not as it was written")
		}
		key, value := page[end:end+int(ksize)], page[end+int(ksize):behind]
		end = int(behind)
		if err := fn(i, flags, child, key, value); err != nil {
			return 0, err
		}
	}
	return end, nil
}

// freelist checks the list of free pages, which only a file has that bbolt has made and
// nobody has written to.
func (p *pages) freelist() error {
	if p.meta.freelist == noFreelist {
		return nil
	}
	page, kind, err := p.page(p.meta.freelist)
	if err != nil {
		return err
	}
	if kind != pageFreelist || binary.NativeEndian.Uint16(page[10:]) != 0 {
		return pagesError("its list of free pages is not as it was written")
	}
	return nil
}
