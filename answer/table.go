package answer

import (
	"bufio"
	"bytes"
	"strings"
	"time"

	"arr/audit"
)

// layoutRows is how many rows a table is laid out by; rows that come later take
// the widths that these gave, so that an answer of any length needs no more memory.
const layoutRows = 200

// heldBytes is after how many bytes a table does not wait for layoutRows.
const heldBytes = 1 << 20

// leastWidth is how narrow a column may be made for the others to have room.
// widestColumn is how wide one gets: what is longer, and not cut, sticks out.
const (
	leastWidth   = 6
	widestColumn = 200
)

// table is rows for a terminal.
type table struct {
	plain
	out    *bufio.Writer
	fields []*field
	zone   *time.Location
	width  int
	held   [][]string
	size   int // of held
	widths []int
	line   []byte
}

func newTable(out *bufio.Writer, o Options) *table {
	return &table{out: out, fields: o.Fields.or(tableFields), zone: o.Zone, width: o.Width}
}

func (t *table) record(v *view) error {
	row := make([]string, len(t.fields))
	for i, f := range t.fields {
		row[i] = audit.Visible(t.cell(f, v))
		if t.width > 0 {
			row[i] = Fit(row[i], t.width)
		}
	}
	if t.widths != nil {
		return t.write(row)
	}
	t.held = append(t.held, row)
	for _, cell := range row {
		t.size += len(cell)
	}
	if len(t.held) < layoutRows && t.size < heldBytes {
		return nil
	}
	return t.flush()
}

// cell is a field as people read it in a table: times in their zone, outcomes in
// words.
func (t *table) cell(f *field, v *view) string {
	switch f.name {
	case "time":
		return clock(v.Time, t.zone)
	case "received":
		return clock(v.Received, t.zone)
	case "outcome":
		return outcomeWord(v.msg().Outcome)
	case "event":
		return title(v)
	}
	return f.cell(v)
}

// title is what happened, or what came instead of an audit message.
func title(v *view) string {
	if e := label(v.msg().Event); e != "" {
		return e
	}
	return "(" + v.Class.String() + ")"
}

func clock(us int64, zone *time.Location) string {
	return time.UnixMicro(us).In(zone).Format("2006-01-02 15:04:05 MST")
}

func outcomeWord(code string) string {
	switch code {
	case "0":
		return "success"
	case "4":
		return "minor failure"
	case "8":
		return "serious failure"
	case "12":
		return "major failure"
	}
	return code
}

// flush lays out the rows held back and writes them. A table that goes on keeps its
// widths.
func (t *table) flush() error {
	if len(t.held) == 0 {
		return nil
	}
	head := make([]string, len(t.fields))
	t.widths = make([]int, len(t.fields))
	for i, f := range t.fields {
		head[i] = strings.ToUpper(f.name)
		t.widths[i] = Columns(head[i])
		for _, row := range t.held {
			t.widths[i] = max(t.widths[i], min(Columns(row[i]), widestColumn))
		}
	}
	if t.width > 0 {
		t.shrink(t.width - 2*(len(t.widths)-1))
	}
	if err := t.write(head); err != nil {
		return err
	}
	for _, row := range t.held {
		if err := t.write(row); err != nil {
			return err
		}
	}
	t.held = nil
	return nil
}

// uncut are the fields that say nothing when they are cut.
var uncut = map[string]bool{"id": true, "time": true, "received": true, "action": true, "outcome": true, "transport": true, "conformance": true}

// shrink takes from the widest columns that may be cut, until all fit in room.
func (t *table) shrink(room int) {
	sum := 0
	for _, w := range t.widths {
		sum += w
	}
	for ; sum > room; sum-- {
		widest := -1
		for i, w := range t.widths {
			if !uncut[t.fields[i].name] && w > leastWidth && (widest < 0 || w > t.widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		t.widths[widest]--
	}
}

func (t *table) write(row []string) error {
	t.line = t.line[:0]
	for i, s := range row {
		if i > 0 {
			t.line = append(t.line, "  "...)
		}
		if t.width > 0 {
			s = Fit(s, t.widths[i])
		}
		t.line = Pad(t.line, s, t.widths[i])
	}
	_, err := t.out.Write(append(bytes.TrimRight(t.line, " "), '\n'))
	return err
}
