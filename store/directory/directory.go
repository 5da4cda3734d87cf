package directory

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"os"
	"sync"

	"arr/audit"
)

// Options are what a Directory needs to follow a store.
type Options struct {
	// Sealed is how many records the store's segments hold: Records can read those
	// before it. An index that is beyond it belongs to another state of the store and
	// is made anew.
	Sealed uint64
	// Records calls fn with the records from number from up to to, to excluded, in
	// order, and gives the number that it came to: to, or less where the rest can't
	// be read yet. Deleted records are passed over. The follower alone calls it.
	Records func(ctx context.Context, from, to uint64, fn func(*audit.Record) error) (next uint64, err error)
	// Log takes what goes wrong. Nil: nothing is said.
	Log *slog.Logger
}

// Directory is an open directory of values. Its methods may be called from any
// goroutine, Observe and Close from one each.
type Directory struct {
	o     Options
	log   *slog.Logger
	index *index // its state belongs to the follower; bleve's methods to anybody

	mu sync.Mutex
	// Guarded by mu:
	gathering
	observed uint64        // records before it are in pending or in the index
	end      uint64        // records before it are known to exist
	position uint64        // records before it are in the index
	covered  uint8         // index.overlong, as of position
	wanted   bool          // somebody waits for pending
	stuck    bool          // the follower has given up
	moved    chan struct{} // closed when position, or stuck, changes

	wake   chan struct{}
	cancel context.CancelFunc
	done   chan struct{} // closed when the follower has ended
}

// Open opens the directory in dir, or makes it, and starts to follow. Where the index
// can't be read it is made anew: that is reported to Options.Log, and is no error.
func Open(dir string, o Options) (*Directory, error) {
	d := newDirectory(o)
	index, err := openIndex(dir, false)
	if err == nil && index.position > o.Sealed {
		err = errors.Join(fmt.Errorf("index speaks for %d records, the store has %d", index.position, o.Sealed), index.bleve.Close())
	}
	if err != nil {
		if _, serr := os.Stat(dir); serr == nil {
			d.log.Warn("directory of values is made anew", slog.String("dir", dir), slog.Any("error", err))
		}
		if index, err = createIndex(dir); err != nil {
			return nil, fmt.Errorf("make directory of values %s: %w", dir, err)
		}
	}
	d.use(index)
	d.end = max(o.Sealed, d.observed)
	ctx, cancel := context.WithCancel(context.Background())
	d.cancel = cancel
	go d.follow(ctx)
	d.wakeFollower()
	return d, nil
}

// OpenReadOnly opens the directory in dir for searching. It follows nothing, and
// changes nothing.
func OpenReadOnly(dir string) (*Directory, error) {
	d := newDirectory(Options{})
	index, err := openIndex(dir, true)
	if err != nil {
		return nil, fmt.Errorf("open directory of values %s: %w", dir, err)
	}
	d.use(index)
	d.end = d.observed
	d.cancel = func() {}
	close(d.done)
	return d, nil
}

func newDirectory(o Options) *Directory {
	d := &Directory{
		o: o, log: o.Log, gathering: gathering{seed: maphash.MakeSeed()},
		moved: make(chan struct{}), wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	return d
}

func (d *Directory) use(i *index) {
	d.index = i
	d.position, d.observed, d.overlong, d.covered = i.position, i.position, i.overlong, i.overlong
}

// Observe takes note of a record's values. Records must come in the order of their
// numbers; one that came already is passed over. It does not keep rec, and does not
// wait: what the follower can't take in time it reads again by itself.
func (d *Directory) Observe(rec *audit.Record) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.end = max(d.end, rec.Number+1)
	if rec.Number != d.observed || len(d.pending) >= maxPending {
		d.wakeFollower()
		return
	}
	d.observe(rec)
	if d.due() {
		d.wakeFollower()
	}
}

func (d *Directory) observe(rec *audit.Record) {
	d.add(rec)
	d.observed = rec.Number + 1
}

// due says whether there is something to put into the index.
func (d *Directory) due() bool {
	return len(d.pending) >= batchValues || d.observed-d.position >= flushRecords || d.wanted && d.observed > d.position
}

func (d *Directory) wakeFollower() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Stats says how far a directory is.
type Stats struct {
	// Position is how many records it speaks for, Behind how many more are known.
	Position, Behind uint64
}

// Stats may be called at any time.
func (d *Directory) Stats() Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	return Stats{Position: d.position, Behind: d.end - d.position}
}

// Close stops the follower and makes what was observed durable.
func (d *Directory) Close() error {
	d.cancel()
	readOnly := d.o.Records == nil
	<-d.done
	if readOnly {
		return d.index.bleve.Close()
	}
	if err := d.index.close(d.pending, d.observed, d.overlong); err != nil {
		return fmt.Errorf("close directory of values: %w", err)
	}
	return nil
}
