package query

import "arr/audit"

// Match says whether a record, parsed, satisfies a condition.
func Match(e Expr, r *audit.Record) bool {
	switch e := e.(type) {
	case *And:
		for _, c := range e.Of {
			if !Match(c, r) {
				return false
			}
		}
		return true
	case *Or:
		for _, c := range e.Of {
			if Match(c, r) {
				return true
			}
		}
		return false
	case *Not:
		return !Match(e.Of, r)
	case *Leaf:
		return e.satisfiedBy(r)
	}
	_, all := e.(All)
	return all
}

func (l *Leaf) satisfiedBy(r *audit.Record) bool {
	found := false
	if l.Fields&audit.Numeric != 0 {
		for s := l.Fields; s != 0 && !found; {
			f := s.First()
			s &^= audit.Fields(f)
			n := numberOf(r, f)
			found = l.Lo <= n && n <= l.Hi
		}
		return found
	}
	r.Each(l.Fields, func(_ audit.FieldSet, value []byte) bool {
		found = l.Match == nil || l.Match(value)
		return !found
	})
	return found
}

func numberOf(r *audit.Record, f audit.Field) int64 {
	switch f {
	case audit.FieldTime:
		return r.Time
	case audit.FieldReceived:
		return r.Received
	}
	return int64(r.Number)
}

// Match says whether a record, parsed, is one that p asks for: by its condition and its
// time, the cursor and the limit apart.
func (p *Plan) Match(r *audit.Record) bool {
	return p.Since <= r.Time && r.Time < p.Until && Match(p.Where, r)
}
