package hl7_test

import (
	"fmt"
	"strings"
	"testing"

	"arr/audit"
	"arr/emitter"
	"arr/emitter/hl7"
)

// What of a message is repeated in its audit messages, or grows as it is written, is
// bounded in each of them, and what is left out is told.
func TestWhatMultiplies(t *testing.T) {
	const most = 8 << 20 // of one audit message
	var numbers, studies []string
	for i := range 250 {
		numbers = append(numbers, fmt.Sprintf("OBR||||||||||||||||||%d-%s", i, strings.Repeat("7", 8<<10)))
		studies = append(studies, fmt.Sprintf("ZDS|1.2.%d", i))
	}
	long := strings.Repeat("\xdc", 5<<20)
	for _, c := range []struct {
		name    string
		message []byte
		count   int
		told    string
	}{
		{"patients", lines(append([]string{msh("ADT^A40")}, strings.Split(strings.Repeat("PID|||1\nMRG|2\n", 300), "\n")...)...), 512, "patients"},
		{"accession numbers of studies", lines(append(append([]string{msh("OMI^O23"), pid, "ORC|NW", "OBR|1"}, numbers...), studies...)...), 1, "accession numbers"},
		{"a long patient id", lines(msh("ADT^A08")+"||||||8859/1", "PID|||"+long), 1, "longer"},
		{"a document", lines(msh("ADT^A08")+"||||||8859/1", pid, "OBX|1|ED|x||"+long), 1, ""},
		{"a long message", lines(msh("ADT^A08")+"||||||8859/1", pid, strings.Repeat("NTE|1\r", 5<<20/6)), 1, "longer"},
		{"a query", lines(msh("QBP^Q22"), "QPD|a|b|"+strings.Repeat("7", 2<<20)), 1, "query"},
	} {
		count := 0
		mapper().Each(&hl7.Exchange{Message: c.message, Peer: "h"}, func(a *audit.Message) {
			count++
			if size := len(emitter.AppendXML(nil, a, emitter.DialectIHE)); size > most {
				t.Errorf("%s: an audit message has %d bytes", c.name, size)
			}
			if (c.told == "") != (a.OutcomeDescription == "") || !strings.Contains(a.OutcomeDescription, c.told) {
				t.Errorf("%s: the description is %q", c.name, a.OutcomeDescription)
			}
		})
		if count != c.count {
			t.Errorf("%s: %d audit messages, want %d", c.name, count, c.count)
		}
	}
}
