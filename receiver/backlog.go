package receiver

import (
	"sync"
	"sync/atomic"

	"arr/audit"
)

const (
	// chunkBytes and chunkEntries are what one chunk of a backlog holds at most.
	chunkBytes   = 256 << 10
	chunkEntries = 1024
	// chunkSize is a chunk's memory, with entries of at most 128 bytes.
	chunkSize = chunkBytes + chunkEntries*128
)

// chunk is a batch of datagrams and their bytes.
type chunk struct {
	b       []byte
	entries []audit.Entry
}

// backlog is a bounded queue of datagrams between the goroutine that reads them and
// the one that hands them over, in chunks that are used again.
type backlog struct {
	mu      sync.Mutex
	changed sync.Cond
	filled  []*chunk // oldest first; the last may be filled further
	spare   []*chunk
	held    int // chunks that are filled or being handed over
	limit   int // of held
	closed  bool
	size    *atomic.Int64 // bytes of all chunks held, over all sockets
}

func newBacklog(bytes int64, size *atomic.Int64) *backlog {
	b := &backlog{limit: int(max(bytes/chunkSize, 1)), size: size}
	b.changed.L = &b.mu
	return b
}

// put copies e and its frame; it says whether there was room.
func (b *backlog) put(e *audit.Entry) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.last()
	if c == nil || cap(c.b)-len(c.b) < len(e.Frame) || len(c.entries) == cap(c.entries) {
		if c = b.add(); c == nil {
			return false
		}
	}
	at := len(c.b)
	c.b = append(c.b, e.Frame...)
	c.entries = append(c.entries, *e)
	c.entries[len(c.entries)-1].Frame = c.b[at:len(c.b):len(c.b)]
	b.changed.Signal()
	return true
}

func (b *backlog) last() *chunk {
	if len(b.filled) == 0 {
		return nil
	}
	return b.filled[len(b.filled)-1]
}

// add begins another chunk, if there may be one. Its caller holds mu.
func (b *backlog) add() *chunk {
	if b.held == b.limit {
		return nil
	}
	var c *chunk
	if n := len(b.spare); n > 0 {
		c, b.spare = b.spare[n-1], b.spare[:n-1]
	} else {
		c = &chunk{b: make([]byte, 0, chunkBytes), entries: make([]audit.Entry, 0, chunkEntries)}
	}
	b.held++
	b.size.Add(chunkSize)
	b.filled = append(b.filled, c)
	return c
}

// take waits for datagrams and gives the oldest chunk; nil means that there will
// be no more.
func (b *backlog) take() *chunk {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.filled) == 0 && !b.closed {
		b.changed.Wait()
	}
	if len(b.filled) == 0 {
		return nil
	}
	c := b.filled[0]
	b.filled = b.filled[:copy(b.filled, b.filled[1:])]
	return c
}

// give returns a chunk that was handed over. Two are kept to be used again.
func (b *backlog) give(c *chunk) {
	clear(c.entries)
	c.b, c.entries = c.b[:0], c.entries[:0]
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held--
	b.size.Add(-chunkSize)
	if len(b.spare) < 2 {
		b.spare = append(b.spare, c)
	}
}

// close says that no more will be put.
func (b *backlog) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.changed.Signal()
}
