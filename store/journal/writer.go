package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"arr/store/durable"
)

var (
	// ErrBroken says that a file can't be written any more: a sync or a write
	// failed in a way that leaves unknown what is on the disk. What was appended
	// after the last Sync that returned nil must go to a new file. An error that is
	// ErrBroken is no other, whatever the cause: a full disk that broke the file is
	// not one that can be waited for.
	ErrBroken = errors.New("the journal file is broken: go on in a new one")
	// ErrTooLarge says that a group would exceed MaxGroup: give fewer entries.
	ErrTooLarge = errors.New("the group is too large for the journal")
)

// allocation is how much disk space is reserved at a time.
const allocation = 16 << 20

// Options says how Create makes a file.
type Options struct {
	// ID is 16 random bytes, drawn anew for each file.
	ID ID
	// Key gives the key of a block: the same 32 random bytes each time it is asked
	// for the same block. It is called by Append, once for each block that the file
	// has not durably carried the key of.
	Key func(block uint64) Key
	// MaxGroup is the most bytes that Append may make a group of; 0 means the
	// package's, which it can't exceed.
	MaxGroup int64
	// Create makes the file. Nil: in the operating system, mode 0600.
	Create func(path string) (File, error)
}

// Writer appends groups to one journal file. One goroutine owns it.
type Writer struct {
	path string
	id   ID
	key  func(uint64) Key
	file File
	max  int64 // bytes of a group

	pos     position // after the last group
	durable position // after the last group that a Sync covered
	// allocated is the end of the reserved disk space.
	allocated int64
	broken    error

	// keys and head are what stands before the entries of the last group.
	keys []BlockKey
	head []byte
}

// position is a place between two groups.
type position struct {
	offset int64
	next   uint64 // number of the record that comes next
	// keyed is one above the last block that the file has carried the key of.
	keyed uint64
}

// Create makes the file dir/FileName(first), whose first record will have the
// number first, and returns once the file and its name are durable. The file must
// not exist; after an error it does not.
func Create(dir string, first uint64, o Options) (*Writer, error) {
	path := filepath.Join(dir, FileName(first))
	create := o.Create
	if create == nil {
		create = createFile
	}
	f, err := create(path)
	if err != nil {
		return nil, fmt.Errorf("create journal file %s: %w", path, err)
	}
	at := position{offset: fileHeader, next: first}
	w := &Writer{path: path, id: o.ID, key: o.Key, file: f, max: maxGroup(o.MaxGroup), pos: at, durable: at}
	w.allocate(0)
	_, err = f.WriteAt(appendFileHeader(nil, o.ID, first), 0)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = durable.SyncDir(dir)
	}
	if err != nil {
		err = errors.Join(fmt.Errorf("write header of journal file %s: %w", path, err), f.Close())
		return nil, errors.Join(err, removeIfThere(path), durable.SyncDir(dir))
	}
	return w, nil
}

func maxGroup(n int64) int64 {
	if n <= 0 {
		return MaxGroup
	}
	return min(n, MaxGroup)
}

// Append writes entries as one group. Their numbers must go on from the last one's.
// The records are not durable before Sync returns nil.
//
// After an error nothing of the group is in the file. Where errors.Is says
// syscall.ENOSPC or EDQUOT, the disk is full: the file has been cut back to what
// was durable, so every entry since the last Sync must be appended again once there
// is space. ErrTooLarge leaves the file as it was. After any other error the Writer
// is broken.
func (w *Writer) Append(entries Entries) error {
	if w.broken != nil {
		return w.broken
	}
	if entries.Len() == 0 {
		return nil
	}
	for i := range entries.Len() {
		if n := numberOf(entries.At(i)); n != w.pos.next+uint64(i) {
			return fmt.Errorf("entry has number %d, %d comes next in %s", n, w.pos.next+uint64(i), w.path)
		}
	}
	next := w.pos
	next.next += uint64(entries.Len())
	w.collectKeys(&next)
	length, err := w.encodeHead(entries, 0)
	if err != nil {
		return err
	}
	return w.write(next, entries, length)
}

// collectKeys sets w.keys to those that the file lacks for the numbers up to
// next.next.
func (w *Writer) collectKeys(next *position) {
	w.keys = w.keys[:0]
	end := (next.next-1)/BlockRecords + 1
	for b := max(next.keyed, w.pos.next/BlockRecords); b < end; b++ {
		w.keys = append(w.keys, BlockKey{Block: b, Key: w.key(b)})
	}
	next.keyed = end
}

// encodeHead fills w.head with what stands before the entries of a group that also has
// w.keys, and gives the group's length.
func (w *Writer) encodeHead(entries Entries, flags uint32) (length int64, err error) {
	h := header{
		count: uint32(entries.Len()), keys: uint32(len(w.keys)), flags: flags,
		first: w.pos.next, durable: w.durable.offset, offset: w.pos.offset,
	}
	base := groupHeader + h.tableSize()
	length = base + int64(len(entries.bytes))
	length += padding(length)
	if length > w.max {
		return 0, fmt.Errorf("%w: %d entries of %d bytes together", ErrTooLarge, entries.Len(), length)
	}
	h.length = uint32(length)
	if zeroSector(entries.bytes, w.pos.offset+base) {
		h.flags |= flagZeros
	}
	w.head = slices.Grow(w.head[:0], int(base))[:base]
	for i := range entries.Len() {
		b := entries.At(i)
		row := w.head[groupHeader+i*tableEntry:]
		binary.BigEndian.PutUint32(row, uint32(len(b)))
		binary.BigEndian.PutUint32(row[4:], checksum(b))
	}
	rows := w.head[groupHeader+entries.Len()*tableEntry:]
	for i := range w.keys {
		row := rows[i*tableKey:]
		binary.BigEndian.PutUint64(row, w.keys[i].Block)
		copy(row[8:tableKey], w.keys[i].Key[:])
	}
	h.table = checksum(w.head[groupHeader:])
	h.put(w.head, &w.id)
	return length, nil
}

// write writes w.head and the entries at the file's end and moves on to next.
func (w *Writer) write(next position, entries Entries, length int64) error {
	next.offset += length
	if next.offset > w.allocated {
		w.allocate(next.offset)
	}
	at := w.pos.offset
	var err error
	for _, part := range [...][]byte{w.head, entries.bytes, zeros[:padding(int64(len(w.head)+len(entries.bytes)))]} {
		if len(part) > 0 && err == nil {
			_, err = w.file.WriteAt(part, at)
			at += int64(len(part))
		}
	}
	if err == nil {
		w.pos = next
		return nil
	}
	err = fmt.Errorf("append %d bytes to journal file %s at %d: %w", length, w.path, w.pos.offset, err)
	if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT) {
		return w.fail(err)
	}
	if terr := w.file.Truncate(w.durable.offset); terr != nil {
		return w.fail(errors.Join(err, terr))
	}
	w.pos, w.allocated = w.durable, w.durable.offset
	return err
}

// zeros is what groups are padded with.
var zeros [align]byte

// allocate reserves disk space beyond end. A failure is no error: it only means
// that the write allocates for itself, and says so itself if the disk is full.
func (w *Writer) allocate(end int64) {
	n := (end/allocation + 1) * allocation
	_ = w.file.Allocate(w.allocated, n-w.allocated)
	w.allocated = n
}

func (w *Writer) fail(err error) error {
	w.broken = fmt.Errorf("%w: %v", ErrBroken, err)
	return w.broken
}

// Sync returns nil once all that was appended is durable. After any error the
// Writer is broken.
func (w *Writer) Sync() error {
	if w.broken != nil {
		return w.broken
	}
	if err := w.file.Sync(); err != nil {
		return w.fail(fmt.Errorf("sync journal file %s up to %d: %w", w.path, w.pos.offset, err))
	}
	w.durable = w.pos
	return nil
}

// Size is the file's length in bytes.
func (w *Writer) Size() int64 { return w.pos.offset }

// Next is the number that the next record must have.
func (w *Writer) Next() uint64 { return w.pos.next }

// Durable is the number of the first record that is not durable: what a new file
// begins with after this one broke.
func (w *Writer) Durable() uint64 { return w.durable.next }

// Path is where the file lies.
func (w *Writer) Path() string { return w.path }

// Close makes all that was appended durable, marks the end, gives back reserved
// disk space and closes the file. A broken file is cut back to what was durable, as
// far as it lets itself, and closed; the error is then that of closing. If nothing in
// it was durable it is removed too, since the next file has its name. On a full disk
// the mark is left out: nothing but the proof that the file ends here is lost.
func (w *Writer) Close() error {
	if w.broken == nil {
		return errors.Join(w.finish(), w.file.Close())
	}
	_ = w.file.Truncate(w.durable.offset)
	err := w.file.Close()
	if w.durable.offset == fileHeader {
		err = errors.Join(err, removeIfThere(w.path), durable.SyncParent(w.path))
	}
	return err
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// finish writes the end mark. The groups are synced before it, since it says that
// they are durable, and once more with it.
func (w *Writer) finish() error {
	if w.pos != w.durable {
		if err := w.Sync(); err != nil {
			return err
		}
	}
	w.keys = w.keys[:0]
	length, err := w.encodeHead(Entries{}, flagEnd)
	if err != nil {
		return err
	}
	if err := w.write(w.pos, Entries{}, length); w.broken != nil {
		return err
	}
	if err := w.file.Truncate(w.pos.offset); err != nil {
		return w.fail(fmt.Errorf("trim journal file %s: %w", w.path, err))
	}
	return w.Sync()
}
