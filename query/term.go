package query

import (
	"strings"
	"unicode"
)

// Op says how a Term compares.
type Op uint8

// The comparisons. Each stands here as the language writes it.
const (
	Is      Op = iota // field:a
	Prefix            // field:a*
	Fuzzy             // field:~a
	Exists            // field:*
	Less              // field:<a
	AtMost            // field:<=a
	More              // field:>a
	AtLeast           // field:>=a
	Between           // field:[a TO b], both included, * for no bound
)

// Term is a condition as it was written: a leaf of what Parse gives.
type Term struct {
	// Field is the field's name; a bare word asks "text".
	Field string
	Op    Op
	// Value is what was written, quotes and escapes resolved; of Between the lower
	// bound, and High the upper one, "" where there is none.
	Value, High string
	// Offset and Length are where the value stands in the question, in bytes.
	Offset, Length int
}

var marks = [...]string{Fuzzy: "~", Less: "<", AtMost: "<=", More: ">", AtLeast: ">=", Between: ""}

// String gives the term in the question language.
func (t *Term) String() string {
	field := t.Field + ":"
	if t.Field == textField && t.Op != Exists && t.Op != Between && t.Op < Less {
		field = ""
	}
	switch t.Op {
	case Exists:
		return field + "*"
	case Between:
		return field + "[" + bound(t.Value) + " TO " + bound(t.High) + "]"
	case Prefix:
		q := quote(t.Value, field == "")
		if strings.HasSuffix(q, `"`) {
			return field + q[:len(q)-1] + `*"`
		}
		return field + q + "*"
	}
	return field + marks[t.Op] + quote(t.Value, field == "")
}

func bound(value string) string {
	if value == "" {
		return "*"
	}
	return quote(value, false)
}

// quote writes a value so that it is read as it is. A bare value is one without a
// field before it.
func quote(value string, bare bool) string {
	plain := value != "" && !strings.ContainsAny(value, `()"\*]`) && strings.IndexFunc(value, unicode.IsSpace) < 0 && !strings.ContainsAny(value[:1], "~<>=[")
	if bare && (strings.Contains(value, ":") || value == "AND" || value == "OR" || value == "NOT") {
		plain = false
	}
	if plain {
		return value
	}
	return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`, `*`, `\*`).Replace(value) + `"`
}
