package hl7

import (
	"crypto/md5"
	"math/big"

	"arr/audit"
)

// noStudy is the study UID that dcm4chee-arc writes where it knows none
// (dcmAuditUnknownStudyInstanceUID). It is no identity (audit.IsPlaceholder).
const noStudy = "1.2.40.0.13.1.15.110.3.165.1"

// dcm4cheObjects fills in what dcm4chee-arc does: the first object has the details of the
// message and of its acknowledgement.
func (m *Mapper) dcm4cheObjects(a *audit.Message, x *Exchange, w *owed, segments [][]byte) {
	switch w.about {
	case aboutStudy, aboutReport:
		a.Objects = make([]audit.ParticipantObject, 1, 2)
		a.Objects[0] = audit.ParticipantObject{ID: m.dcm4cheStudy(w), IDType: studyUID, Type: "2", Role: "3"}
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
// answered, whose last byte is lost where it is a CR.
func (m *Mapper) dcm4cheDetails(x *Exchange) []audit.Detail {
	all := make([]audit.Detail, 0, 6)
	all = m.addDetails(all, &m.msg, x.Message, m.limit(x))
	if x.Ack == nil {
		return all
	}
	ack := x.Ack
	if n := len(ack); n > 0 && ack[n-1] == '\r' {
		ack = ack[:n-1]
	}
	m.ack.parse(x.Ack, m.charset())
	return m.addDetails(all, &m.ack, ack, m.limit(x))
}

func (m *Mapper) addDetails(all []audit.Detail, msg *message, raw []byte, limit int) []audit.Detail {
	kind := msg.field(msg.header, 9)
	code, trigger := msg.component(kind, 0), msg.component(kind, 1)
	name := kind[:len(code)]
	if len(trigger) > 0 {
		name = kind[:len(code)+1+len(trigger)]
	}
	return append(all,
		audit.Detail{Type: detailMessage, Value: m.texts.cut(raw, limit)},
		audit.Detail{Type: detailType, Value: m.texts.base64(name)},
		audit.Detail{Type: detailControl, Value: m.texts.base64(msg.field(msg.header, 10))},
	)
}

// dcm4cheStudy gives the study UID: all of ZDS-1, whose presence hides IPC; else IPC-3;
// else one that is derived from the requested procedure's id; else the placeholder.
func (m *Mapper) dcm4cheStudy(w *owed) string {
	if w.about == aboutReport {
		if all := m.studies(m.msg.segments); len(all) > 0 {
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
	if request = m.msg.component(request, 0); len(request) > 0 {
		return derivedUID(m.texts.unescaped(request, m.msg.sep))
	}
	return noStudy
}

// derivedUID gives the UID that dcm4chee-arc makes of a name: 2.25 and, in decimal, the
// UUID of version 3 that is the MD5 of the name without a name space.
func derivedUID(name string) string {
	sum := md5.Sum([]byte(name))
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
