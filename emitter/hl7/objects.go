package hl7

import "arr/audit"

// The codes of objects.
var (
	patientRecord  = audit.Coded{Code: "110110", System: "DCM", OriginalText: "Patient Record"}
	patientNumber  = audit.Coded{Code: "2", System: "RFC-3881", OriginalText: "Patient Number"}
	studyUID       = audit.Coded{Code: "110180", System: "DCM", OriginalText: "Study Instance UID"}
	searchCriteria = audit.Coded{Code: "10", System: "RFC-3881", OriginalText: "Search Criteria"}
)

// noPatient is the id of a patient whose id is not known. It is no identity
// (audit.IsPlaceholder).
const noPatient = "<none>"

// The types of details.
const (
	detailMessage = "HL7v2 Message"
	detailType    = "MSH-9"
	detailControl = "MSH-10"
	// detailIdentifier is ITI-64's, which says which of the patient's ids an object is.
	detailIdentifier = "urn:ihe:iti:xpid:2017:patientIdentifierType"
)

// Life cycles of objects.
const (
	originated     = "1"
	logicalDeleted = "14"
)

// maxObjects bounds how many ids of one kind are taken from one message.
const maxObjects = 256

// objects fills in what the message is about. segments are the part of the message that
// tells of one patient.
func (m *Mapper) objects(a *audit.Message, x *Exchange, w *owed, segments [][]byte) {
	switch {
	case w.about == aboutQuery:
		m.queried(a, x, w)
	case w.about == aboutLink:
		m.linked(a, x, segments)
	case m.Dialect == dcm4che:
		m.dcm4cheObjects(a, x, w, segments)
	case w.about == aboutPrior:
		p := m.prior(segments)
		p.Details = m.details(x)
		a.Objects = []audit.ParticipantObject{p}
	case w.about == aboutStudy, w.about == aboutReport:
		m.studied(a, x, w, segments)
	default:
		p := m.patient(segments)
		if w.about == aboutOrder {
			p.Accessions = m.accessions(segments, false)
		}
		p.Details = m.details(x)
		a.Objects = []audit.ParticipantObject{p}
	}
}

// person makes a patient object of a CX and an XPN.
func (m *Mapper) person(id, name []byte, sep separators) audit.ParticipantObject {
	o := audit.ParticipantObject{ID: noPatient, IDType: patientNumber, Type: "1", Role: "1"}
	if m.Dialect == dcm4che && len(id) > 0 || !isNull(id) && sep.hasText(id) {
		o.ID = m.texts.unescaped(id, sep)
	}
	if m.Dialect == dcm4che || !isNull(name) {
		o.Name = m.texts.unescaped(name, sep)
	}
	return o
}

// patient gives the patient of the first PID segment: PID-3 or, of old senders, PID-2 or
// PID-4, and PID-5.
func (m *Mapper) patient(segments [][]byte) audit.ParticipantObject {
	pid := m.msg.first(segments, "PID")
	if pid == nil { // in what goes before the orders of a group
		pid = m.msg.first(m.msg.segments, "PID")
	}
	id := m.msg.field(pid, 3)
	for _, n := range [...]int{2, 4} {
		if isNull(id) && m.Dialect != dcm4che {
			id = m.msg.field(pid, n)
		}
	}
	return m.person(id, m.msg.field(pid, 5), m.msg.sep)
}

// prior gives the patient of the first MRG segment.
func (m *Mapper) prior(segments [][]byte) audit.ParticipantObject {
	mrg := m.msg.first(segments, "MRG")
	return m.person(m.msg.field(mrg, 1), m.msg.field(mrg, 7), m.msg.sep)
}

// details gives the message's control id and the message.
func (m *Mapper) details(x *Exchange) []audit.Detail {
	all := make([]audit.Detail, 0, 2)
	if control := m.msg.field(m.msg.header, 10); len(control) > 0 {
		all = append(all, audit.Detail{Type: detailControl, Value: m.texts.base64(control)})
	}
	return append(all, audit.Detail{Type: detailMessage, Value: m.texts.cut(x.Message, m.limit(x))})
}

// linked fills in the ids of one change of ITI-64: of both PID-3 and MRG-1 the first is the id in the
// affinity domain, the second the local one. One alone is local. The first object has the
// message.
func (m *Mapper) linked(a *audit.Message, x *Exchange, segments [][]byte) {
	after := m.msg.field(m.msg.first(segments, "PID"), 3)
	before := m.msg.field(m.msg.first(segments, "MRG"), 1)
	details := m.details(x)
	for i, id := range [...]struct {
		value           []byte
		name, lifeCycle string
	}{
		{m.local(after), "localPatientId", ""}, // which there always is
		{m.local(before), "subsumedLocalPatientId", ""},
		{m.affinity(after), "newPatientId", originated},
		{m.affinity(before), "previousPatientId", logicalDeleted},
	} {
		if isNull(id.value) && i > 0 {
			continue
		}
		o := m.person(id.value, nil, m.msg.sep)
		o.LifeCycle = id.lifeCycle
		o.Details = append([]audit.Detail{{Type: detailIdentifier, Value: m.texts.base64([]byte(id.name))}}, details...)
		a.Objects = append(a.Objects, o)
		if i == 0 {
			details = details[:len(details)-1]
		}
	}
}

func (m *Mapper) local(ids []byte) []byte {
	if second := m.msg.repetition(ids, 1); len(second) > 0 {
		return second
	}
	return m.msg.repetition(ids, 0)
}

func (m *Mapper) affinity(ids []byte) []byte {
	if len(m.msg.repetition(ids, 1)) == 0 {
		return nil
	}
	return m.msg.repetition(ids, 0)
}
