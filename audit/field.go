package audit

import "math/bits"

// Field is one thing that a record can be asked for. A record has none, one or
// many values of a field. The question language's fields (package query) are
// each made of one or more of these: "event" asks FieldEvent by code and
// FieldEventMeaning by words. Their numbers are stored: never reuse one.
type Field uint8

// The fields of what a message says. Codes come in two: the code itself, and
// its meaning (displayName and originalText).
const (
	FieldEvent           Field = iota // EventID csd-code
	FieldEventMeaning                 // EventID originalText, displayName
	FieldType                         // EventTypeCode csd-code
	FieldTypeMeaning                  // EventTypeCode originalText, displayName
	FieldAction                       // EventActionCode: C R U D E
	FieldOutcome                      // EventOutcomeIndicator: 0 4 8 12
	FieldOutcomeText                  // EventOutcomeDescription
	FieldPurpose                      // PurposeOfUse csd-code
	FieldPurposeMeaning               // PurposeOfUse originalText, displayName
	FieldUserID                       // ActiveParticipant/@UserID
	FieldUserAlt                      // ActiveParticipant/@AlternativeUserID
	FieldUserName                     // ActiveParticipant/@UserName
	FieldUserRole                     // RoleIDCode csd-code
	FieldUserRoleMeaning              // RoleIDCode originalText, displayName
	FieldRequestorID                  // UserID where UserIsRequestor is true
	FieldRequestorAlt                 // AlternativeUserID where UserIsRequestor is true
	FieldRequestorName                // UserName where UserIsRequestor is true
	FieldHost                         // NetworkAccessPointID
	FieldSource                       // AuditSourceID
	FieldSite                         // AuditEnterpriseSiteID
	FieldPatientID                    // ParticipantObjectID of a patient, as written: CX, maybe several with ~
	FieldPatientName                  // ParticipantObjectName of a patient
	FieldStudy                        // study instance UID
	FieldAccession                    // Accession/@Number
	FieldMPPS                         // MPPS/@UID
	FieldSOPClass                     // SOPClass/@UID
	FieldInstance                     // Instance/@UID
	FieldObjectID                     // ParticipantObjectID of any object
	FieldObjectName                   // ParticipantObjectName of any object
	FieldObjectType                   // ParticipantObjectTypeCode
	FieldObjectRole                   // ParticipantObjectTypeCodeRole
	FieldLifecycle                    // ParticipantObjectDataLifeCycle
	FieldText                         // anything a person can read, details and queries decoded
)

// The fields of how a record came and what the parser thought of it. They are
// not values of the message: Record.Each never yields FieldTime, FieldReceived
// or FieldNumber, which are whole numbers of the record itself.
const (
	FieldHostname    Field = iota + 40 // syslog HOSTNAME
	FieldApp                           // syslog APP-NAME
	FieldMsgID                         // syslog MSGID
	FieldTransport                     // tls, udp, tcp, self, import
	FieldPeer                          // the sender's address, port included
	FieldCert                          // subject of the client's certificate
	FieldCertSHA256                    // its fingerprint, lower-case hex
	FieldConformance                   // Class.String()
	FieldDialect                       // the grammar's name
	FieldFinding                       // Finding.Code
	FieldTime                          // Record.Time
	FieldReceived                      // Entry.Received
	FieldNumber                        // Entry.Number

	// NumFields is above every Field.
	NumFields = 64
)

// FieldSet is a set of fields: bit f stands for Field f.
type FieldSet uint64

// Fields gives the set that holds fs.
func Fields(fs ...Field) FieldSet {
	var s FieldSet
	for _, f := range fs {
		s |= 1 << f
	}
	return s
}

// Has says whether f is in s.
func (s FieldSet) Has(f Field) bool { return s>>f&1 != 0 }

// First gives the smallest field of s, which must not be empty; with
// s &^= Fields(s.First()) a loop walks a set.
func (s FieldSet) First() Field { return Field(bits.TrailingZeros64(uint64(s))) }

// Metadata is the set of fields that a record has from its arrival and its
// classing rather than from its frame.
const Metadata FieldSet = 1<<FieldTransport | 1<<FieldPeer | 1<<FieldCert | 1<<FieldCertSHA256 |
	1<<FieldConformance | 1<<FieldDialect | 1<<FieldFinding

// Numeric is the set of fields whose value is a whole number of the record
// itself: microseconds since the Unix epoch, or the record's number.
const Numeric FieldSet = 1<<FieldTime | 1<<FieldReceived | 1<<FieldNumber
