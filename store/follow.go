package store

import (
	"context"
	"sync"

	"arr/audit"
	"arr/query"
	"arr/store/segment"
)

// arrivals wakes followers. The zero value is ready.
type arrivals struct {
	mu sync.Mutex
	ch chan struct{}
}

// next gives a channel that is closed at the next arrival.
func (a *arrivals) next() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ch == nil {
		a.ch = make(chan struct{})
	}
	return a.ch
}

func (a *arrivals) announce() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ch != nil {
		close(a.ch)
		a.ch = nil
	}
}

// Follow calls fn with each record from number from on, in number order, each once and
// only once it is durable, waiting for those to come. It ends with ctx's error, fn's, or
// ErrClosed.
func (s *Store) Follow(ctx context.Context, from uint64, fn func(*audit.Record) error) error {
	for {
		arrival := s.arrivals.next()
		v := s.view.Load()
		if from >= v.end() {
			select {
			case <-arrival:
				continue
			case <-ctx.Done():
				return ctx.Err()
			case <-s.closing:
				return ErrClosed
			}
		}
		var err error
		if from, err = s.giveFrom(ctx, v, from, fn); err != nil {
			return err
		}
	}
}

// giveFrom gives fn the records of the part of v that holds number from, and returns the
// number after the last one given.
func (s *Store) giveFrom(ctx context.Context, v *view, from uint64, fn func(*audit.Record) error) (uint64, error) {
	p := s.partWith(v, from)
	var sel segment.Bitmap
	for i := int(from - p.Number()); i < p.Len(); i++ {
		sel.Set(i)
	}
	err := p.Records(&sel, func(i int, r *audit.Record) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		from = r.Number + 1
		return fn(r)
	})
	return from, err
}

// partWith gives the part of v that holds record number n, which is below v.end().
func (s *Store) partWith(v *view, n uint64) part {
	for _, b := range v.mem {
		if n >= b.first && n < b.end() {
			return newMemPart(b)
		}
	}
	for _, seg := range v.segments {
		if info := seg.Info(); n >= info.First+info.Records {
			continue
		}
		for _, b := range seg.Blocks() {
			if n < b.First()+uint64(b.Len()) {
				return blockPart{Block: b, parse: s.parse}
			}
		}
	}
	return &memPart{}
}

// Position is how many records are stored and visible.
func (s *Store) Position() uint64 { return s.view.Load().end() }

var _ query.Searcher = (*Store)(nil)
