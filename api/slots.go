package api

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// slots bounds how many do something at once. The zero value is ready.
type slots struct {
	once  sync.Once
	free  chan struct{}
	taken atomic.Int64
}

// take waits for one of n slots, for patience at most, and says whether it got one.
func (s *slots) take(ctx context.Context, n int, patience time.Duration) bool {
	s.once.Do(func() { s.free = make(chan struct{}, n) })
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case s.free <- struct{}{}:
	default:
		select {
		case s.free <- struct{}{}:
		case <-timer.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
	s.taken.Add(1)
	return true
}

// wait waits for one of n slots, for things that all end soon.
func (s *slots) wait(n int) {
	s.once.Do(func() { s.free = make(chan struct{}, n) })
	s.free <- struct{}{}
	s.taken.Add(1)
}

func (s *slots) give() {
	s.taken.Add(-1)
	<-s.free
}
