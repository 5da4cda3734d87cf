package answer

import (
	"bufio"
	"strconv"

	"arr/query"
)

// lines is ndjson.
type lines struct {
	plain
	out     *bufio.Writer
	fields  []*field
	plan    *query.Plan
	scratch []byte
}

// appendHit appends one record's object.
func (l *lines) appendHit(dst []byte, v *view) []byte {
	if l.fields == nil {
		return appendRecord(dst, v)
	}
	return appendSelected(dst, v, l.fields)
}

// appendBucket appends one bucket's object.
func (l *lines) appendBucket(dst []byte, b query.Bucket) []byte {
	dst = append(dst, '{')
	if l.plan.Kind == query.Histogram {
		dst = append(appendKey(dst, "time"), '"')
		dst = append(appendTime(dst, b.Time, zoneOf(l.plan)), '"')
	} else {
		dst = appendMember(dst, "value", b.Value)
	}
	return append(strconv.AppendInt(appendKey(dst, "count"), b.Count, 10), '}')
}

func (l *lines) record(v *view) error {
	l.scratch = append(l.appendHit(l.scratch[:0], v), '\n')
	return l.write()
}

func (l *lines) bucket(b query.Bucket) error {
	l.scratch = append(l.appendBucket(l.scratch[:0], b), '\n')
	return l.write()
}

// write hands the line on; the memory of an extraordinary one is not kept.
func (l *lines) write() error {
	_, err := l.out.Write(l.scratch)
	if cap(l.scratch) > 1<<20 {
		l.scratch = nil
	}
	return err
}

// array is JSON: the objects of ndjson in one array, a line each.
type array struct {
	lines
	begun bool
}

func (a *array) begin() []byte {
	if a.begun {
		return append(a.scratch[:0], ",\n"...)
	}
	a.begun = true
	return append(a.scratch[:0], "[\n"...)
}

func (a *array) record(v *view) error {
	a.scratch = a.appendHit(a.begin(), v)
	return a.write()
}

func (a *array) bucket(b query.Bucket) error {
	a.scratch = a.appendBucket(a.begin(), b)
	return a.write()
}

func (a *array) close() error {
	end := "\n]\n"
	if !a.begun {
		end = "[]\n"
	}
	_, err := a.out.WriteString(end)
	return err
}
