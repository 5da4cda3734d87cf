package hl7

import (
	"slices"

	"arr/audit"
)

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
		m.linked(a)
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

// studied fills in the studies that the message names and the patient.
func (m *Mapper) studied(a *audit.Message, x *Exchange, w *owed, segments [][]byte) {
	accessions := m.accessions(segments, w.about == aboutReport)
	patient := m.patient(segments)
	patient.Details = m.details(x)
	for _, uid := range m.studies(segments) {
		a.Objects = append(a.Objects, audit.ParticipantObject{ID: uid, IDType: studyUID, Type: "2", Role: "3", Accessions: accessions})
	}
	if len(a.Objects) == 0 {
		patient.Accessions = accessions
	}
	a.Objects = append(a.Objects, patient)
}

// studies gives the study UIDs of a part of a message: of ZDS-1 (IHE RAD-4), IPC-3, and
// observations that are one.
func (m *Mapper) studies(segments [][]byte) []string {
	var all []string
	for _, s := range segments {
		var uid []byte
		switch {
		case m.msg.is(s, "ZDS"):
			uid = m.msg.field(s, 1)
		case m.msg.is(s, "IPC"):
			uid = m.msg.field(s, 3)
		case m.msg.is(s, "OBX") && m.isStudyObservation(s):
			uid = m.msg.field(s, 5)
		}
		if uid = m.msg.component(uid, 0); isUID(uid) {
			all = m.addNew(all, uid)
		}
	}
	return all
}

// isStudyObservation says whether an OBX segment tells a study UID: by the code of
// dcm4chee-arc's notifications, or by name.
func (m *Mapper) isStudyObservation(obx []byte) bool {
	what := m.msg.field(obx, 3)
	return string(m.msg.component(what, 0)) == "113014" || string(m.msg.component(what, 1)) == "Study Instance UID"
}

// isUID says whether b has the form of a UID.
func isUID(b []byte) bool {
	if len(b) < 3 || len(b) > 64 || b[0] == '.' || b[len(b)-1] == '.' {
		return false
	}
	for _, c := range b {
		if c != '.' && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// accessions gives the accession numbers of a part of a message: OBR-18, IPC-1, TXA-14; of
// a report without one the filler's order number, which RAD-28 has in their place.
func (m *Mapper) accessions(segments [][]byte, report bool) []string {
	var all []string
	for _, place := range [...]struct {
		segment string
		field   int
		report  bool
	}{{"OBR", 18, false}, {"IPC", 1, false}, {"TXA", 14, false}, {"OBR", 3, true}, {"ORC", 3, true}, {"TXA", 15, true}} {
		if place.report && (!report || len(all) > 0) {
			continue
		}
		for _, s := range segments {
			if !m.msg.is(s, place.segment) {
				continue
			}
			if number := m.msg.component(m.msg.field(s, place.field), 0); !isNull(number) {
				all = m.addNew(all, number)
			}
		}
	}
	return all
}

// addNew adds a value that is not there.
func (m *Mapper) addNew(all []string, value []byte) []string {
	if len(all) >= maxObjects {
		return all
	}
	text := m.texts.unescaped(value, m.msg.sep)
	if slices.Contains(all, text) {
		return all
	}
	return append(all, text)
}

// linked fills in the ids of ITI-64: of both PID-3 and MRG-1 the first is the id in the
// affinity domain, the second the local one. One alone is local.
func (m *Mapper) linked(a *audit.Message) {
	after := m.msg.field(m.msg.first(m.msg.segments, "PID"), 3)
	before := m.msg.field(m.msg.first(m.msg.segments, "MRG"), 1)
	control := m.msg.field(m.msg.header, 10)
	for _, id := range [...]struct {
		value           []byte
		name, lifeCycle string
		must            bool
	}{
		{m.local(after), "localPatientId", "", true},
		{m.local(before), "subsumedLocalPatientId", "", false},
		{m.affinity(after), "newPatientId", originated, false},
		{m.affinity(before), "previousPatientId", logicalDeleted, false},
	} {
		if isNull(id.value) && !id.must {
			continue
		}
		o := m.person(id.value, nil, m.msg.sep)
		o.LifeCycle = id.lifeCycle
		o.Details = []audit.Detail{{Type: detailIdentifier, Value: m.texts.base64([]byte(id.name))}}
		if len(control) > 0 {
			o.Details = append(o.Details, audit.Detail{Type: detailControl, Value: m.texts.base64(control)})
		}
		a.Objects = append(a.Objects, o)
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
