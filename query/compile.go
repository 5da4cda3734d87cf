package query

import (
	"fmt"
	"math"
	"strings"

	"arr/audit"
)

// Question is a question with the choices beside it, as people and programs ask it.
type Question struct {
	// Text is in the question language (Parse).
	Text string `json:"question"`
	// Since and Until bound the time of the event: a day, month or year, a time of
	// RFC 3339, or so long ago ("30d", "12h"). A day, month or year is part of the
	// range as a whole; at a time of day that ends it, it ends.
	Since string `json:"since,omitempty"`
	Until string `json:"until,omitempty"`
	// Limit is the most records to give, 0 for all. Like Order and After it goes with
	// records alone.
	Limit int `json:"limit,omitempty"`
	// Order is "-time", the newest first, which "" means too, or "time".
	Order string `json:"order,omitempty"`
	// At most one of Count, By (a field's name) and Histogram ("hour", "day", "month")
	// asks for numbers instead of records. Top is the most values of By, 0 for all.
	Count     bool   `json:"count,omitempty"`
	By        string `json:"by,omitempty"`
	Top       int    `json:"top,omitempty"`
	Histogram string `json:"histogram,omitempty"`
	// After is a Cursor's text.
	After string `json:"after,omitempty"`
}

// maxLimit leaves room to ask for one record more.
const maxLimit = math.MaxInt - 1

// Compile makes a question's plan. The error is an *Error.
func Compile(q Question, env Env) (*Plan, error) {
	p := &Plan{Limit: min(q.Limit, maxLimit), Top: q.Top, Zone: env.zone()}
	var err error
	if p.Since, p.Until, err = env.timeRange(q.Since, q.Until); err != nil {
		return nil, err
	}
	if err := q.choices(p); err != nil {
		return nil, err
	}
	asked, err := Parse(q.Text)
	if err != nil {
		return nil, err
	}
	if p.Where, err = compile(asked, env); err != nil {
		return nil, err
	}
	p.narrow()
	return p, nil
}

// choices fills p with all that is not the question's text or time.
func (q *Question) choices(p *Plan) error {
	if q.Limit < 0 {
		return &Error{Part: "limit", Message: "the limit is negative; 0 gives all"}
	}
	if q.Top < 0 || q.Top > 0 && q.By == "" {
		return &Error{Part: "top", Message: "top says how many values of a field to count, and goes with by"}
	}
	switch q.Order {
	case "", "-time":
	case "time":
		p.Order = OldestFirst
	default:
		return &Error{Part: "order", Length: len(q.Order), Message: "the order is time or -time"}
	}
	if q.After != "" {
		c, err := ParseCursor(q.After)
		if err != nil {
			return &Error{Part: "after", Length: len(q.After), Message: "this is not a cursor that an answer gave"}
		}
		p.After = &c
	}
	asked := 0
	if q.Count {
		asked++
		p.Kind = Count
	}
	if q.By != "" {
		asked++
		if err := q.by(p); err != nil {
			return err
		}
	}
	if q.Histogram != "" {
		asked++
		p.Kind = Histogram
		interval, ok := intervals[q.Histogram]
		if !ok {
			return &Error{Part: "histogram", Length: len(q.Histogram), Message: "a histogram goes by hour, day or month"}
		}
		p.Interval = interval
	}
	if asked > 1 {
		return &Error{Part: "count", Message: "count, by and histogram exclude each other"}
	}
	if asked > 0 {
		return q.numbersAlone(p)
	}
	return nil
}

// numbersAlone refuses what goes with records beside a question for numbers.
func (q *Question) numbersAlone(p *Plan) error {
	switch {
	case p.After != nil:
		return &Error{Part: "after", Length: len(q.After), Message: "a cursor goes with records, not with numbers"}
	case q.Limit > 0 && q.By != "":
		return &Error{Part: "limit", Message: "a limit goes with records; top says how many values of a field to give"}
	case q.Limit > 0:
		return &Error{Part: "limit", Message: "a limit goes with records, not with numbers"}
	case p.Order == OldestFirst:
		return &Error{Part: "order", Length: len(q.Order), Message: "an order goes with records, not with numbers"}
	}
	return nil
}

var intervals = map[string]Interval{"hour": Hour, "day": Day, "month": Month}

func (q *Question) by(p *Plan) error {
	f := fieldNamed(q.By)
	if f == nil {
		return &Error{Part: "by", Length: len(q.By), Message: "there is no such field", Near: nearestField(q.By)}
	}
	if f.counted == 0 {
		return &Error{Part: "by", Length: len(q.By), Message: fmt.Sprintf("the values of %s are not counted; by takes a field of codes, ids or names, histogram counts by time", f.name)}
	}
	p.Kind, p.Fields, p.Labels = By, f.counted, labels
	return nil
}

// compile makes conditions of terms.
func compile(e Expr, env Env) (Expr, error) {
	switch e := e.(type) {
	case *And:
		of, err := compileAll(e.Of, env)
		return &And{of}, err
	case *Or:
		of, err := compileAll(e.Of, env)
		return &Or{of}, err
	case *Not:
		of, err := compile(e.Of, env)
		return &Not{of}, err
	case *Term:
		return compileTerm(e, env)
	}
	return e, nil
}

func compileAll(of []Expr, env Env) ([]Expr, error) {
	out := make([]Expr, len(of))
	for i := range of {
		var err error
		if out[i], err = compile(of[i], env); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// compileTerm makes a term's leaves, one for each way in which its field may satisfy it.
// A way that the value makes no sense for, such as a fingerprint that is not in hex, is
// left out unless it is the only one.
func compileTerm(t *Term, env Env) (Expr, error) {
	f := fieldNamed(t.Field)
	if t.Op == Exists || t.Op == Fuzzy {
		if k := f.any[0].kind; t.Op == Exists || k < action && k != address {
			return acrossAll(t, f)
		}
	}
	var leaves []Expr
	reason := ""
	for _, a := range f.any {
		l := &Leaf{Source: t.String(), Fields: a.fields}
		why := a.fill(l, t, env)
		if why == "" {
			leaves = append(leaves, l)
		}
		reason = why
	}
	if l := tabled(t, f); l != nil {
		leaves = append(leaves, l)
	}
	switch len(leaves) {
	case 0:
		return nil, fault(t.Offset, t.Length, reason)
	case 1:
		return leaves[0], nil
	}
	return &Or{leaves}, nil
}

// acrossAll compiles what asks all values of a field alike: field:* and field:~a.
func acrossAll(t *Term, f *field) (Expr, error) {
	l := &Leaf{Source: t.String(), Fields: f.all()}
	if t.Op == Exists {
		if l.Fields&audit.Numeric != 0 {
			l.Lo, l.Hi = Always, Never
		} else {
			l.Match = hasText
		}
		return l, nil
	}
	var words []fuzzyWord
	tooLong := false
	Words([]byte(t.Value), func(w []byte) {
		f := newFuzzyWord(w)
		words = append(words, f)
		tooLong = tooLong || len(f.letters) > maxLetters-f.limit
	})
	switch {
	case len(words) == 0:
		return nil, fault(t.Offset, t.Length, noWords)
	case len(words) > maxWords || tooLong:
		return nil, fault(t.Offset, t.Length, "the value is too long to look for what is similar")
	}
	l.Match, l.Fuzzy = matchFuzzy(words), t.Value
	return l, nil
}

// narrow moves conditions on the time that every record must satisfy from the expression
// to the plan's range, by which stores rule out whole segments.
func (p *Plan) narrow() {
	and, ok := p.Where.(*And)
	if !ok {
		and = &And{[]Expr{p.Where}}
	}
	var rest []Expr
	for _, e := range and.Of {
		l, ok := e.(*Leaf)
		if !ok || l.Fields != audit.Fields(audit.FieldTime) {
			rest = append(rest, e)
			continue
		}
		p.Since = max(p.Since, l.Lo)
		if l.Hi != Never {
			p.Until = min(p.Until, l.Hi+1)
		}
	}
	switch len(rest) {
	case 0:
		p.Where = All{}
	case 1:
		p.Where = rest[0]
	default:
		p.Where = &And{rest}
	}
}

const noWords = "the value has no letters or digits to look for"

// offer says what a list of words offers: "a, b or c".
func offer(words ...string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
