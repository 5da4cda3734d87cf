package hl7_test

import (
	"fmt"
	"time"

	"arr/emitter"
	"arr/emitter/hl7"
)

// An archive that merged two patients owes two messages.
func Example() {
	mapper := hl7.Mapper{
		Device: "pacs", Host: "pacs.example", ProcID: "42",
		Now: func() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) },
	}
	for _, message := range mapper.Audit(&hl7.Exchange{
		Message: []byte("MSH|^~\\&|ADT|HOSPITAL|PACS|RADIOLOGY|20260304||ADT^A40|C1|P|2.5\rPID|||17^^^HOSPITAL||DOE^JANE\rMRG|16^^^HOSPITAL\r"),
		Ack:     []byte("MSH|^~\\&|PACS|RADIOLOGY|ADT|HOSPITAL|20260304||ACK|C2|P|2.5\rMSA|AA|C1\r"),
		Peer:    "192.0.2.9",
		Did:     hl7.Merged,
	}) {
		xml := emitter.AppendXML(nil, &message, emitter.DialectIHE)
		fmt.Println(message.Event.OriginalText, message.Action, message.Objects[0].ID, len(xml) < 2000)
	}
	// Output:
	// Patient Record U 17^^^HOSPITAL true
	// Patient Record D 16^^^HOSPITAL true
}
