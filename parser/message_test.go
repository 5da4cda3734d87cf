package parser_test

import (
	"reflect"
	"testing"

	"arr/audit"
	"arr/parser"
)

func TestMessage(t *testing.T) {
	want := &audit.Message{
		Event:      audit.Coded{Code: "110104", System: "DCM", OriginalText: "DICOM Instances Transferred"},
		EventTypes: []audit.Coded{{Code: "RAD-8", System: "IHE Transactions", OriginalText: "Modality Images Stored"}},
		Action:     "C", DateTime: "2026-11-23T15:52:59.5+01:00", Outcome: "4", OutcomeDescription: "warned & stored",
		Purposes: []audit.Coded{{Code: "TREAT", System: "1.2", OriginalText: "treatment"}},
		Participants: []audit.ActiveParticipant{
			{UserID: "CT1", AlternativeUserID: "99", UserName: "Scanner <1>", Requestor: "true", Host: "ct1.example", HostType: "1",
				Roles: []audit.Coded{{Code: "110153", System: "DCM", OriginalText: "Source Role ID"}}},
			{UserID: "ARCHIVE", Requestor: "false"},
		},
		Sources: []audit.AuditSource{{ID: "archive", EnterpriseSiteID: "north", Types: []audit.Coded{{Code: "4"}}}},
		Objects: []audit.ParticipantObject{
			{ID: "1.2.3", IDType: audit.Coded{Code: "110180", System: "DCM", OriginalText: "Study Instance UID"},
				Type: "2", Role: "3", LifeCycle: "1", Sensitivity: "VIP", Query: "UElEfDE=",
				Details:      []audit.Detail{{Type: "HL7v2 Message", Value: "TVNIfF5+XCY="}},
				Descriptions: []string{"head scan"}, MPPS: []string{"1.2.9"}, Accessions: []string{"A1", "A2"}, Studies: []string{"1.2.4"},
				SOPClasses: []audit.SOPClass{{UID: "1.2.840", NumberOfInstances: "3", Instances: []string{"1.1", "1.2", "1.3"}}}},
			{ID: "P1^^^X&1.2&ISO~P2", IDType: audit.Coded{Code: "2", System: "RFC-3881", OriginalText: "Patient Number"},
				Type: "1", Role: "1", Name: "Müller^Jörg"},
		},
	}
	_, got, xml := parser.New(parser.Options{}).Message(&audit.Entry{Frame: []byte(header + message)})
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if string(xml) != message {
		t.Errorf("XML %q", xml)
	}
}

func TestMessageOfDialects(t *testing.T) {
	p := parser.New(parser.Options{})
	coded := audit.Coded{Code: "1", System: "S", DisplayName: "d"}
	for _, c := range []struct {
		xml  string
		want audit.Message
	}{
		{`<EventID code="1" codeSystem="S" displayName="d"/>`, audit.Message{Event: coded}},
		{`<AuditSourceIdentification AuditSourceID="s" code="1" codeSystemName="S" displayName="d"/>`,
			audit.Message{Sources: []audit.AuditSource{{ID: "s", Types: []audit.Coded{coded}}}}},
		{`<AuditSourceIdentification AuditSourceID="s"><AuditSourceTypeCode>4</AuditSourceTypeCode></AuditSourceIdentification><AuditSourceIdentification/>`,
			audit.Message{Sources: []audit.AuditSource{{ID: "s", Types: []audit.Coded{{Code: "4"}}}, {}}}},
		{`<ActiveParticipant UserIsRequestor=" true "><MediaType code="1" codeSystem="S" displayName="d"/><UserIDTypeCode code="1" codeSystem="S" displayName="d"/></ActiveParticipant>`,
			audit.Message{Participants: []audit.ActiveParticipant{{Requestor: "true", Media: &coded, IDType: &coded}}}},
		{`<ParticipantObjectIdentification><Instance UID="1"/><Accession Number="2"/><Encrypted>tr<!-- -->ue</Encrypted><Anonymized>false</Anonymized>` +
			`<ParticipantObjectName><![CDATA[a<&]]>b</ParticipantObjectName></ParticipantObjectIdentification>`,
			audit.Message{Objects: []audit.ParticipantObject{{SOPClasses: []audit.SOPClass{{Instances: []string{"1"}}}, Accessions: []string{"2"},
				Encrypted: "true", Anonymized: "false", Name: "a<&b"}}}},
		{`<RoleIDCode code="1"/><AuditSourceTypeCode code="1"/><MPPS UID="1"/><ParticipantObjectName>a</ParticipantObjectName>`, audit.Message{}},
	} {
		frame := []byte(header + "<AuditMessage>" + c.xml + "</AuditMessage>")
		if _, got, _ := p.Message(&audit.Entry{Frame: frame}); !reflect.DeepEqual(got, &c.want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", c.xml, got, &c.want)
		}
		checkFrame(t, p, frame, 0)
	}
}
