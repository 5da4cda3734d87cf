package parser

import (
	"bytes"
	"hash/maphash"

	"arr/audit"
)

// maxSkeleton and maxSlots bound what is shared as a shape. A frame beyond them is
// kept whole.
const (
	maxSkeleton = 4096
	maxSlots    = 256
)

// maxKeptValues bounds the memory that is kept from one frame to the next.
const maxKeptValues = 1 << 15

// cut is a slot of the frame that is being read: the text before it, how many values it
// has and, where it is repeated, the text between them.
type cut struct {
	class class
	gap   span
	joint span // end 0: not repeated
	n     int
}

// cutter collects what a frame's slots are. It belongs to one Parser.
type cutter struct {
	frame  []byte
	cuts   []cut
	values []span
	gap    int  // where the text before the next slot begins
	size   int  // bytes of skeleton so far
	large  bool // more slots or skeleton than are shared
	audit  bool // the root is an AuditMessage
}

func (c *cutter) reset(frame []byte) {
	if cap(c.values) > maxKeptValues {
		c.values = nil
	}
	*c = cutter{frame: frame, cuts: c.cuts[:0], values: c.values[:0]}
}

// cut makes frame[off:end] a value of the given class.
func (c *cutter) cut(k class, off, end int) {
	if c.large {
		return
	}
	gap := span{c.gap, off}
	c.gap = end
	if repeatable[k] && c.repeat(k, gap) {
		c.values = append(c.values, span{off, end})
		return
	}
	c.size += gap.end - gap.off
	if len(c.cuts) == maxSlots || c.size > maxSkeleton {
		c.large = true
		return
	}
	c.cuts = append(c.cuts, cut{class: k, gap: gap, n: 1})
	c.values = append(c.values, span{off, end})
}

// repeat says whether a value of class k behind gap joins the last slot.
func (c *cutter) repeat(k class, gap span) bool {
	if len(c.cuts) == 0 {
		return false
	}
	last := &c.cuts[len(c.cuts)-1]
	switch {
	case last.class != k:
		return false
	case last.joint.end == 0:
		last.joint = gap
		c.size += gap.end - gap.off
	case !bytes.Equal(last.joint.of(c.frame), gap.of(c.frame)):
		return false
	}
	last.n++
	return true
}

// header cuts the header's fields.
func (c *cutter) header(h *header) {
	stamp := headerTimestamp
	if h.kind == bsdHeader {
		stamp = headerBSDTimestamp
	}
	c.field(stamp, h.timestamp)
	c.field(headerHostname, h.host)
	c.field(headerApp, h.app)
	c.field(headerProcID, h.proc)
	c.field(headerMsgID, h.msg)
	c.field(headerStructured, h.structured)
}

func (c *cutter) field(k class, s span) {
	if !nilValue(c.frame, s) {
		c.cut(k, s.off, s.end)
	}
}

// text cuts what is neither header nor audit message, from off to end: what is
// readable of it.
func (c *cutter) text(off, end int) {
	if off, end = readableIn(c.frame, off, end); off < end {
		c.cut(headerText, off, end)
	}
}

// readableIn returns where the readable part of b[off:end] begins and ends: what is left
// without the byte order marks before it and the padding around it. Shapes and direct
// readings both go by it, so that they find the same text.
func readableIn(b []byte, off, end int) (int, int) {
	for off < end {
		if padding(b[off]) {
			off++
		} else if bytes.HasPrefix(b[off:end], byteOrderMark) {
			off += len(byteOrderMark)
		} else {
			break
		}
	}
	for end > off && padding(b[end-1]) {
		end--
	}
	return off, end
}

// padding says whether a byte around a message says nothing: white space, or the
// NUL that some senders end a message with.
func padding(b byte) bool { return b == 0 || b == ' ' || b == '\n' || b == '\r' || b == '\t' }

// hash is a hash of the skeleton.
func (c *cutter) hash(seed maphash.Seed) uint64 {
	const k = 0x9E3779B97F4A7C15
	h := uint64(len(c.cuts))
	for i := range c.cuts {
		t := &c.cuts[i]
		h = (h ^ maphash.Bytes(seed, t.gap.of(c.frame)) ^ uint64(t.class)) * k
		h ^= h >> 29
		if t.joint.end > 0 {
			h = (h ^ maphash.Bytes(seed, t.joint.of(c.frame))) * k
		}
	}
	return (h ^ maphash.Bytes(seed, c.frame[c.gap:])) * k
}

func spanOf(v span) audit.Span { return audit.Span{Off: uint32(v.off), Len: uint32(v.end - v.off)} }

// fill gives rec the values.
func (c *cutter) fill(rec *audit.Record) {
	for _, v := range c.values {
		rec.Spans = append(rec.Spans, spanOf(v))
	}
	for i := range c.cuts {
		if c.cuts[i].joint.end > 0 {
			rec.Runs = append(rec.Runs, uint32(c.cuts[i].n))
		}
	}
}
