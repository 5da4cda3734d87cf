package emitter

import (
	"fmt"
	"slices"
	"strings"

	"arr/audit"
	"arr/scan"
	"arr/schemas"
)

// InvalidError says what is wrong with a message that was built. It holds no value of it.
type InvalidError struct {
	// Faults are those of the schema, Rules those of the event's table (PS3.15 A.5.3), as
	// docs/findings.md lists their codes. Their places are in the message's XML.
	Faults, Rules []schemas.Fault
}

func (e *InvalidError) Error() string {
	var b strings.Builder
	for i, f := range slices.Concat(e.Faults, e.Rules) {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s at %s: expected %s (%s)", f.Code, f.Path, f.Expected, f.Clause)
	}
	return "the message is not as the standard has it: " + b.String()
}

// Checker holds messages against the schema of a dialect and the tables of events, as
// "arr validate" does. The zero value is ready; one goroutine uses it at a time.
type Checker struct {
	judge    scan.Judge
	reporter schemas.Reporter
	facts    schemas.Facts
	xml      []byte
}

// Check gives an *InvalidError where m, written in dialect d, breaks the grammar of the
// dialect or a rule of the event, in any edition of the tables.
func (c *Checker) Check(m *audit.Message, d Dialect) error {
	c.xml = AppendXML(c.xml[:0], m, d)
	c.reporter.Reset(grammarOf(d))
	c.facts.Reset()
	c.judge.Visit(c.xml, 0, &c.reporter)
	c.judge.Visit(c.xml, 0, &c.facts)
	c.facts.Check(schemas.Union)
	if len(c.reporter.Faults)+len(c.facts.Faults) == 0 {
		return nil
	}
	return &InvalidError{
		Faults: append([]schemas.Fault(nil), c.reporter.Faults...),
		Rules:  append([]schemas.Fault(nil), c.facts.Faults...),
	}
}

// grammarOf gives the grammar that messages in dialect d follow.
func grammarOf(d Dialect) schemas.Grammar {
	if d == DialectDcm4che {
		for g := range schemas.NumGrammars {
			if g.String() == d.String() {
				return g
			}
		}
	}
	return schemas.A51
}
