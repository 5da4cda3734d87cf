package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"arr/store/durable"
)

// ErrDamaged says that stored bytes are not what was written.
var ErrDamaged = errors.New("damaged")

// catalogVersion is the version of the whole directory's format. A newer one is refused.
const (
	catalogVersion     = 2
	formatWithContents = 2
)

// The catalog's buckets. Every value is JSON followed by the CRC-32C of key and JSON (4
// bytes, big endian), since bbolt itself checks its meta pages alone.
var (
	bucketMeta     = []byte("meta")
	bucketSegments = []byte("segments") // first record's number, 8 bytes big endian -> segmentEntry
	bucketSources  = []byte("sources")  // sourceKey.String() -> Source

	// Keys of the bucket "meta".
	keyFormat   = []byte("format")   // catalogFormat
	keyZone     = []byte("zone")     // a name of the zone database
	keyContents = []byte("contents") // contents
)

var crcTable = crc32.MakeTable(crc32.Castagnoli)

// catalogFormat says what the directory is.
type catalogFormat struct {
	Version int       `json:"version"`
	Created time.Time `json:"created"`
}

// segmentEntry is a published segment: until it stands here its records belong to the
// journal.
type segmentEntry struct {
	File  string `json:"file"` // relative to the data directory
	First uint64 `json:"first"`
	Count uint64 `json:"count"`
	Bytes int64  `json:"bytes"`
	// Parser is the version of the parser that its derived pages come from.
	Parser int `json:"parser"`
}

func (e segmentEntry) end() uint64 { return e.First + e.Count }

// catalog is DIR/catalog.db. Each method is one transaction.
type catalog struct {
	db *bolt.DB
	// committed is told of each transaction once it is durable.
	committed func(transaction uint64)
	// spoilt says that the one of its meta pages is damaged that nobody needs.
	spoilt bool

	// writing is held by whoever changes the catalog, and guards all below.
	writing sync.Mutex
	// last is the id of the last transaction that changed it.
	last uint64
	// broken says that bbolt met damage within a transaction, which is never ended.
	broken bool
}

// openCatalog opens the catalog, which is there. What can't be gone on with is ErrDamaged
// for readers, too: promised is the last transaction that others rely on.
func openCatalog(path string, readOnly bool, promised uint64) (*catalog, error) {
	spoilt, err := checkCatalog(path, promised)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	c, err := openBolt(path, readOnly)
	if err != nil {
		return nil, fmt.Errorf("open catalog %s: %w", path, err)
	}
	c.spoilt = spoilt
	if c.last, err = c.transaction(); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

func errNoCatalog(path string) error {
	return fmt.Errorf("%w: %s is missing: restore the data directory from a backup", ErrDamaged, path)
}

// makeCatalog makes one beside its place, so that what a crash leaves there is none or whole.
func makeCatalog(path string, now time.Time) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("make catalog %s: %w", path, err)
		}
	}()
	begun := path + ".new"
	if err := os.Remove(begun); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	c, err := openBolt(begun, false)
	if err != nil {
		return err
	}
	if err := errors.Join(c.begin(time.Local, now), c.close()); err != nil {
		return err
	}
	if err := os.Rename(begun, path); err != nil {
		return err
	}
	return durable.SyncParent(path)
}

// checkCatalog reads all of the catalog at path. What it finds fault with is not opened.
func checkCatalog(path string, promised uint64) (spoilt bool, err error) {
	if spoilt, err = checkCatalogPages(path, promised); err != nil {
		return false, err
	}
	c, err := openBolt(path, true)
	if err != nil {
		return false, err
	}
	return spoilt, errors.Join(c.check(), c.close())
}

// checkCatalogPages reads the pages that are in use.
func checkCatalogPages(path string, promised uint64) (spoilt bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return false, err
	}
	b, err := unix.Mmap(int(f.Fd()), 0, int(st.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return false, fmt.Errorf("map: %w", err)
	}
	err = guarded(func() (err error) {
		spoilt, err = checkPages(b, promised)
		return err
	})
	return spoilt, errors.Join(err, unix.Munmap(b))
}

func openBolt(path string, readOnly bool) (*catalog, error) {
	c := &catalog{}
	err := guarded(func() (err error) {
		c.db, err = bolt.Open(path, 0o640, &bolt.Options{ReadOnly: readOnly, Timeout: 5 * time.Second, NoFreelistSync: true})
		return err
	})
	return c, err
}

// check reads every value.
func (c *catalog) check() error {
	if err := c.checkVersion(); err != nil {
		return err
	}
	if _, err := c.zone(); err != nil {
		return err
	}
	return c.view(func(tx *bolt.Tx) error {
		if err := checkContents(tx); err != nil {
			return err
		}
		return errors.Join(
			each(tx, bucketSegments, func([]byte, segmentEntry) {}),
			each(tx, bucketSources, func([]byte, Source) {}))
	})
}

// transaction is the id of the last one that changed the catalog.
func (c *catalog) transaction() (id uint64, err error) {
	err = c.view(func(tx *bolt.Tx) error {
		id = uint64(tx.ID())
		return nil
	})
	return id, err
}

// begin gives a new catalog its format, one of an older format the present one, and
// remembers the zone.
func (c *catalog) begin(zone *time.Location, now time.Time) error {
	var f catalogFormat
	var known string
	err := c.view(func(tx *bolt.Tx) error { return errors.Join(read(tx, keyFormat, &f), read(tx, keyZone, &known)) })
	if err != nil || f.Version == catalogVersion && known == zone.String() {
		return err
	}
	if f.Version == 0 {
		f.Created = now.UTC()
	}
	f.Version = catalogVersion
	err = c.update(func(w *changes) error {
		return errors.Join(w.put(bucketMeta, keyFormat, f), w.put(bucketMeta, keyZone, zone.String()))
	})
	if err != nil {
		return fmt.Errorf("write catalog: %w", err)
	}
	return nil
}

// read reads a value of the bucket "meta" that need not be there.
func read(tx *bolt.Tx, key []byte, v any) error {
	if b := tx.Bucket(bucketMeta); b == nil || b.Get(key) == nil {
		return nil
	}
	return get(tx, bucketMeta, key, v)
}

func (c *catalog) checkVersion() error {
	return c.view(func(tx *bolt.Tx) error {
		var f catalogFormat
		if err := get(tx, bucketMeta, keyFormat, &f); err != nil {
			return err
		}
		if f.Version > catalogVersion {
			return fmt.Errorf("the data directory has format %d, this program knows up to %d: use the newer program that wrote it", f.Version, catalogVersion)
		}
		return nil
	})
}

// zone gives the zone of event times that name none, time.Local if none was ever set.
func (c *catalog) zone() (*time.Location, error) {
	var name string
	err := c.view(func(tx *bolt.Tx) error { return read(tx, keyZone, &name) })
	if err != nil || name == "" {
		return time.Local, err
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("the zone that event times were read in: %w", err)
	}
	return zone, nil
}

// segments gives the published segments in number order.
func (c *catalog) segments() (list []segmentEntry, err error) {
	err = c.view(func(tx *bolt.Tx) error {
		return each(tx, bucketSegments, func(_ []byte, e segmentEntry) { list = append(list, e) })
	})
	return list, err
}

// replaceSegments publishes add in place of the segments that remove names, and sources
// with it, in one transaction: after a crash either all of it is true or none.
//
// The error is errSources where it is the sources that can't be written.
func (c *catalog) replaceSegments(remove, add []segmentEntry, sources sourceChanges) error {
	err := c.update(func(w *changes) error {
		for _, e := range remove {
			if err := w.delete(bucketSegments, numberKey(e.First)); err != nil {
				return err
			}
		}
		for _, e := range add {
			if err := w.put(bucketSegments, numberKey(e.First), e); err != nil {
				return err
			}
		}
		if err := w.changeSources(sources); err != nil {
			return fmt.Errorf("%w: %w", errSources, err)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write catalog: %w", err)
	}
	return nil
}

// errSources says that counts of sources can't be written.
var errSources = errors.New("counts of sources")

func (w *changes) changeSources(changes sourceChanges) error {
	if changes.whole {
		if err := w.empty(bucketSources); err != nil {
			return err
		}
	}
	for _, k := range changes.remove {
		if err := w.delete(bucketSources, []byte(k.String())); err != nil {
			return err
		}
	}
	for _, s := range changes.put {
		if err := w.put(bucketSources, []byte(s.key().String()), s); err != nil {
			return err
		}
	}
	return nil
}

// eachSource gives the sources as they were when the last segment was published, one at a
// time: older programs kept names of any size.
func (c *catalog) eachSource(fn func(*Source)) error {
	return c.view(func(tx *bolt.Tx) error {
		return each(tx, bucketSources, func(_ []byte, s Source) { fn(&s) })
	})
}

func (c *catalog) close() error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.broken {
		return nil // it would wait for the transaction
	}
	return c.db.Close()
}

func numberKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
