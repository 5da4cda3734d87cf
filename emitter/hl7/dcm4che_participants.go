package hl7

import (
	"strings"

	"arr/audit"
)

// What dcm4chee-arc says a UserID is (UserIDTypeCode).
var (
	hl7App     = &audit.Coded{Code: "HL7APP", System: "99DCM4CHEE", OriginalText: "Application and Facility"}
	deviceName = &audit.Coded{Code: "113877", System: "DCM", OriginalText: "Device Name"}
	uri        = &audit.Coded{Code: "12", System: "RFC-3881", OriginalText: "URI"}
	personID   = &audit.Coded{Code: "113871", System: "DCM", OriginalText: "Person ID"}
)

// dcm4cheParticipants has what dcm4chee-arc names: the application before the facility,
// the archive's own host at both sides of a received message, the receiver only where it is
// the archive's.
func (m *Mapper) dcm4cheParticipants(a *audit.Message, x *Exchange, w *owed) {
	h := m.msg.header
	sender := m.texts.joined(m.msg.field(h, 3), m.msg.field(h, 4))
	receiver := m.texts.joined(m.msg.field(h, 5), m.msg.field(h, 6))
	peer := x.Peer
	if peer == "" {
		peer = m.Host
	}
	source, destination := side(sender, hl7App, m.Host, sourceRole), side(receiver, hl7App, m.Host, destinationRole)
	if x.Sent && w.about != aboutQuery || w.about == aboutReport {
		source.Host, source.HostType = peer, hostType(peer)
	}
	source.Requestor = "true"
	switch {
	case w.about == aboutQuery:
		source.Requestor, source.AlternativeUserID = "false", m.ProcID
		destination.Host, destination.HostType = peer, ""
		device := side(m.Device, deviceName, m.Host, sourceRole)
		device.Requestor, device.AlternativeUserID = "true", m.ProcID
		a.Participants = []audit.ActiveParticipant{source, destination, device}
	case w.about == aboutReport:
		destination.AlternativeUserID = m.ProcID
		a.Participants = []audit.ActiveParticipant{destination, source}
	case strings.Contains(receiver, "/"): // which the archive takes for the URI of a REST call
		destination.IDType, destination.AlternativeUserID = uri, m.ProcID
		source.IDType = personID
		a.Participants = []audit.ActiveParticipant{destination, source}
	case m.ownApp(m.msg.field(h, 5), m.msg.field(h, 6)):
		a.Participants = []audit.ActiveParticipant{source, destination}
	default:
		a.Participants = []audit.ActiveParticipant{source}
	}
}

// side gives a participant that is not the requestor.
func side(id string, kind *audit.Coded, host string, role []audit.Coded) audit.ActiveParticipant {
	return audit.ActiveParticipant{
		UserID: id, Requestor: "false", Roles: role, IDType: kind, Host: host, HostType: hostType(host),
	}
}
