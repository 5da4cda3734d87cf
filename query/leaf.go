package query

import (
	"strconv"
	"strings"

	"arr/audit"
)

// searchable are the fields whose values are values of FieldText too, so that a filter of
// the words of texts rules them out.
const searchable audit.FieldSet = 1<<audit.FieldUserName | 1<<audit.FieldRequestorName |
	1<<audit.FieldPatientName | 1<<audit.FieldObjectName | 1<<audit.FieldText

// fill makes l ask for t in the way of a. It gives the reason where that makes no sense.
func (a alternative) fill(l *Leaf, t *Term, env Env) (why string) {
	switch a.kind {
	case whole, folds, cx, hostname:
		return a.fillID(l, t)
	case address, digest:
		return a.fillArrival(l, t)
	case names, running:
		return a.fillWords(l, t)
	case action:
		return fillAction(l, t)
	case outcome:
		return fillOutcome(l, t)
	case moment:
		return fillMoment(l, t, env)
	}
	return fillNumber(l, t)
}

const noOrder = "this field has no order; ranges and comparisons go with times, numbers, ids and codes"

func (a alternative) fillID(l *Leaf, t *Term) string {
	asked := normalOf(t.Value)
	switch {
	case t.Op >= Less && a.kind != whole && a.kind != cx:
		return noOrder
	case t.Op >= Less:
		low, high := t.bounds()
		l.Match = matchOrder(low, high, t.Op != More, t.Op != Less, a.kind == cx)
		return ""
	case len(asked) == 0:
		return "the value is empty"
	}
	prefix := t.Op == Prefix
	switch {
	case a.kind == cx && prefix:
		l.Match = matchCXPrefix(asked)
	case a.kind == cx:
		l.Match = matchCX(asked)
	case a.kind != whole:
		l.Match = matchFolded(asked, prefix)
	case prefix:
		l.Match = matchWholePrefix(asked)
	default:
		l.Match = matchWhole(asked)
	}
	if prefix {
		l.Prefix = t.Value
	} else if a.fields&^Indexed == 0 {
		Forms(a.fields, asked, func(form []byte) {
			if l.Terms == nil {
				l.Terms = []uint64{Hash(form)}
			}
		})
	}
	return ""
}

// bounds gives the ids between which a comparison's values stand, nil for none.
func (t *Term) bounds() (low, high []byte) {
	switch t.Op {
	case Less, AtMost:
		return nil, normalOf(t.Value)
	case More, AtLeast:
		return normalOf(t.Value), nil
	}
	if t.Value != "" {
		low = normalOf(t.Value)
	}
	if t.High != "" {
		high = normalOf(t.High)
	}
	return low, high
}

func (a alternative) fillArrival(l *Leaf, t *Term) string {
	if t.Op != Is && t.Op != Prefix {
		return "this field is compared whole or by prefix"
	}
	if a.kind == address {
		if l.Match = matchAddress(t.Value); t.Op == Prefix {
			l.Match = matchAddressPrefix(t.Value)
		}
		return ""
	}
	hex, ok := digestOf(t.Value)
	if !ok || t.Op == Is && len(hex) != 64 {
		return "this is no SHA-256 fingerprint"
	}
	if l.Match = matchWhole([]byte(hex)); t.Op == Prefix {
		l.Match = matchWholePrefix([]byte(hex))
	}
	return ""
}

func (a alternative) fillWords(l *Leaf, t *Term) string {
	if t.Op >= Less {
		return noOrder
	}
	p := newPhrase(t.Value, t.Op == Prefix, a.kind == running)
	switch {
	case len(p.words) == 0:
		return noWords
	case len(p.words) > maxWords:
		return "the value has more than 64 words"
	}
	l.Match = p.match
	if a.fields&^searchable == 0 {
		l.Words = p.hashes()
	}
	// Whole words, too: what starts with them is little more, and the word filter alone
	// can't tell a name from an id that is spelt like it.
	l.Prefix = t.Value
	return ""
}

var actions = map[string]string{
	"c": "C", "create": "C", "r": "R", "read": "R", "u": "U", "update": "U", "d": "D", "delete": "D", "e": "E", "execute": "E",
}

func fillAction(l *Leaf, t *Term) string {
	asked := string(appendASCIILower(nil, normalOf(t.Value)))
	code, known := actions[asked]
	switch {
	case t.Op != Is:
		return "the action is compared as it is"
	case !known && len(asked) > 1:
		return "the action is C, R, U, D or E, or " + offer("create", "read", "update", "delete", "execute")
	case !known:
		// A deviating message may hold any other.
		code = t.Value
	}
	l.Match = matchWhole([]byte(code))
	return ""
}

// outcomes are the words for EventOutcomeIndicators, each the lowest and highest of
// them: a failure is any but success.
var outcomes = map[string][2]int64{"success": {0, 0}, "failure": {4, 12}, "minor": {4, 4}, "serious": {8, 8}, "major": {12, 12}}

func fillOutcome(l *Leaf, t *Term) string {
	const offered = "the outcome is 0, 4, 8 or 12, or success, failure, minor, serious or major"
	read := func(text string) (span [2]int64, ok bool) {
		text = string(appendASCIILower(nil, normalOf(text)))
		if span, ok = outcomes[text]; ok {
			return span, true
		}
		n, err := strconv.ParseUint(text, 10, 16)
		return [2]int64{int64(n), int64(n)}, err == nil
	}
	lo, hi, why := t.numbers(read, offered)
	if why != "" {
		return why
	}
	l.Match = func(v []byte) bool {
		n, ok := readOutcome(trim(v))
		return ok && lo <= n && n <= hi
	}
	return ""
}

// readOutcome reads a few decimal digits.
func readOutcome(v []byte) (n int64, ok bool) {
	if len(v) == 0 || len(v) > 5 {
		return 0, false
	}
	for _, c := range v {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

func fillMoment(l *Leaf, t *Term, env Env) (why string) {
	l.Lo, l.Hi, why = t.numbers(func(text string) ([2]int64, bool) {
		s, ok := env.readMoment(text)
		return [2]int64{s.from, s.to - 1}, ok
	}, noMoment)
	return why
}

func fillNumber(l *Leaf, t *Term) (why string) {
	l.Lo, l.Hi, why = t.numbers(func(text string) ([2]int64, bool) {
		// 62 bits leave room for the numbers beside it.
		n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 62)
		return [2]int64{int64(n), int64(n)}, err == nil
	}, "a record's id is a whole number")
	return why
}

// numbers gives the bounds, both included, that a term sets. read gives the least and the
// greatest number that a text stands for; message says what a text must be.
func (t *Term) numbers(read func(string) ([2]int64, bool), message string) (lo, hi int64, why string) {
	span := [2]int64{Always, Never}
	ok := true
	if t.Value != "" {
		span, ok = read(t.Value)
	}
	if !ok {
		return 0, 0, message
	}
	switch t.Op {
	case Is:
		return span[0], span[1], ""
	case Less:
		return Always, span[0] - 1, ""
	case AtMost:
		return Always, span[1], ""
	case More:
		return span[1] + 1, Never, ""
	case AtLeast:
		return span[0], Never, ""
	case Between:
		top := [2]int64{Always, Never}
		if t.High != "" {
			if top, ok = read(t.High); !ok {
				return 0, 0, message
			}
		}
		return span[0], top[1], ""
	}
	return 0, 0, message
}
