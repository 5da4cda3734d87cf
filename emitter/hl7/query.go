package hl7

import (
	"bytes"

	"arr/audit"
)

// queryRole is IHE's role of a query object.
const queryRole = "24"

// verification is what dcm4chee-arc calls a query that no REST call asked for.
const verification = "PatientVerificationScheduler"

// queried fills in who was asked for or found, and the query (ITI-9, ITI-21, ITI-22).
func (m *Mapper) queried(a *audit.Message, x *Exchange, w *owed) {
	m.ack.parse(x.Ack, m.reading())
	if m.Dialect == dcm4che {
		if m.ack.first(m.ack.segments, "PID") == nil {
			a.Outcome = minorFailure
		}
		a.Objects = append(a.Objects, m.dcm4cheFound(x))
	} else {
		a.Objects = m.found(a.Objects)
	}
	a.Objects = append(a.Objects, m.query(x, w))
	if len(x.Message) > maxQuery && m.Dialect != dcm4che {
		a.OutcomeDescription = flagged(a.OutcomeDescription, faultQuery)
	}
}

// maxQuery is how long a query is told, in bytes. One that is much longer fits into no
// frame, and would be lost.
const maxQuery = 1 << 20

// query gives the query object, which holds the whole message.
func (m *Mapper) query(x *Exchange, w *owed) audit.ParticipantObject {
	control := m.msg.field(m.msg.header, 10)
	o := audit.ParticipantObject{IDType: searchCriteria, Type: "2", Role: queryRole, Query: m.texts.cut(x.Message, maxQuery), ID: unknown}
	if len(w.types) > 0 {
		o.IDType = w.types[0]
	}
	tag := m.msg.field(m.msg.first(m.msg.segments, "QPD"), 2)
	switch {
	case m.Dialect == dcm4che:
		o.ID = verification
	case len(tag) > 0:
		o.ID = m.texts.unescaped(tag, m.msg.sep)
	case len(control) > 0:
		o.ID = m.texts.unescaped(control, m.msg.sep)
	}
	if len(control) > 0 {
		o.Details = []audit.Detail{{Type: detailControl, Value: m.texts.base64(control)}}
	}
	return o
}

// found adds the patients of the answer or, where there are none, the one that was asked
// for. One whose id the answer leaves out has the id that was asked for.
func (m *Mapper) found(all []audit.ParticipantObject) []audit.ParticipantObject {
	for _, s := range m.ack.segments {
		if !m.ack.is(s, "PID") || len(all) == maxObjects {
			continue
		}
		all = append(all, m.person(m.ack.field(s, 3), m.ack.field(s, 5), m.ack.sep))
	}
	id := m.askedID()
	for i := range all {
		if all[i].ID == noPatient && id != "" {
			all[i].ID = id
		}
	}
	if len(all) == 0 && id != "" {
		all = append(all, audit.ParticipantObject{ID: id, IDType: patientNumber, Type: "1", Role: "1"})
	}
	return all
}

// askedID gives the patient's id that QPD-3 asks for: a CX (ITI-9), or its parts by name
// (ITI-21); "" if it asks otherwise.
func (m *Mapper) askedID() string {
	asked := m.msg.field(m.msg.first(m.msg.segments, "QPD"), 3)
	if len(asked) == 0 {
		return ""
	}
	if asked[0] != '@' {
		return m.texts.unescaped(asked, m.msg.sep)
	}
	id := m.parameter(asked, "@PID.3.1")
	if len(id) == 0 {
		return ""
	}
	name, universal, kind := m.parameter(asked, "@PID.3.4.1"), m.parameter(asked, "@PID.3.4.2"), m.parameter(asked, "@PID.3.4.3")
	if name == nil {
		name = m.parameter(asked, "@PID.3.4")
	}
	text := m.texts.unescaped(id, m.msg.sep)
	if len(name)+len(universal) == 0 {
		return text
	}
	text += "^^^" + m.texts.unescaped(name, m.msg.sep)
	if len(universal) > 0 {
		text += "&" + m.texts.unescaped(universal, m.msg.sep) + "&" + m.texts.unescaped(kind, m.msg.sep)
	}
	return text
}

// parameter gives the value of a parameter of QPD-3, nil if it is not there.
func (m *Mapper) parameter(asked []byte, name string) []byte {
	for len(asked) > 0 {
		one := m.msg.repetition(asked, 0)
		if string(m.msg.component(one, 0)) == name {
			return m.msg.component(one, 1)
		}
		_, asked, _ = bytes.Cut(asked, []byte{m.msg.sep.repetition})
	}
	return nil
}
