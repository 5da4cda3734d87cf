package emitter

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"arr/store/durable"
)

// ErrSpoolFull says that a spool holds as much as it may, so that it took nothing of
// what it was given.
var ErrSpoolFull = errors.New("the spool is full: see why the repository takes nothing, or allow the spool more bytes")

const (
	segmentSuffix = ".spool"
	damagedSuffix = ".damaged"
	cursorName    = "cursor"
	lockName      = "lock"
)

// maxSegment is how large a segment grows, in bytes. Disk space comes back a segment
// at a time.
const maxSegment = 8 << 20

// segment is a file of the spool and how many of its bytes are durable.
type segment struct {
	id   uint64
	size int64
	// start is where its entries begin, first the number of the first of them, if they
	// are numbered.
	start    int64
	first    uint64
	numbered bool
}

// group is what callers wait for together: one write and one fsync make it durable.
type group struct {
	entries []byte
	// first is the number of the first entry.
	first uint64
	done  chan struct{}
	// err is set before done is closed.
	err error
}

func newGroup() *group { return &group{done: make(chan struct{})} }

// spool keeps frames on disk, in the order in which they came, until they are
// confirmed. Any goroutine may append; one reads and confirms.
type spool struct {
	dir      string
	maxBytes int64
	now      func() time.Time
	lock     *os.File
	cursor   *os.File
	// file is the segment being written, nil before the first; the writer's
	// goroutine owns it.
	file *os.File

	wake, stopped chan struct{}
	// more has a token after something became durable.
	more chan struct{}

	mu sync.Mutex
	// gathering is what came since the writer last took a group.
	gathering *group
	closed    bool
	// segments are those that exist, in order; the last is being written if file is
	// not nil.
	segments []segment
	nextID   uint64
	// number is the next entry's. It begins with the time at which the spool was opened, so
	// that no segment holds one of another process's.
	number uint64
	// confirmed is up to where frames have left; generation counts its changes.
	confirmed  position
	generation uint64
	// damaged are the segments that hold what can't be read, and up to where that was told.
	damaged map[uint64]int64
}

// openSpool opens the spool in dir, which it makes if need be. No other process can
// have it open then.
func openSpool(dir string, maxBytes int64, now func() time.Time) (*spool, error) {
	s := &spool{dir: dir, maxBytes: maxBytes, now: now, gathering: newGroup(), damaged: map[uint64]int64{}, number: uint64(now().UnixNano()),
		wake: make(chan struct{}, 1), stopped: make(chan struct{}), more: make(chan struct{}, 1)}
	err := durable.MkdirAll(dir, 0o700)
	if err == nil {
		s.lock, err = lockFile(filepath.Join(dir, lockName))
	}
	if err == nil {
		err = s.load()
	}
	if err != nil {
		return nil, fmt.Errorf("open the spool %s: %w", dir, errors.Join(err, s.closeFiles()))
	}
	go s.write()
	return s, nil
}

// load finds what an earlier process left.
func (s *spool) load() error {
	var err error
	if s.cursor, err = os.OpenFile(filepath.Join(s.dir, cursorName), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	var slots [cursorSize]byte
	if n, _ := s.cursor.ReadAt(slots[:], 0); n < len(slots) {
		// Its blocks are there before the disk is full.
		if _, err := s.cursor.WriteAt(slots[n:], int64(n)); err != nil {
			return err
		}
	}
	s.generation, s.confirmed = readCursor(slots[:])
	files, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	s.nextID = s.confirmed.segment + 1
	for _, f := range files {
		name, _, _ := strings.Cut(f.Name(), ".")
		id, err := strconv.ParseUint(name, 16, 64)
		if err != nil {
			continue
		}
		// A damaged segment that was set aside keeps its number, too.
		s.nextID = max(s.nextID, id+1)
		if filepath.Ext(f.Name()) != segmentSuffix {
			continue
		}
		g, err := openSegment(s.path(id, segmentSuffix), id)
		if err != nil {
			return err
		}
		s.segments = append(s.segments, g)
	}
	slices.SortFunc(s.segments, func(a, b segment) int { return int(int64(a.id - b.id)) })
	return s.removeBefore(s.confirmed)
}

// openSegment looks at what an earlier process left of a segment.
func openSegment(path string, id uint64) (segment, error) {
	f, err := os.Open(path)
	if err != nil {
		return segment{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return segment{}, err
	}
	g := segment{id: id, size: info.Size()}
	var header [segmentHeader]byte
	// What can't be read of it is damage like any other.
	n, _ := f.ReadAt(header[:], 0)
	var start int
	start, g.first, g.numbered = readSegmentHeader(header[:n])
	g.start = int64(start)
	return g, nil
}

func (s *spool) path(id uint64, suffix string) string {
	return filepath.Join(s.dir, fmt.Sprintf("%016x%s", id, suffix))
}

// append returns nil once all frames are durable. On an error none is, as far as the
// disk can tell.
func (s *spool) append(frames ...[]byte) error {
	size := 0
	for _, f := range frames {
		size += entryHeader + len(f)
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return fmt.Errorf("append to the spool %s: %w", s.dir, fs.ErrClosed)
	}
	if s.waitingLocked()+int64(len(s.gathering.entries)+size) > s.maxBytes {
		s.mu.Unlock()
		return ErrSpoolFull
	}
	g, nanos := s.gathering, s.now().UnixNano()
	if len(g.entries) == 0 {
		g.first = s.number
	}
	for _, f := range frames {
		g.entries = appendEntry(g.entries, f, nanos, s.number)
		s.number++
	}
	signal(s.wake)
	s.mu.Unlock()
	<-g.done
	return g.err
}

// signal leaves a token unless one is there.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// write makes groups durable until the spool is closed and none waits.
func (s *spool) write() {
	defer close(s.stopped)
	var spare []byte
	for range s.wake {
		s.mu.Lock()
		g, closed := s.gathering, s.closed
		s.gathering = newGroup()
		s.gathering.entries = spare[:0]
		s.mu.Unlock()
		if len(g.entries) > 0 {
			if g.err = s.writeGroup(g); g.err != nil {
				g.err = fmt.Errorf("write to the spool %s: %w", s.dir, g.err)
			}
		}
		spare = g.entries
		if cap(spare) > maxSegment {
			spare = nil
		}
		close(g.done)
		signal(s.more)
		if closed {
			return
		}
	}
}

// writeGroup writes and syncs. A segment that failed is not written to again: what the
// kernel has of it after a failed fsync is anybody's guess.
func (s *spool) writeGroup(g *group) error {
	s.mu.Lock()
	full := s.file != nil && s.segments[len(s.segments)-1].size >= min(maxSegment, max(s.maxBytes/4, 1))
	s.mu.Unlock()
	if full {
		s.endSegment()
	}
	if s.file == nil {
		if err := s.beginSegment(g.first); err != nil {
			return err
		}
	}
	s.mu.Lock()
	last := &s.segments[len(s.segments)-1]
	at := last.size
	s.mu.Unlock()
	_, err := s.file.WriteAt(g.entries, at)
	if err == nil {
		err = s.file.Sync()
	}
	if err != nil {
		// Nobody is told that these frames are kept, so they had better go.
		err = errors.Join(err, s.file.Truncate(at))
		s.endSegment()
		return err
	}
	s.mu.Lock()
	s.segments[len(s.segments)-1].size += int64(len(g.entries))
	s.mu.Unlock()
	return nil
}

func (s *spool) endSegment() {
	// All that counts was synced before, or has failed.
	_ = s.file.Close()
	s.file = nil
}

// beginSegment makes the next segment. Its name is durable before anything is in it.
func (s *spool) beginSegment(first uint64) error {
	s.mu.Lock()
	id := s.nextID
	s.nextID++
	s.mu.Unlock()
	path := s.path(id, segmentSuffix)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err = f.Write(appendSegmentHeader(nil, first)); err == nil {
		err = durable.SyncDir(s.dir)
	}
	if err != nil {
		return errors.Join(err, f.Close(), os.Remove(path))
	}
	s.file = f
	s.mu.Lock()
	s.segments = append(s.segments, segment{id: id, size: int64(segmentHeader), start: int64(segmentHeader), first: first, numbered: true})
	s.mu.Unlock()
	return nil
}

// waiting is how many bytes of the spool are not confirmed.
func (s *spool) waiting() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waitingLocked()
}

func (s *spool) waitingLocked() int64 {
	var n int64
	for _, g := range s.segments {
		from := g.start
		if g.id == s.confirmed.segment {
			from = s.confirmed.offset
		}
		n += max(g.size-from, 0)
	}
	return n
}

// confirm says that all frames before p have arrived, or are given up. Unless it
// fails they do not come again after a restart; before one they never do.
func (s *spool) confirm(p position) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p == s.confirmed {
		return nil
	}
	s.generation++
	s.confirmed = p
	_, err := s.cursor.WriteAt(appendCursor(nil, s.generation, p), int64(s.generation%2)*cursorSlot)
	if err == nil {
		err = s.cursor.Sync()
	}
	if err != nil {
		return fmt.Errorf("write the cursor of the spool %s: %w", s.dir, err)
	}
	return s.removeBefore(p)
}

// removeBefore removes the segments before p's. What could not be read in one stays,
// under another name, for people to look at.
func (s *spool) removeBefore(p position) error {
	for len(s.segments) > 0 && s.segments[0].id < p.segment {
		id := s.segments[0].id
		path := s.path(id, segmentSuffix)
		var err error
		if s.damaged[id] > 0 {
			err = os.Rename(path, s.path(id, damagedSuffix))
		} else {
			err = os.Remove(path)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clear the spool %s: %w", s.dir, err)
		}
		delete(s.damaged, id)
		s.segments = s.segments[1:]
	}
	return nil
}

// close waits for the writes under way. What is not confirmed stays on disk.
func (s *spool) close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	signal(s.wake)
	s.mu.Unlock()
	<-s.stopped
	return s.closeFiles()
}

func (s *spool) closeFiles() error {
	var err error
	for _, f := range []*os.File{s.file, s.cursor, s.lock} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return err
}
