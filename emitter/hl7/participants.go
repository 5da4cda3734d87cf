package hl7

import (
	"bytes"

	"arr/audit"
)

// The roles of participants.
var (
	sourceRole      = []audit.Coded{{Code: "110153", System: "DCM", OriginalText: "Source Role ID"}}
	destinationRole = []audit.Coded{{Code: "110152", System: "DCM", OriginalText: "Destination Role ID"}}
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
