package hl7

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Reports say what an archive's acknowledgements tell of what it did, for a proxy, which
// has no other way to know. HL7 has no field for that, but many archives write a text.
//
// They are read from text (ParseReports).
type Reports []report

// report is what is told by the acknowledgements of messages of a kind.
type report struct {
	message, trigger string
	when             []condition
	did              Did
}

// ParseReports reads rules, a line each, of which the first that fits counts:
//
//	MESSAGE          WHEN                  DID
//	ADT^A08,ADT^A31  MSA-3=*created*       created
//	*                ERR-8=no*changes*     nothing
//
// MESSAGE is MSH-9 of the message, as in a Table. WHEN are conditions as there, of the
// acknowledgement and of whole fields, and * stands for any characters, blanks among them. DID is
// what the archive did. # begins a comment.
func ParseReports(r io.Reader) (Reports, error) {
	var all Reports
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		cells := strings.Fields(text)
		if len(cells) == 0 {
			continue
		}
		some, err := parseReport(cells)
		if err == nil && len(all)+len(some) > maxRules {
			err = fmt.Errorf("more than %d rules", maxRules)
		}
		if err != nil {
			return nil, &TableError{n, err.Error()}
		}
		all = append(all, some...)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the table: %w", err)
	}
	return all, nil
}

// parseReport reads a rule, which is several where it names several messages.
func parseReport(cells []string) (all Reports, err error) {
	if len(cells) != 3 {
		return nil, errors.New("a rule has 3 columns: message, when, did")
	}
	r := report{}
	if r.when, err = parseConditions(cells[1]); err != nil {
		return nil, err
	}
	if r.did, err = ParseDid(cells[2]); err != nil {
		return nil, ErrDid
	}
	for r.message, r.trigger = range kinds(cells[0]) {
		all = append(all, r)
	}
	return all, nil
}

// Did gives what an acknowledgement tells that the archive did with a message; Unreported
// where no rule fits, or without an acknowledgement.
func (r Reports) Did(request, ack []byte) Did {
	if len(r) == 0 || len(ack) == 0 {
		return Unreported
	}
	var asked, answer message
	asked.parse(request, tolerant)
	answer.parse(ack, tolerant)
	name := asked.field(asked.header, 9)
	kind, trigger := asked.component(name, 0), asked.component(name, 1)
	for i := range r {
		if matches(r[i].message, kind) && matches(r[i].trigger, trigger) && allHold(r[i].when, &answer, fits) {
			return r[i].did
		}
	}
	return Unreported
}

// fits says whether text is as pattern, in which * stands for any bytes.
func fits(pattern string, text []byte) bool {
	parts := strings.Split(pattern, "*")
	rest, begins := bytes.CutPrefix(text, []byte(parts[0]))
	if !begins || len(parts) == 1 {
		return begins && len(rest) == 0
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		_, behind, found := bytes.Cut(rest, []byte(part))
		if !found {
			return false
		}
		rest = behind
	}
	return bytes.HasSuffix(rest, []byte(parts[last]))
}
