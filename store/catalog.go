package store

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"runtime/debug"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// ErrDamaged says that stored bytes are not what was written.
var ErrDamaged = errors.New("damaged")

// catalogVersion is the version of the whole directory's format. A newer one is refused.
const catalogVersion = 1

// The catalog's buckets. Every value is JSON followed by the CRC-32C of key and JSON (4
// bytes, big endian), since bbolt itself checks its meta pages alone.
var (
	bucketMeta     = []byte("meta")     // "format" -> catalogFormat, "zone" -> a name of the zone database
	bucketSegments = []byte("segments") // first record's number, 8 bytes big endian -> segmentEntry
	bucketSources  = []byte("sources")  // sourceKey.String() -> Source
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
}

// openCatalog opens or, unless readOnly, makes the catalog.
func openCatalog(path string, readOnly bool, now time.Time) (c *catalog, err error) {
	if readOnly {
		c, err = openReader(path)
	} else {
		c, err = openWriter(path, now)
	}
	switch {
	case readOnly && errors.Is(err, os.ErrNotExist):
		return nil, errNoCatalog(path)
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrVersionMismatch), errors.Is(err, bolterrors.ErrChecksum):
		return nil, fmt.Errorf("%w: %s is no catalog: %w: restore it from a backup", ErrDamaged, path, err)
	case err != nil:
		return nil, fmt.Errorf("open catalog %s: %w", path, err)
	}
	if err := c.checkVersion(); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

func errNoCatalog(path string) error {
	return fmt.Errorf("%w: %s is missing: restore it from a backup", ErrDamaged, path)
}

func openReader(path string) (*catalog, error) {
	if st, err := os.Stat(path); err == nil && st.Size() == 0 {
		return nil, bolterrors.ErrInvalid // bbolt itself would begin to make one
	}
	return openBolt(path, true)
}

func openWriter(path string, now time.Time) (*catalog, error) {
	if err := checkFile(path); err != nil {
		return nil, err
	}
	c, err := openBolt(path, false)
	if err != nil {
		return nil, err
	}
	if err := c.create(now); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

func openBolt(path string, readOnly bool) (*catalog, error) {
	c := &catalog{}
	err := guarded(func() (err error) {
		c.db, err = bolt.Open(path, 0o640, &bolt.Options{ReadOnly: readOnly, Timeout: 5 * time.Second, NoFreelistSync: true})
		return err
	})
	return c, err
}

func (c *catalog) view(fn func(*bolt.Tx) error) error {
	return guarded(func() error { return c.db.View(fn) })
}

func (c *catalog) update(fn func(*bolt.Tx) error) error {
	var id int
	err := guarded(func() error {
		return c.db.Update(func(tx *bolt.Tx) error {
			id = tx.ID()
			return fn(tx)
		})
	})
	if err == nil && c.committed != nil {
		c.committed(uint64(id))
	}
	return err
}

// transaction is the id of the last one that changed the catalog.
func (c *catalog) transaction() (id uint64, err error) {
	err = c.view(func(tx *bolt.Tx) error {
		id = uint64(tx.ID())
		return nil
	})
	return id, err
}

// guarded calls fn, which has bbolt follow its pages: where it panics or reads beyond the
// file they are damaged.
func guarded(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if recover() != nil {
			err = errPages
		}
	}()
	return fn()
}

func (c *catalog) create(now time.Time) error {
	return c.update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{bucketMeta, bucketSegments, bucketSources} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return fmt.Errorf("make catalog: %w", err)
			}
		}
		if tx.Bucket(bucketMeta).Get([]byte("format")) != nil {
			return nil
		}
		return put(tx, bucketMeta, []byte("format"), catalogFormat{Version: catalogVersion, Created: now.UTC()})
	})
}

func (c *catalog) checkVersion() error {
	return c.view(func(tx *bolt.Tx) error {
		var f catalogFormat
		if err := get(tx, bucketMeta, []byte("format"), &f); err != nil {
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
	err := c.view(func(tx *bolt.Tx) error {
		if tx.Bucket(bucketMeta).Get([]byte("zone")) == nil {
			return nil
		}
		return get(tx, bucketMeta, []byte("zone"), &name)
	})
	if err != nil || name == "" {
		return time.Local, err
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("the zone that event times were read in: %w", err)
	}
	return zone, nil
}

// useZone remembers zone and gives it back; for nil it gives the one remembered.
func (c *catalog) useZone(zone *time.Location) (*time.Location, error) {
	if zone == nil {
		return c.zone()
	}
	err := c.update(func(tx *bolt.Tx) error { return put(tx, bucketMeta, []byte("zone"), zone.String()) })
	if err != nil {
		return nil, fmt.Errorf("write catalog: %w", err)
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
	err := c.update(func(tx *bolt.Tx) error {
		for _, e := range remove {
			if err := tx.Bucket(bucketSegments).Delete(numberKey(e.First)); err != nil {
				return err
			}
		}
		for _, e := range add {
			if err := put(tx, bucketSegments, numberKey(e.First), e); err != nil {
				return err
			}
		}
		if err := changeSources(tx, sources); err != nil {
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

func changeSources(tx *bolt.Tx, changes sourceChanges) error {
	if changes.whole {
		if err := tx.DeleteBucket(bucketSources); err != nil {
			return err
		}
		if _, err := tx.CreateBucket(bucketSources); err != nil {
			return err
		}
	}
	for _, k := range changes.remove {
		if err := tx.Bucket(bucketSources).Delete([]byte(k.String())); err != nil {
			return err
		}
	}
	for _, s := range changes.put {
		if err := put(tx, bucketSources, []byte(s.key().String()), s); err != nil {
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

// check reads every page and every value.
func (c *catalog) check() error {
	return c.view(func(tx *bolt.Tx) error {
		if err := checkPages(c.db.Path(), tx); err != nil {
			return err
		}
		if err := checkOrder(tx); err != nil {
			return err
		}
		return errors.Join(
			each(tx, bucketMeta, func([]byte, any) {}),
			each(tx, bucketSegments, func([]byte, segmentEntry) {}),
			each(tx, bucketSources, func([]byte, Source) {}))
	})
}

func (c *catalog) close() error { return c.db.Close() }

func numberKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func put(tx *bolt.Tx, bucket, key []byte, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	sum := crc32.Update(crc32.Checksum(key, crcTable), crcTable, b)
	return tx.Bucket(bucket).Put(key, binary.BigEndian.AppendUint32(b, sum))
}

func get(tx *bolt.Tx, bucket, key []byte, v any) error {
	b := tx.Bucket(bucket)
	if b == nil {
		return fmt.Errorf("catalog: %w: bucket %s is missing", ErrDamaged, bucket)
	}
	return decode(bucket, key, b.Get(key), v)
}

func each[T any](tx *bolt.Tx, bucket []byte, fn func(key []byte, v T)) error {
	b := tx.Bucket(bucket)
	if b == nil {
		return fmt.Errorf("catalog: %w: bucket %s is missing", ErrDamaged, bucket)
	}
	return b.ForEach(func(key, val []byte) error {
		var v T
		if err := decode(bucket, key, val, &v); err != nil {
			return err
		}
		fn(key, v)
		return nil
	})
}

func decode(bucket, key, val []byte, v any) error {
	if err := checkValue(bucket, key, val); err != nil {
		return err
	}
	if err := json.Unmarshal(val[:len(val)-4], v); err != nil {
		return fmt.Errorf("catalog: %w: a value of bucket %s: %w", ErrDamaged, bucket, err)
	}
	return nil
}

// checkValue says whether a value has its checksum.
func checkValue(bucket, key, val []byte) error {
	n := len(val) - 4
	if n < 0 || binary.BigEndian.Uint32(val[max(n, 0):]) != crc32.Update(crc32.Checksum(key, crcTable), crcTable, val[:n]) {
		return fmt.Errorf("catalog: %w: a value of bucket %s fails its checksum", ErrDamaged, bucket)
	}
	return nil
}
