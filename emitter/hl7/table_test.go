package hl7_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"arr/emitter/hl7"
)

// TestTypes has each type of message of the IHE transactions, and what it owes received and
// sent: event, action, transaction.
func TestTypes(t *testing.T) {
	const (
		order, step = "ORC|NW|P1", "IPC|A1|R1|1.2.3"
		patient     = "110110 "
		procedure   = "110111 "
	)
	for types, c := range map[string]struct {
		more           string
		received, sent string
	}{
		"ADT^A01 ADT^A04 ADT^A05": {"", patient + "C ITI-8", ""},
		"ADT^A08":                 {"", patient + "U ITI-8", ""},
		"ADT^A02 ADT^A03 ADT^A06 ADT^A07 ADT^A09 ADT^A10 ADT^A12 ADT^A13 ADT^A21 ADT^A22": {"", patient + "U ITI-31", ""},
		"ADT^A11 ADT^A38":         {"", patient + "U RAD-1", ""},
		"ADT^A23 ADT^A29":         {"", patient + "D", ""},
		"ADT^A24 ADT^A31 ADT^A37": {"", patient + "U ITI-30", ""},
		"ADT^A28":                 {"", patient + "C ITI-30", ""},
		"ADT^A40":                 {"MRG|16", patient + "U ITI-8, " + patient + "D ITI-8", ""},
		"ADT^A18 ADT^A34 ADT^A39": {"MRG|16", patient + "U, " + patient + "D", ""},
		"ADT^A41":                 {"MRG|||1", patient + "D ITI-31", ""},
		"ADT^A43":                 {"MRG|16", patient + "U ITI-64", ""},
		"ADT^A47":                 {"MRG|16", patient + "U ITI-30", ""},
		"ADT^A99":                 {"", patient + "U", ""},
		"ORM^O01":                 {order, "110109 C RAD-2", ""},
		"OMG^O19":                 {order + "\rZDS|1.2.3", procedure + "C RAD-4", ""},
		"OMI^O23":                 {order + "\r" + step, procedure + "C RAD-4", ""},
		"OML^O21":                 {order, "110109 C", ""},
		"ORU^R01":                 {"OBR|1", "110107 C RAD-28", "110106 R RAD-28"},
		"ORU^R30 MDM^T01 MDM^T02": {"", "110107 C", "110106 R"},
		"MDM^T05 MDM^T10 MDM^T11": {"", "110107 C", "110106 R"},
		"SIU^S12":                 {"SCH|1", procedure + "C RAD-48", ""},
		"SIU^S13 SIU^S14 SIU^S15": {"SCH|1", procedure + "U RAD-48", ""},
		"SIU^S16 SIU^S18 SIU^S19 SIU^S20 SIU^S21 SIU^S22 SIU^S23 SIU^S24 SIU^S26": {"SCH|1", procedure + "U", ""},
		"SIU^S17":                 {"SCH|1", procedure + "D", ""},
		"QBP^Q22":                 {"QPD|1|2", "110112 E ITI-21", ""},
		"QBP^ZV1":                 {"QPD|1|2", "110112 E ITI-22", ""},
		"QBP^Q23":                 {"QPD|1|2", "110112 E ITI-9", ""},
		"QBP^Q11 QRY^A19":         {"QPD|1|2", "110112 E", ""},
		"BAR^P01 DFT^P03 VXU^V04": {"", patient + "U", ""},
		"ACK^A01 RSP^K22 ORR^O02": {"MSA|AA", "", ""},
	} {
		if c.sent == "" {
			c.sent = c.received
		}
		for kind := range strings.FieldsSeq(types) {
			for sent, want := range map[bool]string{false: c.received, true: c.sent} {
				var got []string
				for _, a := range mapper().Audit(&hl7.Exchange{Message: lines(msh(kind), pid, c.more), Sent: sent}) {
					one := a.Event.Code + " " + a.Action
					for _, t := range a.EventTypes {
						one += " " + t.Code
					}
					got = append(got, one)
				}
				if got := strings.Join(got, ", "); got != want {
					t.Errorf("%s, sent %t: %s, want %s", kind, sent, got, want)
				}
			}
		}
	}
}

func TestTables(t *testing.T) {
	if len(hl7.IHE()) < 50 || len(hl7.Dcm4che()) < 20 {
		t.Errorf("the tables have %d and %d rules", len(hl7.IHE()), len(hl7.Dcm4che()))
	}
	site, err := hl7.ParseTable(strings.NewReader("# ours\nADT^A08 RIS*|* received PID 110110 U RAD-12 patient\nADT^A01 * both - none\nZZZ * sent - 110110 R - patient\n"))
	if err != nil {
		t.Fatal(err)
	}
	m := mapper()
	m.Table = append(site, hl7.IHE()...)
	for message, want := range map[string]string{
		strings.Replace(msh("ADT^A08"), "|ADT|", "|RIS2|", 1): "[110110 U RAD-12 17^^^H&1.2.3&ISO]",
		msh("ADT^A08"): "[110110 U ITI-8 17^^^H&1.2.3&ISO]",
		msh("ADT^A01"): "[]",
		msh("ZZZ^Z01"): "[110110 U 17^^^H&1.2.3&ISO]", // which is received
	} {
		if got := fmt.Sprint(briefs(m.Audit(&hl7.Exchange{Message: lines(message, pid)}))); got != want {
			t.Errorf("%s: %s, want %s", message, got, want)
		}
	}
	for _, bad := range []string{
		"+ 110110 U - patient", "ADT * both", "ADT RIS both - none", "ADT * here - none", "ADT * both - 1 U - patient",
		"ADT * both - 110110 X - patient", "ADT * both - 110110 U - nobody", "ADT * both ORC1=N none", "ADT * both ORC-x=N none",
		"ADT * both ZZZZ none", "ADT * both - 110110 U -",
	} {
		var fault *hl7.TableError
		if _, err := hl7.ParseTable(strings.NewReader("\n" + bad)); !errors.As(err, &fault) || fault.Line != 2 {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
