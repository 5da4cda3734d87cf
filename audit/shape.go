package audit

// Column says which values are stored side by side: a store keeps the values
// of one Column of many records together, since they are alike. Columns are
// chosen by the parser and written in a Shape; a store treats them as opaque
// numbers below MaxColumns.
type Column uint16

// MaxColumns bounds Column.
const MaxColumns = 256

// ColumnRaw holds whole frames that have no shape of their own (see RawShape).
const ColumnRaw Column = 0

// Kind is a hint at how a column's values are written, so that a store can
// keep them smaller. A value that does not have its kind's form is stored as
// it is: the hint never changes what comes back.
type Kind uint8

// The kinds.
const (
	KindText   Kind = iota // nothing known
	KindTime               // RFC 3339 date-time, near Record.Time
	KindBase64             // base64
	KindUID                // DICOM UID: digits and dots
	KindNumber             // decimal digits
)

// Slot is one blank of a skeleton.
type Slot struct {
	Column Column
	Kind   Kind
	// Fields are what the slot's value is a value of. FieldText is among them
	// where people can read it.
	Fields FieldSet
	// Joint, if not nil, is the text that stands between consecutive values of
	// a repeated slot (13,000 Instance elements are one slot). A repeated slot
	// holds one or more values; any other holds exactly one.
	Joint []byte
}

// Fixed is a value that is part of the skeleton: codes, action, outcome. It is
// plain text, already unescaped.
type Fixed struct {
	Fields FieldSet
	Value  string
}

// Shape is what all frames of one skeleton have in common. A Shape is immutable
// once made and shared by every record that has it; equal skeletons have the
// same *Shape only within one parser's cache, so compare Key.
type Shape struct {
	// Key is a hash of Skeleton that no sender can predict the collisions of:
	// the first 16 bytes of its SHA-256.
	Key [16]byte
	// Gaps are the skeleton's texts: Gaps[i] stands before slot i, the last one
	// after the last slot, so there is one more than there are slots.
	Gaps  [][]byte
	Slots []Slot
	Fixed []Fixed
	// Repeats is how many slots have a Joint.
	Repeats int
	// Carries is every field that Slots or Fixed give a value of.
	Carries FieldSet
	// Raw marks RawShape: fields come from Record.Extra alone.
	Raw bool
}

// RawShape is the shape of a frame that is kept whole: one slot that is the
// frame. Frames have it whose values do not stand in them as UTF-8 text (UTF-16,
// relays' escapes, contradicted encodings) and those whose skeleton is too large
// to share (over 4 KiB or 256 slots). What such a record says is in its Extra.
var RawShape = &Shape{
	Gaps:  [][]byte{nil, nil},
	Slots: []Slot{{Column: ColumnRaw}},
	Raw:   true,
}
