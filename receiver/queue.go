package receiver

import (
	"sync"

	"arr/audit"
)

// queue holds the frames of one connection between its reader, which cuts them,
// and its delivery, which hands them over: all that were cut while one batch was
// being stored make the next.
type queue struct {
	mu      sync.Mutex
	changed sync.Cond
	waiting []audit.Entry
	spare   []audit.Entry // the array of the batch before
	cut     uint64        // entries ever put
	done    uint64        // entries handed over, or given up
	lost    uint64        // entries that could not be handed over
	closed  bool          // the reader puts no more
	failed  bool          // delivery takes no more
}

func newQueue() *queue {
	q := &queue{}
	q.changed.L = &q.mu
	return q
}

// lock locks q for put.
func (q *queue) lock() { q.mu.Lock() }

// unlock wakes whoever waits for what was done under lock.
func (q *queue) unlock() {
	q.changed.Broadcast()
	q.mu.Unlock()
}

// put appends e; it waits while limit entries wait. Its caller holds the lock.
func (q *queue) put(e audit.Entry, limit int) {
	for len(q.waiting) >= limit && !q.failed {
		q.changed.Broadcast()
		q.changed.Wait()
	}
	if q.failed {
		q.lost++
		return
	}
	q.waiting = append(q.waiting, e)
	q.cut++
}

// close says that no more will be put.
func (q *queue) close() {
	q.lock()
	q.closed = true
	q.unlock()
}

// take waits for entries and gives all that wait; none means that there will be
// no more.
func (q *queue) take() []audit.Entry {
	q.lock()
	defer q.unlock()
	for len(q.waiting) == 0 && !q.closed {
		q.changed.Wait()
	}
	batch := q.waiting
	q.waiting, q.spare = q.spare[:0], nil
	return batch
}

// give returns a batch that take gave and that was handed over. Where it could
// not be, q fails and gives up what waits too.
func (q *queue) give(batch []audit.Entry, stored bool) {
	n := uint64(len(batch))
	clear(batch)
	q.lock()
	defer q.unlock()
	q.spare = batch[:0]
	q.done += n
	if !stored {
		q.failed = true
		q.lost += n + uint64(len(q.waiting))
		q.done += uint64(len(q.waiting))
		clear(q.waiting)
		q.waiting = q.waiting[:0]
	}
}

// settle waits until n entries were handed over, and says whether it had to wait.
func (q *queue) settle(n uint64) (waited bool) {
	q.lock()
	defer q.mu.Unlock()
	for q.done < n {
		waited = true
		q.changed.Wait()
	}
	return waited
}

// settled says whether all that was cut was handed over.
func (q *queue) settled() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.done == q.cut
}

// trim frees the arrays of an empty queue.
func (q *queue) trim() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.waiting, q.spare = nil, nil
	}
}
