package parser

import "arr/audit"

// The columns. Their numbers are stored: never reuse one. Values stand side by side
// that are alike, so columns are split where the skeleton tells kinds of values
// apart: patients' ids from studies', people's names from patients'.
const (
	columnTimestamp    audit.Column = 1 // RFC 5424 TIMESTAMP
	columnHostname     audit.Column = 2
	columnApp          audit.Column = 3
	columnProcID       audit.Column = 4
	columnMsgID        audit.Column = 5
	columnStructured   audit.Column = 6
	columnText         audit.Column = 7 // MSG that is no audit message; what stands around one
	columnBSDTimestamp audit.Column = 8 // RFC 3164 TIMESTAMP

	columnEventTime     audit.Column = 16
	columnOutcomeText   audit.Column = 17
	columnUserID        audit.Column = 18
	columnUserAlt       audit.Column = 19
	columnUserName      audit.Column = 20
	columnRequestorID   audit.Column = 21
	columnRequestorAlt  audit.Column = 22
	columnRequestorName audit.Column = 23
	columnHost          audit.Column = 24
	columnSource        audit.Column = 25
	columnSite          audit.Column = 26
	columnPatientID     audit.Column = 27
	columnPatientName   audit.Column = 28
	columnStudy         audit.Column = 29 // ParticipantObjectID of a study
	columnObjectID      audit.Column = 30
	columnObjectName    audit.Column = 31
	columnSensitivity   audit.Column = 32
	columnQuery         audit.Column = 33
	columnDetail        audit.Column = 34 // ParticipantObjectDetail/@value
	columnDetailHL7     audit.Column = 35 // one whose type is an HL7 message
	columnDetailMSH     audit.Column = 36 // one whose type is a field of MSH
	columnDescription   audit.Column = 37
	columnMPPS          audit.Column = 38
	columnAccession     audit.Column = 39
	columnSOPClass      audit.Column = 40
	columnInstances     audit.Column = 41 // SOPClass/@NumberOfInstances
	columnInstance      audit.Column = 42
	columnContained     audit.Column = 43 // StudyIDs/@UID

	columnOtherAttribute audit.Column = 64
	columnOtherText      audit.Column = 65
)

// headerFields are the fields of what stands outside the XML, which its column alone
// tells.
func headerFields(c audit.Column) audit.FieldSet {
	switch c {
	case columnHostname:
		return audit.Fields(audit.FieldHostname)
	case columnApp:
		return audit.Fields(audit.FieldApp)
	case columnMsgID:
		return audit.Fields(audit.FieldMsgID)
	case columnStructured, columnText:
		return audit.Fields(audit.FieldText)
	}
	return 0
}
