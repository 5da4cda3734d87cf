package hl7

import (
	"slices"

	"arr/audit"
)

// studied fills in the studies that the message names, each with the accession number of
// its procedure step or else of its order, and the patient, with those that no study has.
func (m *Mapper) studied(a *audit.Message, x *Exchange, w *owed, segments [][]byte) {
	patient := m.patient(segments)
	patient.Details = m.details(x)
	a.Objects = make([]audit.ParticipantObject, 0, 2)
	m.numbers = maxNumbers
	var ofOrder, pending, loose []string
	for _, s := range m.sections(segments) {
		numbers := m.accessions(s.segments, w.about == aboutReport && !s.step)
		switch {
		case !s.step:
			loose = union(loose, pending)
			ofOrder, pending = numbers, numbers
		case len(numbers) > 0:
			pending = nil
		default:
			numbers = ofOrder
		}
		studies := m.studies(s.segments)
		for _, uid := range studies {
			m.addStudy(a, uid, m.afford(numbers))
		}
		if len(studies) == 0 && s.step {
			loose = union(loose, numbers)
		}
	}
	for _, number := range union(loose, pending) {
		if !slices.ContainsFunc(a.Objects, func(o audit.ParticipantObject) bool { return slices.Contains(o.Accessions, number) }) {
			patient.Accessions = append(patient.Accessions, number)
		}
	}
	a.Objects = append(a.Objects, patient)
	if m.numbers < 0 {
		a.OutcomeDescription = flagged(a.OutcomeDescription, faultNumbers)
	}
}

// maxNumbers bounds the accession numbers that studies have together, in bytes, of which a
// number counts numberCost besides: each of an order's studies has all of the order's.
const (
	maxNumbers = 1 << 20
	numberCost = 64
)

// afford gives as many accession numbers as may still be told of.
func (m *Mapper) afford(numbers []string) []string {
	for i, number := range numbers {
		if m.numbers -= len(number) + numberCost; m.numbers < 0 {
			return numbers[:i]
		}
	}
	return numbers
}

// addStudy adds a study or, where it is there, accession numbers of it.
func (m *Mapper) addStudy(a *audit.Message, uid string, numbers []string) {
	for i := range a.Objects {
		if o := &a.Objects[i]; o.ID == uid {
			o.Accessions = union(o.Accessions, numbers)
			return
		}
	}
	if len(a.Objects) < maxObjects {
		a.Objects = append(a.Objects, audit.ParticipantObject{ID: uid, IDType: studyUID, Type: "2", Role: "3", Accessions: numbers})
	}
}

// section is an order's segments up to its first procedure step (IPC), or a step's.
type section struct {
	segments [][]byte
	step     bool
}

// sections cuts a part of a message. An order begins with an ORC or, where it has none, an OBR.
func (m *Mapper) sections(segments [][]byte) []section {
	m.ofOrders = m.ofOrders[:0]
	last := section{}
	start, requested := 0, false // requested says that the order has an OBR
	for i, s := range segments {
		step := m.msg.is(s, "IPC")
		obr := m.msg.is(s, "OBR")
		order := m.msg.is(s, "ORC") || obr && requested
		if (step || order) && i > start && len(m.ofOrders) < maxObjects {
			last.segments = segments[start:i]
			m.ofOrders = append(m.ofOrders, last)
			start = i
		}
		switch {
		case step:
			last.step = true
		case order:
			last.step, requested = false, obr
		case obr:
			requested = true
		}
	}
	last.segments = segments[start:]
	m.ofOrders = append(m.ofOrders, last)
	return m.ofOrders
}

// union gives the values of a, then those of b that are not among them. It changes neither.
func union(a, b []string) []string {
	if len(a) == 0 {
		return b
	}
	a = slices.Clip(a)
	for _, one := range b {
		if !slices.Contains(a, one) && len(a) < maxObjects {
			a = append(a, one)
		}
	}
	return a
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
