package store

import (
	"bytes"

	"arr/audit"
)

// sourceReader reads what tells a record's source. One goroutine uses it.
type sourceReader struct {
	// slots remembers where the records of a shape have it.
	slots map[*audit.Shape]sourceSlots
	// id and hostname are read's scratch.
	id, hostname []byte
}

// sourceSlots are indices into a record's spans.
type sourceSlots struct{ id, hostname int }

// maxShapes bounds what is remembered of shapes: hostile senders make them without end.
const maxShapes = 1024

const sourceFields = audit.FieldSet(1<<audit.FieldSource | 1<<audit.FieldHostname)

// read is r's AuditSourceID and HOSTNAME, valid until the next call.
func (c *sourceReader) read(r *audit.Record) (id, hostname []byte) {
	at, known := c.slots[r.Shape]
	if !known {
		if at, known = slotsOf(r.Shape); known {
			if c.slots == nil || len(c.slots) >= maxShapes {
				c.slots = map[*audit.Shape]sourceSlots{}
			}
			c.slots[r.Shape] = at
		}
	}
	if known {
		if id = r.Value(at.id); bytes.IndexByte(id, '&') < 0 {
			return id, r.Value(at.hostname)
		}
	}
	c.id, c.hostname = c.id[:0], c.hostname[:0]
	r.Each(sourceFields, func(f audit.FieldSet, v []byte) bool {
		if f.Has(audit.FieldSource) && len(c.id) == 0 {
			c.id = append(c.id, v...)
		} else if f.Has(audit.FieldHostname) && len(c.hostname) == 0 {
			c.hostname = append(c.hostname, v...)
		}
		return true
	})
	return c.id, c.hostname
}

// slotsOf finds the slots of a shape that has one for each of the two, and no repeated
// slot before them.
func slotsOf(shape *audit.Shape) (at sourceSlots, ok bool) {
	at = sourceSlots{-1, -1}
	for i := range shape.Slots {
		switch f := shape.Slots[i].Fields; {
		case shape.Slots[i].Joint != nil:
			return at, at.id >= 0 && at.hostname >= 0
		case f.Has(audit.FieldSource) && at.id < 0:
			at.id = i
		case f.Has(audit.FieldHostname) && at.hostname < 0:
			at.hostname = i
		}
	}
	return at, at.id >= 0 && at.hostname >= 0
}
