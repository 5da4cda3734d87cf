package parser

import (
	"strings"

	"arr/audit"
	"arr/scan"
)

// meaning is a value of an audit message with what it is a value of.
type meaning struct {
	class   class
	element scan.Element
	off     int
	fields  audit.FieldSet
	column  audit.Column
	kind    audit.Kind
	// text is the value as plain text.
	text string
}

// reader works out what the values of an audit message mean. It takes its time: it
// runs once for each new skeleton, and for frames that have none.
type reader struct {
	// values are in document order. isAudit is false where the root is no
	// AuditMessage: nothing is read then. namespaced says that it is in a namespace.
	values     []meaning
	isAudit    bool
	namespaced bool

	doc []byte
	// person and object are where the values of the active participant and of the
	// participant object begin that is being read, -1 outside of one; requestor and
	// thing are what is known of it.
	person, object int
	requestor      audit.ActiveParticipant
	thing          audit.ParticipantObject
	detailType     string
	// run is the text that the last tokens gave, if more than one did; the last of them
	// was text if afterText, and ended at textEnd.
	run       []byte
	afterText bool
	textEnd   int
}

// maxValues bounds how many values are read of one message: a study of 13,000
// instances has as many. What a hostile sender writes beyond is not read.
const maxValues = 1 << 16

// read reads the audit message in doc from position from on.
func read(s *scan.Scanner, doc []byte, from int) reader {
	r := reader{doc: doc, person: -1, object: -1}
	s.Reset(doc, from)
	for {
		kind := s.Next()
		if !r.isAudit {
			if kind != scan.Start || s.Element != scan.AuditMessage {
				return r
			}
			r.isAudit, r.namespaced = true, s.Namespaced()
		}
		if kind != scan.Text {
			r.endRun()
		}
		switch {
		case kind == scan.EOF:
			r.closePerson()
			r.closeObject()
			return r
		case len(r.values) >= maxValues:
		case kind == scan.Start:
			r.start(s)
		case kind == scan.End:
			r.end(s.Element)
		case kind == scan.Text:
			r.text(s)
		}
		r.afterText = kind == scan.Text
	}
}

func (r *reader) start(s *scan.Scanner) {
	switch s.Element {
	case scan.ActiveParticipant:
		r.closePerson()
		r.person, r.requestor = len(r.values), audit.ActiveParticipant{}
	case scan.ParticipantObjectIdentification:
		r.closeObject()
		r.object, r.thing = len(r.values), audit.ParticipantObject{}
	case scan.ParticipantObjectDetail:
		r.detailType = ""
	}
	detailAt := len(r.values)
	for i := range s.Attrs {
		a := &s.Attrs[i]
		if a.Name == scan.Hint {
			continue
		}
		m := meaning{class: attributeClasses[s.Element][a.Name], element: s.Element, off: a.Off}
		raw := r.doc[a.Off:a.End]
		if m.class == fixed {
			m.text = strings.TrimSpace(plain(audit.KindText, raw))
			m.fields = codeFields(s.Element, a.Name)
			r.remember(s.Element, a.Name, m.text)
		} else {
			m.setMeaning()
			m.text = plain(m.kind, raw)
		}
		r.values = append(r.values, m)
	}
	if s.Element == scan.ParticipantObjectDetail {
		for i := detailAt; i < len(r.values); i++ {
			if r.values[i].class == detail {
				r.values[i].column = detailColumn(r.detailType)
			}
		}
	}
	if s.Empty {
		r.end(s.Element)
	}
}

// remember keeps a code that says what other values mean.
func (r *reader) remember(e scan.Element, a scan.Attribute, text string) {
	switch a {
	case scan.UserIsRequestor:
		r.requestor.Requestor = text
	case scan.ParticipantObjectTypeCode:
		r.thing.Type = text
	case scan.ParticipantObjectTypeCodeRole:
		r.thing.Role = text
	case scan.Type:
		r.detailType = text
	case scan.CsdCode, scan.Code:
		if e == scan.ParticipantObjectIDTypeCode {
			r.thing.IDType.Code = text
		}
	}
}

func (r *reader) end(e scan.Element) {
	switch e {
	case scan.ActiveParticipant:
		r.closePerson()
	case scan.ParticipantObjectIdentification:
		r.closeObject()
	}
}

// text takes a run of text. Runs that only a comment or the bounds of a CDATA section
// part are one value.
func (r *reader) text(s *scan.Scanner) {
	raw := r.doc[s.Off:s.End]
	if r.afterText && len(r.values) > 0 {
		last := &r.values[len(r.values)-1]
		if len(r.run) == 0 {
			r.run = append(r.run, last.text...)
		}
		if r.doc[r.textEnd] <= ' ' || r.doc[s.Off-1] <= ' ' {
			r.run = append(r.run, ' ')
		}
		r.run = append(r.run, runText(last.kind, raw, s.CDATA)...)
		r.textEnd = s.End
		return
	}
	m := meaning{class: textClasses[s.Element], element: s.Element, off: s.Off}
	if m.class == fixed {
		m.fields = audit.Fields(audit.FieldText)
	} else {
		m.setMeaning()
	}
	m.text = runText(m.kind, raw, s.CDATA)
	r.values = append(r.values, m)
	r.textEnd = s.End
}

// endRun gives the last value the text that several tokens made up.
func (r *reader) endRun() {
	if len(r.run) > 0 {
		r.values[len(r.values)-1].text = string(r.run)
		r.run = r.run[:0]
	}
}

// runText is a run of text as plain text. In a CDATA section nothing is escaped.
func runText(k audit.Kind, raw []byte, cdata bool) string {
	if cdata && k != audit.KindBase64 {
		return string(raw)
	}
	return plain(k, raw)
}

func plain(k audit.Kind, raw []byte) string {
	text, _ := audit.PlainText(k, raw, nil)
	return string(text)
}

// closePerson gives the values of an active participant that is the requestor their
// meaning as such.
func (r *reader) closePerson() {
	if r.person >= 0 && r.requestor.IsRequestor() {
		for i := r.person; i < len(r.values); i++ {
			m := &r.values[i]
			if m.element != scan.ActiveParticipant {
				continue
			}
			switch m.class {
			case userID:
				m.fields |= audit.Fields(audit.FieldRequestorID)
				m.column = columnRequestorID
			case userAlt:
				m.fields |= audit.Fields(audit.FieldRequestorAlt)
				m.column = columnRequestorAlt
			case userName:
				m.fields |= audit.Fields(audit.FieldRequestorName)
				m.column = columnRequestorName
			}
		}
	}
	r.person = -1
}

// closeObject gives the id and the name of a participant object that is a patient or
// a study their meaning as such.
func (r *reader) closeObject() {
	for i := r.object; i >= 0 && i < len(r.values); i++ {
		m := &r.values[i]
		switch {
		case m.class == objectID && r.thing.IsPatient():
			m.fields |= audit.Fields(audit.FieldPatientID)
			m.column = columnPatientID
		case m.class == objectID && r.thing.IsStudy():
			m.fields |= audit.Fields(audit.FieldStudy)
			m.column, m.kind = columnStudy, audit.KindUID
		case m.class == objectName && r.thing.IsPatient():
			m.fields |= audit.Fields(audit.FieldPatientName)
			m.column = columnPatientName
		}
	}
	r.object = -1
}

// detailColumn is the column of a ParticipantObjectDetail's value.
func detailColumn(detailType string) audit.Column {
	switch {
	case strings.HasPrefix(detailType, "HL7"):
		return columnDetailHL7
	case strings.HasPrefix(detailType, "MSH-"):
		return columnDetailMSH
	}
	return columnDetail
}
