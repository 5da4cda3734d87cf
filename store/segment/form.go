package segment

import (
	"bytes"
	"sort"
	"sync"

	"arr/audit"
)

// form is a shape seen column by column: which of its slots stand in which column.
type form struct {
	shape *audit.Shape
	// cols are sorted by id; at has each one's place among them plus 1, 0 for no column.
	cols []formColumn
	at   [audit.MaxColumns]uint16
	// size is about what the form and its shape take in memory.
	size int
}

// formColumn is what one column holds of a record of the form.
type formColumn struct {
	id audit.Column
	// slots are the shape's slots in this column, in order.
	slots []formSlot
	// fixed is how many values slots without joint give; repeats are the places in
	// the record's runs of those with.
	fixed   int
	repeats []int
	// fields are those of all slots; alike says that each has the same fields and is
	// base64 or not like the others.
	fields audit.FieldSet
	alike  bool
}

// formSlot is a slot: its place in the shape, and of its run in the record's runs, -1
// for a slot without joint.
type formSlot struct{ slot, repeat int }

// What a form takes in memory, and each slot of it, beside the texts, about.
const (
	formBytes     = 1 << 10
	formSlotBytes = 192
)

func newForm(s *audit.Shape) *form {
	f := &form{shape: s, size: formBytes}
	repeat := 0
	for i := range s.Slots {
		f.size += formSlotBytes + len(s.Gaps[i]) + len(s.Slots[i].Joint)
		fs := formSlot{i, -1}
		if s.Slots[i].Joint != nil {
			fs.repeat = repeat
			repeat++
		}
		f.column(s.Slots[i].Column).add(&s.Slots[i], fs, s)
	}
	sort.Slice(f.cols, func(i, j int) bool { return f.cols[i].id < f.cols[j].id })
	for k := range f.cols {
		f.at[f.cols[k].id] = uint16(k + 1)
	}
	return f
}

// column gives the column with this id, new if need be, while cols are not yet sorted.
func (f *form) column(id audit.Column) *formColumn {
	for i := range f.cols {
		if f.cols[i].id == id {
			return &f.cols[i]
		}
	}
	f.cols = append(f.cols, formColumn{id: id, alike: true})
	return &f.cols[len(f.cols)-1]
}

func (c *formColumn) add(slot *audit.Slot, fs formSlot, s *audit.Shape) {
	if len(c.slots) > 0 {
		first := &s.Slots[c.slots[0].slot]
		c.alike = c.alike && first.Fields == slot.Fields &&
			(first.Kind == audit.KindBase64) == (slot.Kind == audit.KindBase64)
	}
	c.slots = append(c.slots, fs)
	c.fields |= slot.Fields
	if fs.repeat < 0 {
		c.fixed++
	} else {
		c.repeats = append(c.repeats, fs.repeat)
	}
}

// find gives what column id holds, nil for nothing.
func (f *form) find(id audit.Column) *formColumn {
	if k := f.at[id]; k > 0 {
		return &f.cols[k-1]
	}
	return nil
}

// values is how many values the column holds of a record with these runs.
func (c *formColumn) values(runs []uint32) int {
	n := c.fixed
	for _, r := range c.repeats {
		n += int(runs[r])
	}
	return n
}

// isRawSkeleton says whether a shape read from disk is audit.RawShape.
func isRawSkeleton(s *audit.Shape) bool {
	return len(s.Slots) == 1 && s.Slots[0].Column == audit.ColumnRaw && s.Slots[0].Joint == nil &&
		s.Slots[0].Kind == audit.RawShape.Slots[0].Kind && len(s.Gaps[0]) == 0 && len(s.Gaps[1]) == 0
}

// maxShapes and maxShapeBytes bound the shapes that a Shapes keeps: hostile senders can
// make as many as they like.
const (
	maxShapes     = 1 << 15
	maxShapeBytes = 32 << 20
)

// Shapes keeps described shapes by their Key for all segments. It is safe for
// concurrent use.
type Shapes struct {
	mu       sync.Mutex
	describe func(*audit.Shape)
	forms    map[[16]byte]*form
	bytes    int // of forms
}

// NewShapes makes an empty cache of shapes. describe fills what a shape read from disk
// lacks (the slots' Fields, Fixed, Carries); it may be called from any goroutine.
func NewShapes(describe func(*audit.Shape)) *Shapes {
	return &Shapes{describe: describe, forms: map[[16]byte]*form{audit.RawShape.Key: newForm(audit.RawShape)}}
}

// form gives the form of a shape that ParseSkeleton read from bytes that the caller may
// change again.
func (s *Shapes) form(shape *audit.Shape) *form {
	if isRawSkeleton(shape) {
		shape = audit.RawShape
	}
	if f := s.known(shape.Key); f != nil {
		return f
	}
	// Nobody waits for what takes its time; who looks at the same shape just now makes it,
	// too, and one of the two is kept.
	if !shape.Raw {
		shape = cloneShape(shape)
		s.describe(shape)
	}
	return s.keep(shape.Key, newForm(shape))
}

func (s *Shapes) known(key [16]byte) *form {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.forms[key]
}

func (s *Shapes) keep(key [16]byte, f *form) *form {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.forms[key]; known != nil {
		return known
	}
	if len(s.forms) >= maxShapes || s.bytes >= maxShapeBytes {
		clear(s.forms)
		s.bytes = 0
	}
	s.forms[key] = f
	s.bytes += f.size
	return f
}

// cloneShape copies the texts that are sub-slices of a page.
func cloneShape(s *audit.Shape) *audit.Shape {
	c := *s
	c.Gaps = make([][]byte, len(s.Gaps))
	for i, g := range s.Gaps {
		c.Gaps[i] = bytes.Clone(g)
	}
	c.Slots = append([]audit.Slot(nil), s.Slots...)
	for i := range c.Slots {
		c.Slots[i].Joint = bytes.Clone(s.Slots[i].Joint)
	}
	return &c
}
