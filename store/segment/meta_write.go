package segment

import (
	"encoding/binary"
	"math"
	"slices"

	"arr/audit"
)

// noInstant stands for the instant of a value that has none.
const noInstant = math.MinInt64

// metaWriter writes what is known of records beside their frames' values.
type metaWriter struct {
	ms, us []uint64
	wide   []uint64
	ids    []uint32
	refs   []int64
	planes []byte
	table  []byte
	places map[string]uint32
	text   []byte
	codes  []string
}

// writeInstants writes instants, each against the reference beside it, and appends where
// they lie: the planes of the differences in whole milliseconds, zigzag, and the planes
// of the microseconds within the instant's millisecond plus one, 0 where instant and
// reference are the same.
func (m *metaWriter) writeInstants(dir []byte, w *pageWriter, vals, refs []int64) []byte {
	m.ms, m.us = m.ms[:0], m.us[:0]
	for i, v := range vals {
		if v == noInstant || v == refs[i] {
			m.ms, m.us = append(m.ms, 0), append(m.us, 0)
			continue
		}
		ms := floorDiv(v, 1000)
		m.ms = append(m.ms, zigzag(ms-floorDiv(refs[i], 1000)))
		m.us = append(m.us, uint64(v-ms*1000)+1)
	}
	dir = appendPlanes(dir, writePlanes(w, m.ms, &m.planes))
	return appendPlanes(dir, writePlanes(w, m.us, &m.planes))
}

// spread gives for each value of a column its record's time.
func (m *metaWriter) spread(l *rows, times []int64, ord, n int) []int64 {
	m.refs = spreadTimes(m.refs[:0], l, times, ord)
	return m.refs[:n]
}

// spreadTimes appends for each value of a column its record's time.
func spreadTimes(dst []int64, l *rows, times []int64, ord int) []int64 {
	cols := l.column(ord)
	run := 0
	for i, id := range l.ids {
		repeats := l.forms[id].shape.Repeats
		if c := cols[id]; c != nil {
			for range c.values(l.runs[run : run+repeats]) {
				dst = append(dst, times[i])
			}
		}
		run += repeats
	}
	return dst
}

// writeHead appends the directory's part on the records themselves: their number; the
// number of skeletons, where they lie one after another (audit.AppendSkeleton) and the
// planes of each record's place among them; the number of runs and their planes; the
// first Received (zigzag) and the planes of the differences to the one before (zigzag); the
// Times as writeInstants has them, against Received; the arrivals; the judgements.
func (e *blockEncoder) writeHead(records []*audit.Record) []byte {
	m := &e.meta
	m.table = m.table[:0]
	for _, f := range e.rows.forms {
		m.table = audit.AppendSkeleton(m.table, f.shape)
	}
	dir := appendUvarints(e.dir[:0], uint64(len(records)), uint64(len(e.rows.forms)))
	dir = appendRef(dir, e.pages.stream(m.table))
	m.ids = m.ids[:0]
	for _, id := range e.rows.ids {
		m.ids = append(m.ids, uint32(id))
	}
	dir = appendPlanes(dir, writePlanes(e.pages, m.ids, &m.planes))
	dir = binary.AppendUvarint(dir, uint64(len(e.rows.runs)))
	dir = appendPlanes(dir, writePlanes(e.pages, e.rows.runs, &m.planes))

	m.wide, m.refs, e.times = m.wide[:0], m.refs[:0], e.times[:0]
	before := records[0].Received
	for _, r := range records {
		m.wide = append(m.wide, zigzag(r.Received-before))
		before = r.Received
		m.refs = append(m.refs, r.Received)
		e.times = append(e.times, r.Time)
	}
	dir = appendVarint(dir, records[0].Received)
	dir = appendPlanes(dir, writePlanes(e.pages, m.wide, &m.planes))
	dir = m.writeInstants(dir, e.pages, e.times, m.refs)
	dir = m.writeTable(dir, e.pages, records, appendArrival)
	return m.writeTable(dir, e.pages, records, m.appendJudgement)
}

// writeTable writes what line makes of each record, each distinct line once, and appends
// the number of distinct lines, where they lie, each a text, and the planes of each
// record's place among them.
func (m *metaWriter) writeTable(dir []byte, w *pageWriter, records []*audit.Record, line func([]byte, *audit.Record) []byte) []byte {
	if m.places == nil {
		m.places = map[string]uint32{}
	}
	clear(m.places)
	m.table, m.ids = m.table[:0], m.ids[:0]
	for _, r := range records {
		m.text = line(m.text[:0], r)
		id, ok := m.places[string(m.text)]
		if !ok {
			id = uint32(len(m.places))
			m.places[string(m.text)] = id
			m.table = appendText(m.table, m.text)
		}
		m.ids = append(m.ids, id)
	}
	dir = binary.AppendUvarint(dir, uint64(len(m.places)))
	dir = appendRef(dir, w.stream(m.table))
	return appendPlanes(dir, writePlanes(w, m.ids, &m.planes))
}

// appendArrival appends how a record came: transport, format and flags, 1 byte each,
// then peer, certificate subject and fingerprint as texts.
func appendArrival(dst []byte, r *audit.Record) []byte {
	dst = append(dst, byte(r.Transport), byte(r.Format), byte(r.Flags))
	dst = appendText(dst, r.Peer)
	dst = appendText(dst, r.Cert.Subject)
	return appendText(dst, r.Cert.SHA256)
}

// appendJudgement appends what the parser thought of a record: class (1 byte), dialect,
// number of finding codes, and each code once, sorted, as texts.
func (m *metaWriter) appendJudgement(dst []byte, r *audit.Record) []byte {
	dst = append(dst, byte(r.Class))
	dst = appendText(dst, r.Dialect)
	m.codes = m.codes[:0]
	for i := range r.Findings {
		m.codes = append(m.codes, r.Findings[i].Code)
	}
	slices.Sort(m.codes)
	m.codes = slices.Compact(m.codes)
	dst = binary.AppendUvarint(dst, uint64(len(m.codes)))
	for _, c := range m.codes {
		dst = appendText(dst, c)
	}
	return dst
}

func appendUvarints(dst []byte, ns ...uint64) []byte {
	for _, n := range ns {
		dst = binary.AppendUvarint(dst, n)
	}
	return dst
}
