package query

import (
	"strings"

	"arr/audit"
)

// kind says how the values of a field compare with what a question asks.
type kind uint8

const (
	whole    kind = iota // the whole value, case-sensitive
	folds                // the whole value, letters A to Z in any case
	cx                   // a CX id, with or without its authority
	hostname             // a host: the whole, letters A to Z in any case
	address              // a sender's address, with or without port
	digest               // a fingerprint in hex, colons or none
	names                // each word of the question is a word of the value
	running              // the words of the question stand in the value in a row
	action               // EventActionCode
	outcome              // EventOutcomeIndicator
	moment               // microseconds since the epoch
	number               // a record's number
)

// alternative is one way in which a field of the language may be satisfied.
type alternative struct {
	kind   kind
	fields audit.FieldSet
}

// field is a field of the question language.
type field struct {
	name string
	any  []alternative
	// counted is what an aggregation over the field counts, none where it makes no
	// sense.
	counted audit.FieldSet
}

// Fields gives the names of the question language's fields, in the order in which a
// manual lists them.
func Fields() []string {
	all := make([]string, len(fields))
	for i := range fields {
		all[i] = fields[i].name
	}
	return all
}

var fields = []field{
	coded("event", audit.FieldEvent, audit.FieldEventMeaning),
	coded("type", audit.FieldType, audit.FieldTypeMeaning),
	one("action", action, audit.FieldAction),
	one("outcome", outcome, audit.FieldOutcome),
	{"user", []alternative{
		{whole, audit.Fields(audit.FieldUserID, audit.FieldUserAlt)},
		{names, audit.Fields(audit.FieldUserName)},
	}, audit.Fields(audit.FieldUserID)},
	one("user.id", whole, audit.FieldUserID),
	one("user.alt", whole, audit.FieldUserAlt),
	one("user.name", names, audit.FieldUserName),
	coded("user.role", audit.FieldUserRole, audit.FieldUserRoleMeaning),
	{"requestor", []alternative{
		{whole, audit.Fields(audit.FieldRequestorID, audit.FieldRequestorAlt)},
		{names, audit.Fields(audit.FieldRequestorName)},
	}, audit.Fields(audit.FieldRequestorID)},
	{"patient", []alternative{
		{cx, audit.Fields(audit.FieldPatientID)},
		{names, audit.Fields(audit.FieldPatientName)},
	}, audit.Fields(audit.FieldPatientID)},
	one("patient.id", cx, audit.FieldPatientID),
	one("patient.name", names, audit.FieldPatientName),
	one("study", whole, audit.FieldStudy),
	one("accession", whole, audit.FieldAccession),
	one("mpps", whole, audit.FieldMPPS),
	one("sopclass", whole, audit.FieldSOPClass),
	one("instance", whole, audit.FieldInstance),
	{"object", []alternative{
		{cx, audit.Fields(audit.FieldObjectID)},
		{names, audit.Fields(audit.FieldObjectName)},
	}, audit.Fields(audit.FieldObjectID)},
	one("object.id", cx, audit.FieldObjectID),
	one("object.name", names, audit.FieldObjectName),
	one("object.type", whole, audit.FieldObjectType),
	one("object.role", whole, audit.FieldObjectRole),
	one("lifecycle", whole, audit.FieldLifecycle),
	one("host", hostname, audit.FieldHost),
	one("source", whole, audit.FieldSource),
	one("site", whole, audit.FieldSite),
	coded("purpose", audit.FieldPurpose, audit.FieldPurposeMeaning),
	{"time", []alternative{{moment, audit.Fields(audit.FieldTime)}}, 0},
	{"received", []alternative{{moment, audit.Fields(audit.FieldReceived)}}, 0},
	{"id", []alternative{{number, audit.Fields(audit.FieldNumber)}}, 0},
	one("transport", folds, audit.FieldTransport),
	one("peer", address, audit.FieldPeer),
	{"cert", []alternative{
		{names, audit.Fields(audit.FieldCert)},
		{digest, audit.Fields(audit.FieldCertSHA256)},
	}, audit.Fields(audit.FieldCert)},
	one("hostname", hostname, audit.FieldHostname),
	one("app", whole, audit.FieldApp),
	one("msgid", whole, audit.FieldMsgID),
	one("conformance", folds, audit.FieldConformance),
	one("dialect", folds, audit.FieldDialect),
	one("finding", folds, audit.FieldFinding),
	{"text", []alternative{{running, audit.Fields(audit.FieldText)}}, 0},
}

func one(name string, k kind, f audit.Field) field {
	return field{name, []alternative{{k, audit.Fields(f)}}, audit.Fields(f)}
}

func coded(name string, code, meaning audit.Field) field {
	return field{name, []alternative{{whole, audit.Fields(code)}, {names, audit.Fields(meaning)}}, audit.Fields(code)}
}

// all gives the fields of every alternative.
func (f *field) all() (s audit.FieldSet) {
	for _, a := range f.any {
		s |= a.fields
	}
	return s
}

// fieldNamed finds a field by its name, in any case.
func fieldNamed(name string) *field {
	name = strings.ToLower(name)
	for i := range fields {
		if fields[i].name == name {
			return &fields[i]
		}
	}
	return nil
}

// nearestField gives the name of the field that is most like name: "user.name" for
// "username", "patient.id" for "PatientID".
func nearestField(name string) string { return Nearest(name, Fields()) }

// Nearest gives the one of names that is most like a name that was asked for, the first
// of several; "" of none. Neither case nor what people put between words counts.
func Nearest(name string, names []string) string {
	asked := letters(name)
	best, least := "", 0
	for _, n := range names {
		d := distance(asked, letters(n))
		if best == "" || d < least {
			best, least = n, d
		}
	}
	return best
}

// letters are those of a field's name without case and without what people put between
// words.
func letters(name string) []rune {
	name = strings.NewReplacer(".", "", "_", "", "-", "").Replace(strings.ToLower(name))
	all := []rune(name)
	return all[:min(len(all), maxLetters)]
}
