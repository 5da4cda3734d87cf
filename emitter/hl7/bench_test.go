package hl7_test

import (
	"testing"

	"arr/audit"
	"arr/emitter"
	"arr/emitter/hl7"
)

// BenchmarkAudit goes from the bytes of a message and its acknowledgement to the XML of the
// audit messages that are owed.
func BenchmarkAudit(b *testing.B) {
	const patient = pid + "^^^^L||19700101|F|||STREET^^TOWN^^1234||^PRN^PH"
	admission := lines(msh("ADT^A01^ADT_A01"), "EVN|A01|20260304", patient, "PV1|1|I|WARD^1^2")
	for _, c := range []struct {
		name    string
		dialect emitter.Dialect
		message []byte
	}{
		{"ihe", emitter.DialectIHE, admission},
		{"dcm4che", emitter.DialectDcm4che, admission},
		{"ihe-latin1", emitter.DialectIHE, lines(msh("ADT^A01^ADT_A01")+"||||||8859/1", "EVN|A01|20260304", "PID|||17^^^H||M\xdcLLER^J\xd6RG", "PV1|1|I|WARD^1^2")},
		{"ihe-order", emitter.DialectIHE, lines(msh("OMI^O23^OMI_O23"), patient, "PV1|1|O", "ORC|NW|P1|F1||SC", "OBR|1|P1|F1|CT^HEAD", "IPC|A1|R1|1.2.276.5|S1|CT")},
		{"ihe-merge", emitter.DialectIHE, lines(msh("ADT^A40^ADT_A39"), patient, "MRG|16^^^H||||||DOE^J")},
	} {
		b.Run(c.name, func(b *testing.B) {
			m := hl7.Mapper{Dialect: c.dialect, Device: "archive", Host: "archive.example", ProcID: "42"}
			x := hl7.Exchange{Message: c.message, Ack: lines(msh("ACK^A01"), "MSA|AA|C1"), Peer: "192.0.2.1"}
			var xml []byte
			b.ReportAllocs()
			b.SetBytes(int64(len(c.message)))
			for b.Loop() {
				m.Each(&x, func(a *audit.Message) { xml = emitter.AppendXML(xml[:0], a, c.dialect) })
			}
		})
	}
}
