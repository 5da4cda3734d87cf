package query

import (
	"slices"
	"strings"
)

// String gives the conditions beside each other.
func (e *And) String() string {
	parts := readings(e.Of)
	for i := range parts {
		if _, or := e.Of[i].(*Or); or {
			parts[i] = bracket(e.Of[i])
		}
	}
	return strings.Join(parts, " ")
}

// String gives the conditions with OR between them. Alternatives that read alike, as the
// leaves of one condition on several fields do, are given once.
func (e *Or) String() string {
	var parts []string
	for _, p := range readings(e.Of) {
		if !slices.Contains(parts, p) {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " OR ")
}

// String gives the condition after NOT.
func (e *Not) String() string { return "NOT " + bracket(e.Of) }

// String gives "*".
func (All) String() string { return "*" }

// String gives Source.
func (l *Leaf) String() string { return l.Source }

func readings(of []Expr) []string {
	parts := make([]string, len(of))
	for i, c := range of {
		parts[i] = c.String()
	}
	return parts
}

// bracket puts e in parentheses if it reads as several conditions.
func bracket(e Expr) string {
	var of []Expr
	switch e := e.(type) {
	case *And:
		of = e.Of
	case *Or:
		of = e.Of
	}
	for _, c := range of[min(1, len(of)):] {
		if c.String() != of[0].String() {
			return "(" + e.String() + ")"
		}
	}
	return e.String()
}
