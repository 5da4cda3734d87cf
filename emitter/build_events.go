package emitter

import "arr/audit"

// The roles of participants (CID 402).
const (
	roleApplication      = "110150"
	roleDestination      = "110152"
	roleSource           = "110153"
	roleDestinationMedia = "110154"
	roleSourceMedia      = "110155"
)

type (
	participants = []audit.ActiveParticipant
	objects      = []audit.ParticipantObject
)

// ApplicationActivity says that an application started or, if not, stopped (A.5.3.1). With
// adds who launched it.
func (b *Builder) ApplicationActivity(started bool, application audit.ActiveParticipant, more ...Option) (*audit.Message, error) {
	return b.build("110100", "E", participants{inRole(application, roleApplication)}, nil, typed(started, "110120", "110121", more))
}

// typed puts the EventTypeCode before other options.
func typed(first bool, yes, no string, more []Option) []Option {
	code := no
	if first {
		code = yes
	}
	return append([]Option{Type(DCM(code))}, more...)
}

// AuditLogUsed says that somebody read the audit log at a URI (A.5.3.2).
func (b *Builder) AuditLogUsed(reader audit.ActiveParticipant, uri string, more ...Option) (*audit.Message, error) {
	log := audit.ParticipantObject{ID: uri, Name: "Security Audit Log", Type: "2", Role: "13", IDType: uriType}
	return b.build("110101", "R", participants{reader}, objects{log}, more)
}

// BeginTransferring says that instances of studies of one patient begin to go from a sender
// to a receiver (A.5.3.3).
func (b *Builder) BeginTransferring(sender, receiver audit.ActiveParticipant, patient audit.ParticipantObject, studies []audit.ParticipantObject, more ...Option) (*audit.Message, error) {
	return b.build("110102", "E", transfer(sender, receiver), with(studies, patient), more)
}

func transfer(sender, receiver audit.ActiveParticipant) participants {
	return participants{inRole(sender, roleSource), inRole(receiver, roleDestination)}
}

// with gives studies and a patient, in one list of its own.
func with(studies objects, patients ...audit.ParticipantObject) objects {
	return append(append(objects(nil), studies...), patients...)
}

// DataExport says that data of patients left the exporter for a medium (A.5.3.4): Media, or
// where the medium is an address, Process.
func (b *Builder) DataExport(exporter, medium audit.ActiveParticipant, patients, studies []audit.ParticipantObject, more ...Option) (*audit.Message, error) {
	people := participants{inRole(exporter, roleSource), inRole(medium, roleDestinationMedia)}
	return b.build("110106", "R", people, with(studies, patients...), more)
}

// DataImport says that data of patients came to the importer from a medium (A.5.3.5).
func (b *Builder) DataImport(importer, medium audit.ActiveParticipant, patients, studies []audit.ParticipantObject, more ...Option) (*audit.Message, error) {
	people := participants{inRole(importer, roleDestination), inRole(medium, roleSourceMedia)}
	return b.build("110107", "C", people, with(studies, patients...), more)
}

// InstancesAccessed says that somebody created, read, updated or deleted (C R U D)
// instances of studies of one patient (A.5.3.6).
func (b *Builder) InstancesAccessed(action string, user audit.ActiveParticipant, patient audit.ParticipantObject, studies []audit.ParticipantObject, more ...Option) (*audit.Message, error) {
	return b.build("110103", action, participants{user}, with(studies, patient), more)
}

// InstancesTransferred says that instances of studies of one patient went from a sender to
// a receiver, which did not have them (C), had them (R) or has them changed (U) (A.5.3.7).
func (b *Builder) InstancesTransferred(action string, sender, receiver audit.ActiveParticipant, patient audit.ParticipantObject, studies []audit.ParticipantObject, more ...Option) (*audit.Message, error) {
	return b.build("110104", action, transfer(sender, receiver), with(studies, patient), more)
}

// StudyDeleted says that somebody deleted whole studies of one patient (A.5.3.8).
func (b *Builder) StudyDeleted(user audit.ActiveParticipant, patient audit.ParticipantObject, studies []audit.ParticipantObject, more ...Option) (*audit.Message, error) {
	return b.build("110105", "D", participants{user}, with(studies, patient), more)
}

// NetworkEntry says that a node came to the network or, if not, left it (A.5.3.9).
func (b *Builder) NetworkEntry(attached bool, node audit.ActiveParticipant, more ...Option) (*audit.Message, error) {
	return b.build("110108", "E", participants{node}, nil, typed(attached, "110124", "110125", more))
}

// Query says that an issuer asked a responder (A.5.3.10): DICOMQuery, or IHEQuery along
// with Transaction.
func (b *Builder) Query(issuer, responder audit.ActiveParticipant, query audit.ParticipantObject, more ...Option) (*audit.Message, error) {
	return b.build("110112", "E", transfer(issuer, responder), objects{query}, more)
}

// SecurityAlert reports an alert of a kind of CID 403 ("110126" Node Authentication)
// (A.5.3.11). About adds what it is about (AlertSubject), With who caused it.
func (b *Builder) SecurityAlert(kind string, reporter audit.ActiveParticipant, more ...Option) (*audit.Message, error) {
	return b.build("110113", "E", participants{reporter}, nil, append([]Option{Type(DCM(kind))}, more...))
}

// UserAuthentication says that a user, whose host has to be known, logged in or, if not,
// out (A.5.3.12).
func (b *Builder) UserAuthentication(login bool, user audit.ActiveParticipant, more ...Option) (*audit.Message, error) {
	return b.build("110114", "E", participants{user}, nil, typed(login, "110122", "110123", more))
}

// OrderRecord says that somebody created, read, updated or deleted (C R U D) an order
// (A.5.3.13).
func (b *Builder) OrderRecord(action string, user audit.ActiveParticipant, patient audit.ParticipantObject, more ...Option) (*audit.Message, error) {
	return b.build("110109", action, participants{user}, objects{patient}, more)
}

// PatientRecord says that somebody created, read, updated or deleted (C R U D) what is
// known of a patient (A.5.3.14).
func (b *Builder) PatientRecord(action string, user audit.ActiveParticipant, patient audit.ParticipantObject, more ...Option) (*audit.Message, error) {
	return b.build("110110", action, participants{user}, objects{patient}, more)
}

// ProcedureRecord says that somebody created, read, updated or deleted (C R U D) a
// procedure (A.5.3.15).
func (b *Builder) ProcedureRecord(action string, user audit.ActiveParticipant, patient audit.ParticipantObject, studies []audit.ParticipantObject, more ...Option) (*audit.Message, error) {
	return b.build("110111", action, participants{user}, with(studies, patient), more)
}
