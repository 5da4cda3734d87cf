package hl7_test

import (
	"errors"
	"strings"
	"testing"

	"arr/emitter"
	"arr/emitter/hl7"
)

// FuzzAudit holds that whatever a message and its acknowledgement are, what is made of
// them is valid by the schema.
func FuzzAudit(f *testing.F) {
	f.Add(lines(msh("ADT^A40"), pid, "MRG|1"), lines(msh("ACK"), "MSA|AE|1", `ERR||||||||x\X41\`), false)
	f.Add(lines(msh("QBP^Q22"), "QPD|a|b|@PID.3.1^1"), lines(msh("RSP^K22"), pid), true)
	f.Add(lines(msh("ADT^A43"), "PID|||a~b"), []byte(nil), false)
	f.Add([]byte("MSH|"), []byte("MSA"), false)
	f.Add([]byte("\v\xff\xfeM\x00S\x00H\x00|\x00"), []byte{}, true)
	f.Add([]byte("BHS|^~\\&\rMSH^~|\\&^^^^^^^^ORU~R01\rOBX\rPID\r"), []byte("\x1b"), true)
	var checkers [3]emitter.Checker
	f.Fuzz(func(t *testing.T, message, ack []byte, sent bool) {
		for d := range checkers {
			m := hl7.Mapper{Dialect: emitter.Dialect(d), Now: at}
			for one := range hl7.Split(message) {
				for _, a := range m.Audit(&hl7.Exchange{Message: one, Ack: ack, Sent: sent, Peer: "h"}) {
					if invalid := faults(&checkers[d], &a, m.Dialect); invalid != "" {
						t.Errorf("%v: %s", m.Dialect, invalid)
					}
				}
			}
		}
	})
}

// FuzzParseTable holds that a table is read or refused with its line, and that what was read
// can be used.
func FuzzParseTable(f *testing.F) {
	f.Add("A^B,C S|* sent ZDS/ORC-1=NW,XO&PID 110111 C RAD-4 study # x\n+ 110110 * - link\n")
	f.Add("* * both PID-99999999999=x none")
	f.Add("* | received - 110112 E - query")
	message := lines(msh("ADT^A40"), pid, "MRG|1", "ORC|NW", "OBR|1")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := hl7.ParseTable(strings.NewReader(text))
		if err != nil {
			var fault *hl7.TableError
			if errors.As(err, &fault) && (fault.Line < 1 || fault.Line > 1+strings.Count(text, "\n")) {
				t.Errorf("line %d of %d", fault.Line, strings.Count(text, "\n"))
			}
			return
		}
		var checker emitter.Checker
		m := hl7.Mapper{Table: table, Now: at}
		for _, a := range m.Audit(&hl7.Exchange{Message: message, Peer: "h"}) {
			if invalid := faults(&checker, &a, m.Dialect); invalid != "" {
				t.Error(invalid)
			}
		}
	})
}
