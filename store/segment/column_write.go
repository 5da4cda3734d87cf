package segment

import (
	"bytes"
	"encoding/base64"

	"arr/audit"
)

// The flags of a column's entry in a block's directory.
const (
	columnTimes  = 1 << iota // values are layouts, instants stand beside them
	columnBase64             // values are stored decoded but for those marked
	columnAffix              // values are stored without what they share with the one before
	columnFlags  = 1<<iota - 1
)

// columnWriter gathers the values of one column of one block: each distinct one once,
// in order of first occurrence. Ids and counters are near each other in that order,
// so that they compress as if sorted, and a new value's code needs no bytes.
type columnWriter struct {
	id    audit.Column
	flags byte
	// distinct has slices of frames, or layouts; arena holds what base64 was decoded
	// to.
	distinct dictionary
	arena    []byte
	// codes has each value's number in distinct.
	codes []uint32
	// instants are the values' times, where flags has columnTimes.
	instants []int64
	layout   []byte
	// plain are the distinct values as they are stored, marked those of base64 that
	// are stored as they were written.
	plain  [][]byte
	marked []bool
}

// begin makes w empty, for values of a kind.
func (w *columnWriter) begin(id audit.Column, kind audit.Kind, readable bool) {
	w.id, w.flags = id, 0
	switch {
	case kind == audit.KindTime && !readable:
		w.flags = columnTimes
	case kind == audit.KindBase64:
		w.flags = columnBase64
	}
	w.distinct.reset()
	w.codes, w.instants = w.codes[:0], w.instants[:0]
	w.arena = w.arena[:0]
}

// letGo forgets the values, which are parts of frames that would stay in memory for them.
func (w *columnWriter) letGo() {
	w.distinct.reset()
	clear(w.plain)
}

// add appends a value, which must stay as it is until the block is encoded.
func (w *columnWriter) add(v []byte) {
	if w.flags&columnTimes == 0 {
		w.codes = append(w.codes, w.distinct.number(v, false))
		return
	}
	layout, us := splitTime(w.layout[:0], v)
	w.layout = layout
	if w.layout[0] == layoutText {
		us = noInstant
	}
	w.instants = append(w.instants, us)
	w.codes = append(w.codes, w.distinct.number(w.layout, true))
}

// decode fills plain and marked: base64 is decoded where encoding gives the same text
// again.
func (w *columnWriter) decode() {
	w.plain, w.marked = w.plain[:0], w.marked[:0]
	if w.flags&columnBase64 == 0 {
		w.plain = append(w.plain, w.distinct.values...)
		return
	}
	size := 0
	for _, v := range w.distinct.values {
		size += base64.StdEncoding.DecodedLen(len(v))
	}
	if cap(w.arena) < size {
		w.arena = make([]byte, 0, size)
	}
	free := w.arena[:cap(w.arena)]
	for _, v := range w.distinct.values {
		d, ok := decodeCanonical(free, v)
		if ok {
			free = free[len(d):]
		} else {
			d = v
		}
		w.plain, w.marked = append(w.plain, d), append(w.marked, !ok)
	}
}

var strictBase64 = base64.StdEncoding.Strict()

// decodeCanonical decodes v into dst where v is the one text that encoding gives.
func decodeCanonical(dst, v []byte) ([]byte, bool) {
	if len(v)%4 != 0 {
		return nil, false
	}
	n, err := strictBase64.Decode(dst, v)
	// The decoder passes over line ends: then there is less than the length says.
	want := len(v) / 4 * 3
	if bytes.HasSuffix(v, []byte("==")) {
		want -= 2
	} else if bytes.HasSuffix(v, []byte("=")) {
		want--
	}
	return dst[:n:n], err == nil && n == want
}
