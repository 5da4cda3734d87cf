package audit

import "strings"

// Coded is a coded value of PS3.15 A.5.1: csd-code, codeSystemName,
// originalText and displayName (RFC 3881: code, codeSystemName or codeSystem).
type Coded struct{ Code, System, OriginalText, DisplayName string }

// Meaning is what people read: OriginalText, else DisplayName.
func (c Coded) Meaning() string {
	if c.OriginalText != "" {
		return c.OriginalText
	}
	return c.DisplayName
}

// Header is a syslog message's header, RFC 5424 or 3164, as far as it could be
// read. Text fields are "" for the nil value "-". Priority is -1 where there is
// none.
type Header struct {
	Priority                                        int
	Version                                         int // 1 for RFC 5424, 0 for RFC 3164 or none
	Timestamp, Hostname, App, ProcID, MsgID, Struct string
}

// Message is an audit message as PS3.15 A.5.1 lays it out, read leniently: old
// attribute names are mapped to today's, what is missing is empty, and there may be
// several sources. Text is unescaped.
type Message struct {
	Event              Coded
	EventTypes         []Coded
	Action             string // C R U D E
	DateTime           string // EventDateTime as written
	Outcome            string // 0 4 8 12
	OutcomeDescription string
	Purposes           []Coded // IHE's PurposeOfUse
	Participants       []ActiveParticipant
	Sources            []AuditSource
	Objects            []ParticipantObject
}

// ActiveParticipant is PS3.15 A.5.1's element of the same name.
type ActiveParticipant struct {
	UserID, AlternativeUserID, UserName string
	Requestor                           string // "true", "false", or "" where absent
	Host, HostType                      string // NetworkAccessPointID and its type code
	Roles                               []Coded
	Media                               *Coded // MediaIdentifier/MediaType
	IDType                              *Coded // dcm4che's UserIDTypeCode
}

// IsRequestor says whether UserIsRequestor is true as xsd:boolean reads it (or as
// broken senders write it).
func (p *ActiveParticipant) IsRequestor() bool {
	switch p.Requestor {
	case "true", "1", "TRUE", "True":
		return true
	}
	return false
}

// AuditSource is PS3.15's AuditSourceIdentification.
type AuditSource struct {
	ID, EnterpriseSiteID string
	Types                []Coded
}

// ParticipantObject is PS3.15's ParticipantObjectIdentification.
type ParticipantObject struct {
	ID                        string
	IDType                    Coded
	Type, Role, LifeCycle     string
	Sensitivity               string
	Name                      string
	Query                     string // base64, as written
	Details                   []Detail
	Descriptions              []string
	MPPS, Accessions, Studies []string
	SOPClasses                []SOPClass
	Encrypted, Anonymized     string
}

// IsPatient says whether the object is a patient: a person in the role of patient
// (ParticipantObjectTypeCode 1, role 1), or, where role is absent, an id type of
// patient number (RFC 3881 code 2) or medical record number (1). RFC 3881's numbers may
// have leading zeros.
func (o *ParticipantObject) IsPatient() bool {
	if o.Role != "" {
		return isOne(o.Role)
	}
	return (isOne(o.Type) || o.Type == "") && (o.IDType.Code == "2" || o.IDType.Code == "1")
}

func isOne(number string) bool { return strings.TrimLeft(number, "+0") == "1" }

// IsStudy says whether the object's id is a study instance UID (id type 110180).
func (o *ParticipantObject) IsStudy() bool { return o.IDType.Code == "110180" }

// Detail is a ParticipantObjectDetail: a type and a value in base64 as written.
type Detail struct{ Type, Value string }

// SOPClass is one class of a study's instances.
type SOPClass struct {
	UID               string
	NumberOfInstances string
	Instances         []string
}
