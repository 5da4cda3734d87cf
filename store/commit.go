package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"arr/audit"
	"arr/integrity"
	"arr/store/journal"
)

var (
	// ErrClosed says that the store takes no more records.
	ErrClosed = errors.New("the store is closed")
	// ErrBroken says that the store can't promise durability any more and has stopped.
	ErrBroken = errors.New("the store has stopped: its journal can't be written")
	// ErrStalled says that nothing can be written for the moment: the disk is full, or
	// too slow for what arrives.
	ErrStalled = errors.New("the store is stalled: the disk is full or too slow")
)

const (
	// queueLength is how many batches may wait for the committer.
	queueLength = 256
	// groupBytes is about how much the committer writes and syncs at once.
	groupBytes = 8 << 20
	// rotateBytes is when the committer goes on in a new journal file.
	rotateBytes = 64 << 20
	// retryDelay is how long a stalled write waits before it is tried again.
	retryDelay = 100 * time.Millisecond
	// maxSyncFaults is how many journal files may fail on one group before the disk is
	// given up.
	maxSyncFaults = 3
)

// request is a batch on its way through the committer.
type request struct {
	store   *Store
	entries []audit.Entry // the caller's
	recs    []audit.Record
	// bytes are the frames', size what the records take in memory.
	bytes, size int
	// taken is set by the committer, which then stores r, or by a caller whose context
	// ended before: a sender that gave up sends again, and need not be stored twice.
	taken atomic.Bool
	// copied is closed once the committer, having taken r, needs the caller's memory no
	// more.
	copied chan struct{}
	done   chan error
}

// take says whether its caller is the first, committer or sender.
func (r *request) take() bool { return r.taken.CompareAndSwap(false, true) }

// HandleFrames implements audit.Handler. It gives ctx's error if ctx ends first (the
// batch may then be stored all the same), ErrClosed once Close was called, and ErrBroken.
func (s *Store) HandleFrames(ctx context.Context, entries []audit.Entry) error {
	return s.Prepare(entries).Store(ctx)
}

// Prepare implements audit.Preparer: it parses entries where they are.
func (s *Store) Prepare(entries []audit.Entry) audit.Prepared { return s.prepare(entries) }

// Store implements audit.Prepared.
func (r *request) Store(ctx context.Context) error {
	if len(r.recs) == 0 {
		return nil
	}
	s := r.store
	select {
	case s.queue <- r:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closing:
		return ErrClosed
	case <-s.committed:
		return s.stopped()
	}
	select {
	case err := <-r.done:
		if err != nil {
			return err
		}
	case <-ctx.Done():
		if !r.take() {
			<-r.copied
		}
		return ctx.Err()
	case <-s.committed:
		// The committer is gone; what it did not answer it did not store.
		select {
		case err := <-r.done:
			if err != nil {
				return err
			}
		default:
			return s.stopped()
		}
	}
	for i := range r.entries {
		r.entries[i].Number = r.recs[i].Number
	}
	return nil
}

// stopped is why there is no committer any more.
func (s *Store) stopped() error {
	if err := s.Err(); err != nil {
		return err
	}
	return ErrClosed
}

// prepare parses entries where they are.
func (s *Store) prepare(entries []audit.Entry) *request {
	r := &request{store: s, entries: entries, recs: make([]audit.Record, len(entries)), copied: make(chan struct{}), done: make(chan error, 1)}
	p := s.parsers.get()
	defer s.parsers.put(p)
	// What the values of all records need is known behind the last one.
	spans := p.spans[:0]
	for i := range entries {
		rec := &r.recs[i]
		rec.Entry = entries[i]
		r.bytes += len(rec.Frame)
		rec.Spans = spans[len(spans):]
		p.Parse(rec)
		spans = append(spans, rec.Spans...)
	}
	p.spans = spans
	spans = slices.Clone(spans)
	for i := range r.recs {
		n := len(r.recs[i].Spans)
		r.recs[i].Spans, spans = spans[:n:n], spans[n:]
		r.size += recordSize(&r.recs[i])
	}
	return r
}

// commit is the committer: it owns s.journal, s.next, s.active and s.leaves.
func (s *Store) commit() {
	defer close(s.committed)
	for {
		var group []*request
		select {
		case r := <-s.queue:
			if s.waitForSealer() != nil {
				return
			}
			group = s.gather(r)
		case <-s.closing:
			// Nobody waits for what is still queued: HandleFrames says ErrClosed.
			return
		}
		if len(group) == 0 {
			continue
		}
		err := s.store(group)
		for _, r := range group {
			r.done <- err
		}
		if errors.Is(err, ErrBroken) {
			s.fail(err)
		}
		if err != nil {
			return
		}
	}
}

// gather takes what waits behind r, up to groupBytes.
func (s *Store) gather(r *request) []*request {
	var group []*request
	size := 0
	for {
		if r.take() {
			group = append(group, r)
			size += r.size
		}
		if size >= groupBytes {
			return group
		}
		select {
		case r = <-s.queue:
		default:
			return group
		}
	}
}

// store makes a group durable and visible. Its error is ErrBroken or ErrClosed.
func (s *Store) store(group []*request) error {
	entries := s.encode(group)
	s.hashLeaves(entries)
	start := s.now()
	if err := s.journalize(entries); err != nil {
		return err
	}
	s.stats.observeSync(s.now().Sub(start))
	s.promises.stored(s.journal.Durable())
	s.stats.endStall()
	if lasted, was := s.writing.end(); was {
		s.log.Info("the disk has space again: records are taken in", slog.Duration("after", lasted))
	}
	n := 0
	for _, r := range group {
		for i := range r.recs {
			s.show(&r.recs[i], n)
			n++
		}
		s.stats.frameBytes.Add(int64(r.bytes))
	}
	s.stats.stored.Add(int64(n))
	s.arrivals.announce()
	s.rotate()
	return nil
}

// encode numbers the records of a group and copies their entries to memory of the
// store's own, where their frames stay.
func (s *Store) encode(group []*request) journal.Entries {
	count, size := 0, 0
	for _, r := range group {
		count += len(r.recs)
		for i := range r.recs {
			size += audit.EntrySize(&r.recs[i].Entry)
		}
	}
	entries := journal.MakeEntries(count, size)
	for _, r := range group {
		for i := range r.recs {
			rec := &r.recs[i]
			rec.Number = s.next + uint64(entries.Len())
			b := entries.Add(&rec.Entry)
			rec.Frame = b[len(b)-len(rec.Frame):]
		}
		close(r.copied)
	}
	return entries
}

// journalize writes entries to the journal and syncs. It goes on trying while the disk
// is full, and moves to a new file after a failed sync.
func (s *Store) journalize(entries journal.Entries) error {
	for faults := 0; ; {
		err := s.journal.Append(entries)
		if err == nil {
			err = s.journal.Sync()
		}
		switch {
		case err == nil:
			return nil
		case isFull(err):
			if !s.stall(err) {
				return fmt.Errorf("%w: %w", ErrClosed, err)
			}
		case errors.Is(err, journal.ErrTooLarge):
			return s.journalizeHalves(entries)
		default:
			s.log.Error("journal write failed, going on in a new file", slog.Any("error", err))
			if faults++; faults > maxSyncFaults {
				return fmt.Errorf("%w: %w", ErrBroken, err)
			}
			if err := s.newJournal(); err != nil {
				return err
			}
		}
	}
}

// journalizeHalves writes a group that is too large for one as two.
func (s *Store) journalizeHalves(entries journal.Entries) error {
	if entries.Len() == 1 {
		return fmt.Errorf("%w: one entry of %d bytes does not fit a group", ErrBroken, len(entries.At(0)))
	}
	first, rest := entries.Halves()
	if err := s.journalize(first); err != nil {
		return err
	}
	return s.journalize(rest)
}

// hashLeaves computes the leaves of a group, whose first record is the next one.
func (s *Store) hashLeaves(entries journal.Entries) {
	s.leaves = s.leaves[:0]
	for i := range entries.Len() {
		n := s.next + uint64(i)
		key := integrity.Key(s.keys.of(n / integrity.BlockRecords))
		s.leaves = append(s.leaves, s.hasher.Hash(&key, n, entries.At(i)))
	}
}

// show makes record i of the group visible to searches.
func (s *Store) show(r *audit.Record, i int) {
	if s.active == nil || s.active.full() {
		s.beginBlock(r.Number)
	}
	s.active.add(r, s.leaves[i])
	s.next = r.Number + 1
	s.stats.classes[r.Class].Add(1)
	s.stats.classBytes[r.Class].Add(int64(len(r.Frame)))
	if s.active.full() {
		s.wakeSealer()
	}
}

// beginBlock gives the memtable a new last block.
func (s *Store) beginBlock(first uint64) {
	s.keys.forget(first / integrity.BlockRecords)
	s.active = newMemBlock(first, integrity.Key(s.keys.of(first/integrity.BlockRecords)))
	s.changeView(func(v *view) { v.mem = append(v.mem[:len(v.mem):len(v.mem)], s.active) })
}

// newJournal goes on in a new file, which begins with the first record that is not
// durable yet. Its error is ErrBroken or ErrClosed.
func (s *Store) newJournal() error {
	first := s.journal.Durable()
	if err := s.journal.Close(); err != nil {
		s.log.Warn("closing a journal file failed", slog.Any("error", err))
	}
	for {
		w, err := journal.Create(s.path(journalDir), first, s.journalOptions())
		if err == nil {
			s.useJournal(w)
			return nil
		}
		if !isFull(err) {
			return fmt.Errorf("%w: %w", ErrBroken, err)
		}
		if !s.stall(err) {
			return fmt.Errorf("%w: %w", ErrClosed, err)
		}
	}
}

// beginJournal makes the first file of a store that is being opened. On a full disk the
// reserve is given up for it.
func (s *Store) beginJournal() error {
	w, err := journal.Create(s.path(journalDir), s.next, s.journalOptions())
	if isFull(err) && s.reserve.Release() == nil {
		w, err = journal.Create(s.path(journalDir), s.next, s.journalOptions())
	}
	if isFull(err) {
		return fmt.Errorf("the disk is full: make room on it, then start again: %w", err)
	}
	if err != nil {
		return err
	}
	s.useJournal(w)
	return nil
}

func (s *Store) useJournal(w *journal.Writer) {
	s.journal, s.rotateAt = w, rotateBytes
	s.stats.journalFiles.Add(1)
}

// rotate goes on in a new journal file once the current one is large, so that it can be
// dropped when its blocks are sealed. Where there can't be a new one, the old one will do
// for a while.
func (s *Store) rotate() {
	if s.journal.Size() < s.rotateAt {
		return
	}
	w, err := journal.Create(s.path(journalDir), s.next, s.journalOptions())
	if err != nil {
		s.rotateAt = s.journal.Size() + rotateBytes
		s.log.Warn("no new journal file, going on in the old one", slog.Any("error", err))
		return
	}
	if err := s.journal.Close(); err != nil {
		s.log.Warn("closing a journal file failed; its records are durable", slog.Any("error", err))
	}
	s.useJournal(w)
}

// waitForSealer blocks while the sealer is so far behind that the memtable would outgrow
// its bound. Its error is ErrClosed.
func (s *Store) waitForSealer() error {
	for s.view.Load().memFull() {
		s.stats.beginStall()
		select {
		case <-s.sealed:
		case <-s.closing:
			return ErrClosed
		}
	}
	return nil
}
