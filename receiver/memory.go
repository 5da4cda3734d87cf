package receiver

import (
	"context"
	"math/bits"
	"sync"
)

const (
	// baseBuffer is what every connection has, outside the budget.
	baseBuffer = 4 << 10
	// busyBuffer is the largest buffer of a busy connection.
	busyBuffer = 1 << 20
	// smallFrame is the largest frame that has a budget of its own.
	smallFrame = 64 << 10
	// slack is what a buffer for one announced frame may hold beside it.
	slack = baseBuffer / 2
	// classes are the sizes of pooled buffers: 4 KB times a power of 4.
	classes = 5
)

// buffer is memory that frames are cut in.
type buffer struct {
	b []byte
	// reserved is what the buffer takes of the budget from, nil for none. whole says
	// that it was waited for, on behalf of peer.
	reserved int64
	from     *Budget
	whole    bool
	peer     string
	// last is how many entries had been cut when the reader left the buffer: it
	// is free once so many were handed over. Owner: the connection's reader.
	last uint64
}

// waiting is how many wait for more of what the buffer came out of.
func (b *buffer) waiting() int { return b.from.Waiting() }

// memory gives out buffers within two budgets: small for frames of up to smallFrame, large
// for all others and for speed. Frames of a usual size need not wait behind large ones,
// which are announced with ten bytes and may take minutes to come.
type memory struct {
	small, large Budget
	pools        [classes]sync.Pool
}

// newMemory divides size bytes; each budget gets at least what two of its largest frames
// need.
func newMemory(size, largest int64) *memory {
	small := max(size/4, 2*(smallFrame+slack))
	return &memory{small: Budget{size: small}, large: Budget{size: max(size-small, 2*largest)}}
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
	if !m.large.try(n) {
		return nil
	}
	b := m.pooled(class)
	b.reserved, b.from = n, &m.large
	return b
}

// forFrame waits for a buffer of size bytes for a frame from peer. The error is ctx's.
func (m *memory) forFrame(ctx context.Context, peer string, size int) (*buffer, error) {
	from := &m.large
	if size <= smallFrame+slack {
		from = &m.small
	}
	if err := from.Wait(ctx, peer, int64(size)); err != nil {
		return nil, err
	}
	return &buffer{b: make([]byte, size), reserved: int64(size), from: from, whole: true, peer: peer}, nil
}

// put takes a buffer back.
func (m *memory) put(b *buffer) {
	if b.whole {
		b.from.Release(b.peer, b.reserved)
		return
	}
	if b.from != nil {
		b.from.untry(b.reserved)
	}
	b.reserved, b.from, b.last = 0, nil, 0
	m.pools[classOf(len(b.b))].Put(b)
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

// used is how much of the budgets is given out, and how many wait for more.
func (m *memory) used() (n int64, waiting int) {
	small, waitSmall := m.small.used()
	large, waitLarge := m.large.used()
	return small + large, waitSmall + waitLarge
}
