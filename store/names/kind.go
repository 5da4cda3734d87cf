package names

import "arr/audit"

// Kind is what a value is of.
type Kind uint8

// The kinds. Their numbers are stored: never reuse one.
const (
	Person  Kind = iota // the ids and the name of an active participant
	Patient             // the id and the name of a patient
	Host                // a network access point, or a syslog host
	Source              // an audit source and its site
	Text                // what an event, an object or an outcome is called

	numKinds
)

// String returns the kind's name.
func (k Kind) String() string {
	switch k {
	case Person:
		return "person"
	case Patient:
		return "patient"
	case Host:
		return "host"
	case Source:
		return "source"
	case Text:
		return "text"
	}
	return "unknown"
}

// kindFields are the fields whose values a kind holds. A value is of the first kind
// that has one of its fields.
var kindFields = [numKinds]audit.FieldSet{
	Person: audit.Fields(audit.FieldUserID, audit.FieldUserAlt, audit.FieldUserName,
		audit.FieldRequestorID, audit.FieldRequestorAlt, audit.FieldRequestorName),
	Patient: audit.Fields(audit.FieldPatientID, audit.FieldPatientName),
	Host:    audit.Fields(audit.FieldHost, audit.FieldHostname),
	Source:  audit.Fields(audit.FieldSource, audit.FieldSite),
	Text: audit.Fields(audit.FieldEventMeaning, audit.FieldTypeMeaning, audit.FieldPurposeMeaning,
		audit.FieldUserRoleMeaning, audit.FieldOutcomeText, audit.FieldObjectName),
}

// Covers reports whether the index holds every value of all these fields.
func Covers(fields audit.FieldSet) bool {
	for _, f := range kindFields {
		fields &^= f
	}
	return fields == 0
}

// kindsOf returns the kinds, as a set of bits, that may hold values of the fields. The
// name of a patient is also that of a participant object.
func kindsOf(fields audit.FieldSet) (kinds uint8) {
	if fields.Has(audit.FieldObjectName) {
		kinds |= 1 << Patient
	}
	for k, f := range kindFields {
		if fields&f != 0 {
			kinds |= 1 << k
		}
	}
	return kinds
}

// RememberedAs returns the fields that values of these fields may be remembered as: a
// requestor's as a user's, a participant object's name as a patient's.
func RememberedAs(fields audit.FieldSet) audit.FieldSet {
	for asked, kept := range map[audit.Field]audit.Field{
		audit.FieldRequestorID: audit.FieldUserID, audit.FieldRequestorAlt: audit.FieldUserAlt,
		audit.FieldRequestorName: audit.FieldUserName, audit.FieldObjectName: audit.FieldPatientName,
	} {
		if fields.Has(asked) {
			fields |= audit.Fields(kept)
		}
	}
	return fields
}

// classify returns the kind of a value that has these fields, and the one of them that it
// is remembered as; false where no kind holds it.
func classify(fields audit.FieldSet) (Kind, audit.Field, bool) {
	for k, f := range kindFields {
		if fields&f != 0 {
			return Kind(k), (fields & f).First(), true
		}
	}
	return 0, 0, false
}

// joins reports whether values of the kind that stand beside each other in a message are
// of one person or thing.
func (k Kind) joins() bool { return k == Person || k == Patient || k == Source }
