package emitter

import (
	"encoding/base64"
	"net/netip"
	"slices"

	"arr/audit"
)

// Person gives a participant that asked for the event, at a host: an IP address, a name
// or "" where it is not known.
func Person(userID, host string) audit.ActiveParticipant {
	p := Process(userID, host)
	p.Requestor = "true"
	return p
}

// Process gives a participant that did not ask for the event, at a host.
func Process(userID, host string) audit.ActiveParticipant {
	p := audit.ActiveParticipant{UserID: userID, Requestor: "false", Host: host}
	if host != "" {
		p.HostType = "1"
		if _, err := netip.ParseAddr(host); err == nil {
			p.HostType = "2"
		}
	}
	return p
}

// Media gives the media participant of an export or import. The id names the medium, the
// kind is a code of CID 405: "110033" for a DVD.
func Media(id, kind string) audit.ActiveParticipant {
	p := Process(id, "")
	code := DCM(kind)
	p.Media = &code
	return p
}

// inRole gives p with a role more.
func inRole(p audit.ActiveParticipant, code string) audit.ActiveParticipant {
	if !slices.ContainsFunc(p.Roles, func(c audit.Coded) bool { return c.Code == code }) {
		p.Roles = append(slices.Clip(p.Roles), DCM(code))
	}
	return p
}

// Patient gives the object of a patient, whose id is a CX ("17^^^HOSPITAL&1.2.3&ISO") and
// whose name is written as the archive has it.
func Patient(id, name string) audit.ParticipantObject {
	return audit.ParticipantObject{
		ID: id, Name: name, Type: "1", Role: "1",
		IDType: audit.Coded{Code: "2", System: "RFC-3881", OriginalText: "Patient Number"},
	}
}

// Study gives the object of a study.
func Study(uid string, classes ...audit.SOPClass) audit.ParticipantObject {
	return audit.ParticipantObject{ID: uid, Type: "2", Role: "3", IDType: DCM("110180"), SOPClasses: classes}
}

// DICOMQuery gives the object of a query: the SOP class that was asked, and the data set in
// a transfer syntax.
func DICOMQuery(sopClass, transferSyntax string, dataset []byte) audit.ParticipantObject {
	return audit.ParticipantObject{
		ID: sopClass, Type: "2", Role: "3", IDType: DCM("110181"), Query: base64.StdEncoding.EncodeToString(dataset),
		Details: []audit.Detail{{Type: "TransferSyntax", Value: base64.StdEncoding.EncodeToString([]byte(transferSyntax))}},
	}
}

// IHEQuery gives the object of an IHE transaction's query, whose id is the query's own.
func IHEQuery(transaction, id string, query []byte) audit.ParticipantObject {
	var m audit.Message
	Transaction(transaction)(&m)
	return audit.ParticipantObject{
		ID: id, Type: "2", Role: "24", IDType: m.EventTypes[0], Query: base64.StdEncoding.EncodeToString(query),
	}
}

// AlertSubject gives what a security alert is about, by a URI, and what is to be said.
func AlertSubject(uri, description string) audit.ParticipantObject {
	return audit.ParticipantObject{
		ID: uri, Type: "2", Role: "13", IDType: uriType,
		Details: []audit.Detail{{Type: "Alert Description", Value: base64.StdEncoding.EncodeToString([]byte(description))}},
	}
}

var uriType = audit.Coded{Code: "12", System: "RFC-3881", OriginalText: "URI"}
