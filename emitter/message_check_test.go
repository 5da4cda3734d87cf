package emitter_test

import (
	"errors"
	"slices"
	"testing"

	"arr/audit"
	"arr/emitter"
	"arr/parser"
	"arr/schemas"
)

// TestCheckAgreesWithValidation: what is said before a message is sent is what a
// repository says of it.
func TestCheckAgreesWithValidation(t *testing.T) {
	for name, spoil := range map[string]func(m *audit.Message){
		"nothing":         func(*audit.Message) {},
		"no participant":  func(m *audit.Message) { m.Participants = nil },
		"no source":       func(m *audit.Message) { m.Sources = nil },
		"two sources":     func(m *audit.Message) { m.Sources = append(m.Sources, m.Sources...) },
		"no time":         func(m *audit.Message) { m.DateTime = "" },
		"no zone":         func(m *audit.Message) { m.DateTime = "2026-03-04T05:06:07" },
		"no action":       func(m *audit.Message) { m.Action = "" },
		"unknown outcome": func(m *audit.Message) { m.Outcome = "1" },
		"unknown code": func(m *audit.Message) {
			m.EventTypes = []audit.Coded{{Code: "119999", System: "DCM", OriginalText: "x"}}
		},
		"no address":         func(m *audit.Message) { m.Participants[0].Host = "jane's" },
		"access point alone": func(m *audit.Message) { m.Participants[0].HostType = "6" },
		"no base64":          func(m *audit.Message) { m.Objects[1].Details[0].Value = "QR==" },
		"no study":           func(m *audit.Message) { m.Objects = m.Objects[1:] },
		"no count":           func(m *audit.Message) { m.Objects[0].SOPClasses[0].NumberOfInstances = "many" },
		"role":               func(m *audit.Message) { m.Objects[1].Role = "27" },
	} {
		m := deleted()
		spoil(m)
		var got []string
		var invalid *emitter.InvalidError
		if err := new(emitter.Checker).Check(m, emitter.DialectIHE); errors.As(err, &invalid) {
			for _, f := range append(invalid.Faults, invalid.Rules...) {
				got = append(got, f.Code)
			}
		}
		var want []string
		for _, f := range parser.New(parser.Options{}).ValidateDocument(emitter.AppendXML(nil, m, emitter.DialectIHE)).Findings {
			// What a dialect allows is still none of A.5.1.
			if f.Class == schemas.ClassSchema || f.Class == schemas.ClassDialect || f.Class == schemas.ClassRule {
				want = append(want, f.Code)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, validation says %q", name, got, want)
		}
		if (name == "nothing") != (len(got) == 0) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
