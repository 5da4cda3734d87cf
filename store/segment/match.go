package segment

import (
	"encoding/hex"

	"arr/audit"
	"arr/query"
)

// Match sets in out the records of sel (nil: of the whole block) that satisfy leaf, and
// clears all others. out may be sel. It evaluates a predicate once for each distinct
// value, and only for values of records that are asked for.
func (b *Block) Match(leaf *query.Leaf, sel, out *Bitmap) error {
	todo := b.selection(sel)
	*out = Bitmap{}
	if leaf.Fields&audit.Numeric != 0 {
		return b.matchNumbers(leaf, todo, out)
	}
	if todo.Empty() {
		return nil
	}
	d, err := b.directory()
	if err != nil {
		return err
	}
	m := &matcher{block: b, dir: d, leaf: leaf, todo: todo, out: out}
	if leaf.Fields&audit.Metadata != 0 {
		if err := m.metadata(); err != nil {
			return err
		}
	}
	if leaf.Fields&^audit.Metadata == 0 {
		return nil
	}
	if m.layout, err = b.layout(d); err != nil {
		return err
	}
	if err := m.columns(m.shapes()); err != nil {
		return err
	}
	return m.frames()
}

// matchNumbers compares numbers of the records themselves.
func (b *Block) matchNumbers(leaf *query.Leaf, todo, out *Bitmap) error {
	for set := leaf.Fields & audit.Numeric; set != 0; {
		f := set.First()
		set &^= audit.Fields(f)
		lo, hi := int64(b.info.first), int64(b.info.first)+int64(b.info.records)-1
		read := func() ([]int64, error) { return nil, nil }
		switch f {
		case audit.FieldTime:
			lo, hi, read = b.info.minTime, b.info.maxTime, b.Times
		case audit.FieldReceived:
			lo, hi, read = b.info.minReceived, b.info.maxReceived, b.Received
		}
		if hi < leaf.Lo || lo > leaf.Hi {
			continue
		}
		if lo >= leaf.Lo && hi <= leaf.Hi {
			*out = *todo
			return nil
		}
		vals, err := read()
		if err != nil {
			return err
		}
		for i := todo.Next(0); i >= 0; i = todo.Next(i + 1) {
			v := lo + int64(i)
			if vals != nil {
				v = vals[i]
			}
			if v >= leaf.Lo && v <= leaf.Hi {
				out.Set(i)
			}
		}
	}
	return nil
}

// matcher is one call of Match. Records go from todo to out as they satisfy.
type matcher struct {
	block  *Block
	dir    *directory
	layout *layout
	leaf   *query.Leaf
	todo   *Bitmap
	out    *Bitmap
}

func (m *matcher) satisfies(value []byte) bool { return m.leaf.Match == nil || m.leaf.Match(value) }

func (m *matcher) found(i int) {
	m.out.Set(i)
	m.todo[i>>6] &^= 1 << (i & 63)
}

// metadata matches what is known of records beside their frames.
func (m *matcher) metadata() error {
	if m.leaf.Fields&arrivalFields != 0 {
		t, err := m.block.arrivals(m.dir)
		if err != nil {
			return err
		}
		matchLines(m, t, eachArrival)
	}
	if m.leaf.Fields&judgementFields == 0 {
		return nil
	}
	t, err := m.block.judgements(m.dir)
	if err != nil {
		return err
	}
	matchLines(m, t, eachJudgement)
	return nil
}

func matchLines[T any](m *matcher, t *lines[T], each func(*T, audit.FieldSet, func(audit.Field, []byte))) {
	hits := make([]bool, len(t.lines))
	some := false
	for i := range t.lines {
		each(&t.lines[i], m.leaf.Fields, func(_ audit.Field, v []byte) {
			hits[i] = hits[i] || m.satisfies(v)
		})
		some = some || hits[i]
	}
	if !some {
		return
	}
	for i := m.todo.Next(0); i >= 0; i = m.todo.Next(i + 1) {
		if hits[t.ids[i]] {
			m.found(i)
		}
	}
}

const (
	arrivalFields   audit.FieldSet = 1<<audit.FieldTransport | 1<<audit.FieldPeer | 1<<audit.FieldCert | 1<<audit.FieldCertSHA256
	judgementFields audit.FieldSet = 1<<audit.FieldConformance | 1<<audit.FieldDialect | 1<<audit.FieldFinding
)

// eachArrival calls fn with the values that an arrival has of the fields in want, as
// audit.Record.Each has them: an empty text is no value.
func eachArrival(a *arrival, want audit.FieldSet, fn func(audit.Field, []byte)) {
	eachText(want&arrivalFields, fn, func(f audit.Field) string {
		switch f {
		case audit.FieldTransport:
			return a.Transport.String()
		case audit.FieldPeer:
			return a.Peer
		case audit.FieldCert:
			return a.Cert.Subject
		}
		return hex.EncodeToString([]byte(a.Cert.SHA256))
	})
}

// eachJudgement calls fn with the values that a judgement has of the fields in want.
func eachJudgement(j *judgement, want audit.FieldSet, fn func(audit.Field, []byte)) {
	if want.Has(audit.FieldFinding) {
		for _, c := range j.codes {
			fn(audit.FieldFinding, []byte(c))
		}
	}
	eachText(want&judgementFields&^audit.Fields(audit.FieldFinding), fn, func(f audit.Field) string {
		if f == audit.FieldDialect {
			return j.dialect
		}
		return j.class.String()
	})
}

func eachText(want audit.FieldSet, fn func(audit.Field, []byte), text func(audit.Field) string) {
	for want != 0 {
		f := want.First()
		want &^= audit.Fields(f)
		if v := text(f); v != "" {
			fn(f, []byte(v))
		}
	}
}

// shapes matches the fixed values of the block's shapes and gives the ordinals of the
// columns that hold values of the leaf's fields.
func (m *matcher) shapes() []int {
	l := m.layout
	hits := make([]bool, len(l.forms))
	some := false
	var wanted [audit.MaxColumns]bool
	for i, f := range l.forms {
		if f.shape.Raw || f.shape.Carries&m.leaf.Fields == 0 {
			continue
		}
		for k := range f.shape.Fixed {
			v := &f.shape.Fixed[k]
			if v.Fields&m.leaf.Fields != 0 && m.satisfies([]byte(v.Value)) {
				hits[i], some = true, true
				break
			}
		}
		if hits[i] {
			continue
		}
		for k := range f.cols {
			if f.cols[k].fields&m.leaf.Fields != 0 {
				wanted[l.ords[i][k]] = true
			}
		}
	}
	if some {
		for i := m.todo.Next(0); i >= 0; i = m.todo.Next(i + 1) {
			if hits[l.ids[i]] {
				m.found(i)
			}
		}
	}
	var ords []int
	for ord := range l.columns {
		if wanted[ord] {
			ords = append(ords, ord)
		}
	}
	return ords
}

// columns matches the values of columns.
func (m *matcher) columns(ords []int) error {
	for _, ord := range ords {
		if m.todo.Empty() {
			return nil
		}
		c, err := m.block.column(m.dir, m.layout, ord)
		if err != nil {
			return err
		}
		e := &evaluator{t: texts{column: c}, satisfies: m.satisfies}
		if len(m.leaf.Terms) > 0 && c.times == nil {
			if e.terms, err = c.terms(m.layout); err != nil {
				return err
			}
			if !e.terms.any(m.leaf.Terms) {
				continue
			}
			e.wanted = m.leaf.Terms
		}
		w := newWalker(m.layout, ord, m.leaf.Fields)
		near := *m.todo
		if err := e.narrow(w, &near); err != nil {
			return err
		}
		err = w.walk(&near, func(i, v, n int, asBase64 bool, _ audit.FieldSet) (bool, error) {
			ok, err := e.any(v, n, asBase64)
			if ok {
				m.found(i)
			}
			return !ok, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// frames matches records that are stored whole.
func (m *matcher) frames() error {
	return m.block.wholeFrames(m.layout, m.todo, func(i int, rec *audit.Record) {
		rec.Each(m.leaf.Fields&^audit.Metadata, func(_ audit.FieldSet, v []byte) bool {
			if m.satisfies(v) {
				m.found(i)
				return false
			}
			return true
		})
	})
}
