package traffic

import "strings"

// The id types of participant objects.
var (
	typePatient = coded{"2", "Patient Number", "RFC-3881"}
	typeURI     = coded{"12", "URI", "RFC-3881"}
	typeStudy   = coded{code: "110180", meaning: "Study Instance UID"}
	typeClass   = coded{code: "110181", meaning: "SOP Class UID"}
	typeNode    = coded{code: "110182", meaning: "Node ID"}
	typeQuery   = coded{"ITI-21", "Patient Demographics Query", "IHE Transactions"}
)

// message is the text of an event's message with its blanks, by the profiles of
// PS3.15 A.5.3.
func (w writer) message(e event) string {
	switch e {
	case eventAdmitted, eventDemographics, eventMerged, eventOrdered, eventScheduled, eventStatus:
		return w.record(e)
	case eventDirectory, eventWorklist, eventSearched:
		return w.query(e)
	case eventBegun, eventStored, eventFetched:
		return w.transfer(e)
	case eventAccessed, eventReconciled, eventDeleted:
		return w.access(e)
	case eventExported, eventImported:
		return w.exchange(e)
	}
	return w.operation(e)
}

// patientObject is the patient as HL7 v2 CX, with the details given.
func (w writer) patientObject(id, details string) string {
	return w.object(id+"^^^KLINIKUM&amp;2.999.276.1.1&amp;ISO", `ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1"`,
		typePatient, "<ParticipantObjectName>{patient name}</ParticipantObjectName>"+details)
}

// studyObject is a study with its description, as far as the product tells it.
func (w writer) studyObject(study, description string) string {
	return w.object(study, `ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="3"`, typeStudy,
		"<ParticipantObjectName>{exam}</ParticipantObjectName>"+description)
}

// withLifeCycle gives a study object its ParticipantObjectDataLifeCycle.
func withLifeCycle(object, lifeCycle string) string {
	const role = `ParticipantObjectTypeCodeRole="3"`
	return strings.Replace(object, role, role+` ParticipantObjectDataLifeCycle="`+lifeCycle+`"`, 1)
}

const (
	describeStudy = `<ParticipantObjectDescription><MPPS UID="{mpps}"/><Accession Number="{accession}"/>` +
		`<SOPClass UID="{class}" NumberOfInstances="{images}"/><SOPClass UID="{class 2}" NumberOfInstances="1"/></ParticipantObjectDescription>`
	describeAccess = `<ParticipantObjectDescription><Accession Number="{accession}"/>` +
		`<SOPClass UID="{class}" NumberOfInstances="{images}"/></ParticipantObjectDescription>`
)

// record is about a patient's, an order's or a procedure's record, by an HL7 v2
// message.
func (w writer) record(e event) string {
	action, id, message := "U", coded{code: "110110", meaning: "Patient Record"}, "demographics"
	iti := coded{"ITI-31", "Patient Encounter Management", "IHE Transactions"}
	sender, receiver := "KIS|KLINIKUM", "PACS|RADIOLOGIE"
	senderIP, receiverIP, patient, study := "10.10.1.20", "{archive ip}", "{patient}", ""
	switch e {
	case eventAdmitted:
		action, message = "C", "admitted"
	case eventMerged:
		action, message, patient = "D", "merged", "{before}"
		iti = coded{"ITI-30", "Patient Identity Management", "IHE Transactions"}
	case eventOrdered:
		action, message, id = "C", "ordered", coded{code: "110109", meaning: "Order Record"}
		iti = coded{"RAD-2", "Placer Order Management", "IHE Transactions"}
		receiver, receiverIP = "RIS|RADIOLOGIE", "10.10.1.30"
	case eventScheduled:
		action, message, id = "C", "scheduled", coded{code: "110111", meaning: "Procedure Record"}
		iti = coded{"RAD-4", "Procedure Scheduled", "IHE Transactions"}
		sender, senderIP, study = "RIS|RADIOLOGIE", "10.10.1.30", w.studyObject("{study}", describeAccess)
	case eventStatus:
		message, id = "status", coded{code: "110111", meaning: "Procedure Record"}
		iti = coded{"RAD-3", "Filler Order Management", "IHE Transactions"}
		sender, senderIP, receiver, receiverIP = "RIS|RADIOLOGIE", "10.10.1.30", "KIS|KLINIKUM", "10.10.1.20"
		study = w.studyObject("{study}", describeAccess)
	}
	details := detail("MSH-10", "control64") + detail("HL7v2 Message", "base64 "+message)
	return w.audit(action, id, []coded{iti},
		w.node(sender, "", "true", senderIP, roleSource)+w.node(receiver, "{system pid}", "false", receiverIP, roleDestination),
		study+w.patientObject(patient, details))
}

// query is a question to an archive, a worklist or a patient index.
func (w writer) query(e event) string {
	id := coded{code: "110112", meaning: "Query"}
	switch e {
	case eventDirectory:
		return w.audit("E", id, []coded{typeQuery},
			w.node("PORTAL|ZUWEISER", "{system pid}", "false", "10.30.0.8", roleSource)+
				w.node("KIS|KLINIKUM", "", "false", "10.10.1.20", roleDestination)+w.person(),
			w.object("PatientDemographicsQuery", `ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="24"`, typeQuery,
				"<ParticipantObjectQuery>{base64 directory}</ParticipantObjectQuery>"+detail("MSH-10", "control64")))
	case eventWorklist:
		return w.dicomQuery(id, "{modality}", "{modality ip}", "1.2.840.10008.5.1.4.31", "{find worklist}")
	}
	return w.dicomQuery(id, "{viewer}", "{viewer ip}", "1.2.840.10008.5.1.4.1.2.2.1", "{find study}")
}

func (w writer) dicomQuery(id coded, title, ip, class, identifier string) string {
	return w.audit("E", id, nil,
		w.node(title, "AETITLES="+title, "true", ip, roleSource)+
			w.node("{archive}", "AETITLES={archive}", "false", "{archive ip}", roleDestination),
		w.object(class, `ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="3"`, typeClass,
			"<ParticipantObjectQuery>"+identifier+"</ParticipantObjectQuery>"+detail("TransferSyntax", "implicit")))
}

// transfer moves instances between modality, archive and viewer.
func (w writer) transfer(e event) string {
	action, id, lifeCycle := "C", coded{code: "110104", meaning: "DICOM Instances Transferred"}, "1"
	source := w.node("{modality}", "AETITLES={modality}", "true", "{modality ip}", roleSource)
	destination := w.node("{archive}", "AETITLES={archive}", "false", "{archive ip}", roleDestination)
	study := w.studyObject("{study}", describeStudy)
	switch e {
	case eventBegun:
		action, id = "E", coded{code: "110102", meaning: "Begin Transferring DICOM Instances"}
		study = w.studyObject("{study}", describeAccess)
	case eventFetched:
		action, lifeCycle = "R", "6"
		source = w.node("{archive}", "AETITLES={archive}", "false", "{archive ip}", roleSource)
		destination = w.node("{viewer}", "AETITLES={viewer}", "false", "{viewer ip}", roleDestination)
		study = w.studyObject("{earlier}", describeAccess)
	}
	return w.audit(action, id, nil, source+destination, withLifeCycle(study, lifeCycle)+w.patientObject("{patient}", ""))
}

// access is the use, the correction or the end of what the archive holds.
func (w writer) access(e event) string {
	action, id, lifeCycle := "R", coded{code: "110103", meaning: "DICOM Instances Accessed"}, "6"
	switch e {
	case eventReconciled:
		action, lifeCycle = "U", "3"
	case eventDeleted:
		action, id, lifeCycle = "D", coded{code: "110105", meaning: "DICOM Study Deleted"}, "15"
	}
	return w.audit(action, id, nil, w.person(),
		withLifeCycle(w.studyObject("{study}", describeAccess), lifeCycle)+w.patientObject("{patient}", ""))
}
