package segment

import "arr/audit"

// rows says how the values of a block's columns belong to its records: each record has
// a form, and a form says how many values of each column its records have.
type rows struct {
	// forms are the block's, in order of first occurrence; ids has for each record
	// its place in forms.
	forms []*form
	ids   []uint16
	// runs are the runs of all records in order.
	runs []uint32
	// columns are the ids of the block's columns, in order of first occurrence.
	columns []audit.Column
}

// column gives what column ord holds of each form, nil for nothing.
func (l *rows) column(ord int) []*formColumn {
	cols := make([]*formColumn, len(l.forms))
	for i, f := range l.forms {
		cols[i] = f.find(l.columns[ord])
	}
	return cols
}

// step is how many records lie between two marks.
const step = 64

// marks has, for each step-th record and behind the last one, where its values begin in
// each column, and last where its runs begin.
type marks struct {
	width int
	at    []uint32
}

// mark makes the marks. It gives false where the records have more runs than there are.
func (l *rows) mark() (marks, bool) {
	m := marks{width: len(l.columns) + 1}
	m.at = make([]uint32, 0, (len(l.ids)/step+2)*m.width)
	at := make([]uint32, m.width)
	ords := l.ordinals()
	for i, id := range l.ids {
		if i%step == 0 {
			m.at = append(m.at, at...)
		}
		if !l.advance(at, int(id), ords[id]) {
			return m, false
		}
	}
	m.at = append(m.at, at...)
	return m, true
}

// advance moves at behind a record of form id, whose columns have these ordinals.
func (l *rows) advance(at []uint32, id int, ords []uint8) bool {
	f := l.forms[id]
	run := at[len(at)-1]
	if uint64(run)+uint64(f.shape.Repeats) > uint64(len(l.runs)) {
		return false
	}
	if f.shape.Repeats == 0 {
		for k := range f.cols {
			at[ords[k]] += uint32(f.cols[k].fixed)
		}
		return true
	}
	runs := l.runs[run : run+uint32(f.shape.Repeats)]
	for k := range f.cols {
		n := uint64(at[ords[k]]) + uint64(f.cols[k].fixed)
		for _, r := range f.cols[k].repeats {
			n += uint64(runs[r])
		}
		if n > maxValues {
			return false
		}
		at[ords[k]] = uint32(n)
	}
	at[len(at)-1] += uint32(f.shape.Repeats)
	return true
}

// ordinals gives for each form the ordinals of its columns.
func (l *rows) ordinals() [][]uint8 {
	var place [audit.MaxColumns]uint8
	for ord, id := range l.columns {
		place[id] = uint8(ord)
	}
	out := make([][]uint8, len(l.forms))
	for i, f := range l.forms {
		ords := make([]uint8, len(f.cols))
		for k := range f.cols {
			ords[k] = place[f.cols[k].id]
		}
		out[i] = ords
	}
	return out
}

// maxValues bounds the values that one column of a block holds: records with more are
// stored whole.
const maxValues = 1 << 24
