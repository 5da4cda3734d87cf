package hl7

import (
	"bufio"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"arr/audit"
	"arr/schemas"
)

// Table says which HL7 messages owe which audit messages: the first rule that fits a
// message counts. One that none fits owes nothing.
//
// It is read from text (ParseTable). A site's rules stand before the default ones:
// append(site, hl7.IHE()...).
type Table []Rule

// Rule is what messages of a kind owe.
type Rule struct {
	// message and trigger are the first components of MSH-9, "*" for any.
	message, trigger string
	// sender is MSH-3|MSH-4, either of them "*" for any; an empty one is any.
	sender         string
	received, sent bool
	when           []condition
	owed           []owed
}

// condition holds where one of its tests does.
type condition []test

// test asks for a segment, or for one of some values of a field's first component.
type test struct {
	segment string
	field   int
	values  []string
}

// owed is an audit message that is owed.
type owed struct {
	event audit.Coded
	types []audit.Coded
	// action is the EventActionCode where the archive reports none; 0 stands for a message
	// that is owed only if it does.
	action byte
	about  about
}

// about is what an audit message's participant objects are.
type about uint8

// What audit messages are about.
const (
	aboutPatient about = iota // the patients of PID, a message each
	aboutPrior                // the patients of MRG, a message each
	aboutOrder                // the patient, with accession numbers
	aboutStudy                // studies and the patient
	aboutReport               // as aboutStudy, of a report
	aboutQuery                // what was asked and who was found
	aboutLink                 // the patient's local ids and those of an affinity domain
	numAbout
)

var aboutNames = [numAbout]string{"patient", "prior", "order", "study", "report", "query", "link"}

// ihe.table is what the IHE transactions ask for (ITI TF-2, RAD TF-2), dcm4che.table what
// dcm4chee-arc sends.
var (
	//go:embed ihe.table
	iheTable string
	//go:embed dcm4che.table
	dcm4cheTable string
)

// IHE gives the table of the IHE transactions.
func IHE() Table { return builtIn(iheTable) }

// Dcm4che gives the table of what dcm4chee-arc sends.
func Dcm4che() Table { return builtIn(dcm4cheTable) }

// builtIn reads a table of the package, which a test holds to be readable.
func builtIn(text string) Table {
	t, _ := ParseTable(strings.NewReader(text))
	return t
}

// TableError says which line of a table can't be read.
type TableError struct {
	Line   int
	reason string
}

func (e *TableError) Error() string {
	return fmt.Sprintf("line %d of the table: %s", e.Line, e.reason)
}

// maxRules bounds a table.
const maxRules = 10000

// ParseTable reads a table. A line is a rule, in columns that blanks part:
//
//	MESSAGE    SENDER  DIRECTION  WHEN          EVENT   ACTION  TRANSACTION  ABOUT
//	ADT^A40    *       both       -             110110  U       ITI-8        patient
//	+                                           110110  D       ITI-8        prior
//	ORM^O01    RIS|*   received   ZDS&ORC-1=NW  110111  C       RAD-4        study
//	ACK^*      *       both       -             none
//
// MESSAGE is MSH-9's first two components, several with commas between them, * for any.
// SENDER is MSH-3|MSH-4. DIRECTION is received, sent or both. WHEN is - or conditions
// parted by &, each of them a segment (ZDS), a field's value (ORC-1=NW,XO) or several of
// those parted by /. EVENT is an EventID of DICOM, or none; ACTION one of C R U D E, or *
// for a message that is owed only where the archive reports what it did. TRANSACTION is
// the EventTypeCode, or -. ABOUT is patient, prior, order, study, report, query or link.
// A line that begins with + adds a message to the rule above it. # begins a comment.
func ParseTable(r io.Reader) (Table, error) {
	var t Table
	last := 0 // rules that the last line made
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		cells := strings.Fields(text)
		if len(cells) == 0 {
			continue
		}
		var err error
		if cells[0] == "+" {
			err = t.extend(last, cells[1:])
		} else {
			before := len(t)
			t, err = t.add(cells)
			last = len(t) - before
		}
		if err == nil && len(t) > maxRules {
			err = fmt.Errorf("more than %d rules", maxRules)
		}
		if err != nil {
			return nil, &TableError{n, err.Error()}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the table: %w", err)
	}
	return t, nil
}

// extend adds a message to the last n rules.
func (t Table) extend(n int, cells []string) error {
	if n == 0 {
		return errors.New("+ stands under no rule")
	}
	o, err := parseOwed(cells)
	for i := len(t) - n; i < len(t) && err == nil; i++ {
		t[i].owed = append(slices.Clip(t[i].owed), o)
	}
	return err
}

// add reads a rule, which is several where it names several messages.
func (t Table) add(cells []string) (Table, error) {
	if len(cells) < 5 {
		return t, errors.New("a rule has 8 columns: message, sender, direction, when, event, action, transaction, about")
	}
	r := Rule{received: cells[2] != "sent", sent: cells[2] != "received"}
	if !r.received && !r.sent || r.received && r.sent && cells[2] != "both" {
		return t, errors.New("the direction is received, sent or both")
	}
	if cells[1] != "*" {
		if !strings.Contains(cells[1], "|") {
			return t, errors.New("the sender is APPLICATION|FACILITY, or *")
		}
		r.sender = cells[1]
	}
	var err error
	if r.when, err = parseConditions(cells[3]); err != nil {
		return t, err
	}
	if cells[4] != "none" {
		o, err := parseOwed(cells[4:])
		if err != nil {
			return t, err
		}
		r.owed = []owed{o}
	}
	for r.message, r.trigger = range kinds(cells[0]) {
		t = append(t, r)
	}
	return t, nil
}

// kinds gives the first two components of MSH-9 of each message that a cell names.
func kinds(cell string) iter.Seq2[string, string] {
	return func(yield func(message, trigger string) bool) {
		for name := range strings.SplitSeq(cell, ",") {
			message, trigger, _ := strings.Cut(name, "^")
			if !yield(message, cmp.Or(trigger, "*")) {
				return
			}
		}
	}
}

func parseConditions(cell string) ([]condition, error) {
	if cell == "-" {
		return nil, nil
	}
	var all []condition
	for part := range strings.SplitSeq(cell, "&") {
		var c condition
		for one := range strings.SplitSeq(part, "/") {
			place, values, has := strings.Cut(one, "=")
			t := test{segment: place}
			if has {
				t.values = strings.Split(values, ",")
				if len(place) < 5 || place[3] != '-' {
					return nil, errors.New("a condition is a segment (ZDS) or a field's values (ORC-1=NW,XO)")
				}
				t.segment = place[:3]
				var err error
				if t.field, err = strconv.Atoi(place[4:]); err != nil || t.field < 1 {
					return nil, errors.New("a condition names a field by its number: ORC-1")
				}
			}
			if len(t.segment) != 3 {
				return nil, errors.New("a segment has a name of three letters")
			}
			c = append(c, t)
		}
		all = append(all, c)
	}
	return all, nil
}

// parseOwed reads EVENT, ACTION, TRANSACTION and ABOUT.
func parseOwed(cells []string) (owed, error) {
	var o owed
	if len(cells) != 4 {
		return o, errors.New("what is owed has 4 columns: event, action, transaction, about")
	}
	event := schemas.Codes.Find("DCM", cells[0])
	if event == nil {
		return o, errors.New("the event is no code of DICOM")
	}
	o.event = audit.Coded{Code: event.Code, System: event.Scheme, OriginalText: event.Meaning}
	switch {
	case cells[1] == "*":
	case len(cells[1]) == 1 && strings.Contains("CRUDE", cells[1]):
		o.action = cells[1][0]
	default:
		return o, errors.New("the action is C, R, U, D, E or *")
	}
	if cells[2] != "-" {
		code := audit.Coded{Code: cells[2], System: "IHE Transactions", OriginalText: cells[2]}
		if known := schemas.Codes.Find(code.System, code.Code); known != nil {
			code.OriginalText = known.Meaning
		}
		o.types = []audit.Coded{code}
	}
	i := slices.Index(aboutNames[:], cells[3])
	if i < 0 {
		return o, fmt.Errorf("what it is about is one of %s", strings.Join(aboutNames[:], ", "))
	}
	o.about = about(i)
	return o, nil
}

// find gives the first rule that fits a message, nil if none does.
func (t Table) find(m *message, sent bool) *Rule {
	name := m.field(m.header, 9)
	kind, trigger := m.component(name, 0), m.component(name, 1)
	for i := range t {
		r := &t[i]
		if (sent && !r.sent) || (!sent && !r.received) || !matches(r.message, kind) || !matches(r.trigger, trigger) ||
			!r.isFrom(m) || !r.holds(m) {
			continue
		}
		return r
	}
	return nil
}

func matches(pattern string, b []byte) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return len(b) >= len(prefix) && string(b[:len(prefix)]) == prefix
	}
	return pattern == string(b)
}

func (r *Rule) isFrom(m *message) bool {
	if r.sender == "" {
		return true
	}
	application, facility, _ := strings.Cut(r.sender, "|")
	return matches(application, m.component(m.field(m.header, 3), 0)) && matches(facility, m.component(m.field(m.header, 4), 0))
}

func (r *Rule) holds(m *message) bool {
	return allHold(r.when, m, func(value string, field []byte) bool { return value == string(m.component(field, 0)) })
}

// allHold says whether all conditions hold of a message; is says whether a field has a value.
func allHold(all []condition, m *message, is func(value string, field []byte) bool) bool {
	for _, c := range all {
		if !c.holds(m, is) {
			return false
		}
	}
	return true
}

func (c condition) holds(m *message, is func(value string, field []byte) bool) bool {
	for i := range c {
		t := &c[i]
		s := m.first(m.segments, t.segment)
		if s == nil {
			continue
		}
		if t.values == nil {
			return true
		}
		field := m.field(s, t.field)
		for _, v := range t.values {
			if is(v, field) {
				return true
			}
		}
	}
	return false
}
