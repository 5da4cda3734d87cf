package hl7_test

import (
	"bytes"
	"testing"

	"arr/emitter"
	"arr/emitter/hl7"
	"arr/traffic/growth"
)

// FuzzGrowth makes audit messages of HL7 messages of many shapes, as messages and as their
// answers.
func FuzzGrowth(f *testing.F) {
	first := msh("ADT^A40") + "\r"
	shapes := []growth.Shape{
		{Open: first}, {Open: first + pid + "\r"}, {Head: first, Open: pid + "\r"}, {Head: first, Open: "PID|||{n}~{n}\r"}, {Head: first, Open: "MRG|{n}\r"},
		{Head: first + "PID|||", Open: "P{n}^^^A&1.2&ISO~"}, {Head: first + "PID|||", Open: "~"}, {Head: first + "PID", Open: "|"}, {Head: first + "PID|||1||", Open: `\X41\`},
		{Head: first + "PID|||1||", Open: `\`}, {Head: first + "PID|||1||", Open: `\.br`}, {Head: first + "PID|||1||", Open: "\x1b"}, {Head: first + "PID|||1||", Open: "\xff"},
		{Head: first, Open: "ORC|NW|{n}\rOBR|{n}\r"}, {Head: first, Open: "ZZZ|\r"}, {Head: first, Open: "\r"}, {Head: first, Open: "\n"}, {Open: "\r"}, {Open: "\v"}, {Open: "\x1c"},
		{Open: "MSH|"}, {Open: "MSH"}, {Open: "BHS|^~\\&\r"}, {Head: "\xff\xfe", Open: "M\x00"}, {Head: msh("QBP^Q22") + "\rQPD|a|b", Open: "|@PID.3.1^{n}"},
		{Head: msh("ACK") + "\r", Open: "MSA|AE|{n}\r"}, {Head: msh("ACK") + "\rMSA|AE|1\r", Open: "ERR||||||||x\r"}, {Head: msh("ORU^R01"), Open: "|UNICODE UTF-8"}, {Head: "MSH|^~\\&", Open: "|a"},
	}
	growth.Fuzz(f, shapes, func(t testing.TB, text []byte) {
		for d := range emitter.Dialect(3) {
			m := hl7.Mapper{Dialect: d, Now: at}
			for one := range hl7.Split(text) {
				m.Audit(&hl7.Exchange{Message: one, Ack: []byte(msh("ACK") + "\rMSA|AA|1\r"), Peer: "h"})
			}
			m.Audit(&hl7.Exchange{Message: lines(msh("QBP^Q22"), "QPD|a|b|@PID.3.1^1"), Ack: text, Peer: "h"})
		}
	})
}

// FuzzTableGrowth reads tables of many shapes, and what answers report.
func FuzzTableGrowth(f *testing.F) {
	shapes := []growth.Shape{
		{Open: "A^B S|* sent ZDS 110111 C RAD-4 study # x\n"}, {Open: "* * both PID-{n}=x none\n"}, {Head: "* * both ", Open: "PID-1=x&", Tail: "PID none\n"}, {Open: "#\n"}, {Open: "\n"},
		{Head: "A", Open: ",B", Tail: " * both - none\n"}, {Open: "+ 110110 * - link\n"}, {Open: " "}, {Open: "x"}, {Head: "* MSA-1=", Open: "*", Tail: " read\n"}, {Open: "* MSA-1={n} read\n"},
		{Head: "* MSA-1=", Open: "*a", Tail: " read\n"},
	}
	message := lines(msh("ADT^A40"), pid, "MRG|1", "ORC|NW", "OBR|1")
	ack := lines(msh("ACK"), "MSA|AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA|1")
	growth.Fuzz(f, shapes, func(t testing.TB, text []byte) {
		if table, err := hl7.ParseTable(bytes.NewReader(text)); err == nil {
			m := hl7.Mapper{Table: table, Now: at}
			m.Audit(&hl7.Exchange{Message: message, Peer: "h"})
		}
		if reports, err := hl7.ParseReports(bytes.NewReader(text)); err == nil {
			reports.Did(message, ack)
		}
	})
}
