package receiver

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestSeats: who gives way to whom, of four seats. A step is a peer that comes, or the name of
// one that sits (its peer and how many of that came before) with what it does: + begins
// something, - is done, x leaves. Every step takes a second.
func TestSeats(t *testing.T) {
	for _, c := range []struct{ name, steps, gone string }{
		{"there is room", "a a a b", ""},
		{"the oldest idle one of who has most", "a a a b c", "a0"},
		{"what was used is not the oldest", "a a a b a0+ a0- c", "a1"},
		{"not the busy one", "a a a b a0+ c", "a1"},
		{"idle ones first, however long the others are busy", "a a a b a0+ a1+ c", "a2"},
		{"else the one that is busy for longest", "a a a b a1+ a0+ a2+ c", "a1"},
		{"unless who comes would have more than half as many", "a a a b a1+ a0+ a2+ b", "b1?"},
		{"from one frame to the next it begins anew", "a a a a a1+ a0+ a2+ a3+ a1+ c", "a0"},
		{"and a second one of that peer", "a a a a a1+ a0+ a2+ a3+ c c0+ c", "a1 c1?"},
		{"its own for who has most", "a a a b a", "a0"},
		{"none for who has most of busy ones", "a a a b a0+ a1+ a2+ a", "a3?"},
		{"one of as many is not another's to take", "a b c d a0+ a", "a1?"},
		{"each has one", "a b c d e", "?"},
		{"who left makes room", "a a a b b0x c d", "a0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { seatSteps(t, c.steps, c.gone) })
		})
	}
}

// seatSteps takes steps and compares who gave way. A newcomer that got no seat is its name
// and a question mark; want may be a lone one, for anybody.
func seatSteps(t *testing.T, steps, want string) {
	s := newSeats(4)
	sitting := map[string]*seat{}
	came := map[string]int{}
	var gone []string
	for step := range strings.FieldsSeq(steps) {
		time.Sleep(time.Second)
		name, does := step[:len(step)-1], step[len(step)-1]
		switch {
		case len(step) > 1 && does == 'x':
			sitting[name].free()
			sitting[name].free()
		case len(step) > 1:
			sitting[name].mark(does == '+')
		default:
			name := fmt.Sprintf("%s%d", step, came[step])
			came[step]++
			st := s.take(step, func(peer string) {
				if peer != name[:1] {
					t.Errorf("%s is told that it is %s's", name, peer)
				}
				gone = append(gone, name)
			})
			if st == nil {
				gone = append(gone, name+"?")
			}
			sitting[name] = st
		}
	}
	if got := strings.Join(gone, " "); got != want && !(want == "?" && len(gone) == 1) {
		t.Errorf("%s: gave way %q, want %q", steps, got, want)
	}
	n := 0
	for _, p := range s.parties {
		n += len(p.seats)
	}
	if n != s.taken || s.there < n || len(s.ranking) != len(s.parties) || s.taken > 4 {
		t.Errorf("%d seats of %d parties, %d taken, %d ranked", n, len(s.parties), s.taken, len(s.ranking))
	}
}

// Connections that gave way and don't end are bounded, too.
func TestSeatsOfWhoDoesNotEnd(t *testing.T) {
	s := newSeats(32)
	var all []*seat
	take := func(n int) (got int) {
		for range n {
			if st := s.take("a", func(string) {}); st != nil {
				all = append(all, st)
				got++
			}
		}
		return got
	}
	if got := take(100); got != 32+2+leaving {
		t.Errorf("%d connections are there", got)
	}
	b := s.take("b", func(string) {})
	if b == nil {
		t.Fatal("who has none that gave way is kept out by another's")
	}
	b.free()
	all[0].free()
	all[0].free()
	if got := take(100); got != 1 {
		t.Errorf("once one has ended, %d more are there", got)
	}
	for _, st := range all {
		st.free()
	}
	if got := take(32); got != 32 || s.there != 32 || s.taken != 32 {
		t.Errorf("once all have, %d of %d", got, s.there)
	}
}

// What a newcomer costs does not depend on how many are busy.
func TestSeatsLookAtFew(t *testing.T) {
	s := newSeats(5000)
	end := func(string) {}
	for range 5000 {
		s.take("a", end).mark(true)
	}
	for range 100 {
		if s.take("a", end) != nil {
			t.Fatal("a seat of a busy connection")
		}
	}
	looks := 0
	for _, st := range s.parties["a"].seats {
		if st.looked > st.since.Load() {
			looks++
		}
	}
	if looks > 100*maxLooks {
		t.Errorf("%d were looked at", looks)
	}
}
