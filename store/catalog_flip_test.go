package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

// grown is a catalog with every kind of page that there is, and what it was before some of
// its last transactions.
type grown struct {
	last    []byte
	earlier [][]byte
	// promised is the last transaction.
	promised uint64
}

func growCatalog(t *testing.T) grown {
	t.Helper()
	path := filepath.Join(t.TempDir(), catalogFile)
	if err := makeCatalog(path, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	c, err := openCatalog(path, false, 0)
	if err != nil {
		t.Fatal(err)
	}
	var g grown
	steps := []sourceChanges{{put: someSources(0, 14)}, {put: someSources(7, 9)}, {remove: keysOf(someSources(10, 3))}, {put: someSources(3, 4)}}
	for i, sources := range steps {
		var remove []segmentEntry
		if i == 2 {
			remove = someSegments(16, 60)
		}
		if err := c.replaceSegments(remove, someSegments(i*100, 100), sources); err != nil {
			t.Fatal(err)
		}
		if g.last != nil {
			g.earlier = append(g.earlier, g.last)
		}
		if g.last, err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	if g.promised, err = c.transaction(); err != nil {
		t.Fatal(err)
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	return g
}

func someSegments(from, n int) (list []segmentEntry) {
	for i := range n {
		list = append(list, segmentEntry{File: fmt.Sprintf("segments/2026-01/%020d-%020d.seg", from+i, from+i+1), First: uint64(from + i), Count: 1, Bytes: 1 << 20})
	}
	return list
}

// someSources are sources of which some need several pages.
func someSources(from, n int) (list []*Source) {
	for i := from; i < from+n; i++ {
		s := &Source{ID: fmt.Sprintf("PACS %d", i), Hostname: "host", Records: int64(i), Deviations: map[string]int64{}}
		for k := range i % 7 * 40 {
			s.Deviations[fmt.Sprintf("value /AuditMessage/EventIdentification/%d", k)] = int64(i)
		}
		list = append(list, s)
	}
	return list
}

func keysOf(sources []*Source) (keys []sourceKey) {
	for _, s := range sources {
		keys = append(keys, s.key())
	}
	return keys
}

// dump is all that a catalog holds but what it says of itself.
func (c *catalog) dump() (map[string]string, error) {
	all := map[string]string{}
	err := c.view(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
			return b.ForEach(func(key, value []byte) error {
				if string(key) != string(keyContents) {
					all[string(name)+"\x00"+string(key)] = string(value)
				}
				return nil
			})
		})
	})
	return all, err
}

// goOn has a server go on with the catalog at path: it changes something in every part, and
// gives all that is in it then.
func goOn(path string, promised uint64) (map[string]string, error) {
	c, err := openCatalog(path, false, promised)
	if err != nil {
		return nil, err
	}
	defer c.close()
	for i := range 3 {
		err := c.replaceSegments(someSegments(80+i*100, 70), someSegments(2000+i*100, 100), sourceChanges{put: someSources(14+i*4, 5), remove: keysOf(someSources(i*5, 4))})
		if err != nil {
			return nil, err
		}
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	if err := c.close(); err != nil {
		return nil, err
	}
	if _, err := checkCatalog(path, promised+3); err != nil {
		return nil, fmt.Errorf("afterwards: %w", err)
	}
	after, err := openBolt(path, true)
	if err != nil {
		return nil, err
	}
	defer after.close()
	return after.dump()
}

// flipper damages copies of a catalog.
type flipper struct {
	t    *testing.T
	g    grown
	path string
	want map[string]string // after going on with what is whole
	// found and harmless count what damage comes to.
	found, harmless int
}

func newFlipper(t *testing.T) *flipper {
	f := &flipper{t: t, g: growCatalog(t), path: filepath.Join(t.TempDir(), catalogFile)}
	f.write(f.g.last)
	var err error
	if f.want, err = goOn(f.path, f.g.promised); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *flipper) write(b []byte) {
	f.t.Helper()
	if err := os.WriteFile(f.path, b, 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// try damages the catalog to b: it is refused, unless nothing comes of it. goingOn proves the
// latter; without it is believed.
func (f *flipper) try(what string, b []byte, goingOn bool) {
	f.t.Helper()
	if _, err := checkPages(b, f.g.promised); err != nil {
		f.found++
		return
	}
	f.write(b)
	if _, err := checkCatalog(f.path, f.g.promised); err != nil {
		f.found++
		return
	}
	f.harmless++
	if !goingOn {
		return
	}
	got, err := goOn(f.path, f.g.promised)
	if err != nil || !maps.Equal(got, f.want) {
		f.t.Errorf("%s: is accepted, and going on with it gives %d values, want %d: %v", what, len(got), len(f.want), err)
	}
}

// pagesOf gives what each page of the catalog is.
func (f *flipper) pagesOf() (kinds []string, size int) {
	meta, _, err := newestMeta(f.g.last, f.g.promised)
	if err != nil {
		f.t.Fatal(err)
	}
	size = int(meta.pageSize)
	p := &pages{b: f.g.last, meta: meta, seen: map[uint64]bool{}}
	if err := p.walk(meta.root, nil, true, 0); err != nil {
		f.t.Fatal(err)
	}
	kinds = make([]string, len(f.g.last)/size)
	for id := range kinds {
		kinds[id] = "unused"
		if p.seen[uint64(id)] {
			kinds[id] = "overflow"
		}
		page := f.g.last[id*size:]
		if !p.seen[uint64(id)] || binary.NativeEndian.Uint64(page) != uint64(id) {
			continue
		}
		switch binary.NativeEndian.Uint16(page[8:]) {
		case pageBranch:
			kinds[id] = "branch"
		case pageLeaf:
			kinds[id] = "leaf"
		}
	}
	kinds[meta.transaction%2], kinds[(meta.transaction+1)%2] = "newest meta", "older meta"
	return kinds, size
}

// TestFlippedCatalog: whatever bit of whatever page of the catalog flips, it is found, or
// going on with it does what it would have done. A sample; where ARR_SOAK is set, every bit
// of pages that are in use, and a proof for every tenth of those that are not found.
func TestFlippedCatalog(t *testing.T) {
	t.Parallel()
	f := newFlipper(t)
	kinds, size := f.pagesOf()
	soak := os.Getenv("ARR_SOAK") != ""
	rnd := rand.New(rand.NewPCG(1, 2))
	proofs := map[string]int{}
	met := map[string]int{}
	for id, kind := range kinds {
		met[kind]++
		var bits []int
		for bit := range size * 8 {
			switch {
			case soak && kind != "unused", kind != "unused" && bit < 48*8 && bit%5 == 0 && met[kind] <= 1, rnd.IntN(size*8) < 2:
				bits = append(bits, bit)
			}
		}
		for _, bit := range bits {
			b := f.g.last
			at := id*size + bit/8
			b[at] ^= 1 << (bit % 8)
			before := f.harmless
			proof := proofs[kind] < 2 || soak && rnd.IntN(10) == 0
			f.try(fmt.Sprintf("%s page %d, bit %d of byte %d", kind, id, bit%8, bit/8), b, proof)
			if f.harmless > before && proof {
				proofs[kind]++
			}
			b[at] ^= 1 << (bit % 8)
		}
	}
	for _, kind := range []string{"newest meta", "older meta", "branch", "leaf", "overflow", "unused"} {
		if met[kind] == 0 {
			t.Errorf("no page is %s", kind)
		}
	}
	t.Logf("pages %v; %d flips found, %d harmless; going on tried with %v", met, f.found, f.harmless, proofs)
}

// TestMixedCatalog: pages that are another's, or an earlier one at their place as after a
// write that never reached the disk, zeros, and a file that was cut. Where ARR_SOAK is set
// all that is not found is proven to be harmless.
func TestMixedCatalog(t *testing.T) {
	t.Parallel()
	f := newFlipper(t)
	kinds, size := f.pagesOf()
	soak := os.Getenv("ARR_SOAK") != ""
	rnd := rand.New(rand.NewPCG(3, 4))
	whole := bytes.Clone(f.g.last)
	page := func(b []byte, id int) []byte { return b[id*size : (id+1)*size] }
	proofs := 0
	try := func(what string, b []byte) {
		before, proof := f.harmless, soak || proofs < 6
		f.try(what, b, proof)
		if f.harmless > before && proof {
			proofs++
		}
	}
	for id, kind := range kinds {
		if kind == "unused" && !soak && id%8 > 0 {
			continue
		}
		b := bytes.Clone(whole)
		clear(page(b, id))
		try(fmt.Sprintf("%s page %d in zeros", kind, id), b)
		other := rnd.IntN(len(kinds))
		b = bytes.Clone(whole)
		copy(page(b, id), page(whole, other))
		try(fmt.Sprintf("%s page %d twice, also as %d", kinds[other], other, id), b)
		copy(page(b, other), page(whole, id))
		try(fmt.Sprintf("pages %d and %d the other way round", id, other), b)
		for i, old := range f.g.earlier {
			if id*size < len(old) && !bytes.Equal(page(old, id), page(whole, id)) {
				b = bytes.Clone(whole)
				copy(page(b, id), page(old, id))
				try(fmt.Sprintf("%s page %d as it was after step %d", kind, id, i), b)
			}
		}
		if _, err := checkPages(whole[:id*size+100], f.g.promised); err == nil && uint64(id) < highWater(t, whole) {
			t.Errorf("cut within page %d: accepted", id)
		}
	}
	for i, old := range f.g.earlier {
		f.write(old)
		if _, err := checkCatalog(f.path, f.g.promised); err == nil {
			t.Errorf("the whole file as it was after step %d: accepted", i)
		}
		if _, err := checkCatalog(f.path, 0); err != nil {
			t.Errorf("the file after step %d, before more was promised: %v", i, err)
		}
	}
	t.Logf("%d found, %d harmless, going on tried with %d", f.found, f.harmless, proofs)
}

func highWater(t *testing.T, b []byte) uint64 {
	t.Helper()
	m, _, err := newestMeta(b, 0)
	if err != nil {
		t.Fatal(err)
	}
	return m.pages
}
