package emitter_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"arr/audit"
	"arr/emitter"
)

// What an archive does when somebody looks at a study: it makes the message and hands it
// over to a repository.
func Example() {
	builder := emitter.Builder{Source: audit.AuditSource{ID: "pacs"}}
	message, err := builder.InstancesAccessed("R",
		emitter.Person("jane", "192.0.2.7"),
		emitter.Patient("17^^^HOSPITAL&1.2.3&ISO", "DOE^JOHN"),
		[]audit.ParticipantObject{emitter.Study("1.2.840.1.1")})
	if err != nil {
		log.Fatal(err) // it would not be as the standard has it
	}

	// UDP needs nobody who listens; a real one is tls://arr.example:6514, and the Dialer's
	// TLS field says whom to trust.
	target, err := emitter.ParseTarget("udp://127.0.0.1:6514")
	if err != nil {
		log.Fatal(err)
	}
	var dialer emitter.Dialer
	sender, err := dialer.Dial(context.Background(), target)
	if err != nil {
		log.Fatal(err)
	}
	header := emitter.Header{Hostname: "pacs.example", App: "pacs", ProcID: strconv.Itoa(os.Getpid())}
	if err := sender.Send(header.Append(nil, emitter.AppendXML(nil, message, emitter.DialectIHE))); err != nil {
		log.Fatal(err)
	}
	_ = sender.Close() // says so where it can be told that nothing arrived

	fmt.Println(message.Event.OriginalText, message.Objects[0].ID)
	// Output: DICOM Instances Accessed 1.2.840.1.1
}

func ExampleAppendXML() {
	builder := emitter.Builder{Source: audit.AuditSource{ID: "pacs"}}
	message, err := builder.UserAuthentication(true, emitter.Person("jane", "192.0.2.7"),
		emitter.At(time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", emitter.AppendXML(nil, message, emitter.DialectIHE))
	// Output: <?xml version="1.0" encoding="UTF-8"?><AuditMessage><EventIdentification EventActionCode="E" EventDateTime="2026-03-04T05:06:07.000Z" EventOutcomeIndicator="0"><EventID csd-code="110114" codeSystemName="DCM" originalText="User Authentication"/><EventTypeCode csd-code="110122" codeSystemName="DCM" originalText="Login"/></EventIdentification><ActiveParticipant UserID="jane" UserIsRequestor="true" NetworkAccessPointID="192.0.2.7" NetworkAccessPointTypeCode="2"/><AuditSourceIdentification AuditSourceID="pacs"/></AuditMessage>
}
