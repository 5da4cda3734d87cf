package emitter_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"arr/audit"
	"arr/emitter"
)

// deleted is a message with something of everything.
func deleted() *audit.Message {
	return &audit.Message{
		Event:  audit.Coded{Code: "110105", System: "DCM", OriginalText: "DICOM Study Deleted"},
		Action: "D", DateTime: "2026-03-04T05:06:07Z", Outcome: "4", OutcomeDescription: "a < b & c\nd",
		Participants: []audit.ActiveParticipant{{
			UserID: `"jane"`, UserName: "Jané", Requestor: "true", Host: "192.0.2.1", HostType: "2",
			IDType: &audit.Coded{Code: "113871", System: "DCM", OriginalText: "Person ID"},
		}},
		Sources: []audit.AuditSource{{ID: "archive", EnterpriseSiteID: "site", Types: []audit.Coded{{Code: "4"}}}},
		Objects: []audit.ParticipantObject{
			{ID: "1.2.3", Type: "2", Role: "3", IDType: audit.Coded{Code: "110180", System: "DCM", DisplayName: "Study Instance UID"},
				MPPS: []string{"1.2.4"}, Accessions: []string{"A<1"}, Studies: []string{"1.2.3"}, Encrypted: "false", Anonymized: "true",
				SOPClasses: []audit.SOPClass{{UID: "1.2.840.10008.5.1.4.1.1.2", NumberOfInstances: "1", Instances: []string{"1.2.5"}}}},
			{ID: "17^^^H", Type: "1", Role: "1", IDType: audit.Coded{Code: "2", System: "RFC-3881", OriginalText: "Patient Number"},
				Details: []audit.Detail{{Type: "t", Value: "QQ=="}}},
		},
	}
}

func TestAppendXML(t *testing.T) {
	const want = `<?xml version="1.0" encoding="UTF-8"?><AuditMessage>` +
		`<EventIdentification EventActionCode="D" EventDateTime="2026-03-04T05:06:07Z" EventOutcomeIndicator="4">` +
		`<EventID csd-code="110105" codeSystemName="DCM" originalText="DICOM Study Deleted"/>` +
		`<EventOutcomeDescription>a &lt; b &amp; c&#10;d</EventOutcomeDescription></EventIdentification>` +
		`<ActiveParticipant UserID="&quot;jane&quot;" UserName="Jané" UserIsRequestor="true" NetworkAccessPointID="192.0.2.1" NetworkAccessPointTypeCode="2"/>` +
		`<AuditSourceIdentification AuditEnterpriseSiteID="site" AuditSourceID="archive"><AuditSourceTypeCode csd-code="4"/></AuditSourceIdentification>` +
		`<ParticipantObjectIdentification ParticipantObjectID="1.2.3" ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="3">` +
		`<ParticipantObjectIDTypeCode csd-code="110180" codeSystemName="DCM" originalText="Study Instance UID"/><ParticipantObjectName></ParticipantObjectName>` +
		`<ParticipantObjectDescription><MPPS UID="1.2.4"/><Accession Number="A&lt;1"/>` +
		`<SOPClass UID="1.2.840.10008.5.1.4.1.1.2" NumberOfInstances="1"><Instance UID="1.2.5"/></SOPClass>` +
		`<ParticipantObjectContainsStudy><StudyIDs UID="1.2.3"/></ParticipantObjectContainsStudy>` +
		`<Encrypted>false</Encrypted><Anonymized>true</Anonymized></ParticipantObjectDescription></ParticipantObjectIdentification>` +
		`<ParticipantObjectIdentification ParticipantObjectID="17^^^H" ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1">` +
		`<ParticipantObjectIDTypeCode csd-code="2" codeSystemName="RFC-3881" originalText="Patient Number"/><ParticipantObjectName></ParticipantObjectName>` +
		`<ParticipantObjectDetail type="t" value="QQ=="/></ParticipantObjectIdentification></AuditMessage>`
	if got := string(emitter.AppendXML(nil, deleted(), emitter.DialectIHE)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	got := string(emitter.AppendXML(nil, deleted(), emitter.DialectDcm4che))
	for _, part := range []string{`UserTypeCode="1"`, "<UserIDTypeCode ", "noNamespaceSchemaLocation"} {
		if !strings.Contains(got, part) {
			t.Errorf("dcm4che: no %s in %s", part, got)
		}
	}
}

func TestCheck(t *testing.T) {
	var c emitter.Checker
	for _, d := range []emitter.Dialect{emitter.DialectIHE, emitter.DialectDICOM, emitter.DialectDcm4che} {
		if err := c.Check(deleted(), d); err != nil {
			t.Errorf("%v: %v", d, err)
		}
	}
	m := deleted()
	m.Outcome, m.Action, m.Objects = "5", "C", m.Objects[:1]
	var invalid *emitter.InvalidError
	if err := c.Check(m, emitter.DialectIHE); !errors.As(err, &invalid) || len(invalid.Faults) != 1 || len(invalid.Rules) != 2 {
		t.Fatalf("%v", err)
	}
	for _, code := range []string{"wrong-action", "missing-object"} {
		if !strings.Contains(invalid.Error(), code) {
			t.Errorf("no %s in %v", code, invalid)
		}
	}
}

// FuzzAppendEscaped holds that an escaped text is read as what it was.
func FuzzAppendEscaped(f *testing.F) {
	for _, s := range []string{"", "a&b", "<>\"'", "\t\r\n", "\x00\x1f", "é\xff", "\ufffe\U0001F600", "]]>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := strings.Map(func(r rune) rune {
			if r < ' ' && r != '\t' && r != '\r' && r != '\n' || r == 0xFFFE || r == 0xFFFF {
				return '\ufffd'
			}
			return r
		}, strings.ToValidUTF8(s, "\ufffd"))
		escaped := string(emitter.AppendEscaped(nil, s))
		d := xml.NewDecoder(strings.NewReader(`<a b="` + escaped + `">` + escaped + `</a>`))
		var text strings.Builder
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			switch token := token.(type) {
			case xml.StartElement:
				if got := collapse(token.Attr[0].Value); got != collapse(want) {
					t.Errorf("attribute %q, want %q", got, want)
				}
			case xml.CharData:
				text.Write(token)
			}
		}
		if got := collapse(text.String()); got != collapse(want) {
			t.Errorf("text %q, want %q", got, want)
		}
	})
}

// collapse makes runs of U+FFFD one: how many stand for bad bytes is nobody's promise.
func collapse(s string) string {
	for strings.Contains(s, "\ufffd\ufffd") {
		s = strings.ReplaceAll(s, "\ufffd\ufffd", "\ufffd")
	}
	return s
}
