package mllp

import (
	"bytes"
	"context"
	"sync"
)

// freeBytes is up to which size a message needs no memory of a Stage: as much as most have.
const freeBytes = 8 << 10

// Memory is what the messages of all connections share.
type Memory interface {
	// Wait gets n bytes for peer, once they are free and it is its turn. The error is ctx's.
	Wait(ctx context.Context, peer string, n int64) error
	// Release gives back n bytes that Wait gave peer, all of them or a part.
	Release(peer string, n int64)
}

// Stage is the memory of messages of up to Size bytes that are being read or handed over.
// How long a message gets nobody says before its end: one that outgrows a stage waits for
// the next, which must have another Memory, so that those who wait can't block each other.
type Stage struct {
	Size   int
	Memory Memory
}

// Timed is a connection that is told what it carries: that a message began or goes on, and
// how much memory it holds, and that it is whole.
type Timed interface {
	Busy(held int64)
	Idle()
}

// untimed is a connection that need not know.
type untimed struct{}

func (untimed) Busy(int64) {}
func (untimed) Idle()      {}

// hold is memory of a stage that a message takes.
type hold struct {
	memory Memory
	peer   string
	n      int64
}

// release gives back what is held.
func (h *hold) release() {
	if h.memory != nil {
		h.memory.Release(h.peer, h.n)
	}
	*h = hold{}
}

// grow gives message with room for n bytes more, for which it waits where it must.
func (r *Reader) grow(message []byte, n int) ([]byte, error) {
	size := len(message) + n
	if size <= max(freeBytes, cap(message)) {
		return message, nil
	}
	for _, s := range r.stages {
		if s.Size < size {
			continue
		}
		if err := s.Memory.Wait(r.ctx, r.peer, int64(s.Size)); err != nil {
			return message, err
		}
		message = append(make([]byte, 0, s.Size), message...)
		r.held.release()
		r.held = hold{s.Memory, r.peer, int64(s.Size)}
		r.timed.Busy(r.held.n)
		break
	}
	return message, nil
}

// fit gives message in memory that is not much larger than it is.
func (r *Reader) fit(message []byte) []byte {
	if r.held.memory == nil || cap(message) < 2*len(message) {
		return message
	}
	message = bytes.Clone(message)
	r.held.memory.Release(r.peer, r.held.n-int64(len(message)))
	r.held.n = int64(len(message))
	return message
}

// release says that the last message is no longer needed, or that others count it.
func (r *Reader) release() { r.held.release() }

// unanswered bounds what messages take, in bytes, that wait for their answers. A peer may
// have a quarter of it, or one message. Nil is without limit.
type unanswered struct {
	size int64

	mu    sync.Mutex
	taken int64
	peers map[string]int64
}

func newUnanswered(size int64) *unanswered {
	return &unanswered{size: size, peers: map[string]int64{}}
}

// take reports whether there is as much for peer, which is taken then.
func (u *unanswered) take(peer string, n int64) bool {
	if u == nil {
		return true
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	own := u.peers[peer]
	if u.taken+n > u.size || own > 0 && own+n > u.size/4 {
		return false
	}
	u.taken += n
	u.peers[peer] = own + n
	return true
}

func (u *unanswered) give(peer string, n int64) {
	if u == nil {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.taken -= n
	if u.peers[peer] -= n; u.peers[peer] == 0 {
		delete(u.peers, peer)
	}
}
