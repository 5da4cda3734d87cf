package hl7_test

import (
	"errors"
	"strings"
	"testing"

	"arr/emitter/hl7"
)

const reports = `
# what an archive writes
ADT^A08,ADT^A31  MSA-3=*created*          created
ADT              MSA-3=patient*merged     merged
*                ZID&ERR-8=*no*change*    nothing   # what it is called there
ORM^O01          MSA-1=AA                 updated
`

func TestReports(t *testing.T) {
	table, err := hl7.ParseReports(strings.NewReader(reports))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind, ack string
		want      hl7.Did
	}{
		{"ADT^A08", "MSA|AA|1|the patient was created^P1", hl7.Created},
		{"ADT^A31", "MSA|AA|1|created", hl7.Created},
		{"ADT^A01", "MSA|AA|1|created", hl7.Unreported},
		{"ADT^A40", "MSA|AA|1|patient P1 merged", hl7.Merged},
		{"ADT^A40", "MSA|AA|1|patient P1 merged with P2", hl7.Unreported},
		{"SIU^S12", "MSA|AA|1\rERR||||I||||there was no such change here\rZID|1", hl7.Nothing},
		{"SIU^S12", "MSA|AA|1\rERR||||I||||there was no such change here", hl7.Unreported},
		{"ORM^O01", "MSA|AA|1", hl7.Updated},
		{"ORM^O01", "MSA|AE|1", hl7.Unreported},
		{"ORM^O01", "", hl7.Unreported},
	} {
		ack := []byte(nil)
		if c.ack != "" {
			ack = []byte("MSH|^~\\&|B|B|A|A|20260101||ACK|1|P|2.5\r" + c.ack + "\r")
		}
		if got := table.Did([]byte("MSH|^~\\&|A|A|B|B|20260101||"+c.kind+"|1|P|2.5\r"), ack); got != c.want {
			t.Errorf("%s, answered %q: %q, want %q", c.kind, c.ack, got, c.want)
		}
	}
	if got := hl7.Reports(nil).Did([]byte("MSH|^~\\&|"), []byte("MSH|^~\\&|\rMSA|AA")); got != hl7.Unreported {
		t.Errorf("no rules say %q", got)
	}
}

func TestReportsThatCannotBeRead(t *testing.T) {
	for text, line := range map[string]int{
		"ADT MSA-3=x":              1,
		"\nADT MSA-3=x eaten":      2,
		"#\n\nADT MSA=x created":   3,
		"ADT MSA-3=x created more": 1,
	} {
		_, err := hl7.ParseReports(strings.NewReader(text))
		if wrong, ok := errors.AsType[*hl7.TableError](err); !ok || wrong.Line != line {
			t.Errorf("%q: %v, want an error of line %d", text, err, line)
		}
	}
}

// FuzzReports: whatever rules and acknowledgements hold, what is told is one of the things that an
// archive does, and rules that can be read are refused by nothing later.
func FuzzReports(f *testing.F) {
	f.Add(reports, []byte("MSH|^~\\&|B|B|A|A|20260101||ACK|1|P|2.5\rMSA|AA|1|created\r"))
	f.Add("* MSA-1=** read", []byte("MSH|^~\\&\rMSA"))
	f.Add("* ZZZ nothing", []byte("MSHxxxx\rZZZ"))
	f.Fuzz(func(t *testing.T, text string, ack []byte) {
		table, err := hl7.ParseReports(strings.NewReader(text))
		if err != nil {
			return
		}
		if _, err := hl7.ParseDid(table.Did(ack, ack).String()); err != nil {
			t.Error(err)
		}
	})
}
