package receiver

import (
	"container/heap"
	"container/list"
	"context"
	"sync"
)

// Budget bounds memory that many connections share. There are two ways to get some of it.
// The receiver's own try, for buffers that make a connection faster, never waits and never
// takes more than half. Wait, for a frame that nothing else holds, queues.
//
// The first in the queue is the one whose peer holds least, the earliest of equals: so
// many connections of one peer can't keep the others' frames out. Nobody overtakes the
// first, so a large request comes to its turn.
//
// Whoever waits must hold nothing that others wait for in the same Budget, else frames that
// are half there could block each other for ever: ask once for all that a frame may take,
// or let each step come out of a Budget of its own, always in the same order.
type Budget struct {
	size int64
	// lastFirst has the latest request of a peer come before its earlier ones.
	lastFirst bool

	mu     sync.Mutex
	tried  int64              // bytes given by try
	waited int64              // bytes given by Wait
	peers  map[string]*holder // who holds some of waited, or waits
	queue  holders            // those of peers that wait
	asked  uint64             // requests ever made
	length int                // requests that wait
}

// holder is a peer of a Budget.
type holder struct {
	peer    string
	held    int64     // bytes given by Wait
	waiting list.List // of *waiter, the one that is served next in front
	place   int       // in the queue, -1 outside
}

type waiter struct {
	n       int64
	nth     uint64 // of all requests
	granted chan struct{}
}

// NewBudget gives a Budget of size bytes.
func NewBudget(size int64) *Budget { return &Budget{size: size} }

// try gets n bytes where nobody waits and less than half is given out so.
func (b *Budget) try(n int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.length > 0 || b.tried+n > b.size/2 || b.tried+b.waited+n > b.size {
		return false
	}
	b.tried += n
	return true
}

// Wait gets n bytes for peer, once they are free and it is its turn; there must be as many
// in the Budget. The error is ctx's.
func (b *Budget) Wait(ctx context.Context, peer string, n int64) error {
	b.mu.Lock()
	h := b.holder(peer)
	b.asked++
	w := &waiter{n: n, nth: b.asked, granted: make(chan struct{})}
	place := h.add(w, b.lastFirst)
	b.length++
	b.queue.update(h)
	b.grant()
	b.mu.Unlock()
	select {
	case <-w.granted:
		return nil
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-w.granted:
		b.hold(h, -n)
	default:
		h.waiting.Remove(place)
		b.length--
		b.queue.update(h)
		b.forget(h)
	}
	b.grant()
	return ctx.Err()
}

// untry gives back what try gave.
func (b *Budget) untry(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tried -= n
	b.grant()
}

// Release gives back n bytes that Wait gave peer, all of them or a part.
func (b *Budget) Release(peer string, n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hold(b.holder(peer), -n)
	b.grant()
}

// Waiting is how many requests wait.
func (b *Budget) Waiting() int {
	_, n := b.used()
	return n
}

// most reports whether peer holds more than half of the Budget.
func (b *Budget) most(peer string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	h := b.peers[peer]
	return h != nil && 2*h.held > b.size
}

// used is how much of the budget is given out, and how many wait for more.
func (b *Budget) used() (n int64, waiting int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.tried + b.waited, b.length
}

// holder finds or makes the holder of that name. Its caller holds mu.
func (b *Budget) holder(peer string) *holder {
	h := b.peers[peer]
	if h == nil {
		if b.peers == nil {
			b.peers = make(map[string]*holder)
		}
		h = &holder{peer: peer, place: -1}
		b.peers[peer] = h
	}
	return h
}

// hold notes that h has n bytes more. Its caller holds mu.
func (b *Budget) hold(h *holder, n int64) {
	b.waited += n
	h.held += n
	b.queue.update(h)
	b.forget(h)
}

// forget drops a holder that neither holds nor waits. Its caller holds mu.
func (b *Budget) forget(h *holder) {
	if h.held == 0 && h.waiting.Len() == 0 {
		delete(b.peers, h.peer)
	}
}

// grant serves who waits, as long as the first one's memory is there. Its caller holds mu.
func (b *Budget) grant() {
	for len(b.queue) > 0 {
		h := b.queue[0]
		w := h.first()
		if b.tried+b.waited+w.n > b.size {
			return
		}
		h.waiting.Remove(h.waiting.Front())
		b.length--
		b.hold(h, w.n)
		close(w.granted)
	}
}

// add has w wait behind the others, or before them.
func (h *holder) add(w *waiter, first bool) *list.Element {
	if first {
		return h.waiting.PushFront(w)
	}
	return h.waiting.PushBack(w)
}

// first is the request that is served next.
func (h *holder) first() *waiter { return h.waiting.Front().Value.(*waiter) }

// holders is a heap of those that wait, by how much they hold and then by arrival.
type holders []*holder

// update sees to it that h stands where it belongs, if it waits at all.
func (q *holders) update(h *holder) {
	switch waits := h.waiting.Len() > 0; {
	case waits && h.place < 0:
		heap.Push(q, h)
	case waits:
		heap.Fix(q, h.place)
	case h.place >= 0:
		heap.Remove(q, h.place)
	}
}

func (q holders) Len() int { return len(q) }

func (q holders) Less(i, j int) bool {
	if q[i].held != q[j].held {
		return q[i].held < q[j].held
	}
	return q[i].first().nth < q[j].first().nth
}

func (q holders) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}

// Push is the heap's.
func (q *holders) Push(x any) {
	h := x.(*holder)
	h.place = len(*q)
	*q = append(*q, h)
}

// Pop is the heap's.
func (q *holders) Pop() any {
	last := len(*q) - 1
	h := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	h.place = -1
	return h
}
