package parser

import (
	"arr/audit"
	"arr/scan"
)

// classMeaning is what a class tells of its values.
type classMeaning struct {
	column audit.Column
	kind   audit.Kind
	fields audit.FieldSet
}

const text = 1 << audit.FieldText

// classMeanings are the meanings of the classes inside an audit message. What only
// the values around one tell is added by reader.
var classMeanings = [numClasses]classMeaning{
	eventTime:      {column: columnEventTime, kind: audit.KindTime},
	outcomeText:    {column: columnOutcomeText, fields: 1<<audit.FieldOutcomeText | text},
	userID:         {column: columnUserID, fields: 1<<audit.FieldUserID | text},
	userAlt:        {column: columnUserAlt, fields: 1<<audit.FieldUserAlt | text},
	userName:       {column: columnUserName, fields: 1<<audit.FieldUserName | text},
	host:           {column: columnHost, fields: 1<<audit.FieldHost | text},
	source:         {column: columnSource, fields: 1<<audit.FieldSource | text},
	site:           {column: columnSite, fields: 1<<audit.FieldSite | text},
	objectID:       {column: columnObjectID, fields: 1<<audit.FieldObjectID | text},
	objectName:     {column: columnObjectName, fields: 1<<audit.FieldObjectName | text},
	sensitivity:    {column: columnSensitivity, fields: text},
	query:          {column: columnQuery, kind: audit.KindBase64, fields: text},
	detail:         {column: columnDetail, kind: audit.KindBase64, fields: text},
	description:    {column: columnDescription, fields: text},
	mpps:           {column: columnMPPS, kind: audit.KindUID, fields: 1<<audit.FieldMPPS | text},
	accession:      {column: columnAccession, fields: 1<<audit.FieldAccession | text},
	sopClass:       {column: columnSOPClass, kind: audit.KindUID, fields: 1<<audit.FieldSOPClass | text},
	instances:      {column: columnInstances, kind: audit.KindNumber},
	instance:       {column: columnInstance, kind: audit.KindUID, fields: 1<<audit.FieldInstance | text},
	contained:      {column: columnContained, kind: audit.KindUID, fields: 1<<audit.FieldStudy | text},
	otherAttribute: {column: columnOtherAttribute, fields: text},
	otherText:      {column: columnOtherText, fields: text},
}

// setMeaning sets what m's class tells.
func (m *meaning) setMeaning() {
	c := &classMeanings[m.class]
	m.column, m.kind, m.fields = c.column, c.kind, c.fields
}

// codeFields are the fields of an attribute that is part of the skeleton.
func codeFields(e scan.Element, a scan.Attribute) audit.FieldSet {
	switch a {
	case scan.CsdCode, scan.Code:
		return codedFields(e, audit.FieldEvent, audit.FieldType, audit.FieldUserRole, audit.FieldPurpose)
	case scan.OriginalText, scan.DisplayName:
		return codedFields(e, audit.FieldEventMeaning, audit.FieldTypeMeaning, audit.FieldUserRoleMeaning, audit.FieldPurposeMeaning)
	case scan.EventActionCode:
		return 1 << audit.FieldAction
	case scan.EventOutcomeIndicator:
		return 1 << audit.FieldOutcome
	case scan.ParticipantObjectTypeCode:
		return 1 << audit.FieldObjectType
	case scan.ParticipantObjectTypeCodeRole:
		return 1 << audit.FieldObjectRole
	case scan.ParticipantObjectDataLifeCycle:
		return 1 << audit.FieldLifecycle
	case scan.Type:
		return text
	}
	return 0
}

// codedFields are the fields of a coded value's code or meaning: the one for its
// element, and text.
func codedFields(e scan.Element, event, eventType, role, purpose audit.Field) audit.FieldSet {
	switch e {
	case scan.EventID:
		return 1<<event | text
	case scan.EventTypeCode:
		return 1<<eventType | text
	case scan.RoleIDCode:
		return 1<<role | text
	case scan.PurposeOfUse:
		return 1<<purpose | text
	}
	return text
}
