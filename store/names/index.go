package names

import (
	"context"
	"hash/maphash"
	"log/slog"
	"os"
	"sync"

	"arr/audit"
)

// Options are what an Index needs to follow a store.
type Options struct {
	// Sealed is how many records the store's segments hold: Records can read those
	// before it. What speaks for records beyond it is removed.
	Sealed uint64
	// Records calls fn with the records from number from up to to, to excluded, in
	// order, and returns the number that it came to: to, or less where the rest can't
	// be read yet. Deleted records are passed over. The follower alone calls it.
	Records func(ctx context.Context, from, to uint64, fn func(*audit.Record) error) (next uint64, err error)
	// Log takes what goes wrong. Nil: nothing is said.
	Log *slog.Logger
}

// Index is an open index of names. Its methods may be called from any goroutine, Observe
// and Close from one each.
type Index struct {
	o     Options
	log   *slog.Logger
	dir   string
	codec *codec

	mu sync.Mutex
	// Guarded by mu:
	gathering
	runs     []*run        // follow each other from record 0 on; the follower alone adds
	observed uint64        // records before it are in pending or in runs
	end      uint64        // records before it are known to exist
	wanted   bool          // somebody waits for pending
	failing  bool          // the follower can't go on just now
	doubted  bool          // runs were dropped, which the follower does not know yet
	dropped  int           // how many times that happened
	moved    chan struct{} // closed when runs or failing change

	wake   chan struct{}
	cancel context.CancelFunc
	done   chan struct{} // closed when the follower has ended
}

// Open opens the index in dir, or begins one, and starts to follow. What is damaged is
// removed and made anew: that is reported to Options.Log, and is no error.
func Open(dir string, o Options) *Index {
	x := newIndex(dir, o)
	in, err := find(dir, o.Sealed, x.codec)
	if err != nil {
		x.log.Error("index of names can't be read: it is made anew", slog.String("dir", dir), slog.Any("error", err))
		x.dropped++
	}
	x.use(&in)
	x.sweep(x.runs)
	x.end = max(o.Sealed, x.observed)
	ctx, cancel := context.WithCancel(context.Background())
	x.cancel = cancel
	go x.follow(ctx)
	x.wakeFollower()
	return x
}

// OpenReadOnly opens the index in dir for searching. It follows nothing, and changes
// nothing: what is damaged is left out, and reported to Options.Log.
func OpenReadOnly(dir string, o Options) (*Index, error) {
	o.Records = nil
	x := newIndex(dir, o)
	in, err := find(dir, o.Sealed, x.codec)
	if err != nil {
		return nil, err
	}
	x.use(&in)
	x.end = x.observed
	x.cancel = func() {}
	close(x.done)
	return x, nil
}

func newIndex(dir string, o Options) *Index {
	x := &Index{
		o: o, log: o.Log, dir: dir, codec: newCodec(), gathering: gathering{seed: maphash.MakeSeed()},
		moved: make(chan struct{}), wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	if x.log == nil {
		x.log = slog.New(slog.DiscardHandler)
	}
	return x
}

// use begins with what was found, and reports what is wrong with it.
func (x *Index) use(in *found) {
	x.runs = in.runs
	x.observed = x.position()
	for i, f := range in.bad {
		x.logDamage(f, in.faults[i])
	}
	for _, f := range in.apart {
		x.logDamage(f, errApart)
	}
	if len(in.bad)+len(in.apart) > 0 {
		x.dropped++
	}
}

// logDamage tells what is wrong with a file and what becomes of it.
func (x *Index) logDamage(f named, why error) {
	then := "a server's next start makes it anew"
	if x.o.Records != nil {
		then = "it is made anew"
	}
	x.log.Error("index of names is damaged: no record is lost; "+then+", and questions for the beginnings of names look at every record meanwhile",
		slog.String("file", f.path), slog.Uint64("first", f.from), slog.Any("error", why))
}

// sweep removes the files that belong to none of runs.
func (x *Index) sweep(runs []*run) {
	files, left, err := list(x.dir)
	known := map[string]bool{}
	for _, r := range runs {
		known[r.path] = true
	}
	for _, f := range files {
		if !known[f.path] {
			left = append(left, f.path)
		}
	}
	for _, path := range left {
		if rerr := os.Remove(path); rerr != nil && err == nil {
			err = rerr
		}
	}
	if err != nil {
		x.log.Warn("index of names: what belongs to it no more can't be removed", slog.String("dir", x.dir), slog.Any("error", err))
	}
}

// position is how many records the runs speak for. Its caller holds mu.
func (x *Index) position() uint64 {
	if len(x.runs) == 0 {
		return 0
	}
	return x.runs[len(x.runs)-1].to
}

// Observe takes note of a record's values. Records must come in the order of their
// numbers; one that came already is passed over. It does not keep rec, and does not
// wait: what the follower can't take in time it reads again by itself.
func (x *Index) Observe(rec *audit.Record) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.end = max(x.end, rec.Number+1)
	if rec.Number != x.observed || len(x.pending) >= maxPending {
		x.wakeFollower()
		return
	}
	x.observe(rec)
	if x.due() {
		x.wakeFollower()
	}
}

func (x *Index) observe(rec *audit.Record) {
	x.add(rec)
	x.observed = rec.Number + 1
}

// due reports whether there is something to make a run of.
func (x *Index) due() bool {
	fresh := x.observed - x.position()
	return len(x.pending) >= batchValues || fresh >= flushRecords || x.wanted && fresh > 0
}

func (x *Index) wakeFollower() {
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// Stats tells how an index is.
type Stats struct {
	// Position is how many records it speaks for, Behind how many more are known.
	Position, Behind uint64
	// Dropped counts how many times, since it was opened, something was damaged and is
	// made anew.
	Dropped int
}

// Stats may be called at any time.
func (x *Index) Stats() Stats {
	x.mu.Lock()
	defer x.mu.Unlock()
	return Stats{Position: x.position(), Behind: x.end - x.position(), Dropped: x.dropped}
}

// drop takes out a run that turned out to be damaged, and those after it, so that from now
// on the index speaks only for what is before them. The follower makes them anew.
func (x *Index) drop(bad *run, why error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for i, r := range x.runs {
		if r != bad {
			continue
		}
		for _, r := range x.runs[i:] {
			r.release()
		}
		x.runs = x.runs[:i:i]
		x.doubted = true
		x.dropped++
		x.notify()
		x.wakeFollower()
		x.logDamage(named{path: bad.path, from: bad.from, to: bad.to}, why)
		return
	}
}

// notify wakes whoever waits for runs to change. Its caller holds mu.
func (x *Index) notify() {
	close(x.moved)
	x.moved = make(chan struct{})
}

// acquire returns the runs, for the caller to give back with release.
func (x *Index) acquire() []*run {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, r := range x.runs {
		r.retain()
	}
	return x.runs
}

func release(runs []*run) {
	for _, r := range runs {
		r.release()
	}
}

// Close stops the follower and makes what was observed durable, as far as that is
// possible: the rest is read again after the next start.
func (x *Index) Close() {
	x.cancel()
	<-x.done
	if x.o.Records != nil {
		x.mu.Lock()
		x.wanted = true
		x.mu.Unlock()
		if err := x.finish(); err != nil {
			x.log.Warn("index of names: the end could not be written; it is read again after the next start", slog.Any("error", err))
		}
	}
	release(x.runs)
}
