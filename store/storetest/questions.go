package storetest

import (
	"encoding/base64"
	"fmt"
	"math/rand"
	"slices"
	"strings"

	"arr/audit"
	"arr/query"
	"arr/query/querytest"
)

// values gives a few values of field that the model has, and one that it lacks.
func values(model querytest.Slice, field audit.Field) []string {
	found := []string{"no-such-value"}
	for i := 0; i < len(model) && len(found) < 4; i += 1 + len(model)/7 {
		model[i].Each(audit.Fields(field), func(_ audit.FieldSet, v []byte) bool {
			found = append(found, string(v))
			return false
		})
	}
	return found
}

func quote(v string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
}

// questions are what the suite asks of what the model holds at the moment.
func questions(model querytest.Slice) []query.Question {
	var texts []string
	for name, field := range map[string]audit.Field{
		"patient": audit.FieldPatientID, "user": audit.FieldUserID, "user.name": audit.FieldUserName, "study": audit.FieldStudy,
		"accession": audit.FieldAccession, "host": audit.FieldHost, "source": audit.FieldSource, "hostname": audit.FieldHostname,
		"peer": audit.FieldPeer, "patient.name": audit.FieldPatientName, "object": audit.FieldObjectID,
	} {
		for _, v := range values(model, field) {
			texts = append(texts, name+":"+quote(v))
		}
	}
	slices.Sort(texts)
	texts = append(texts, "*", "event:110103", `event:"patient record"`, "action:read outcome:success", "outcome:failure", "NOT outcome:success",
		"type:login", "requestor:*", "NOT user:*", "conformance:malformed", "conformance:foreign OR conformance:unframed", "transport:tls",
		"cert:archive", "finding:*", "text:hospital", `text:"DICOM Instances Accessed"`, "kernel", "user:a*", "patient.name:~muller", "patient.name:mu*",
		"id:[10 TO 20]", "id:>100 id:<=140", "(event:110110 OR event:110112) NOT transport:udp", "sopclass:*", "lifecycle:6", "user.role:110153", "Müller",
		"encoded", "instance:1.2.3.77", "dialect:*", "patient:A1", "patient:B2^^^Y", "received:>2026-03-01")
	var qs []query.Question
	for i, text := range texts {
		switch i % 3 {
		case 0:
			qs = append(qs, query.Question{Text: text}, query.Question{Text: text, Count: true})
		case 1: // the summary tells of the others, too
			qs = append(qs, query.Question{Text: text, Limit: 100})
		default:
			qs = append(qs, query.Question{Text: text, Limit: 100, Order: "time"})
		}
	}
	for _, by := range []string{"user", "patient", "event", "source", "transport", "conformance", "host", "outcome", "study"} {
		qs = append(qs, query.Question{Text: "*", By: by}, query.Question{Text: "event:110103", By: by, Top: 3})
	}
	for _, h := range []string{"hour", "day", "month"} {
		qs = append(qs, query.Question{Text: "received:>2026-02-01 action:*", Histogram: h})
	}
	cursor := query.Cursor{Time: model[len(model)/2].Time, Number: model[len(model)/2].Number}
	return append(qs,
		query.Question{Text: "*", Limit: 7}, query.Question{Text: "*", Order: "time", Limit: 7},
		query.Question{Text: "action:*", After: cursor.String(), Limit: 20},
		query.Question{Text: "action:*", After: cursor.String(), Order: "time"},
		query.Question{Text: "*", Since: "2026-01-03", Until: "2026-01-05"},
		query.Question{Text: "user:*", Since: "2026-01-20", Count: true})
}

// oddFrame makes a frame that is no good audit message in one of many ways.
func oddFrame(rnd *rand.Rand) ([]byte, audit.Flags) {
	const header = "<85>1 2026-01-04T10:00:00.5Z pacs arc 77 IHE+RFC-3881 - "
	message := func(inner string) []byte {
		return []byte(header + `<AuditMessage><EventIdentification EventActionCode="R" EventDateTime="2026-01-04T10:00:00Z" EventOutcomeIndicator="4">` +
			`<EventID csd-code="110103" codeSystemName="DCM" originalText="DICOM Instances Accessed"/></EventIdentification>` +
			`<ActiveParticipant UserID="odd" UserIsRequestor="true"/><AuditSourceIdentification AuditSourceID="oddities"/>` + inner + `</AuditMessage>`)
	}
	object := func(id, name string) string {
		return `<ParticipantObjectIdentification ParticipantObjectID="` + id + `" ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1">` +
			`<ParticipantObjectIDTypeCode csd-code="2" codeSystemName="RFC-3881" originalText="Patient Number"/>` + name + `</ParticipantObjectIdentification>`
	}
	switch rnd.Intn(12) {
	case 0:
		return []byte("<13>Jan  4 10:00:00 gate kernel: link is down"), 0
	case 1:
		return []byte("\x00\xff not syslog at all"), audit.FlagUnframed
	case 2:
		return message(object("A1^^^X&amp;1.2&amp;ISO~B2^^^Y", "<ParticipantObjectName>M\u00fcller^J\u00f6rg</ParticipantObjectName>")), 0
	case 3:
		return []byte(header + `<AuditMessage><EventIdentification EventDateTime="2026-01-04T10:00:00Z"`), audit.FlagCutAtClose
	case 4:
		return message(object("&lt;none&gt;", "")), 0
	case 5:
		return []byte(strings.ReplaceAll(string(message("\n"+object("relayed", ""))), "\n", "#012")), 0
	case 6:
		return message(`<ParticipantObjectIdentification ParticipantObjectID="1.2.3"><ParticipantObjectIDTypeCode csd-code="110180" codeSystemName="DCM" originalText="Study Instance UID"/>` +
			`<ParticipantObjectDescription><SOPClass UID="1.2" NumberOfInstances="300">` + instances(300) + `</SOPClass></ParticipantObjectDescription></ParticipantObjectIdentification>`), 0
	case 7:
		return message(object("detail", `<ParticipantObjectDetail type="note" value="`+base64.StdEncoding.EncodeToString([]byte("encoded words"))+`"/>`)), 0
	case 8:
		return []byte(header + "M\xfcller"), 0
	case 9:
		return nil, 0
	case 10:
		return message(strings.Repeat(object("many", "<ParticipantObjectName>x</ParticipantObjectName>"), 60)), 0
	}
	return message(fmt.Sprintf("<Unknown n=\"%d\">some text</Unknown>", rnd.Intn(1000))), 0
}

func instances(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<Instance UID="1.2.3.%d"/>`, i)
	}
	return b.String()
}
