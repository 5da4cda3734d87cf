package receiver

import (
	"container/heap"
	"sync"
	"sync/atomic"
	"time"
)

// maxLooks bounds how many busy connections are passed over to find an idle one, so that
// each newcomer costs about the same.
const maxLooks = 64

// leaving is how many connections, beside a sixteenth of all, may have given their seat up
// and not have ended, as those whose frames the disk keeps waiting. A newcomer whose own peer
// has none of them is let in where there are up to twice as many.
const leaving = 16

// seats are the connections that may be open at once. While there is room anybody gets one.
// When all are taken, the peer that has most of them gives up one for who has fewer: that of
// its idle ones that has been idle for longest; where it has none, the one that has been
// busy with the same for longest, provided that the newcomer's peer has not even half as
// many. So nobody is kept out by another's silent connections, and a relay with many busy
// ones keeps them.
type seats struct {
	limit int
	began time.Time // what marks count from, by the monotonic clock

	mu      sync.Mutex
	taken   int
	there   int            // taken, and given up by connections that have not ended yet
	leavers map[string]int // the latter by peer
	parties map[string]*party
	ranking ranking
}

// party is all connections of one peer.
type party struct {
	peer  string
	seats seatHeap
	place int // in the ranking
}

// seat is one connection's place. Its marks are set without a lock, often; the heap of its
// party has them as they were when it was last looked at.
type seat struct {
	of *seats
	// end ends the connection, to make room for another's. It must not block.
	end func(peer string)

	since atomic.Int64 // of the last mark
	busy  atomic.Bool

	freed  bool    // of.mu guards it and what follows
	left   *string // the peer that it was of when it was given up
	party  *party  // nil once the seat is given up
	looked int64   // since, or when it was passed over
	place  int
}

func newSeats(limit int) *seats {
	return &seats{limit: limit, began: time.Now(), parties: make(map[string]*party), leavers: make(map[string]int)}
}

// take gets a seat for a connection of peer, nil where there is none for it.
func (s *seats) take(peer string, end func(peer string)) *seat {
	s.mu.Lock()
	var out *seat
	var whose string
	if s.taken >= s.limit {
		if !s.crowded(peer) {
			out = s.givesWay(peer)
		}
		if out == nil {
			s.mu.Unlock()
			return nil
		}
		whose = out.party.peer
		out.left = &whose
		s.leavers[whose]++
		s.leave(out)
	}
	st := &seat{of: s, end: end}
	st.mark(false)
	s.join(peer, st)
	s.there++
	s.mu.Unlock()
	if out != nil {
		out.end(whose)
	}
	return st
}

// mark notes that the connection became busy with something, or idle. A connection that
// gets from one frame to the next is marked as busy again.
func (st *seat) mark(busy bool) {
	st.since.Store(int64(time.Since(st.of.began)))
	st.busy.Store(busy)
}

// free gives the seat back once the connection has ended. It may be called again.
func (st *seat) free() {
	st.of.mu.Lock()
	defer st.of.mu.Unlock()
	if st.party != nil {
		st.of.leave(st)
	}
	if !st.freed {
		st.freed = true
		st.of.there--
		if st.left != nil {
			st.of.ended(*st.left)
		}
	}
}

// ended notes that a connection which had given its seat up is gone. Its caller holds mu.
func (s *seats) ended(peer string) {
	if s.leavers[peer]--; s.leavers[peer] == 0 {
		delete(s.leavers, peer)
	}
}

// crowded reports whether so many have given way and not ended that a newcomer of peer can't
// have another do so. Its caller holds mu.
func (s *seats) crowded(peer string) bool {
	spare := s.limit/16 + leaving
	if s.leavers[peer] == 0 {
		spare *= 2
	}
	return s.there-s.taken >= spare
}

// move makes the seat another peer's: whose it is may turn out late.
func (st *seat) move(peer string) {
	st.of.mu.Lock()
	defer st.of.mu.Unlock()
	if st.party != nil {
		st.of.leave(st)
		st.of.join(peer, st)
	}
}

// join adds a seat to peer's. Its caller holds mu.
func (s *seats) join(peer string, st *seat) {
	p := s.parties[peer]
	if p == nil {
		p = &party{peer: peer}
		s.parties[peer] = p
		heap.Push(&s.ranking, p)
	}
	st.party, st.looked = p, st.since.Load()
	heap.Push(&p.seats, st)
	heap.Fix(&s.ranking, p.place)
	s.taken++
}

// leave takes a seat from its party. Its caller holds mu.
func (s *seats) leave(st *seat) {
	p := st.party
	st.party = nil
	heap.Remove(&p.seats, st.place)
	heap.Fix(&s.ranking, p.place)
	s.taken--
	if len(p.seats) == 0 {
		heap.Remove(&s.ranking, p.place)
		delete(s.parties, p.peer)
	}
}

// givesWay is the seat to free for a newcomer, nil where that has to go itself. Its caller
// holds mu.
func (s *seats) givesWay(peer string) *seat {
	own := 0
	most := s.ranking[0]
	if p := s.parties[peer]; p != nil {
		own = len(p.seats)
		if own == len(most.seats) {
			most = p
		}
	}
	st, idle := most.longest(int64(time.Since(s.began)))
	if idle || 2*(own+1) <= len(most.seats) {
		return st
	}
	return nil
}

// longest is the seat that has been idle for longest. Where those looked at are all busy,
// it is one that has been so for long.
func (p *party) longest(now int64) (st *seat, idle bool) {
	var busy *seat
	for passed := 0; passed < maxLooks; {
		first := p.seats[0]
		since := first.since.Load()
		switch {
		case since > first.looked:
			first.looked = since
		case !first.busy.Load():
			return first, true
		default:
			if busy == nil {
				busy = first
			}
			first.looked = now
			passed++
		}
		heap.Fix(&p.seats, 0)
	}
	return busy, false
}

// seatHeap has on top what was marked longest ago. Marks are made later and later, so what
// is on top with an old one need only be looked at again and put where it belongs.
type seatHeap []*seat

func (h seatHeap) Len() int           { return len(h) }
func (h seatHeap) Less(i, j int) bool { return h[i].looked < h[j].looked }

func (h seatHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

// Push is the heap's.
func (h *seatHeap) Push(x any) {
	st := x.(*seat)
	st.place = len(*h)
	*h = append(*h, st)
}

// Pop is the heap's.
func (h *seatHeap) Pop() any {
	last := len(*h) - 1
	st := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return st
}

// ranking is a heap of the parties, the greediest on top.
type ranking []*party

func (r ranking) Len() int           { return len(r) }
func (r ranking) Less(i, j int) bool { return len(r[i].seats) > len(r[j].seats) }

func (r ranking) Swap(i, j int) {
	r[i], r[j] = r[j], r[i]
	r[i].place, r[j].place = i, j
}

// Push is the heap's.
func (r *ranking) Push(x any) {
	p := x.(*party)
	p.place = len(*r)
	*r = append(*r, p)
}

// Pop is the heap's.
func (r *ranking) Pop() any {
	last := len(*r) - 1
	p := (*r)[last]
	(*r)[last] = nil
	*r = (*r)[:last]
	return p
}
