package hl7_test

import (
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
			for _, one := range hl7.Split(message) {
				for _, a := range m.Audit(&hl7.Exchange{Message: one, Ack: ack, Sent: sent, Peer: "h"}) {
					if invalid := faults(&checkers[d], &a, m.Dialect); invalid != "" {
						t.Errorf("%v: %s", m.Dialect, invalid)
					}
				}
			}
		}
	})
}

func BenchmarkAudit(b *testing.B) {
	message := lines(msh("ADT^A01^ADT_A01"), "EVN|A01|20260304", pid+"^^^^L||19700101|F|||STREET^^TOWN^^1234||^PRN^PH", "PV1|1|I|WARD^1^2")
	ack := lines(msh("ACK^A01"), "MSA|AA|C1")
	for _, d := range []emitter.Dialect{emitter.DialectIHE, emitter.DialectDcm4che} {
		b.Run(d.String(), func(b *testing.B) {
			m := hl7.Mapper{Dialect: d, Device: "archive", Host: "archive.example", ProcID: "42"}
			x := hl7.Exchange{Message: message, Ack: ack, Peer: "192.0.2.1"}
			var xml []byte
			b.ReportAllocs()
			for b.Loop() {
				for _, a := range m.Audit(&x) {
					xml = emitter.AppendXML(xml[:0], &a, d)
				}
			}
			b.SetBytes(int64(len(message)))
		})
	}
}
