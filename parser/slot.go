package parser

import (
	"arr/audit"
	"arr/scan"
)

// class is what can be told of a value without looking beyond its own tag: whether
// it is a slot at all, and which. Classes are never stored.
type class uint8

const (
	fixed class = iota // part of the skeleton

	headerTimestamp
	headerBSDTimestamp
	headerHostname
	headerApp
	headerProcID
	headerMsgID
	headerStructured
	headerText

	eventTime
	outcomeText
	userID
	userAlt
	userName
	host
	source
	site
	objectID
	objectName
	sensitivity
	query
	detail
	description
	mpps
	accession
	sopClass
	instances
	instance
	contained
	otherAttribute
	otherText

	numClasses
)

// headerColumns are the columns of the classes outside the XML.
var headerColumns = [numClasses]audit.Column{
	headerTimestamp:    columnTimestamp,
	headerBSDTimestamp: columnBSDTimestamp,
	headerHostname:     columnHostname,
	headerApp:          columnApp,
	headerProcID:       columnProcID,
	headerMsgID:        columnMsgID,
	headerStructured:   columnStructured,
	headerText:         columnText,
}

// repeatable are the classes whose values may share a repeated slot: their meaning
// depends on nothing around them, so the first of a run speaks for all.
var repeatable = [numClasses]bool{mpps: true, accession: true, instance: true, contained: true}

// attributeClasses and textClasses say what is cut out of an audit message. What is
// known to be a code stays fixed; what is not known at all is a slot.
var (
	attributeClasses = makeAttributeClasses()
	textClasses      = makeTextClasses()
)

func makeAttributeClasses() (t [scan.NumElements][scan.NumAttributes]class) {
	anywhere := [scan.NumAttributes]class{
		scan.OtherAttribute:               otherAttribute,
		scan.EventDateTime:                eventTime,
		scan.UserID:                       userID,
		scan.AlternativeUserID:            userAlt,
		scan.UserName:                     userName,
		scan.NetworkAccessPointID:         host,
		scan.AuditEnterpriseSiteID:        site,
		scan.AuditSourceID:                source,
		scan.ParticipantObjectID:          objectID,
		scan.ParticipantObjectSensitivity: sensitivity,
		scan.Type:                         otherAttribute,
		scan.Value:                        otherAttribute,
		scan.UID:                          otherAttribute,
		scan.Number:                       otherAttribute,
		scan.NumberOfInstances:            instances,
	}
	for e := range t {
		t[e] = anywhere
	}
	t[scan.MPPS][scan.UID] = mpps
	t[scan.SOPClass][scan.UID] = sopClass
	t[scan.Instance][scan.UID] = instance
	t[scan.StudyIDs][scan.UID] = contained
	t[scan.Accession][scan.Number] = accession
	t[scan.ParticipantObjectDetail][scan.Type] = fixed
	t[scan.ParticipantObjectDetail][scan.Value] = detail
	return t
}

func makeTextClasses() (t [scan.NumElements]class) {
	for e := range t {
		t[e] = otherText
	}
	t[scan.EventOutcomeDescription] = outcomeText
	t[scan.ParticipantObjectName] = objectName
	t[scan.ParticipantObjectQuery] = query
	t[scan.ParticipantObjectDescription] = description
	for _, e := range []scan.Element{scan.EventID, scan.EventTypeCode, scan.PurposeOfUse, scan.RoleIDCode,
		scan.UserIDTypeCode, scan.MediaType, scan.AuditSourceTypeCode, scan.ParticipantObjectIDTypeCode,
		scan.Encrypted, scan.Anonymized} {
		t[e] = fixed
	}
	return t
}
