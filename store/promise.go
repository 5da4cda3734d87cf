package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"os"
	"sync"

	"arr/store/durable"
)

// promisedFile says what others have been told of this directory, so that a start finds
// that it is gone: docs/format.md describes it.
const promisedFile = "promised"

const (
	promiseVersion = 1
	promiseSlot    = 512
	promiseSlots   = 2
)

var promiseMagic = [8]byte{'a', 'r', 'r', ' ', 't', 'l', 'd', '\n'}

// promise is what had been durable before anybody was told of it.
type promise struct {
	generation uint64
	// records says that all records before this number are stored.
	records uint64
	// transaction is the catalog's last one that something was done upon: journal files or
	// segments that it made superfluous were removed.
	transaction uint64
}

// encode makes b, which is zeros behind what it sets, the slot of p.
func (p *promise) encode(b *[promiseSlot]byte) {
	copy(b[:], promiseMagic[:])
	binary.BigEndian.PutUint32(b[12:], promiseVersion)
	binary.BigEndian.PutUint64(b[16:], p.generation)
	binary.BigEndian.PutUint64(b[24:], p.records)
	binary.BigEndian.PutUint64(b[32:], p.transaction)
	binary.BigEndian.PutUint32(b[8:], crc32.Checksum(b[12:], crcTable))
}

// parsePromise is false where b is no slot that a store wrote.
func parsePromise(b []byte) (p promise, version uint32, ok bool) {
	if [8]byte(b) != promiseMagic || binary.BigEndian.Uint32(b[8:]) != crc32.Checksum(b[12:], crcTable) {
		return p, 0, false
	}
	be := binary.BigEndian
	return promise{generation: be.Uint64(b[16:]), records: be.Uint64(b[24:]), transaction: be.Uint64(b[32:])}, be.Uint32(b[12:]), true
}

// readPromise reads the promise at path. A store that never made one has promised nothing.
// spoilt is how many of the two slots are not as they were written.
func readPromise(path string) (last promise, spoilt int, err error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return last, 0, nil
	}
	if err != nil {
		return last, 0, fmt.Errorf("read what was promised: %w", err)
	}
	for i := range promiseSlots {
		if len(b) < (i+1)*promiseSlot {
			spoilt++
			continue
		}
		p, version, ok := parsePromise(b[i*promiseSlot : (i+1)*promiseSlot])
		switch {
		case !ok:
			spoilt++
		case version > promiseVersion:
			return last, 0, fmt.Errorf("%s has version %d, this program knows up to %d: use the newer program that wrote it", path, version, promiseVersion)
		case p.generation >= last.generation:
			last = p
		}
	}
	return last, spoilt, nil
}

// promises writes the promise. It proves, and holds nothing: where it can't be written the
// store goes on with less proof. The zero value promises nothing.
type promises struct {
	file *os.File // nil where there is none
	log  *slog.Logger
	mu   sync.Mutex // of all below
	last promise
	slot [promiseSlot]byte
	// warned says that the log knows already.
	warned bool
}

// begin opens the file, making it if there is none, and promises first.
func (p *promises) begin(path string, first promise, log *slog.Logger) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last, p.log = first, log
	if err := p.open(path); err != nil {
		p.warn(err)
		return
	}
	for range promiseSlots { // both, so that none stays spoilt
		p.write()
	}
	p.warn(p.file.Sync())
}

// open opens the file. One that is new comes with all its bytes, so that no crash leaves what
// looks like damage. Its caller holds mu.
func (p *promises) open(path string) error {
	if st, err := os.Stat(path); err != nil || st.Size() < promiseSlots*promiseSlot {
		p.last.encode(&p.slot)
		if err := durable.WriteFile(path, bytes.Repeat(p.slot[:], promiseSlots), 0o640); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0o640)
	p.file = f
	return err
}

// readPromise reads what the directory's last server promised.
func (s *Store) readPromise() error {
	last, spoilt, err := readPromise(s.path(promisedFile))
	if err == nil && spoilt > 0 && !s.readOnly {
		s.log.Warn("what had been stored is noted beside it, and the note is not as it was written; it is made anew",
			slog.String("file", s.path(promisedFile)), slog.Int("copies damaged", spoilt))
	}
	s.promised = last
	return err
}

// beginPromises promises what s opened.
func (s *Store) beginPromises() error {
	first := s.promised
	transaction, err := s.catalog.transaction()
	if err != nil {
		return err
	}
	first.transaction = max(first.transaction, transaction)
	s.promises.begin(s.path(promisedFile), first, s.log)
	s.catalog.committed = s.promises.committed
	return nil
}

// stored promises all records before number records. The kernel holds that, also for a
// process that is killed; it is durable with the next transaction's, or once the kernel has
// written it.
func (p *promises) stored(records uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last.records = records
	p.write()
}

// committed promises a transaction of the catalog, durably.
func (p *promises) committed(transaction uint64) {
	if p.file == nil {
		return
	}
	p.mu.Lock()
	p.last.transaction = max(p.last.transaction, transaction)
	p.write()
	p.mu.Unlock()
	err := p.file.Sync() // meanwhile others may promise more
	p.mu.Lock()
	p.warn(err)
	p.mu.Unlock()
}

// write writes the slot that was not written last. Its caller holds mu.
func (p *promises) write() {
	if p.file == nil {
		return
	}
	p.last.generation++
	p.last.encode(&p.slot)
	_, err := p.file.WriteAt(p.slot[:], int64(p.last.generation%promiseSlots)*promiseSlot)
	p.warn(err)
}

// warn logs err, if it is one and the first. Its caller holds mu.
func (p *promises) warn(err error) {
	if err == nil || p.warned {
		return
	}
	p.warned = true
	p.log.Warn("what was stored can't be noted beside it; damage at its end may later pass for a write that was cut", slog.Any("error", err))
}

func (p *promises) close() error {
	if p.file == nil {
		return nil
	}
	return errors.Join(p.file.Sync(), p.file.Close())
}
