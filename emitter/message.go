package emitter

import (
	"unicode/utf8"

	"arr/audit"
)

const (
	declaration = `<?xml version="1.0" encoding="UTF-8"?>`
	// schemaHint is what dcm4che's AuditLogger writes at the root.
	schemaHint = ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"` +
		` xsi:noNamespaceSchemaLocation="http://www.dcm4che.org/DICOM/audit-message.rnc"`
)

// personID is the UserIDTypeCode of people (PS3.16 113871 Person ID), who have
// UserTypeCode 1; all else has 2.
const personID = "113871"

// AppendXML appends m as a document in UTF-8 on one line, attributes and elements in the
// order of PS3.15 A.5.1, without what is empty. With DialectIHE and DialectDICOM it leaves
// out what the schema has no place for: UserIDTypeCode, UserTypeCode, PurposeOfUse. An
// object without a query has a ParticipantObjectName then, since one of the two must be
// there. Characters that XML 1.0 can't hold are written as U+FFFD.
func AppendXML(dst []byte, m *audit.Message, d Dialect) []byte {
	w := xmlWriter{dst: dst, dcm4che: d == DialectDcm4che}
	w.raw(declaration)
	w.raw("<AuditMessage")
	if w.dcm4che {
		w.raw(schemaHint)
	}
	w.raw(">")
	w.event(m)
	for i := range m.Participants {
		w.participant(&m.Participants[i])
	}
	for i := range m.Sources {
		w.source(&m.Sources[i])
	}
	for i := range m.Objects {
		w.object(&m.Objects[i])
	}
	w.raw("</AuditMessage>")
	return w.dst
}

// xmlWriter appends the parts of one message.
type xmlWriter struct {
	dst     []byte
	dcm4che bool
}

func (w *xmlWriter) raw(s string) { w.dst = append(w.dst, s...) }

// must writes an attribute, optional one that is not empty.
func (w *xmlWriter) must(name, value string) {
	w.dst = append(append(append(w.dst, ' '), name...), '=', '"')
	w.dst = append(AppendEscaped(w.dst, value), '"')
}

func (w *xmlWriter) optional(name, value string) {
	if value != "" {
		w.must(name, value)
	}
}

// element writes an element that holds text alone.
func (w *xmlWriter) element(name, text string) {
	w.dst = append(append(append(w.dst, '<'), name...), '>')
	w.dst = AppendEscaped(w.dst, text)
	w.dst = append(append(append(w.dst, "</"...), name...), '>')
}

// single writes an empty element with one attribute.
func (w *xmlWriter) single(name, attribute, value string) {
	w.dst = append(append(w.dst, '<'), name...)
	w.must(attribute, value)
	w.raw("/>")
}

func (w *xmlWriter) code(name string, c *audit.Coded) {
	w.dst = append(append(w.dst, '<'), name...)
	w.must("csd-code", c.Code)
	w.must("codeSystemName", c.System)
	w.must("originalText", c.Meaning())
	if c.OriginalText != "" {
		w.optional("displayName", c.DisplayName)
	}
	w.raw("/>")
}

func (w *xmlWriter) codes(name string, all []audit.Coded) {
	for i := range all {
		w.code(name, &all[i])
	}
}

// singles writes an element for each value.
func (w *xmlWriter) singles(name, attribute string, values []string) {
	for _, v := range values {
		w.single(name, attribute, v)
	}
}

func (w *xmlWriter) event(m *audit.Message) {
	w.raw("<EventIdentification")
	w.optional("EventActionCode", m.Action)
	w.must("EventDateTime", m.DateTime)
	w.must("EventOutcomeIndicator", m.Outcome)
	w.raw(">")
	w.code("EventID", &m.Event)
	w.codes("EventTypeCode", m.EventTypes)
	if m.OutcomeDescription != "" {
		w.element("EventOutcomeDescription", m.OutcomeDescription)
	}
	w.raw("</EventIdentification>")
}

func (w *xmlWriter) participant(p *audit.ActiveParticipant) {
	w.raw("<ActiveParticipant")
	w.must("UserID", p.UserID)
	w.optional("AlternativeUserID", p.AlternativeUserID)
	w.optional("UserName", p.UserName)
	requestor := "false"
	if p.IsRequestor() {
		requestor = "true"
	}
	w.must("UserIsRequestor", requestor)
	if w.dcm4che && p.IDType != nil {
		userType := "2"
		if p.IDType.Code == personID {
			userType = "1"
		}
		w.must("UserTypeCode", userType)
	}
	w.optional("NetworkAccessPointID", p.Host)
	w.optional("NetworkAccessPointTypeCode", p.HostType)
	if len(p.Roles) == 0 && p.Media == nil && (p.IDType == nil || !w.dcm4che) {
		w.raw("/>")
		return
	}
	w.raw(">")
	w.codes("RoleIDCode", p.Roles)
	if p.Media != nil {
		w.raw("<MediaIdentifier>")
		w.code("MediaType", p.Media)
		w.raw("</MediaIdentifier>")
	}
	if w.dcm4che && p.IDType != nil {
		w.code("UserIDTypeCode", p.IDType)
	}
	w.raw("</ActiveParticipant>")
}

func (w *xmlWriter) source(s *audit.AuditSource) {
	w.raw("<AuditSourceIdentification")
	w.optional("AuditEnterpriseSiteID", s.EnterpriseSiteID)
	w.must("AuditSourceID", s.ID)
	if len(s.Types) == 0 {
		w.raw("/>")
		return
	}
	w.raw(">")
	for i := range s.Types {
		if t := &s.Types[i]; t.System != "" {
			w.code("AuditSourceTypeCode", t)
		} else {
			w.single("AuditSourceTypeCode", "csd-code", t.Code)
		}
	}
	w.raw("</AuditSourceIdentification>")
}

func (w *xmlWriter) object(o *audit.ParticipantObject) {
	w.raw("<ParticipantObjectIdentification")
	w.must("ParticipantObjectID", o.ID)
	w.optional("ParticipantObjectTypeCode", o.Type)
	w.optional("ParticipantObjectTypeCodeRole", o.Role)
	w.optional("ParticipantObjectDataLifeCycle", o.LifeCycle)
	w.optional("ParticipantObjectSensitivity", o.Sensitivity)
	w.raw(">")
	w.code("ParticipantObjectIDTypeCode", &o.IDType)
	switch {
	case o.Query != "":
		w.element("ParticipantObjectQuery", o.Query)
	case o.Name != "" || !w.dcm4che:
		w.element("ParticipantObjectName", o.Name)
	}
	for i := range o.Details {
		w.raw("<ParticipantObjectDetail")
		w.must("type", o.Details[i].Type)
		w.must("value", o.Details[i].Value)
		w.raw("/>")
	}
	w.description(o)
	w.raw("</ParticipantObjectIdentification>")
}

// description writes what a study holds (A.5.1's ParticipantObjectDescription).
func (w *xmlWriter) description(o *audit.ParticipantObject) {
	if len(o.MPPS)+len(o.Accessions)+len(o.SOPClasses)+len(o.Studies) == 0 && o.Encrypted == "" && o.Anonymized == "" {
		return
	}
	w.raw("<ParticipantObjectDescription>")
	w.singles("MPPS", "UID", o.MPPS)
	w.singles("Accession", "Number", o.Accessions)
	for i := range o.SOPClasses {
		w.sopClass(&o.SOPClasses[i])
	}
	if len(o.Studies) > 0 {
		w.raw("<ParticipantObjectContainsStudy>")
		w.singles("StudyIDs", "UID", o.Studies)
		w.raw("</ParticipantObjectContainsStudy>")
	}
	if o.Encrypted != "" {
		w.element("Encrypted", o.Encrypted)
	}
	if o.Anonymized != "" {
		w.element("Anonymized", o.Anonymized)
	}
	w.raw("</ParticipantObjectDescription>")
}

func (w *xmlWriter) sopClass(c *audit.SOPClass) {
	w.raw("<SOPClass")
	w.optional("UID", c.UID)
	w.must("NumberOfInstances", c.NumberOfInstances)
	if len(c.Instances) == 0 {
		w.raw("/>")
		return
	}
	w.raw(">")
	w.singles("Instance", "UID", c.Instances)
	w.raw("</SOPClass>")
}

// AppendEscaped appends s as it stands in an attribute or a text of XML 1.0: what would
// end it or be read as something else becomes a reference, line ends and tabs too, which a
// reader would turn into blanks. Bytes that are no UTF-8 and characters that XML has no
// way to write become U+FFFD.
func AppendEscaped(dst []byte, s string) []byte {
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '&' && c != '<' && c != '>' && c != '"' {
			i++
			continue
		}
		r, n := rune(c), 1
		if c >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError && r != 0xFFFE && r != 0xFFFF {
				i += n
				continue
			}
		}
		dst = append(append(dst, s[from:i]...), reference(r)...)
		i += n
		from = i
	}
	return append(dst, s[from:]...)
}

func reference(r rune) string {
	switch r {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '"':
		return "&quot;"
	case '\t':
		return "&#9;"
	case '\n':
		return "&#10;"
	case '\r':
		return "&#13;"
	}
	return "\ufffd"
}
