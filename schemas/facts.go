package schemas

import (
	"bytes"

	"arr/audit"
)

// Facts is what the rules look at of one message. It collects them as Reporter follows a
// document: Reset, then the same calls, then Check. It allocates.
//
// The names of older dialects count as today's: code is csd-code.
type Facts struct {
	// Blank, if not nil, says of the value that begins at off whether it is a blank of a
	// skeleton: nothing is known of it.
	Blank func(off int) bool
	// Faults are the rules that are broken, Deferred those that blanks may break.
	Faults   []Fault
	Deferred []Deferred
	// Source is the first AuditSourceID.
	Source string

	root         Span
	event        eventFacts
	participants []participant
	objects      []object
	open         []facet
	attrs        tag
}

// facet is an element that is open: the nth of its name in its parent, and how many
// children it had of each name.
type facet struct {
	element Element
	nth     uint16
	count   [NumElements]uint16
}

// trail leads to an element: the names and numbers of those that are open.
type trail struct {
	depth int
	steps [6]struct {
		element Element
		nth     uint16
	}
}

// path is the trail as text.
func (t *trail) path() string {
	path := ""
	for _, s := range t.steps[:t.depth] {
		path += "/" + numbered(s.element.String(), int(s.nth))
	}
	return path
}

// value is an attribute's value, a part of the document. It is absent where at is zero.
type value struct {
	text []byte
	at   Span
}

func (v *value) present() bool { return v.at.End > 0 }

// coded is a coded value. Its element is absent where at is zero.
type coded struct {
	at           Span
	trail        trail
	code, system []byte
}

type eventFacts struct {
	at      Span
	action  value
	id      coded
	types   []coded
	purpose bool
}

type participant struct {
	at                                 Span
	trail                              trail
	requestor, accessPoint, accessType value
	roles                              []coded
	media                              *coded
}

type object struct {
	at            Span
	trail         trail
	id, typ, role value
	idType        coded
	name, query   bool
	details       [][]byte // their types
}

// tag is the start tag that is being read.
type tag struct {
	at     Span
	values [NumAttributes]value
}

// Reset starts anew.
func (f *Facts) Reset() {
	*f = Facts{
		Blank: f.Blank, Faults: f.Faults[:0], Deferred: f.Deferred[:0],
		participants: f.participants[:0], objects: f.objects[:0], open: f.open[:0],
	}
}

// trail leads to the innermost element.
func (f *Facts) trail() (t trail) {
	for i := range f.open {
		if t.depth == len(t.steps) {
			break
		}
		t.steps[i].element, t.steps[i].nth = f.open[i].element, f.open[i].nth
		t.depth++
	}
	return t
}

// path leads to the innermost element.
func (f *Facts) path() string {
	t := f.trail()
	return t.path()
}

// Start takes a start tag. It always goes on.
func (f *Facts) Start(e Element, _ []byte, _ bool, at Span) bool {
	nth := uint16(1)
	if n := len(f.open); n > 0 {
		f.open[n-1].count[e]++
		nth = f.open[n-1].count[e]
	}
	f.open = append(f.open, facet{element: e, nth: nth})
	f.attrs.at, f.attrs.values = at, [NumAttributes]value{}
	return true
}

// Attribute takes an attribute of the start tag. It always goes on.
func (f *Facts) Attribute(a Attribute, at *AttributeText) bool {
	switch a {
	case 0:
		return true
	case AttributeCode:
		a = AttributeCsdCode
	case AttributeCodeSystem:
		if f.attrs.values[AttributeCodeSystemName].present() {
			return true
		}
		a = AttributeCodeSystemName
	}
	text := trim(at.Raw())
	if bytes.IndexByte(text, '&') >= 0 {
		text = trim(audit.AppendUnescaped(nil, text))
	}
	if a == AttributeParticipantObjectTypeCode || a == AttributeParticipantObjectTypeCodeRole {
		text = plainNumber(text)
	}
	f.attrs.values[a] = value{text, at.Value()}
	return true
}

// plainNumber is a number without a sign and leading zeros, which RFC 3881 allows.
func plainNumber(text []byte) []byte {
	number := bytes.TrimLeft(bytes.TrimPrefix(text, []byte("+")), "0")
	if len(number) == 0 || !Integer(number) {
		return text
	}
	return number
}

// Opened ends a start tag. It always goes on.
func (f *Facts) Opened() bool {
	t := &f.attrs
	switch e := f.open[len(f.open)-1].element; e {
	case ElementAuditMessage:
		f.root = t.at
	case ElementEventIdentification:
		f.event.at = t.at
		f.event.action = t.values[AttributeEventActionCode]
		f.value(AttributeEventDateTime, ruleZone)
	case ElementEventID:
		f.event.id = f.coded()
	case ElementEventTypeCode:
		f.event.types = append(f.event.types, f.coded())
	case ElementPurposeOfUse:
		f.event.purpose = true
	case ElementActiveParticipant:
		f.participants = append(f.participants, participant{
			at: t.at, trail: f.trail(), requestor: t.values[AttributeUserIsRequestor],
			accessPoint: t.values[AttributeNetworkAccessPointID], accessType: t.values[AttributeNetworkAccessPointTypeCode],
		})
		f.wanted(AttributeUserID)
		if string(t.values[AttributeNetworkAccessPointTypeCode].text) == "2" {
			f.value(AttributeNetworkAccessPointID, ruleAddress)
		}
	case ElementRoleIDCode, ElementMediaType:
		f.participantCode(e)
	case ElementAuditSourceIdentification:
		f.wanted(AttributeAuditSourceID)
		if f.Source == "" {
			f.Source = string(t.values[AttributeAuditSourceID].text)
		}
	case ElementAuditSourceTypeCode:
		f.sourceType()
	case ElementParticipantObjectIdentification:
		f.objects = append(f.objects, object{
			at: t.at, trail: f.trail(), id: t.values[AttributeParticipantObjectID],
			typ: t.values[AttributeParticipantObjectTypeCode], role: t.values[AttributeParticipantObjectTypeCodeRole],
		})
		f.wanted(AttributeParticipantObjectID)
	default:
		f.objectPart(e)
	}
	return true
}

// coded reads the coded value whose start tag was read.
func (f *Facts) coded() coded {
	t := &f.attrs
	f.wanted(AttributeCsdCode)
	f.wanted(AttributeCodeSystemName)
	return coded{at: t.at, trail: f.trail(), code: t.values[AttributeCsdCode].text, system: t.values[AttributeCodeSystemName].text}
}

func (f *Facts) participantCode(e Element) {
	c, n := f.coded(), len(f.participants)
	switch {
	case n == 0:
	case e == ElementRoleIDCode:
		f.participants[n-1].roles = append(f.participants[n-1].roles, c)
	default:
		f.participants[n-1].media = &c
	}
}

// sourceType checks the type of an audit source: one that is not of the list needs a
// coding scheme (PS3.15 A.5.2.3).
func (f *Facts) sourceType() {
	code := f.attrs.values[AttributeCsdCode]
	listed := len(code.text) == 1 && code.text[0] >= '1' && code.text[0] <= '9'
	if code.present() && !listed && !f.attrs.values[AttributeCodeSystemName].present() {
		f.add("source-type-without-scheme", f.path()+"/@csd-code", code.at, "1 to 9, or a code with codeSystemName and originalText", "PS3.15 A.5.1.2.1")
	}
}

// objectPart takes in an element within a participant object.
func (f *Facts) objectPart(e Element) {
	n := len(f.objects)
	if n == 0 {
		return
	}
	o := &f.objects[n-1]
	switch e {
	case ElementParticipantObjectIDTypeCode:
		o.idType = f.coded()
	case ElementParticipantObjectName:
		o.name = true
	case ElementParticipantObjectQuery:
		o.query = true
	case ElementParticipantObjectDetail:
		o.details = append(o.details, f.attrs.values[AttributeType].text)
	case ElementSOPClass:
		f.value(AttributeUID, ruleUID)
		f.value(AttributeNumberOfInstances, ruleCount)
	case ElementMPPS, ElementInstance, ElementStudyIDs:
		f.value(AttributeUID, ruleUID)
	}
}

// Text says that texts tell the rules nothing.
func (f *Facts) Text() Type { return anyText }

// Content takes a text, which tells the rules nothing. It always goes on.
func (f *Facts) Content([]byte, Span) bool { return true }

// Stray is Content for text where none may be.
func (f *Facts) Stray(Span) bool { return true }

// End takes an end tag. It always goes on.
func (f *Facts) End(Span) bool {
	f.open = f.open[:len(f.open)-1]
	return true
}
