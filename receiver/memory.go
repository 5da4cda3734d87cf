package receiver

import (
	"context"
	"math/bits"
	"slices"
	"sync"
)

const (
	// baseBuffer is what every connection has, outside the budget.
	baseBuffer = 4 << 10
	// busyBuffer is the largest buffer of a busy connection.
	busyBuffer = 1 << 20
	// slack is what a buffer for one announced frame may hold beside it.
	slack = baseBuffer / 2
	// classes are the sizes of pooled buffers: 4 KB times a power of 4.
	classes = 5
)

// buffer is memory that frames are cut in.
type buffer struct {
	b []byte
	// reserved is what the buffer takes of the budget; whole says that it was
	// waited for.
	reserved int64
	whole    bool
	// last is how many entries had been cut when the reader left the buffer: it
	// is free once so many were handed over. Owner: the connection's reader.
	last uint64
}

// memory gives out buffers within one budget. There are two ways to get some of
// the budget. try, for buffers that make a connection faster, never waits and
// never takes more than half. wait, for a frame that nothing else holds, queues;
// whoever waits has nothing that was waited for, so the other half always comes
// free again.
type memory struct {
	size int64

	mu     sync.Mutex
	tried  int64     // bytes given by try
	waited int64     // bytes given by wait
	queue  []*waiter // who waits, in order of arrival

	pools [classes]sync.Pool
}

type waiter struct {
	n       int64
	granted chan struct{}
}

// base is a buffer of 4 KB.
func (m *memory) base() *buffer { return m.pooled(0) }

// faster is a buffer of at least size bytes, or nil if there is none to be had
// at once.
func (m *memory) faster(size int) *buffer {
	if size > busyBuffer {
		return nil
	}
	class := classOf(size)
	if class == 0 {
		return m.base()
	}
	n := int64(baseBuffer) << (2 * class)
	if !m.try(n) {
		return nil
	}
	b := m.pooled(class)
	b.reserved = n
	return b
}

// forFrame waits for a buffer of size bytes, which must be at most half of the
// budget. The error is ctx's.
func (m *memory) forFrame(ctx context.Context, size int) (*buffer, error) {
	if err := m.wait(ctx, int64(size)); err != nil {
		return nil, err
	}
	return &buffer{b: make([]byte, size), reserved: int64(size), whole: true}, nil
}

// put takes a buffer back.
func (m *memory) put(b *buffer) {
	m.release(b.reserved, b.whole)
	if !b.whole {
		b.reserved, b.last = 0, 0
		m.pools[classOf(len(b.b))].Put(b)
	}
}

func (m *memory) pooled(class int) *buffer {
	if b, ok := m.pools[class].Get().(*buffer); ok {
		return b
	}
	return &buffer{b: make([]byte, baseBuffer<<(2*class))}
}

// classOf is the smallest class that holds size bytes.
func classOf(size int) int {
	if size <= baseBuffer {
		return 0
	}
	return (bits.Len((uint(size)-1)/baseBuffer) + 1) / 2
}

func (m *memory) try(n int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.queue) > 0 || m.tried+n > m.size/2 || m.tried+m.waited+n > m.size {
		return false
	}
	m.tried += n
	return true
}

func (m *memory) wait(ctx context.Context, n int64) error {
	m.mu.Lock()
	if len(m.queue) == 0 && m.tried+m.waited+n <= m.size {
		m.waited += n
		m.mu.Unlock()
		return nil
	}
	w := &waiter{n: n, granted: make(chan struct{})}
	m.queue = append(m.queue, w)
	m.mu.Unlock()
	select {
	case <-w.granted:
		return nil
	case <-ctx.Done():
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := slices.Index(m.queue, w); i >= 0 {
		m.queue = slices.Delete(m.queue, i, i+1)
	} else {
		m.waited -= n
	}
	m.grant()
	return ctx.Err()
}

func (m *memory) release(n int64, waited bool) {
	if n == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if waited {
		m.waited -= n
	} else {
		m.tried -= n
	}
	m.grant()
}

// grant serves who waits, in order. Its caller holds mu.
func (m *memory) grant() {
	for len(m.queue) > 0 && m.tried+m.waited+m.queue[0].n <= m.size {
		w := m.queue[0]
		m.queue = slices.Delete(m.queue, 0, 1)
		m.waited += w.n
		close(w.granted)
	}
}

// used is how much of the budget is given out, and how many wait for more.
func (m *memory) used() (n int64, waiting int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tried + m.waited, len(m.queue)
}
