package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"arr/audit"
	"arr/store/names"
)

// SyncBuckets are the upper bounds of Stats.Syncs, in seconds.
var SyncBuckets = [...]float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5}

// counters are what the store counts as it runs. Their fields are written by the
// goroutines that are named at the fields of Store, and read by any.
type counters struct {
	stored       atomic.Int64
	sealed       atomic.Int64
	frameBytes   atomic.Int64
	classes      [audit.NumClasses]atomic.Int64
	classBytes   [audit.NumClasses]atomic.Int64
	sealFailures atomic.Int64
	damages      atomic.Int64
	uncounted    atomic.Int64
	journalFiles atomic.Int64
	// stalledSince is when writing stopped being possible, nil while it is: by the runtime's
	// own clock, which neither jumps nor goes on while the machine sleeps.
	stalledSince atomic.Pointer[time.Time]
	syncs        [len(SyncBuckets) + 1]atomic.Int64
	syncNanos    atomic.Int64
}

// restart forgets what opening counted: Stats tells of what was stored since.
func (c *counters) restart() {
	for i := range c.classes {
		c.classes[i].Store(0)
		c.classBytes[i].Store(0)
	}
	c.sealed.Store(0)
}

// beginStall is true for the call that begins one.
func (c *counters) beginStall() bool {
	now := time.Now()
	return c.stalledSince.Load() == nil && c.stalledSince.CompareAndSwap(nil, &now)
}

func (c *counters) endStall() {
	if c.stalledSince.Load() != nil {
		c.stalledSince.Store(nil)
	}
}

// stalled is how long nothing could be written, 0 while it can be.
func (c *counters) stalled() time.Duration {
	if since := c.stalledSince.Load(); since != nil {
		return max(time.Since(*since), 1)
	}
	return 0
}

func (c *counters) observeSync(d time.Duration) {
	i := 0
	for i < len(SyncBuckets) && d.Seconds() > SyncBuckets[i] {
		i++
	}
	c.syncs[i].Add(1)
	c.syncNanos.Add(int64(d))
}

// Stats is a snapshot of the store's counters. Totals count since the store was opened
// unless they say otherwise.
type Stats struct {
	// Records is how many records the store holds.
	Records uint64
	// Stored counts records since opening, each after its sync; Sealed, those that went
	// into a segment.
	Stored, Sealed int64
	FrameBytes     int64
	// Classes counts the records stored of each class, ClassBytes their frames' bytes.
	Classes, ClassBytes [audit.NumClasses]int64
	// Memtable is how many records are not sealed yet; Segments and Blocks, what is.
	Memtable, Segments, Blocks int
	QueueLength                int
	SealFailures, Damages      int64
	// Uncounted is how many records were sealed whose sources could not be told, or not be
	// written to the catalog.
	Uncounted    int64
	JournalFiles int64
	// Syncs counts journal groups by how long they took to write and sync: Syncs[i] those
	// of at most SyncBuckets[i] seconds and more than the bound before, the last one the
	// rest. SyncSeconds is their sum.
	Syncs       [len(SyncBuckets) + 1]int64
	SyncSeconds float64
	// Stalled is how long nothing could be written, 0 while it can be; Full, whether writing
	// or sealing fails since the disk is full.
	Stalled time.Duration
	Full    bool
	// Names is how the index of names is.
	Names names.Stats
}

// Stats gives the counters as they are now.
func (s *Store) Stats() Stats {
	v := s.view.Load()
	c := &s.stats
	st := Stats{
		Records: v.end(), Stored: c.stored.Load(), Sealed: c.sealed.Load(),
		FrameBytes: c.frameBytes.Load(), Segments: len(v.segments), QueueLength: len(s.queue),
		SealFailures: c.sealFailures.Load(), Damages: c.damages.Load(), Uncounted: c.uncounted.Load(), JournalFiles: c.journalFiles.Load(),
		SyncSeconds: time.Duration(c.syncNanos.Load()).Seconds(),
	}
	st.Memtable = int(st.Records - v.sealedEnd())
	for _, seg := range v.segments {
		st.Blocks += seg.Info().Blocks
	}
	for i := range c.classes {
		st.Classes[i], st.ClassBytes[i] = c.classes[i].Load(), c.classBytes[i].Load()
	}
	for i := range c.syncs {
		st.Syncs[i] = c.syncs[i].Load()
	}
	if s.names != nil {
		st.Names = s.names.Stats()
	}
	st.Stalled, st.Full = c.stalled(), s.writing.full.Load() || s.sealing.full.Load()
	return st
}

// Disk says how much of the disk the store takes and how long the rest will do.
type Disk struct {
	// Bytes is what the data directory takes, Free what this process can still write.
	Bytes, Free int64
	// DaysUntilFull is Free divided by what a day brings, taken from the last seven days
	// (or since the first record); negative where nothing arrived.
	DaysUntilFull float64
}

// Disk measures the data directory: one walk over its files.
func (s *Store) Disk() (Disk, error) {
	d := Disk{DaysUntilFull: -1}
	err := filepath.WalkDir(s.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			if os.IsNotExist(err) {
				return nil
			}
			return err
		}
		if fi, err := e.Info(); err == nil {
			d.Bytes += fi.Size()
		}
		return nil
	})
	if err != nil {
		return d, err
	}
	if d.Free, err = s.Free(); err != nil {
		return d, err
	}
	if perDay := s.bytesPerDay(d.Bytes); perDay > 0 {
		d.DaysUntilFull = float64(d.Free) / perDay
	}
	return d, nil
}

// Free is how many bytes this process can still write to the data directory's file system:
// what is kept back for privileged ones counts for those alone.
func (s *Store) Free() (int64, error) {
	var fsys unix.Statfs_t
	if err := unix.Statfs(s.dir, &fsys); err != nil {
		return 0, os.NewSyscallError("statfs", err)
	}
	return freeOf(&fsys, os.Geteuid() == 0), nil
}

func freeOf(fsys *unix.Statfs_t, privileged bool) int64 {
	blocks, size := fsys.Bavail, fsys.Frsize
	if privileged {
		blocks = fsys.Bfree
	}
	if size == 0 {
		size = fsys.Bsize
	}
	return int64(blocks) * size
}

// bytesPerDay is what a day's arrivals take on disk: the records of the last week, as far
// as blocks tell it, at the store's average size of a record.
func (s *Store) bytesPerDay(size int64) float64 {
	const week = 7 * 24 * time.Hour
	now := s.now().UnixMicro()
	since := now - week.Microseconds()
	v := s.view.Load()
	records, oldest := 0.0, now
	for _, seg := range v.segments {
		if seg.Info().MaxReceived < since {
			continue
		}
		for _, b := range seg.Blocks() {
			if lo, hi := b.ReceivedBounds(); hi >= since {
				records += float64(b.Len())
				oldest = min(oldest, lo)
			}
		}
	}
	for _, b := range v.mem {
		for _, r := range b.visible() {
			records++
			oldest = min(oldest, r.Received)
		}
	}
	total := float64(v.end())
	if records == 0 || total == 0 || now <= oldest {
		return 0
	}
	// A store younger than an hour would extrapolate noise.
	days := max(float64(now-max(oldest, since))/float64((24*time.Hour).Microseconds()), 1.0/24)
	return records / days * float64(size) / total
}

// Ready is nil while the store can take records; else it says why it can't: it failed, or
// it has been stalled for longer than the patience given.
func (s *Store) Ready(patience time.Duration) error {
	if err := s.Err(); err != nil {
		return err
	}
	if s.stats.stalled() > patience {
		return ErrStalled
	}
	return nil
}
