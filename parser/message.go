package parser

import (
	"strings"

	"arr/audit"
	"arr/scan"
)

// Message reads an entry for people: the header, the audit message (nil where there is
// none), and MSG as readable text in UTF-8, which is the message's XML where there is
// one. Relays' damage is undone in it; byte order marks and what pads it are left out.
func (p *Parser) Message(e *audit.Entry) (audit.Header, *audit.Message, []byte) {
	h := splitHeader(e.Frame)
	r := p.readable(e.Frame, &h)
	text := readableText(r.text())
	if r.kind == textBody {
		return headerOf(e.Frame, &h), nil, text
	}
	return headerOf(e.Frame, &h), p.messageOf(text), text
}

// messageOf reads the audit message in doc, nil if there is none.
func (p *Parser) messageOf(doc []byte) *audit.Message {
	s := &p.scanner
	s.Reset(doc, 0)
	b := builder{s: s, doc: doc}
	for {
		kind := s.Next()
		if b.m == nil {
			if kind != scan.Start || s.Element != scan.AuditMessage {
				return nil
			}
			b.m = &audit.Message{}
		}
		if kind != scan.Text {
			b.endRun()
		}
		switch kind {
		case scan.EOF:
			return b.m
		case scan.Start:
			b.start()
		case scan.Text:
			b.element = s.Element
			b.run = append(b.run, runText(audit.KindText, doc[s.Off:s.End], s.CDATA)...)
		}
	}
}

// builder fills a message from a scanner's tokens.
type builder struct {
	s   *scan.Scanner
	doc []byte
	m   *audit.Message
	// run is the text of the tokens since the last tag, and element where they stand.
	run     []byte
	element scan.Element
}

// value is the plain text of the attribute a, "" if the tag has none.
func (b *builder) value(a scan.Attribute) string {
	for i := range b.s.Attrs {
		if at := &b.s.Attrs[i]; at.Name == a {
			return plain(audit.KindText, b.doc[at.Off:at.End])
		}
	}
	return ""
}

// code is value without the white space around it, which means nothing in a code.
func (b *builder) code(a scan.Attribute) string { return strings.TrimSpace(b.value(a)) }

// coded reads the attributes of a coded value.
func (b *builder) coded() audit.Coded {
	return audit.Coded{
		Code:         firstOf(b.code(scan.CsdCode), b.code(scan.Code)),
		System:       firstOf(b.code(scan.CodeSystemName), b.code(scan.CodeSystem)),
		OriginalText: b.value(scan.OriginalText),
		DisplayName:  b.value(scan.DisplayName),
	}
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (b *builder) start() {
	m := b.m
	switch b.s.Element {
	case scan.EventIdentification:
		m.Action = b.code(scan.EventActionCode)
		m.DateTime = b.code(scan.EventDateTime)
		m.Outcome = b.code(scan.EventOutcomeIndicator)
	case scan.EventID:
		m.Event = b.coded()
	case scan.EventTypeCode:
		m.EventTypes = append(m.EventTypes, b.coded())
	case scan.PurposeOfUse:
		m.Purposes = append(m.Purposes, b.coded())
	case scan.ActiveParticipant:
		m.Participants = append(m.Participants, audit.ActiveParticipant{
			UserID: b.value(scan.UserID), AlternativeUserID: b.value(scan.AlternativeUserID),
			UserName: b.value(scan.UserName), Requestor: b.code(scan.UserIsRequestor),
			Host: b.value(scan.NetworkAccessPointID), HostType: b.code(scan.NetworkAccessPointTypeCode),
		})
	case scan.RoleIDCode, scan.UserIDTypeCode, scan.MediaType:
		b.participantCode()
	case scan.AuditSourceIdentification:
		m.Sources = append(m.Sources, audit.AuditSource{
			ID: b.value(scan.AuditSourceID), EnterpriseSiteID: b.value(scan.AuditEnterpriseSiteID),
		})
		b.sourceType()
	case scan.AuditSourceTypeCode:
		b.sourceType()
	default:
		b.object()
	}
}

// participantCode reads a coded value of the active participant.
func (b *builder) participantCode() {
	if len(b.m.Participants) == 0 {
		return
	}
	p := &b.m.Participants[len(b.m.Participants)-1]
	c := b.coded()
	switch b.s.Element {
	case scan.RoleIDCode:
		p.Roles = append(p.Roles, c)
	case scan.UserIDTypeCode:
		p.IDType = &c
	case scan.MediaType:
		p.Media = &c
	}
}

// sourceType reads the type of the audit source, which old dialects write as its own
// attribute.
func (b *builder) sourceType() {
	if c := b.coded(); c.Code != "" && len(b.m.Sources) > 0 {
		src := &b.m.Sources[len(b.m.Sources)-1]
		src.Types = append(src.Types, c)
	}
}

// object reads the elements of the participant object. Old dialects write those of its
// description directly in it.
func (b *builder) object() {
	m := b.m
	if b.s.Element == scan.ParticipantObjectIdentification {
		m.Objects = append(m.Objects, audit.ParticipantObject{
			ID: b.value(scan.ParticipantObjectID), Type: b.code(scan.ParticipantObjectTypeCode),
			Role: b.code(scan.ParticipantObjectTypeCodeRole), LifeCycle: b.code(scan.ParticipantObjectDataLifeCycle),
			Sensitivity: b.value(scan.ParticipantObjectSensitivity),
		})
		return
	}
	if len(m.Objects) == 0 {
		return
	}
	o := &m.Objects[len(m.Objects)-1]
	switch b.s.Element {
	case scan.ParticipantObjectIDTypeCode:
		o.IDType = b.coded()
	case scan.ParticipantObjectDetail:
		o.Details = append(o.Details, audit.Detail{Type: b.value(scan.Type), Value: b.value(scan.Value)})
	case scan.MPPS:
		o.MPPS = append(o.MPPS, b.value(scan.UID))
	case scan.Accession:
		o.Accessions = append(o.Accessions, b.value(scan.Number))
	case scan.StudyIDs:
		o.Studies = append(o.Studies, b.value(scan.UID))
	case scan.SOPClass:
		o.SOPClasses = append(o.SOPClasses, audit.SOPClass{UID: b.value(scan.UID), NumberOfInstances: b.code(scan.NumberOfInstances)})
	case scan.Instance:
		if len(o.SOPClasses) == 0 {
			o.SOPClasses = append(o.SOPClasses, audit.SOPClass{})
		}
		c := &o.SOPClasses[len(o.SOPClasses)-1]
		c.Instances = append(c.Instances, b.value(scan.UID))
	}
}

// endRun takes the text since the last tag, if there is any. Where an element that
// holds one text has several, the first is taken.
func (b *builder) endRun() {
	if len(b.run) == 0 {
		return
	}
	run := string(b.run)
	b.run = b.run[:0]
	m := b.m
	switch b.element {
	case scan.EventOutcomeDescription:
		m.OutcomeDescription = firstOf(m.OutcomeDescription, run)
		return
	case scan.AuditSourceTypeCode:
		if len(m.Sources) > 0 {
			src := &m.Sources[len(m.Sources)-1]
			src.Types = append(src.Types, audit.Coded{Code: run})
		}
		return
	}
	if len(m.Objects) == 0 {
		return
	}
	o := &m.Objects[len(m.Objects)-1]
	switch b.element {
	case scan.ParticipantObjectName:
		o.Name = firstOf(o.Name, run)
	case scan.ParticipantObjectQuery:
		o.Query = firstOf(o.Query, run)
	case scan.ParticipantObjectDescription:
		o.Descriptions = append(o.Descriptions, run)
	case scan.Encrypted:
		o.Encrypted = firstOf(o.Encrypted, run)
	case scan.Anonymized:
		o.Anonymized = firstOf(o.Anonymized, run)
	}
}
