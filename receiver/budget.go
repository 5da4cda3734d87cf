package receiver

import (
	"context"
	"slices"
	"sync"
)

// budget bounds memory. There are two ways to get some of it. try, for buffers that make
// a connection faster, never waits and never takes more than half. wait, for a frame that
// nothing else holds, queues; whoever waits has nothing of the budget that was waited
// for, so the other half always comes free again.
//
// The first in the queue is the one whose peer holds least, the earliest of equals: so
// many connections of one peer can't keep the others' frames out.
type budget struct {
	size int64

	mu     sync.Mutex
	tried  int64            // bytes given by try
	waited int64            // bytes given by wait
	held   map[string]int64 // the same by peer
	queue  []*waiter        // who waits, in order of arrival
}

type waiter struct {
	n       int64
	peer    string
	granted chan struct{}
}

func (b *budget) try(n int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.queue) > 0 || b.tried+n > b.size/2 || b.tried+b.waited+n > b.size {
		return false
	}
	b.tried += n
	return true
}

// wait gets n bytes, at most half of the budget, for peer. The error is ctx's.
func (b *budget) wait(ctx context.Context, peer string, n int64) error {
	b.mu.Lock()
	w := &waiter{n: n, peer: peer, granted: make(chan struct{})}
	b.queue = append(b.queue, w)
	b.grant()
	b.mu.Unlock()
	select {
	case <-w.granted:
		return nil
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.Index(b.queue, w); i >= 0 {
		b.queue = slices.Delete(b.queue, i, i+1)
	} else {
		b.hold(peer, -n)
	}
	b.grant()
	return ctx.Err()
}

// untry gives back what try gave, release what wait gave.
func (b *budget) untry(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tried -= n
	b.grant()
}

func (b *budget) release(peer string, n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hold(peer, -n)
	b.grant()
}

// hold notes that peer has n bytes more. Its caller holds mu.
func (b *budget) hold(peer string, n int64) {
	if b.held == nil {
		b.held = make(map[string]int64)
	}
	b.waited += n
	if b.held[peer] += n; b.held[peer] == 0 {
		delete(b.held, peer)
	}
}

// grant serves who waits, as long as the first one's memory is there. Its caller holds mu.
func (b *budget) grant() {
	for len(b.queue) > 0 {
		first := 0
		for i, w := range b.queue {
			if b.held[w.peer] < b.held[b.queue[first].peer] {
				first = i
			}
		}
		w := b.queue[first]
		if b.tried+b.waited+w.n > b.size {
			return
		}
		b.queue = slices.Delete(b.queue, first, first+1)
		b.hold(w.peer, w.n)
		close(w.granted)
	}
}

// used is how much of the budget is given out, and how many wait for more.
func (b *budget) used() (n int64, waiting int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.tried + b.waited, len(b.queue)
}
