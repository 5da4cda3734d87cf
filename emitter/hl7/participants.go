package hl7

import (
	"bytes"

	"arr/audit"
)

// The codes of participants.
var (
	sourceRole      = []audit.Coded{{Code: "110153", System: "DCM", OriginalText: "Source Role ID"}}
	destinationRole = []audit.Coded{{Code: "110152", System: "DCM", OriginalText: "Destination Role ID"}}
	hl7App          = &audit.Coded{Code: "HL7APP", System: "99DCM4CHEE", OriginalText: "Application and Facility"}
	deviceName      = &audit.Coded{Code: "113877", System: "DCM", OriginalText: "Device Name"}
)

// participants fills in who sent the message and who received it.
func (m *Mapper) participants(a *audit.Message, x *Exchange, w *owed) {
	if m.Dialect == dcm4che {
		m.dcm4cheParticipants(a, x, w)
		return
	}
	h := m.msg.header
	source := audit.ActiveParticipant{UserID: m.userID(m.msg.field(h, 3), m.msg.field(h, 4)), Requestor: "true", Roles: sourceRole}
	destination := audit.ActiveParticipant{UserID: m.userID(m.msg.field(h, 5), m.msg.field(h, 6)), Requestor: "false", Roles: destinationRole}
	own, peer := &destination, &source
	if x.Sent {
		own, peer = peer, own
	}
	own.AlternativeUserID, own.Host, own.HostType = m.ProcID, m.Host, hostType(m.Host)
	peer.Host, peer.HostType = x.Peer, hostType(x.Peer)
	if own.UserID == "" {
		own.UserID = m.Device
	}
	if peer.UserID == "" {
		peer.UserID = x.Peer
	}
	for _, p := range [...]*audit.ActiveParticipant{own, peer} {
		if p.UserID == "" {
			p.UserID = unknown
		}
	}
	a.Participants = append(make([]audit.ActiveParticipant, 0, 2), source, destination)
}

// userID gives "facility|application", as ITI-8 has it, "" where neither is known.
func (m *Mapper) userID(application, facility []byte) string {
	switch {
	case len(application)+len(facility) == 0:
		return ""
	case bytes.IndexByte(application, m.msg.sep.escape) < 0 && bytes.IndexByte(facility, m.msg.sep.escape) < 0:
		return m.texts.joined(facility, application)
	}
	return m.texts.unescaped(facility, m.msg.sep) + "|" + m.texts.unescaped(application, m.msg.sep)
}

// dcm4cheParticipants has what dcm4chee-arc names: the application before the facility,
// the archive's own host at both sides of a received message, no process id but in a query.
func (m *Mapper) dcm4cheParticipants(a *audit.Message, x *Exchange, w *owed) {
	peer := x.Peer
	if peer == "" {
		peer = m.Host
	}
	h := m.msg.header
	sender, receiver := m.msg.field(h, 3), m.msg.field(h, 5)
	source := audit.ActiveParticipant{
		UserID: m.texts.joined(sender, m.msg.field(h, 4)), Requestor: "true", Roles: sourceRole, IDType: hl7App,
		Host: m.Host, HostType: hostType(m.Host),
	}
	destination := audit.ActiveParticipant{
		UserID: m.texts.joined(receiver, m.msg.field(h, 6)), Requestor: "false", Roles: destinationRole, IDType: hl7App,
		Host: m.Host, HostType: hostType(m.Host),
	}
	switch {
	case w.about == aboutQuery:
		source.Requestor, source.AlternativeUserID = "false", m.ProcID
		destination.Host, destination.HostType = peer, ""
		device := audit.ActiveParticipant{
			UserID: m.Device, AlternativeUserID: m.ProcID, Requestor: "true", Roles: sourceRole, IDType: deviceName,
			Host: m.Host, HostType: hostType(m.Host),
		}
		a.Participants = []audit.ActiveParticipant{source, destination, device}
	case w.about == aboutReport:
		destination.AlternativeUserID = m.ProcID
		source.Host, source.HostType = peer, hostType(peer)
		a.Participants = []audit.ActiveParticipant{destination, source}
	case x.Sent:
		source.Host, source.HostType = peer, hostType(peer)
		destination.Host, destination.HostType = peer, hostType(peer)
		a.Participants = []audit.ActiveParticipant{source, destination}
	case m.ownApp(receiver, m.msg.field(h, 6)):
		a.Participants = []audit.ActiveParticipant{source, destination}
	default:
		a.Participants = []audit.ActiveParticipant{source}
	}
}
