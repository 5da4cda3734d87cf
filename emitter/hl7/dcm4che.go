package hl7

import (
	"bytes"
	"crypto/md5"
	"math/big"
	"slices"

	"arr/audit"
)

// noStudy is the study UID that dcm4chee-arc writes where it knows none
// (dcmAuditUnknownStudyInstanceUID). It is no identity (audit.IsPlaceholder).
const noStudy = "1.2.40.0.13.1.15.110.3.165.1"

// dcm4cheAction gives the action of a message about a patient, a study or a report. What
// the archive refused it updated; a patient that did not change it updated too.
func (m *Mapper) dcm4cheAction(w *owed, x *Exchange, rejected bool) byte {
	nothing := x.Did == Nothing && !x.Sent
	switch {
	case w.action == 'R':
		return 'R'
	case w.about == aboutReport && (rejected || nothing):
		return 0
	case rejected && !x.Sent:
		return 'U'
	case nothing && (w.about == aboutStudy || w.action == 0):
		return 0
	case x.Did == Unreported || x.Did == Nothing && x.Sent:
		return w.action
	case x.Did == Created:
		return 'C'
	case x.Did == Deleted && !m.isMerge():
		return 'D'
	}
	return 'U'
}

// studyGroups gives a group for each study that a report is of.
func (m *Mapper) studyGroups() [][][]byte {
	var known []string
	for i := range m.msg.segments {
		one := m.msg.segments[i : i+1]
		before := len(known)
		for _, uid := range m.studies(one) {
			if !slices.Contains(known, uid) && len(known) < maxObjects {
				known = append(known, uid)
			}
		}
		if len(known) > before {
			m.ofPatients = append(m.ofPatients, one)
		}
	}
	if known == nil {
		m.ofPatients = append(m.ofPatients, m.msg.segments)
	}
	return m.ofPatients
}

// dcm4cheObjects fills in what dcm4chee-arc does: the first object has the details of the
// message and of its acknowledgement.
func (m *Mapper) dcm4cheObjects(a *audit.Message, x *Exchange, w *owed, segments [][]byte) {
	switch w.about {
	case aboutStudy, aboutReport:
		a.Objects = make([]audit.ParticipantObject, 1, 2)
		a.Objects[0] = audit.ParticipantObject{ID: m.dcm4cheStudy(w, segments), IDType: studyUID, Type: "2", Role: "3"}
		if m.msg.first(m.msg.segments, "PID") != nil {
			a.Objects = append(a.Objects, m.patient(segments))
		}
	case aboutPrior:
		a.Objects = []audit.ParticipantObject{m.prior(segments)}
	default:
		a.Objects = []audit.ParticipantObject{m.patient(segments)}
	}
	a.Objects[0].Details = m.dcm4cheDetails(x)
}

// dcm4cheDetails gives message, type and control id of the message and of what was
// answered. The archive keeps both in one file, in which it takes the next "MSH" for the
// answer's beginning, also one that is text; and it loses the file's last byte, of which
// the samples show that it is a CR.
func (m *Mapper) dcm4cheDetails(x *Exchange) []audit.Detail {
	limit := m.limit(x)
	m.logged = appendCut(m.logged[:0], x.Message, limit)
	m.logged = appendCut(m.logged, x.Ack, limit)
	all := make([]audit.Detail, 0, 6)
	at := 1 + bytes.Index(m.logged[min(1, len(m.logged)):], []byte("MSH"))
	if at == 0 {
		return m.addDetails(all, &m.msg, m.logged)
	}
	all = m.addDetails(all, &m.msg, m.logged[:at])
	answer := m.logged[at:]
	m.ack.parse(answer, asDcm4che)
	return m.addDetails(all, &m.ack, bytes.TrimSuffix(answer, []byte("\r")))
}

// addDetails adds what is logged of a message, its type without the structure, and its
// control id, if it has one.
func (m *Mapper) addDetails(all []audit.Detail, msg *message, logged []byte) []audit.Detail {
	all = append(all,
		audit.Detail{Type: detailMessage, Value: m.texts.base64(logged)},
		audit.Detail{Type: detailType, Value: m.texts.base64(msg.kind())},
	)
	if control := msg.field(msg.header, 10); len(control) > 0 {
		all = append(all, audit.Detail{Type: detailControl, Value: m.texts.base64(control)})
	}
	return all
}

// dcm4cheStudy gives the study UID: all of ZDS-1, whose presence hides IPC; else IPC-3;
// else one that is derived from the requested procedure's id; else the placeholder.
func (m *Mapper) dcm4cheStudy(w *owed, segments [][]byte) string {
	if w.about == aboutReport {
		if all := m.studies(segments); len(all) > 0 {
			return all[0]
		}
		return noStudy
	}
	zds, ipc, obr := m.msg.first(m.msg.segments, "ZDS"), m.msg.first(m.msg.segments, "IPC"), m.msg.first(m.msg.segments, "OBR")
	uid := m.msg.field(zds, 1)
	if zds == nil {
		uid = m.msg.field(ipc, 3)
	}
	if len(uid) > 0 {
		return m.texts.unescaped(uid, m.msg.sep)
	}
	request := m.msg.field(obr, 19)
	if obr == nil {
		request = m.msg.field(ipc, 2)
	}
	if len(request) > 0 {
		return derivedUID(request)
	}
	return noStudy
}

// derivedUID gives the UID that dcm4chee-arc makes of a name: 2.25 and, in decimal, the
// UUID of version 3 that is the MD5 of the name without a name space.
func derivedUID(name []byte) string {
	sum := md5.Sum(name)
	sum[6] = sum[6]&0x0F | 0x30
	sum[8] = sum[8]&0x3F | 0x80
	return "2.25." + new(big.Int).SetBytes(sum[:]).String()
}

// dcm4cheFound gives the patient that a query asked for, with the first answer's name.
func (m *Mapper) dcm4cheFound(x *Exchange) audit.ParticipantObject {
	asked := m.msg.field(m.msg.first(m.msg.segments, "QPD"), 3)
	id := m.parameter(asked, "@PID.3.1")
	o := m.person(id, nil, m.msg.sep)
	if name := m.ack.field(m.ack.first(m.ack.segments, "PID"), 5); len(name) > 0 {
		o.Name = m.texts.unescaped(name, m.ack.sep)
	}
	o.Details = m.dcm4cheDetails(x)
	return o
}
