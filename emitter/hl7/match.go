package hl7

import (
	"cmp"
	"hash/maphash"
	"iter"
	"slices"
	"sort"
)

// Pairs gives each message in messages (see Split) with its acknowledgement, nil where
// acks has none: the one that names the message's control id (MSA-2, MSH-10), else the one
// in its place if that names no other's. It needs memory for acks alone, and no more than
// that has itself, however many messages there are.
func Pairs(messages, acks []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(message, ack []byte) bool) {
		m := matcher{acks: acks, seed: maphash.MakeSeed()}
		m.index()
		if len(m.named) > 0 {
			for one := range Split(messages) {
				m.take(one)
			}
			for i := range m.named {
				m.named[i].given = 0
			}
		}
		inPlace, stop := iter.Pull(Split(acks))
		defer stop()
		place := 0
		for one := range Split(messages) {
			other, _ := inPlace()
			ack := m.take(one)
			if ack == nil && other != nil && !m.taken[place] {
				ack = other
			}
			place++
			if !yield(one, ack) {
				return
			}
		}
	}
}

// matcher finds acknowledgements by the control ids that they name.
type matcher struct {
	acks []byte
	seed maphash.Seed
	// named are the acknowledgements that name an id, by its hash, those of one id in
	// their order.
	named []namedAck
	// taken says which acknowledgements a message was found for, by their place.
	taken []bool
	msg   message
}

// namedAck is where an acknowledgement stands in acks, and its place among them.
type namedAck struct {
	hash              uint64
	start, end, place uint32
	// given counts, in the first of an id, how many of that id are given.
	given uint32
}

// index finds the acknowledgements that name an id.
func (m *matcher) index() {
	n := 0
	for range Split(m.acks) {
		n++
	}
	m.taken = make([]bool, n)
	place := uint32(0)
	for ack := range Split(m.acks) {
		m.msg.parse(ack, tolerant)
		if id := m.msg.field(m.msg.first(m.msg.segments, "MSA"), 2); len(id) > 0 {
			start := cap(m.acks) - cap(ack) // it is a part of acks
			m.named = append(m.named, namedAck{maphash.Bytes(m.seed, id), uint32(start), uint32(start + len(ack)), place, 0})
		}
		place++
	}
	slices.SortStableFunc(m.named, func(a, b namedAck) int { return cmp.Compare(a.hash, b.hash) })
}

// take gives the next acknowledgement that names a message's control id, nil if none is left.
func (m *matcher) take(one []byte) []byte {
	if len(m.named) == 0 {
		return nil
	}
	m.msg.parse(one, tolerant)
	id := m.msg.field(m.msg.header, 10)
	if len(id) == 0 {
		return nil
	}
	hash := maphash.Bytes(m.seed, id)
	first := sort.Search(len(m.named), func(i int) bool { return m.named[i].hash >= hash })
	if first == len(m.named) || m.named[first].hash != hash {
		return nil
	}
	at := first + int(m.named[first].given)
	if at == len(m.named) || m.named[at].hash != hash {
		return nil
	}
	m.named[first].given++
	ack := &m.named[at]
	m.taken[ack.place] = true
	return m.acks[ack.start:ack.end:ack.end]
}
