package query

import (
	"bytes"

	"arr/audit"
)

// labels is Plan.Labels of an aggregation:
//
//   - a patient's or object's id: for each repetition the id, with ^^^ and the
//     assigning authority as written where it has one; a placeholder has no label
//   - an event or type code of DICOM: its meaning in DICOM PS3.16; any other code is
//     its own label
//   - a host: in lower case
//   - a sender's address: without the port
//   - any other value: itself, without blanks at its ends
//
// What is empty has no label.
func labels(f audit.Field, value []byte, yield func([]byte)) {
	value = normal(value)
	if len(value) == 0 {
		return
	}
	switch f {
	case audit.FieldPatientID, audit.FieldObjectID:
		labelCX(value, yield)
	case audit.FieldEvent, audit.FieldType:
		if meaning, ok := meanings[string(value)]; ok {
			yield([]byte(meaning))
			return
		}
		yield(value)
	case audit.FieldHost, audit.FieldHostname:
		yield(appendASCIILower(nil, value))
	case audit.FieldPeer:
		yield(hostOf(value))
	default:
		yield(value)
	}
}

func labelCX(value []byte, yield func([]byte)) {
	if bytes.IndexByte(value, '^') < 0 && bytes.IndexByte(value, '~') < 0 {
		if !isNoID(value) {
			yield(value)
		}
		return
	}
	eachRepetition(value, func(rep []byte) bool {
		id, authority := trim(component(rep, 0)), trim(component(rep, 3))
		switch {
		case isNoID(id):
		case len(authority) == 0:
			yield(id)
		default:
			yield(bytes.Join([][]byte{id, authority}, []byte("^^^")))
		}
		return false
	})
}

// meanings are the codes of DICOM PS3.16 CID 400 and CID 401.
var meanings = map[string]string{
	"110100": "Application Activity",
	"110101": "Audit Log Used",
	"110102": "Begin Transferring DICOM Instances",
	"110103": "DICOM Instances Accessed",
	"110104": "DICOM Instances Transferred",
	"110105": "DICOM Study Deleted",
	"110106": "Export",
	"110107": "Import",
	"110108": "Network Entry",
	"110109": "Order Record",
	"110110": "Patient Record",
	"110111": "Procedure Record",
	"110112": "Query",
	"110113": "Security Alert",
	"110114": "User Authentication",
	"110120": "Application Start",
	"110121": "Application Stop",
	"110122": "Login",
	"110123": "Logout",
	"110124": "Attach",
	"110125": "Detach",
	"110126": "Node Authentication",
	"110127": "Emergency Override Started",
	"110128": "Network Configuration",
	"110129": "Security Configuration",
	"110130": "Hardware Configuration",
	"110131": "Software Configuration",
	"110132": "Use of Restricted Function",
	"110133": "Audit Recording Stopped",
	"110134": "Audit Recording Started",
	"110135": "Object Security Attributes Changed",
	"110136": "Security Roles Changed",
	"110137": "User Security Attributes Changed",
	"110138": "Emergency Override Stopped",
	"110139": "Remote Service Operation Started",
	"110140": "Remote Service Operation Stopped",
	"110141": "Local Service Operation Started",
	"110142": "Local Service Operation Stopped",
	"110143": "Authentication Decision",
	"110144": "Authorization Decision",
	"110145": "Session start",
	"110146": "Session stop",
	"110147": "Access Control Decision",
}
