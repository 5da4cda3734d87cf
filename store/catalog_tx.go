package store

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"runtime/debug"

	bolt "go.etcd.io/bbolt"
)

// contents say what the catalog holds since its last transaction. They stand in it
// themselves, so that a page that is whole, but not the one that was written last at its
// place, is found.
type contents struct {
	Transaction uint64            `json:"transaction"`
	Buckets     map[string]totals `json:"buckets"` // by name; keyContents is not counted
}

// totals are of a bucket's values: how many there are, and their checksums added up.
type totals struct {
	Count uint64 `json:"count"`
	Sum   uint32 `json:"sum"`
}

// changes is one transaction that changes the catalog. It keeps what the contents say.
type changes struct {
	tx       *bolt.Tx
	contents contents
}

func (c *catalog) view(fn func(*bolt.Tx) error) error {
	return guarded(func() error { return c.db.View(fn) })
}

// update makes one transaction of what fn changes. It looks at the pages first: where they
// were damaged since they were read last, bbolt would go by them.
func (c *catalog) update(fn func(*changes) error) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.broken {
		return errPages
	}
	if _, err := checkCatalogPages(c.db.Path(), c.last); err != nil {
		return err
	}
	tx, err := c.db.Begin(true)
	if err != nil {
		return err
	}
	id := uint64(tx.ID())
	err = guarded(func() error {
		w := &changes{tx: tx}
		if err := w.make(id, fn); err != nil {
			return err
		}
		return tx.Commit()
	})
	switch {
	case err == nil:
		c.last = id
		if c.committed != nil {
			c.committed(id)
		}
	case errors.Is(err, errPages):
		// A rollback would follow the pages, too, in a goroutine whose panic nobody can
		// recover from.
		c.broken = true
	default:
		_ = tx.Rollback() // or the commit has done so
	}
	return err
}

// make changes what fn changes, and what the contents say.
func (w *changes) make(id uint64, fn func(*changes) error) error {
	if err := w.begin(); err != nil {
		return err
	}
	if err := fn(w); err != nil {
		return err
	}
	w.contents.Transaction = id
	b, err := encodeValue(keyContents, w.contents)
	if err != nil {
		return err
	}
	return w.tx.Bucket(bucketMeta).Put(keyContents, b)
}

// begin takes what the contents were, and makes the buckets of a catalog that lacks them.
func (w *changes) begin() error {
	for _, name := range [][]byte{bucketMeta, bucketSegments, bucketSources} {
		if _, err := w.tx.CreateBucketIfNotExists(name); err != nil {
			return fmt.Errorf("make catalog: %w", err)
		}
	}
	if w.tx.Bucket(bucketMeta).Get(keyContents) != nil {
		return get(w.tx, bucketMeta, keyContents, &w.contents)
	}
	var err error
	w.contents, err = countContents(w.tx)
	return err
}

func (w *changes) put(bucket, key []byte, v any) error {
	b, err := encodeValue(key, v)
	if err != nil {
		return err
	}
	w.forget(bucket, key)
	if err := w.tx.Bucket(bucket).Put(key, b); err != nil {
		return err
	}
	w.contents.add(bucket, 1, valueSum(b))
	return nil
}

func (w *changes) delete(bucket, key []byte) error {
	w.forget(bucket, key)
	return w.tx.Bucket(bucket).Delete(key)
}

// empty removes all that is in a bucket.
func (w *changes) empty(bucket []byte) error {
	if err := w.tx.DeleteBucket(bucket); err != nil {
		return err
	}
	delete(w.contents.Buckets, string(bucket))
	_, err := w.tx.CreateBucket(bucket)
	return err
}

// forget takes a value that is there out of the contents.
func (w *changes) forget(bucket, key []byte) {
	if old := w.tx.Bucket(bucket).Get(key); old != nil {
		w.contents.add(bucket, ^uint64(0), -valueSum(old))
	}
}

func (c *contents) add(bucket []byte, count uint64, sum uint32) {
	t := c.Buckets[string(bucket)]
	t.Count += count
	if t.Sum += sum; t.Count == 0 {
		delete(c.Buckets, string(bucket))
		return
	}
	if c.Buckets == nil {
		c.Buckets = map[string]totals{}
	}
	c.Buckets[string(bucket)] = t
}

// countContents reads every value and says what the contents are.
func countContents(tx *bolt.Tx) (c contents, err error) {
	c.Transaction = uint64(tx.ID())
	err = tx.ForEach(func(name []byte, b *bolt.Bucket) error {
		return b.ForEach(func(key, value []byte) error {
			if err := checkValue(name, key, value); err != nil {
				return err
			}
			if string(name) != string(bucketMeta) || string(key) != string(keyContents) {
				c.add(name, 1, valueSum(value))
			}
			return nil
		})
	})
	return c, err
}

// checkContents reads every value and holds them against what the contents say. The first
// format had none.
func checkContents(tx *bolt.Tx) error {
	var f catalogFormat
	if err := get(tx, bucketMeta, keyFormat, &f); err != nil {
		return err
	}
	found, err := countContents(tx)
	if err != nil || f.Version < formatWithContents {
		return err
	}
	var want contents
	if err := get(tx, bucketMeta, keyContents, &want); err != nil {
		return err
	}
	if found.Transaction != want.Transaction || !maps.Equal(found.Buckets, want.Buckets) {
		return pagesError("what it holds is not what its last transaction left")
	}
	return nil
}

// errPages says that bbolt could not follow the pages.
var errPages = pagesError("its pages can't be followed")

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

// encodeValue is v as it stands under key.
func encodeValue(key []byte, v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	sum := crc32.Update(crc32.Checksum(key, crcTable), crcTable, b)
	return binary.BigEndian.AppendUint32(b, sum), nil
}

// valueSum is the checksum at a value's end.
func valueSum(val []byte) uint32 { return binary.BigEndian.Uint32(val[len(val)-4:]) }

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

// checkValue is nil where a value has its checksum.
func checkValue(bucket, key, val []byte) error {
	n := len(val) - 4
	if n < 0 || valueSum(val) != crc32.Update(crc32.Checksum(key, crcTable), crcTable, val[:n]) {
		return fmt.Errorf("catalog: %w: a value of bucket %s fails its checksum", ErrDamaged, bucket)
	}
	return nil
}
