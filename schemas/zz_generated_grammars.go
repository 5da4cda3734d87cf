// Code generated from the grammars (*.rnc) by gen; DO NOT EDIT.

package schemas

// The names of the grammars' elements.
const (
	ElementAuditMessage Element = iota + 1
	ElementEventIdentification
	ElementEventID
	ElementEventTypeCode
	ElementEventOutcomeDescription
	ElementActiveParticipant
	ElementRoleIDCode
	ElementMediaIdentifier
	ElementMediaType
	ElementAuditSourceIdentification
	ElementAuditSourceTypeCode
	ElementParticipantObjectIdentification
	ElementParticipantObjectIDTypeCode
	ElementParticipantObjectName
	ElementParticipantObjectQuery
	ElementParticipantObjectDetail
	ElementParticipantObjectDescription
	ElementMPPS
	ElementAccession
	ElementSOPClass
	ElementInstance
	ElementParticipantObjectContainsStudy
	ElementStudyIDs
	ElementEncrypted
	ElementAnonymized
	ElementPurposeOfUse
	ElementUserIDTypeCode

	// NumElements is above every Element.
	NumElements
)

var elementNames = [NumElements]string{
	ElementAuditMessage:                    "AuditMessage",
	ElementEventIdentification:             "EventIdentification",
	ElementEventID:                         "EventID",
	ElementEventTypeCode:                   "EventTypeCode",
	ElementEventOutcomeDescription:         "EventOutcomeDescription",
	ElementActiveParticipant:               "ActiveParticipant",
	ElementRoleIDCode:                      "RoleIDCode",
	ElementMediaIdentifier:                 "MediaIdentifier",
	ElementMediaType:                       "MediaType",
	ElementAuditSourceIdentification:       "AuditSourceIdentification",
	ElementAuditSourceTypeCode:             "AuditSourceTypeCode",
	ElementParticipantObjectIdentification: "ParticipantObjectIdentification",
	ElementParticipantObjectIDTypeCode:     "ParticipantObjectIDTypeCode",
	ElementParticipantObjectName:           "ParticipantObjectName",
	ElementParticipantObjectQuery:          "ParticipantObjectQuery",
	ElementParticipantObjectDetail:         "ParticipantObjectDetail",
	ElementParticipantObjectDescription:    "ParticipantObjectDescription",
	ElementMPPS:                            "MPPS",
	ElementAccession:                       "Accession",
	ElementSOPClass:                        "SOPClass",
	ElementInstance:                        "Instance",
	ElementParticipantObjectContainsStudy:  "ParticipantObjectContainsStudy",
	ElementStudyIDs:                        "StudyIDs",
	ElementEncrypted:                       "Encrypted",
	ElementAnonymized:                      "Anonymized",
	ElementPurposeOfUse:                    "PurposeOfUse",
	ElementUserIDTypeCode:                  "UserIDTypeCode",
}

// The names of the grammars' attributes.
const (
	AttributeEventActionCode Attribute = iota + 1
	AttributeEventDateTime
	AttributeEventOutcomeIndicator
	AttributeCsdCode
	AttributeCodeSystemName
	AttributeOriginalText
	AttributeDisplayName
	AttributeUserID
	AttributeAlternativeUserID
	AttributeUserName
	AttributeUserIsRequestor
	AttributeNetworkAccessPointID
	AttributeNetworkAccessPointTypeCode
	AttributeAuditEnterpriseSiteID
	AttributeAuditSourceID
	AttributeParticipantObjectID
	AttributeParticipantObjectTypeCode
	AttributeParticipantObjectTypeCodeRole
	AttributeParticipantObjectDataLifeCycle
	AttributeParticipantObjectSensitivity
	AttributeType
	AttributeValue
	AttributeUID
	AttributeNumber
	AttributeNumberOfInstances
	AttributeXsiNoNamespaceSchemaLocation
	AttributeCode
	AttributeCodeSystem
	AttributeUserTypeCode

	// NumAttributes is above every Attribute.
	NumAttributes
)

var attributeNames = [NumAttributes]string{
	AttributeEventActionCode:                "EventActionCode",
	AttributeEventDateTime:                  "EventDateTime",
	AttributeEventOutcomeIndicator:          "EventOutcomeIndicator",
	AttributeCsdCode:                        "csd-code",
	AttributeCodeSystemName:                 "codeSystemName",
	AttributeOriginalText:                   "originalText",
	AttributeDisplayName:                    "displayName",
	AttributeUserID:                         "UserID",
	AttributeAlternativeUserID:              "AlternativeUserID",
	AttributeUserName:                       "UserName",
	AttributeUserIsRequestor:                "UserIsRequestor",
	AttributeNetworkAccessPointID:           "NetworkAccessPointID",
	AttributeNetworkAccessPointTypeCode:     "NetworkAccessPointTypeCode",
	AttributeAuditEnterpriseSiteID:          "AuditEnterpriseSiteID",
	AttributeAuditSourceID:                  "AuditSourceID",
	AttributeParticipantObjectID:            "ParticipantObjectID",
	AttributeParticipantObjectTypeCode:      "ParticipantObjectTypeCode",
	AttributeParticipantObjectTypeCodeRole:  "ParticipantObjectTypeCodeRole",
	AttributeParticipantObjectDataLifeCycle: "ParticipantObjectDataLifeCycle",
	AttributeParticipantObjectSensitivity:   "ParticipantObjectSensitivity",
	AttributeType:                           "type",
	AttributeValue:                          "value",
	AttributeUID:                            "UID",
	AttributeNumber:                         "Number",
	AttributeNumberOfInstances:              "NumberOfInstances",
	AttributeXsiNoNamespaceSchemaLocation:   "xsi:noNamespaceSchemaLocation",
	AttributeCode:                           "code",
	AttributeCodeSystem:                     "codeSystem",
	AttributeUserTypeCode:                   "UserTypeCode",
}

var namespaces = [...]struct{ prefix, uri string }{
	{"xsi", "http://www.w3.org/2001/XMLSchema-instance"},
}

var datatypes = [...]datatype{
	{kind: tokenType},
	{kind: enumerationType, values: []string{"C", "R", "U", "D", "E"}},
	{kind: dateTimeType},
	{kind: enumerationType, values: []string{"0", "4", "8", "12"}},
	{kind: booleanType},
	{kind: enumerationType, values: []string{"1", "2", "3", "4", "5"}},
	{kind: enumerationType, values: []string{"1", "2", "3", "4"}},
	{kind: enumerationType, values: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23", "24", "25", "26"}},
	{kind: enumerationType, values: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"}},
	{kind: base64BinaryType},
	{kind: integerType},
	{kind: enumerationType, values: []string{"1", "2"}},
	{kind: integersType, values: []string{"0", "4", "8", "12"}},
	{kind: integersType, values: []string{"1", "2", "3"}},
	{kind: integersType, values: []string{"1", "2", "3", "4"}},
	{kind: integersType, values: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23", "24"}},
	{kind: integersType, values: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"}},
	{kind: integersType, values: []string{"1", "2", "3", "4", "5"}},
	{kind: integersType, values: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23", "24", "25", "26"}},
}

var sources = [...]grammarSource{
	{
		name: "", clause: "PS3.15 A.5.1", edition: "2017c-2026a",
		contents: []contentSource{
			{ // 0
				element: ElementAuditMessage,
				children: []childSource{
					{ElementEventIdentification, 1},
					{ElementActiveParticipant, 5},
					{ElementAuditSourceIdentification, 9},
					{ElementParticipantObjectIdentification, 11},
				},
				states: []stateSource{
					{next: []edge{{ElementEventIdentification, 1}}},
					{next: []edge{{ElementActiveParticipant, 2}}},
					{next: []edge{{ElementActiveParticipant, 2}, {ElementAuditSourceIdentification, 3}}},
					{accepts: true, next: []edge{{ElementParticipantObjectIdentification, 3}}},
				},
			},
			{ // 1
				element: ElementEventIdentification,
				attributes: []attributeSource{
					{AttributeEventActionCode, 2},
					{AttributeEventDateTime, 3},
					{AttributeEventOutcomeIndicator, 4},
				},
				sets: []attributeSet{
					{required: 1<<AttributeEventDateTime | 1<<AttributeEventOutcomeIndicator, allowed: 1<<AttributeEventActionCode | 1<<AttributeEventDateTime | 1<<AttributeEventOutcomeIndicator},
				},
				children: []childSource{
					{ElementEventID, 2},
					{ElementEventTypeCode, 3},
					{ElementEventOutcomeDescription, 4},
				},
				states: []stateSource{
					{next: []edge{{ElementEventID, 1}}},
					{accepts: true, next: []edge{{ElementEventTypeCode, 1}, {ElementEventOutcomeDescription, 2}}},
					{accepts: true},
				},
			},
			{ // 2
				element: ElementEventID,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 3
				element: ElementEventTypeCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 4
				element: ElementEventOutcomeDescription,
				text:    1,
			},
			{ // 5
				element: ElementActiveParticipant,
				attributes: []attributeSource{
					{AttributeUserID, 1},
					{AttributeAlternativeUserID, 1},
					{AttributeUserName, 1},
					{AttributeUserIsRequestor, 5},
					{AttributeNetworkAccessPointID, 1},
					{AttributeNetworkAccessPointTypeCode, 6},
				},
				sets: []attributeSet{
					{required: 1<<AttributeUserID | 1<<AttributeUserIsRequestor, allowed: 1<<AttributeUserID | 1<<AttributeAlternativeUserID | 1<<AttributeUserName | 1<<AttributeUserIsRequestor | 1<<AttributeNetworkAccessPointID | 1<<AttributeNetworkAccessPointTypeCode},
				},
				children: []childSource{
					{ElementRoleIDCode, 6},
					{ElementMediaIdentifier, 7},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementRoleIDCode, 0}, {ElementMediaIdentifier, 1}}},
					{accepts: true},
				},
			},
			{ // 6
				element: ElementRoleIDCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 7
				element: ElementMediaIdentifier,
				children: []childSource{
					{ElementMediaType, 8},
				},
				states: []stateSource{
					{next: []edge{{ElementMediaType, 1}}},
					{accepts: true},
				},
			},
			{ // 8
				element: ElementMediaType,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 9
				element: ElementAuditSourceIdentification,
				attributes: []attributeSource{
					{AttributeAuditEnterpriseSiteID, 1},
					{AttributeAuditSourceID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeAuditSourceID, allowed: 1<<AttributeAuditEnterpriseSiteID | 1<<AttributeAuditSourceID},
				},
				children: []childSource{
					{ElementAuditSourceTypeCode, 10},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementAuditSourceTypeCode, 0}}},
				},
			},
			{ // 10
				element: ElementAuditSourceTypeCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
					{required: 1 << AttributeCsdCode, allowed: 1 << AttributeCsdCode},
				},
			},
			{ // 11
				element: ElementParticipantObjectIdentification,
				attributes: []attributeSource{
					{AttributeParticipantObjectID, 1},
					{AttributeParticipantObjectTypeCode, 7},
					{AttributeParticipantObjectTypeCodeRole, 8},
					{AttributeParticipantObjectDataLifeCycle, 9},
					{AttributeParticipantObjectSensitivity, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeParticipantObjectID, allowed: 1<<AttributeParticipantObjectID | 1<<AttributeParticipantObjectTypeCode | 1<<AttributeParticipantObjectTypeCodeRole | 1<<AttributeParticipantObjectDataLifeCycle | 1<<AttributeParticipantObjectSensitivity},
				},
				children: []childSource{
					{ElementParticipantObjectIDTypeCode, 12},
					{ElementParticipantObjectName, 13},
					{ElementParticipantObjectQuery, 14},
					{ElementParticipantObjectDetail, 15},
					{ElementParticipantObjectDescription, 16},
				},
				states: []stateSource{
					{next: []edge{{ElementParticipantObjectIDTypeCode, 1}}},
					{next: []edge{{ElementParticipantObjectName, 2}, {ElementParticipantObjectQuery, 2}}},
					{accepts: true, next: []edge{{ElementParticipantObjectDetail, 2}, {ElementParticipantObjectDescription, 3}}},
					{accepts: true, next: []edge{{ElementParticipantObjectDescription, 3}}},
				},
			},
			{ // 12
				element: ElementParticipantObjectIDTypeCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 13
				element: ElementParticipantObjectName,
				text:    1,
			},
			{ // 14
				element: ElementParticipantObjectQuery,
				text:    10,
			},
			{ // 15
				element: ElementParticipantObjectDetail,
				attributes: []attributeSource{
					{AttributeType, 1},
					{AttributeValue, 10},
				},
				sets: []attributeSet{
					{required: 1<<AttributeType | 1<<AttributeValue, allowed: 1<<AttributeType | 1<<AttributeValue},
				},
			},
			{ // 16
				element: ElementParticipantObjectDescription,
				children: []childSource{
					{ElementMPPS, 17},
					{ElementAccession, 18},
					{ElementSOPClass, 19},
					{ElementParticipantObjectContainsStudy, 21},
					{ElementEncrypted, 23},
					{ElementAnonymized, 24},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementMPPS, 0}, {ElementAccession, 1}, {ElementSOPClass, 5}, {ElementParticipantObjectContainsStudy, 4}, {ElementEncrypted, 3}, {ElementAnonymized, 2}}},
					{accepts: true, next: []edge{{ElementAccession, 1}, {ElementSOPClass, 5}, {ElementParticipantObjectContainsStudy, 4}, {ElementEncrypted, 3}, {ElementAnonymized, 2}}},
					{accepts: true},
					{accepts: true, next: []edge{{ElementAnonymized, 2}}},
					{accepts: true, next: []edge{{ElementEncrypted, 3}, {ElementAnonymized, 2}}},
					{accepts: true, next: []edge{{ElementSOPClass, 5}, {ElementParticipantObjectContainsStudy, 4}, {ElementEncrypted, 3}, {ElementAnonymized, 2}}},
				},
			},
			{ // 17
				element: ElementMPPS,
				attributes: []attributeSource{
					{AttributeUID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUID, allowed: 1 << AttributeUID},
				},
			},
			{ // 18
				element: ElementAccession,
				attributes: []attributeSource{
					{AttributeNumber, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeNumber, allowed: 1 << AttributeNumber},
				},
			},
			{ // 19
				element: ElementSOPClass,
				attributes: []attributeSource{
					{AttributeUID, 1},
					{AttributeNumberOfInstances, 11},
				},
				sets: []attributeSet{
					{required: 1 << AttributeNumberOfInstances, allowed: 1<<AttributeUID | 1<<AttributeNumberOfInstances},
				},
				children: []childSource{
					{ElementInstance, 20},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementInstance, 0}}},
				},
			},
			{ // 20
				element: ElementInstance,
				attributes: []attributeSource{
					{AttributeUID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUID, allowed: 1 << AttributeUID},
				},
			},
			{ // 21
				element: ElementParticipantObjectContainsStudy,
				children: []childSource{
					{ElementStudyIDs, 22},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementStudyIDs, 0}}},
				},
			},
			{ // 22
				element: ElementStudyIDs,
				attributes: []attributeSource{
					{AttributeUID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUID, allowed: 1 << AttributeUID},
				},
			},
			{ // 23
				element: ElementEncrypted,
				text:    5,
			},
			{ // 24
				element: ElementAnonymized,
				text:    5,
			},
		},
	},
	{
		name: "dicom2016", clause: "PS3.15 A.5.1 before CP-1638", edition: "2016c-2017b",
		marks: []mark{
			{element: ElementAuditSourceTypeCode, attribute: AttributeCode},
		},
		contents: []contentSource{
			{ // 0
				element: ElementAuditMessage,
				attributes: []attributeSource{
					{AttributeXsiNoNamespaceSchemaLocation, 1},
				},
				sets: []attributeSet{
					{required: 0, allowed: 1 << AttributeXsiNoNamespaceSchemaLocation},
				},
				children: []childSource{
					{ElementEventIdentification, 1},
					{ElementActiveParticipant, 5},
					{ElementAuditSourceIdentification, 9},
					{ElementParticipantObjectIdentification, 11},
				},
				states: []stateSource{
					{next: []edge{{ElementEventIdentification, 1}}},
					{next: []edge{{ElementActiveParticipant, 2}}},
					{next: []edge{{ElementActiveParticipant, 2}, {ElementAuditSourceIdentification, 3}}},
					{accepts: true, next: []edge{{ElementParticipantObjectIdentification, 3}}},
				},
			},
			{ // 1
				element: ElementEventIdentification,
				attributes: []attributeSource{
					{AttributeEventActionCode, 2},
					{AttributeEventDateTime, 3},
					{AttributeEventOutcomeIndicator, 4},
				},
				sets: []attributeSet{
					{required: 1<<AttributeEventDateTime | 1<<AttributeEventOutcomeIndicator, allowed: 1<<AttributeEventActionCode | 1<<AttributeEventDateTime | 1<<AttributeEventOutcomeIndicator},
				},
				children: []childSource{
					{ElementEventID, 2},
					{ElementEventTypeCode, 3},
					{ElementEventOutcomeDescription, 4},
				},
				states: []stateSource{
					{next: []edge{{ElementEventID, 1}}},
					{accepts: true, next: []edge{{ElementEventTypeCode, 1}, {ElementEventOutcomeDescription, 2}}},
					{accepts: true},
				},
			},
			{ // 2
				element: ElementEventID,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 3
				element: ElementEventTypeCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 4
				element: ElementEventOutcomeDescription,
				text:    1,
			},
			{ // 5
				element: ElementActiveParticipant,
				attributes: []attributeSource{
					{AttributeUserID, 1},
					{AttributeAlternativeUserID, 1},
					{AttributeUserName, 1},
					{AttributeUserIsRequestor, 5},
					{AttributeNetworkAccessPointID, 1},
					{AttributeNetworkAccessPointTypeCode, 6},
				},
				sets: []attributeSet{
					{required: 1<<AttributeUserID | 1<<AttributeUserIsRequestor, allowed: 1<<AttributeUserID | 1<<AttributeAlternativeUserID | 1<<AttributeUserName | 1<<AttributeUserIsRequestor | 1<<AttributeNetworkAccessPointID | 1<<AttributeNetworkAccessPointTypeCode},
				},
				children: []childSource{
					{ElementRoleIDCode, 6},
					{ElementMediaIdentifier, 7},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementRoleIDCode, 0}, {ElementMediaIdentifier, 1}}},
					{accepts: true},
				},
			},
			{ // 6
				element: ElementRoleIDCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 7
				element: ElementMediaIdentifier,
				children: []childSource{
					{ElementMediaType, 8},
				},
				states: []stateSource{
					{next: []edge{{ElementMediaType, 1}}},
					{accepts: true},
				},
			},
			{ // 8
				element: ElementMediaType,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 9
				element: ElementAuditSourceIdentification,
				attributes: []attributeSource{
					{AttributeAuditEnterpriseSiteID, 1},
					{AttributeAuditSourceID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeAuditSourceID, allowed: 1<<AttributeAuditEnterpriseSiteID | 1<<AttributeAuditSourceID},
				},
				children: []childSource{
					{ElementAuditSourceTypeCode, 10},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementAuditSourceTypeCode, 0}}},
				},
			},
			{ // 10
				element: ElementAuditSourceTypeCode,
				attributes: []attributeSource{
					{AttributeCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeCode, allowed: 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCode},
					{required: 1 << AttributeCode, allowed: 1 << AttributeCode},
				},
			},
			{ // 11
				element: ElementParticipantObjectIdentification,
				attributes: []attributeSource{
					{AttributeParticipantObjectID, 1},
					{AttributeParticipantObjectTypeCode, 7},
					{AttributeParticipantObjectTypeCodeRole, 8},
					{AttributeParticipantObjectDataLifeCycle, 9},
					{AttributeParticipantObjectSensitivity, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeParticipantObjectID, allowed: 1<<AttributeParticipantObjectID | 1<<AttributeParticipantObjectTypeCode | 1<<AttributeParticipantObjectTypeCodeRole | 1<<AttributeParticipantObjectDataLifeCycle | 1<<AttributeParticipantObjectSensitivity},
				},
				children: []childSource{
					{ElementParticipantObjectIDTypeCode, 12},
					{ElementParticipantObjectName, 13},
					{ElementParticipantObjectQuery, 14},
					{ElementParticipantObjectDetail, 15},
					{ElementParticipantObjectDescription, 16},
				},
				states: []stateSource{
					{next: []edge{{ElementParticipantObjectIDTypeCode, 1}}},
					{next: []edge{{ElementParticipantObjectName, 2}, {ElementParticipantObjectQuery, 2}}},
					{accepts: true, next: []edge{{ElementParticipantObjectDetail, 2}, {ElementParticipantObjectDescription, 3}}},
					{accepts: true, next: []edge{{ElementParticipantObjectDescription, 3}}},
				},
			},
			{ // 12
				element: ElementParticipantObjectIDTypeCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 13
				element: ElementParticipantObjectName,
				text:    1,
			},
			{ // 14
				element: ElementParticipantObjectQuery,
				text:    10,
			},
			{ // 15
				element: ElementParticipantObjectDetail,
				attributes: []attributeSource{
					{AttributeType, 1},
					{AttributeValue, 10},
				},
				sets: []attributeSet{
					{required: 1<<AttributeType | 1<<AttributeValue, allowed: 1<<AttributeType | 1<<AttributeValue},
				},
			},
			{ // 16
				element: ElementParticipantObjectDescription,
				children: []childSource{
					{ElementMPPS, 17},
					{ElementAccession, 18},
					{ElementSOPClass, 19},
					{ElementParticipantObjectContainsStudy, 21},
					{ElementEncrypted, 23},
					{ElementAnonymized, 24},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementMPPS, 0}, {ElementAccession, 1}, {ElementSOPClass, 5}, {ElementParticipantObjectContainsStudy, 4}, {ElementEncrypted, 3}, {ElementAnonymized, 2}}},
					{accepts: true, next: []edge{{ElementAccession, 1}, {ElementSOPClass, 5}, {ElementParticipantObjectContainsStudy, 4}, {ElementEncrypted, 3}, {ElementAnonymized, 2}}},
					{accepts: true},
					{accepts: true, next: []edge{{ElementAnonymized, 2}}},
					{accepts: true, next: []edge{{ElementEncrypted, 3}, {ElementAnonymized, 2}}},
					{accepts: true, next: []edge{{ElementSOPClass, 5}, {ElementParticipantObjectContainsStudy, 4}, {ElementEncrypted, 3}, {ElementAnonymized, 2}}},
				},
			},
			{ // 17
				element: ElementMPPS,
				attributes: []attributeSource{
					{AttributeUID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUID, allowed: 1 << AttributeUID},
				},
			},
			{ // 18
				element: ElementAccession,
				attributes: []attributeSource{
					{AttributeNumber, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeNumber, allowed: 1 << AttributeNumber},
				},
			},
			{ // 19
				element: ElementSOPClass,
				attributes: []attributeSource{
					{AttributeUID, 1},
					{AttributeNumberOfInstances, 11},
				},
				sets: []attributeSet{
					{required: 1 << AttributeNumberOfInstances, allowed: 1<<AttributeUID | 1<<AttributeNumberOfInstances},
				},
				children: []childSource{
					{ElementInstance, 20},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementInstance, 0}}},
				},
			},
			{ // 20
				element: ElementInstance,
				attributes: []attributeSource{
					{AttributeUID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUID, allowed: 1 << AttributeUID},
				},
			},
			{ // 21
				element: ElementParticipantObjectContainsStudy,
				children: []childSource{
					{ElementStudyIDs, 22},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementStudyIDs, 0}}},
				},
			},
			{ // 22
				element: ElementStudyIDs,
				attributes: []attributeSource{
					{AttributeUID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUID, allowed: 1 << AttributeUID},
				},
			},
			{ // 23
				element: ElementEncrypted,
				text:    5,
			},
			{ // 24
				element: ElementAnonymized,
				text:    5,
			},
		},
	},
	{
		name: "dicom2009", clause: "PS3.15 A.5.1 before CP-1361 and CP-1362", edition: "2009-2016b",
		marks: []mark{
			{element: ElementAuditSourceIdentification, attribute: AttributeCode},
			{element: ElementMPPS, parent: ElementParticipantObjectIdentification},
			{element: ElementAccession, parent: ElementParticipantObjectIdentification},
			{element: ElementSOPClass, parent: ElementParticipantObjectIdentification},
			{element: ElementParticipantObjectContainsStudy, parent: ElementParticipantObjectIdentification},
			{element: ElementEncrypted, parent: ElementParticipantObjectIdentification},
			{element: ElementAnonymized, parent: ElementParticipantObjectIdentification},
		},
		contents: []contentSource{
			{ // 0
				element: ElementAuditMessage,
				attributes: []attributeSource{
					{AttributeXsiNoNamespaceSchemaLocation, 1},
				},
				sets: []attributeSet{
					{required: 0, allowed: 1 << AttributeXsiNoNamespaceSchemaLocation},
				},
				children: []childSource{
					{ElementEventIdentification, 1},
					{ElementActiveParticipant, 5},
					{ElementAuditSourceIdentification, 9},
					{ElementParticipantObjectIdentification, 11},
				},
				states: []stateSource{
					{next: []edge{{ElementEventIdentification, 1}}},
					{next: []edge{{ElementActiveParticipant, 2}}},
					{next: []edge{{ElementActiveParticipant, 2}, {ElementAuditSourceIdentification, 3}}},
					{accepts: true, next: []edge{{ElementParticipantObjectIdentification, 3}}},
				},
			},
			{ // 1
				element: ElementEventIdentification,
				attributes: []attributeSource{
					{AttributeEventActionCode, 2},
					{AttributeEventDateTime, 3},
					{AttributeEventOutcomeIndicator, 4},
				},
				sets: []attributeSet{
					{required: 1<<AttributeEventDateTime | 1<<AttributeEventOutcomeIndicator, allowed: 1<<AttributeEventActionCode | 1<<AttributeEventDateTime | 1<<AttributeEventOutcomeIndicator},
				},
				children: []childSource{
					{ElementEventID, 2},
					{ElementEventTypeCode, 3},
					{ElementEventOutcomeDescription, 4},
				},
				states: []stateSource{
					{next: []edge{{ElementEventID, 1}}},
					{accepts: true, next: []edge{{ElementEventTypeCode, 1}, {ElementEventOutcomeDescription, 2}}},
					{accepts: true},
				},
			},
			{ // 2
				element: ElementEventID,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 3
				element: ElementEventTypeCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 4
				element: ElementEventOutcomeDescription,
				text:    1,
			},
			{ // 5
				element: ElementActiveParticipant,
				attributes: []attributeSource{
					{AttributeUserID, 1},
					{AttributeAlternativeUserID, 1},
					{AttributeUserName, 1},
					{AttributeUserIsRequestor, 5},
					{AttributeNetworkAccessPointID, 1},
					{AttributeNetworkAccessPointTypeCode, 6},
				},
				sets: []attributeSet{
					{required: 1<<AttributeUserID | 1<<AttributeUserIsRequestor, allowed: 1<<AttributeUserID | 1<<AttributeAlternativeUserID | 1<<AttributeUserName | 1<<AttributeUserIsRequestor | 1<<AttributeNetworkAccessPointID | 1<<AttributeNetworkAccessPointTypeCode},
				},
				children: []childSource{
					{ElementRoleIDCode, 6},
					{ElementMediaIdentifier, 7},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementRoleIDCode, 0}, {ElementMediaIdentifier, 1}}},
					{accepts: true},
				},
			},
			{ // 6
				element: ElementRoleIDCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 7
				element: ElementMediaIdentifier,
				children: []childSource{
					{ElementMediaType, 8},
				},
				states: []stateSource{
					{next: []edge{{ElementMediaType, 1}}},
					{accepts: true},
				},
			},
			{ // 8
				element: ElementMediaType,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 9
				element: ElementAuditSourceIdentification,
				attributes: []attributeSource{
					{AttributeAuditEnterpriseSiteID, 1},
					{AttributeAuditSourceID, 1},
					{AttributeCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeAuditSourceID | 1<<AttributeCode, allowed: 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeAuditEnterpriseSiteID | 1<<AttributeAuditSourceID | 1<<AttributeCode},
					{required: 1<<AttributeAuditSourceID | 1<<AttributeCode, allowed: 1<<AttributeAuditEnterpriseSiteID | 1<<AttributeAuditSourceID | 1<<AttributeCode},
					{required: 1 << AttributeAuditSourceID, allowed: 1<<AttributeAuditEnterpriseSiteID | 1<<AttributeAuditSourceID},
				},
				children: []childSource{
					{ElementAuditSourceTypeCode, 10},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementAuditSourceTypeCode, 0}}},
				},
			},
			{ // 10
				element: ElementAuditSourceTypeCode,
				text:    1,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
					{required: 1 << AttributeCsdCode, allowed: 1 << AttributeCsdCode},
					{required: 0, allowed: 0},
				},
			},
			{ // 11
				element: ElementParticipantObjectIdentification,
				attributes: []attributeSource{
					{AttributeParticipantObjectID, 1},
					{AttributeParticipantObjectTypeCode, 7},
					{AttributeParticipantObjectTypeCodeRole, 8},
					{AttributeParticipantObjectDataLifeCycle, 9},
					{AttributeParticipantObjectSensitivity, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeParticipantObjectID, allowed: 1<<AttributeParticipantObjectID | 1<<AttributeParticipantObjectTypeCode | 1<<AttributeParticipantObjectTypeCodeRole | 1<<AttributeParticipantObjectDataLifeCycle | 1<<AttributeParticipantObjectSensitivity},
				},
				children: []childSource{
					{ElementParticipantObjectIDTypeCode, 12},
					{ElementParticipantObjectName, 13},
					{ElementParticipantObjectQuery, 14},
					{ElementParticipantObjectDetail, 15},
					{ElementParticipantObjectDescription, 16},
					{ElementMPPS, 17},
					{ElementAccession, 18},
					{ElementSOPClass, 19},
					{ElementParticipantObjectContainsStudy, 21},
					{ElementEncrypted, 23},
					{ElementAnonymized, 24},
				},
				states: []stateSource{
					{next: []edge{{ElementParticipantObjectIDTypeCode, 1}}},
					{next: []edge{{ElementParticipantObjectName, 2}, {ElementParticipantObjectQuery, 2}}},
					{accepts: true, next: []edge{{ElementParticipantObjectDetail, 2}, {ElementParticipantObjectDescription, 8}, {ElementMPPS, 6}, {ElementAccession, 3}, {ElementSOPClass, 9}, {ElementParticipantObjectContainsStudy, 7}, {ElementEncrypted, 5}, {ElementAnonymized, 4}}},
					{accepts: true, next: []edge{{ElementAccession, 3}, {ElementSOPClass, 9}, {ElementParticipantObjectContainsStudy, 7}, {ElementEncrypted, 5}, {ElementAnonymized, 4}}},
					{accepts: true},
					{accepts: true, next: []edge{{ElementAnonymized, 4}}},
					{accepts: true, next: []edge{{ElementMPPS, 6}, {ElementAccession, 3}, {ElementSOPClass, 9}, {ElementParticipantObjectContainsStudy, 7}, {ElementEncrypted, 5}, {ElementAnonymized, 4}}},
					{accepts: true, next: []edge{{ElementEncrypted, 5}, {ElementAnonymized, 4}}},
					{accepts: true, next: []edge{{ElementParticipantObjectDescription, 8}, {ElementMPPS, 6}, {ElementAccession, 3}, {ElementSOPClass, 9}, {ElementParticipantObjectContainsStudy, 7}, {ElementEncrypted, 5}, {ElementAnonymized, 4}}},
					{accepts: true, next: []edge{{ElementSOPClass, 9}, {ElementParticipantObjectContainsStudy, 7}, {ElementEncrypted, 5}, {ElementAnonymized, 4}}},
				},
			},
			{ // 12
				element: ElementParticipantObjectIDTypeCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 13
				element: ElementParticipantObjectName,
				text:    1,
			},
			{ // 14
				element: ElementParticipantObjectQuery,
				text:    10,
			},
			{ // 15
				element: ElementParticipantObjectDetail,
				attributes: []attributeSource{
					{AttributeType, 1},
					{AttributeValue, 10},
				},
				sets: []attributeSet{
					{required: 1<<AttributeType | 1<<AttributeValue, allowed: 1<<AttributeType | 1<<AttributeValue},
				},
			},
			{ // 16
				element: ElementParticipantObjectDescription,
				children: []childSource{
					{ElementMPPS, 17},
					{ElementAccession, 18},
					{ElementSOPClass, 19},
					{ElementParticipantObjectContainsStudy, 21},
					{ElementEncrypted, 23},
					{ElementAnonymized, 24},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementMPPS, 0}, {ElementAccession, 1}, {ElementSOPClass, 5}, {ElementParticipantObjectContainsStudy, 4}, {ElementEncrypted, 3}, {ElementAnonymized, 2}}},
					{accepts: true, next: []edge{{ElementAccession, 1}, {ElementSOPClass, 5}, {ElementParticipantObjectContainsStudy, 4}, {ElementEncrypted, 3}, {ElementAnonymized, 2}}},
					{accepts: true},
					{accepts: true, next: []edge{{ElementAnonymized, 2}}},
					{accepts: true, next: []edge{{ElementEncrypted, 3}, {ElementAnonymized, 2}}},
					{accepts: true, next: []edge{{ElementSOPClass, 5}, {ElementParticipantObjectContainsStudy, 4}, {ElementEncrypted, 3}, {ElementAnonymized, 2}}},
				},
			},
			{ // 17
				element: ElementMPPS,
				attributes: []attributeSource{
					{AttributeUID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUID, allowed: 1 << AttributeUID},
				},
			},
			{ // 18
				element: ElementAccession,
				attributes: []attributeSource{
					{AttributeNumber, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeNumber, allowed: 1 << AttributeNumber},
				},
			},
			{ // 19
				element: ElementSOPClass,
				attributes: []attributeSource{
					{AttributeUID, 1},
					{AttributeNumberOfInstances, 11},
				},
				sets: []attributeSet{
					{required: 1 << AttributeNumberOfInstances, allowed: 1<<AttributeUID | 1<<AttributeNumberOfInstances},
				},
				children: []childSource{
					{ElementInstance, 20},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementInstance, 0}}},
				},
			},
			{ // 20
				element: ElementInstance,
				attributes: []attributeSource{
					{AttributeUID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUID, allowed: 1 << AttributeUID},
				},
			},
			{ // 21
				element: ElementParticipantObjectContainsStudy,
				children: []childSource{
					{ElementStudyIDs, 22},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementStudyIDs, 0}}},
				},
			},
			{ // 22
				element: ElementStudyIDs,
				attributes: []attributeSource{
					{AttributeUID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUID, allowed: 1 << AttributeUID},
				},
			},
			{ // 23
				element: ElementEncrypted,
				text:    5,
			},
			{ // 24
				element: ElementAnonymized,
				text:    5,
			},
		},
	},
	{
		name: "ihe", clause: "IHE ITI TF-2 3.20", edition: "ITI TF-2",
		marks: []mark{
			{element: ElementPurposeOfUse, parent: ElementEventIdentification},
		},
		contents: []contentSource{
			{ // 0
				element: ElementAuditMessage,
				attributes: []attributeSource{
					{AttributeXsiNoNamespaceSchemaLocation, 1},
				},
				sets: []attributeSet{
					{required: 0, allowed: 1 << AttributeXsiNoNamespaceSchemaLocation},
				},
				children: []childSource{
					{ElementEventIdentification, 1},
					{ElementActiveParticipant, 6},
					{ElementAuditSourceIdentification, 10},
					{ElementParticipantObjectIdentification, 12},
				},
				states: []stateSource{
					{next: []edge{{ElementEventIdentification, 1}}},
					{next: []edge{{ElementActiveParticipant, 2}}},
					{next: []edge{{ElementActiveParticipant, 2}, {ElementAuditSourceIdentification, 3}}},
					{accepts: true, next: []edge{{ElementParticipantObjectIdentification, 3}}},
				},
			},
			{ // 1
				element: ElementEventIdentification,
				attributes: []attributeSource{
					{AttributeEventActionCode, 2},
					{AttributeEventDateTime, 3},
					{AttributeEventOutcomeIndicator, 4},
				},
				sets: []attributeSet{
					{required: 1<<AttributeEventDateTime | 1<<AttributeEventOutcomeIndicator, allowed: 1<<AttributeEventActionCode | 1<<AttributeEventDateTime | 1<<AttributeEventOutcomeIndicator},
				},
				children: []childSource{
					{ElementEventID, 2},
					{ElementEventTypeCode, 3},
					{ElementEventOutcomeDescription, 4},
					{ElementPurposeOfUse, 5},
				},
				states: []stateSource{
					{next: []edge{{ElementEventID, 1}}},
					{accepts: true, next: []edge{{ElementEventTypeCode, 1}, {ElementEventOutcomeDescription, 2}, {ElementPurposeOfUse, 2}}},
					{accepts: true, next: []edge{{ElementPurposeOfUse, 2}}},
				},
			},
			{ // 2
				element: ElementEventID,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 3
				element: ElementEventTypeCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 4
				element: ElementEventOutcomeDescription,
				text:    1,
			},
			{ // 5
				element: ElementPurposeOfUse,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 6
				element: ElementActiveParticipant,
				attributes: []attributeSource{
					{AttributeUserID, 1},
					{AttributeAlternativeUserID, 1},
					{AttributeUserName, 1},
					{AttributeUserIsRequestor, 5},
					{AttributeNetworkAccessPointID, 1},
					{AttributeNetworkAccessPointTypeCode, 6},
				},
				sets: []attributeSet{
					{required: 1<<AttributeUserID | 1<<AttributeUserIsRequestor, allowed: 1<<AttributeUserID | 1<<AttributeAlternativeUserID | 1<<AttributeUserName | 1<<AttributeUserIsRequestor | 1<<AttributeNetworkAccessPointID | 1<<AttributeNetworkAccessPointTypeCode},
				},
				children: []childSource{
					{ElementRoleIDCode, 7},
					{ElementMediaIdentifier, 8},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementRoleIDCode, 0}, {ElementMediaIdentifier, 1}}},
					{accepts: true},
				},
			},
			{ // 7
				element: ElementRoleIDCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 8
				element: ElementMediaIdentifier,
				children: []childSource{
					{ElementMediaType, 9},
				},
				states: []stateSource{
					{next: []edge{{ElementMediaType, 1}}},
					{accepts: true},
				},
			},
			{ // 9
				element: ElementMediaType,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 10
				element: ElementAuditSourceIdentification,
				attributes: []attributeSource{
					{AttributeAuditEnterpriseSiteID, 1},
					{AttributeAuditSourceID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeAuditSourceID, allowed: 1<<AttributeAuditEnterpriseSiteID | 1<<AttributeAuditSourceID},
				},
				children: []childSource{
					{ElementAuditSourceTypeCode, 11},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementAuditSourceTypeCode, 0}}},
				},
			},
			{ // 11
				element: ElementAuditSourceTypeCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
					{required: 1 << AttributeCsdCode, allowed: 1 << AttributeCsdCode},
				},
			},
			{ // 12
				element: ElementParticipantObjectIdentification,
				attributes: []attributeSource{
					{AttributeParticipantObjectID, 1},
					{AttributeParticipantObjectTypeCode, 7},
					{AttributeParticipantObjectTypeCodeRole, 8},
					{AttributeParticipantObjectDataLifeCycle, 9},
					{AttributeParticipantObjectSensitivity, 1},
				},
				sets: []attributeSet{
					{required: 0, allowed: 1<<AttributeParticipantObjectID | 1<<AttributeParticipantObjectTypeCode | 1<<AttributeParticipantObjectTypeCodeRole | 1<<AttributeParticipantObjectDataLifeCycle | 1<<AttributeParticipantObjectSensitivity},
				},
				children: []childSource{
					{ElementParticipantObjectIDTypeCode, 13},
					{ElementParticipantObjectName, 14},
					{ElementParticipantObjectQuery, 15},
					{ElementParticipantObjectDetail, 16},
					{ElementParticipantObjectDescription, 17},
				},
				states: []stateSource{
					{next: []edge{{ElementParticipantObjectIDTypeCode, 1}}},
					{accepts: true, next: []edge{{ElementParticipantObjectName, 3}, {ElementParticipantObjectQuery, 3}, {ElementParticipantObjectDetail, 3}, {ElementParticipantObjectDescription, 2}}},
					{accepts: true, next: []edge{{ElementParticipantObjectDescription, 2}}},
					{accepts: true, next: []edge{{ElementParticipantObjectDetail, 3}, {ElementParticipantObjectDescription, 2}}},
				},
			},
			{ // 13
				element: ElementParticipantObjectIDTypeCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName},
				},
			},
			{ // 14
				element: ElementParticipantObjectName,
				text:    1,
			},
			{ // 15
				element: ElementParticipantObjectQuery,
				text:    10,
			},
			{ // 16
				element: ElementParticipantObjectDetail,
				attributes: []attributeSource{
					{AttributeType, 1},
					{AttributeValue, 10},
				},
				sets: []attributeSet{
					{required: 1<<AttributeType | 1<<AttributeValue, allowed: 1<<AttributeType | 1<<AttributeValue},
				},
			},
			{ // 17
				element: ElementParticipantObjectDescription,
				children: []childSource{
					{ElementMPPS, 18},
					{ElementAccession, 19},
					{ElementSOPClass, 20},
					{ElementParticipantObjectContainsStudy, 22},
					{ElementEncrypted, 24},
					{ElementAnonymized, 25},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementMPPS, 0}, {ElementAccession, 1}, {ElementSOPClass, 5}, {ElementParticipantObjectContainsStudy, 4}, {ElementEncrypted, 3}, {ElementAnonymized, 2}}},
					{accepts: true, next: []edge{{ElementAccession, 1}, {ElementSOPClass, 5}, {ElementParticipantObjectContainsStudy, 4}, {ElementEncrypted, 3}, {ElementAnonymized, 2}}},
					{accepts: true},
					{accepts: true, next: []edge{{ElementAnonymized, 2}}},
					{accepts: true, next: []edge{{ElementEncrypted, 3}, {ElementAnonymized, 2}}},
					{accepts: true, next: []edge{{ElementSOPClass, 5}, {ElementParticipantObjectContainsStudy, 4}, {ElementEncrypted, 3}, {ElementAnonymized, 2}}},
				},
			},
			{ // 18
				element: ElementMPPS,
				attributes: []attributeSource{
					{AttributeUID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUID, allowed: 1 << AttributeUID},
				},
			},
			{ // 19
				element: ElementAccession,
				attributes: []attributeSource{
					{AttributeNumber, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeNumber, allowed: 1 << AttributeNumber},
				},
			},
			{ // 20
				element: ElementSOPClass,
				attributes: []attributeSource{
					{AttributeUID, 1},
					{AttributeNumberOfInstances, 11},
				},
				sets: []attributeSet{
					{required: 1 << AttributeNumberOfInstances, allowed: 1<<AttributeUID | 1<<AttributeNumberOfInstances},
				},
				children: []childSource{
					{ElementInstance, 21},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementInstance, 0}}},
				},
			},
			{ // 21
				element: ElementInstance,
				attributes: []attributeSource{
					{AttributeUID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUID, allowed: 1 << AttributeUID},
				},
			},
			{ // 22
				element: ElementParticipantObjectContainsStudy,
				children: []childSource{
					{ElementStudyIDs, 23},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementStudyIDs, 0}}},
				},
			},
			{ // 23
				element: ElementStudyIDs,
				attributes: []attributeSource{
					{AttributeUID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUID, allowed: 1 << AttributeUID},
				},
			},
			{ // 24
				element: ElementEncrypted,
				text:    5,
			},
			{ // 25
				element: ElementAnonymized,
				text:    5,
			},
		},
	},
	{
		name: "dcm4che", clause: "dcm4che audit-message.rnc", edition: "dcm4che 5",
		marks: []mark{
			{element: ElementAuditMessage, attribute: AttributeXsiNoNamespaceSchemaLocation},
			{element: ElementUserIDTypeCode, parent: ElementActiveParticipant},
			{element: ElementActiveParticipant, attribute: AttributeUserTypeCode},
			{element: ElementMediaType, parent: ElementActiveParticipant},
		},
		contents: []contentSource{
			{ // 0
				element: ElementAuditMessage,
				attributes: []attributeSource{
					{AttributeXsiNoNamespaceSchemaLocation, 1},
				},
				sets: []attributeSet{
					{required: 0, allowed: 1 << AttributeXsiNoNamespaceSchemaLocation},
				},
				children: []childSource{
					{ElementEventIdentification, 1},
					{ElementActiveParticipant, 5},
					{ElementAuditSourceIdentification, 11},
					{ElementParticipantObjectIdentification, 13},
				},
				states: []stateSource{
					{next: []edge{{ElementEventIdentification, 1}}},
					{next: []edge{{ElementActiveParticipant, 2}}},
					{next: []edge{{ElementActiveParticipant, 2}, {ElementAuditSourceIdentification, 3}}},
					{accepts: true, next: []edge{{ElementAuditSourceIdentification, 3}, {ElementParticipantObjectIdentification, 4}}},
					{accepts: true, next: []edge{{ElementParticipantObjectIdentification, 4}}},
				},
			},
			{ // 1
				element: ElementEventIdentification,
				attributes: []attributeSource{
					{AttributeEventActionCode, 2},
					{AttributeEventDateTime, 3},
					{AttributeEventOutcomeIndicator, 4},
				},
				sets: []attributeSet{
					{required: 1<<AttributeEventDateTime | 1<<AttributeEventOutcomeIndicator, allowed: 1<<AttributeEventActionCode | 1<<AttributeEventDateTime | 1<<AttributeEventOutcomeIndicator},
				},
				children: []childSource{
					{ElementEventID, 2},
					{ElementEventTypeCode, 3},
					{ElementEventOutcomeDescription, 4},
				},
				states: []stateSource{
					{next: []edge{{ElementEventID, 1}}},
					{accepts: true, next: []edge{{ElementEventTypeCode, 1}, {ElementEventOutcomeDescription, 2}}},
					{accepts: true},
				},
			},
			{ // 2
				element: ElementEventID,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeCodeSystem, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCodeSystem},
				},
			},
			{ // 3
				element: ElementEventTypeCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeCodeSystem, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCodeSystem},
				},
			},
			{ // 4
				element: ElementEventOutcomeDescription,
				text:    1,
			},
			{ // 5
				element: ElementActiveParticipant,
				attributes: []attributeSource{
					{AttributeUserID, 1},
					{AttributeAlternativeUserID, 1},
					{AttributeUserName, 1},
					{AttributeUserIsRequestor, 5},
					{AttributeNetworkAccessPointID, 1},
					{AttributeNetworkAccessPointTypeCode, 6},
					{AttributeUserTypeCode, 12},
				},
				sets: []attributeSet{
					{required: 1<<AttributeUserID | 1<<AttributeUserIsRequestor, allowed: 1<<AttributeUserID | 1<<AttributeAlternativeUserID | 1<<AttributeUserName | 1<<AttributeUserIsRequestor | 1<<AttributeNetworkAccessPointID | 1<<AttributeNetworkAccessPointTypeCode | 1<<AttributeUserTypeCode},
				},
				children: []childSource{
					{ElementRoleIDCode, 6},
					{ElementMediaIdentifier, 7},
					{ElementMediaType, 9},
					{ElementUserIDTypeCode, 10},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementRoleIDCode, 0}, {ElementMediaIdentifier, 1}, {ElementMediaType, 1}, {ElementUserIDTypeCode, 1}}},
					{accepts: true, next: []edge{{ElementUserIDTypeCode, 1}}},
				},
			},
			{ // 6
				element: ElementRoleIDCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeCodeSystem, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCodeSystem},
				},
			},
			{ // 7
				element: ElementMediaIdentifier,
				children: []childSource{
					{ElementMediaType, 8},
				},
				states: []stateSource{
					{next: []edge{{ElementMediaType, 1}}},
					{accepts: true},
				},
			},
			{ // 8
				element: ElementMediaType,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeCodeSystem, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCodeSystem},
				},
			},
			{ // 9
				element: ElementMediaType,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeCodeSystem, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCodeSystem},
				},
			},
			{ // 10
				element: ElementUserIDTypeCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeCodeSystem, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCodeSystem},
				},
			},
			{ // 11
				element: ElementAuditSourceIdentification,
				attributes: []attributeSource{
					{AttributeAuditEnterpriseSiteID, 1},
					{AttributeAuditSourceID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeAuditSourceID, allowed: 1<<AttributeAuditEnterpriseSiteID | 1<<AttributeAuditSourceID},
				},
				children: []childSource{
					{ElementAuditSourceTypeCode, 12},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementAuditSourceTypeCode, 0}}},
				},
			},
			{ // 12
				element: ElementAuditSourceTypeCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeCodeSystem, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCodeSystem},
					{required: 1 << AttributeCsdCode, allowed: 1 << AttributeCsdCode},
				},
			},
			{ // 13
				element: ElementParticipantObjectIdentification,
				attributes: []attributeSource{
					{AttributeParticipantObjectID, 1},
					{AttributeParticipantObjectTypeCode, 7},
					{AttributeParticipantObjectTypeCodeRole, 8},
					{AttributeParticipantObjectDataLifeCycle, 9},
					{AttributeParticipantObjectSensitivity, 1},
				},
				sets: []attributeSet{
					{required: 0, allowed: 1<<AttributeParticipantObjectID | 1<<AttributeParticipantObjectTypeCode | 1<<AttributeParticipantObjectTypeCodeRole | 1<<AttributeParticipantObjectDataLifeCycle | 1<<AttributeParticipantObjectSensitivity},
				},
				children: []childSource{
					{ElementParticipantObjectIDTypeCode, 14},
					{ElementParticipantObjectName, 15},
					{ElementParticipantObjectQuery, 16},
					{ElementParticipantObjectDetail, 17},
					{ElementParticipantObjectDescription, 18},
				},
				states: []stateSource{
					{next: []edge{{ElementParticipantObjectIDTypeCode, 1}}},
					{accepts: true, next: []edge{{ElementParticipantObjectName, 3}, {ElementParticipantObjectQuery, 3}, {ElementParticipantObjectDetail, 3}, {ElementParticipantObjectDescription, 2}}},
					{accepts: true, next: []edge{{ElementParticipantObjectDescription, 2}}},
					{accepts: true, next: []edge{{ElementParticipantObjectDetail, 3}, {ElementParticipantObjectDescription, 2}}},
				},
			},
			{ // 14
				element: ElementParticipantObjectIDTypeCode,
				attributes: []attributeSource{
					{AttributeCsdCode, 1},
					{AttributeCodeSystemName, 1},
					{AttributeCodeSystem, 1},
					{AttributeOriginalText, 1},
					{AttributeDisplayName, 1},
				},
				sets: []attributeSet{
					{required: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText, allowed: 1<<AttributeCsdCode | 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCodeSystem},
				},
			},
			{ // 15
				element: ElementParticipantObjectName,
				text:    1,
			},
			{ // 16
				element: ElementParticipantObjectQuery,
				text:    10,
			},
			{ // 17
				element: ElementParticipantObjectDetail,
				attributes: []attributeSource{
					{AttributeType, 1},
					{AttributeValue, 10},
				},
				sets: []attributeSet{
					{required: 1<<AttributeType | 1<<AttributeValue, allowed: 1<<AttributeType | 1<<AttributeValue},
				},
			},
			{ // 18
				element: ElementParticipantObjectDescription,
				children: []childSource{
					{ElementMPPS, 19},
					{ElementAccession, 20},
					{ElementSOPClass, 21},
					{ElementParticipantObjectContainsStudy, 23},
					{ElementEncrypted, 25},
					{ElementAnonymized, 26},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementMPPS, 0}, {ElementAccession, 1}, {ElementSOPClass, 5}, {ElementParticipantObjectContainsStudy, 4}, {ElementEncrypted, 3}, {ElementAnonymized, 2}}},
					{accepts: true, next: []edge{{ElementAccession, 1}, {ElementSOPClass, 5}, {ElementParticipantObjectContainsStudy, 4}, {ElementEncrypted, 3}, {ElementAnonymized, 2}}},
					{accepts: true},
					{accepts: true, next: []edge{{ElementAnonymized, 2}}},
					{accepts: true, next: []edge{{ElementEncrypted, 3}, {ElementAnonymized, 2}}},
					{accepts: true, next: []edge{{ElementSOPClass, 5}, {ElementParticipantObjectContainsStudy, 4}, {ElementEncrypted, 3}, {ElementAnonymized, 2}}},
				},
			},
			{ // 19
				element: ElementMPPS,
				attributes: []attributeSource{
					{AttributeUID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUID, allowed: 1 << AttributeUID},
				},
			},
			{ // 20
				element: ElementAccession,
				attributes: []attributeSource{
					{AttributeNumber, 1},
				},
				sets: []attributeSet{
					{required: 0, allowed: 1 << AttributeNumber},
				},
			},
			{ // 21
				element: ElementSOPClass,
				attributes: []attributeSource{
					{AttributeUID, 1},
					{AttributeNumberOfInstances, 11},
				},
				sets: []attributeSet{
					{required: 1 << AttributeNumberOfInstances, allowed: 1<<AttributeUID | 1<<AttributeNumberOfInstances},
				},
				children: []childSource{
					{ElementInstance, 22},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementInstance, 0}}},
				},
			},
			{ // 22
				element: ElementInstance,
				attributes: []attributeSource{
					{AttributeUID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUID, allowed: 1 << AttributeUID},
				},
			},
			{ // 23
				element: ElementParticipantObjectContainsStudy,
				children: []childSource{
					{ElementStudyIDs, 24},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementStudyIDs, 0}}},
				},
			},
			{ // 24
				element: ElementStudyIDs,
				attributes: []attributeSource{
					{AttributeUID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUID, allowed: 1 << AttributeUID},
				},
			},
			{ // 25
				element: ElementEncrypted,
				text:    5,
			},
			{ // 26
				element: ElementAnonymized,
				text:    5,
			},
		},
	},
	{
		name: "rfc3881", clause: "RFC 3881 section 6", edition: "2004",
		marks: []mark{
			{element: ElementEventID, attribute: AttributeCode},
		},
		contents: []contentSource{
			{ // 0
				element: ElementAuditMessage,
				attributes: []attributeSource{
					{AttributeXsiNoNamespaceSchemaLocation, 1},
				},
				sets: []attributeSet{
					{required: 0, allowed: 1 << AttributeXsiNoNamespaceSchemaLocation},
				},
				children: []childSource{
					{ElementEventIdentification, 1},
					{ElementActiveParticipant, 4},
					{ElementAuditSourceIdentification, 6},
					{ElementParticipantObjectIdentification, 8},
				},
				states: []stateSource{
					{next: []edge{{ElementEventIdentification, 1}}},
					{next: []edge{{ElementActiveParticipant, 2}}},
					{next: []edge{{ElementActiveParticipant, 2}, {ElementAuditSourceIdentification, 3}}},
					{accepts: true, next: []edge{{ElementAuditSourceIdentification, 3}, {ElementParticipantObjectIdentification, 4}}},
					{accepts: true, next: []edge{{ElementParticipantObjectIdentification, 4}}},
				},
			},
			{ // 1
				element: ElementEventIdentification,
				attributes: []attributeSource{
					{AttributeEventActionCode, 2},
					{AttributeEventDateTime, 3},
					{AttributeEventOutcomeIndicator, 13},
				},
				sets: []attributeSet{
					{required: 1<<AttributeEventDateTime | 1<<AttributeEventOutcomeIndicator, allowed: 1<<AttributeEventActionCode | 1<<AttributeEventDateTime | 1<<AttributeEventOutcomeIndicator},
				},
				children: []childSource{
					{ElementEventID, 2},
					{ElementEventTypeCode, 3},
				},
				states: []stateSource{
					{next: []edge{{ElementEventID, 1}}},
					{accepts: true, next: []edge{{ElementEventTypeCode, 1}}},
				},
			},
			{ // 2
				element: ElementEventID,
				attributes: []attributeSource{
					{AttributeCode, 1},
					{AttributeCodeSystem, 1},
					{AttributeCodeSystemName, 1},
					{AttributeDisplayName, 1},
					{AttributeOriginalText, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeCode, allowed: 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCode | 1<<AttributeCodeSystem},
				},
			},
			{ // 3
				element: ElementEventTypeCode,
				attributes: []attributeSource{
					{AttributeCode, 1},
					{AttributeCodeSystem, 1},
					{AttributeCodeSystemName, 1},
					{AttributeDisplayName, 1},
					{AttributeOriginalText, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeCode, allowed: 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCode | 1<<AttributeCodeSystem},
				},
			},
			{ // 4
				element: ElementActiveParticipant,
				attributes: []attributeSource{
					{AttributeUserID, 1},
					{AttributeAlternativeUserID, 1},
					{AttributeUserName, 1},
					{AttributeUserIsRequestor, 5},
					{AttributeNetworkAccessPointID, 1},
					{AttributeNetworkAccessPointTypeCode, 14},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUserID, allowed: 1<<AttributeUserID | 1<<AttributeAlternativeUserID | 1<<AttributeUserName | 1<<AttributeUserIsRequestor | 1<<AttributeNetworkAccessPointID | 1<<AttributeNetworkAccessPointTypeCode},
				},
				children: []childSource{
					{ElementRoleIDCode, 5},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementRoleIDCode, 0}}},
				},
			},
			{ // 5
				element: ElementRoleIDCode,
				attributes: []attributeSource{
					{AttributeCode, 1},
					{AttributeCodeSystem, 1},
					{AttributeCodeSystemName, 1},
					{AttributeDisplayName, 1},
					{AttributeOriginalText, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeCode, allowed: 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCode | 1<<AttributeCodeSystem},
				},
			},
			{ // 6
				element: ElementAuditSourceIdentification,
				attributes: []attributeSource{
					{AttributeAuditEnterpriseSiteID, 1},
					{AttributeAuditSourceID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeAuditSourceID, allowed: 1<<AttributeAuditEnterpriseSiteID | 1<<AttributeAuditSourceID},
				},
				children: []childSource{
					{ElementAuditSourceTypeCode, 7},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementAuditSourceTypeCode, 0}}},
				},
			},
			{ // 7
				element: ElementAuditSourceTypeCode,
				attributes: []attributeSource{
					{AttributeCode, 1},
					{AttributeCodeSystem, 1},
					{AttributeCodeSystemName, 1},
					{AttributeDisplayName, 1},
					{AttributeOriginalText, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeCode, allowed: 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCode | 1<<AttributeCodeSystem},
				},
			},
			{ // 8
				element: ElementParticipantObjectIdentification,
				attributes: []attributeSource{
					{AttributeParticipantObjectID, 1},
					{AttributeParticipantObjectTypeCode, 15},
					{AttributeParticipantObjectTypeCodeRole, 16},
					{AttributeParticipantObjectDataLifeCycle, 17},
					{AttributeParticipantObjectSensitivity, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeParticipantObjectID, allowed: 1<<AttributeParticipantObjectID | 1<<AttributeParticipantObjectTypeCode | 1<<AttributeParticipantObjectTypeCodeRole | 1<<AttributeParticipantObjectDataLifeCycle | 1<<AttributeParticipantObjectSensitivity},
				},
				children: []childSource{
					{ElementParticipantObjectIDTypeCode, 9},
					{ElementParticipantObjectName, 10},
					{ElementParticipantObjectQuery, 11},
					{ElementParticipantObjectDetail, 12},
				},
				states: []stateSource{
					{next: []edge{{ElementParticipantObjectIDTypeCode, 1}}},
					{accepts: true, next: []edge{{ElementParticipantObjectName, 2}, {ElementParticipantObjectQuery, 2}, {ElementParticipantObjectDetail, 2}}},
					{accepts: true, next: []edge{{ElementParticipantObjectDetail, 2}}},
				},
			},
			{ // 9
				element: ElementParticipantObjectIDTypeCode,
				attributes: []attributeSource{
					{AttributeCode, 1},
					{AttributeCodeSystem, 1},
					{AttributeCodeSystemName, 1},
					{AttributeDisplayName, 1},
					{AttributeOriginalText, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeCode, allowed: 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCode | 1<<AttributeCodeSystem},
				},
			},
			{ // 10
				element: ElementParticipantObjectName,
				text:    1,
			},
			{ // 11
				element: ElementParticipantObjectQuery,
				text:    10,
			},
			{ // 12
				element: ElementParticipantObjectDetail,
				attributes: []attributeSource{
					{AttributeType, 1},
					{AttributeValue, 10},
				},
				sets: []attributeSet{
					{required: 1<<AttributeType | 1<<AttributeValue, allowed: 1<<AttributeType | 1<<AttributeValue},
				},
			},
		},
	},
	{
		name: "supplement95", clause: "DICOM Supplement 95", edition: "2004-2009",
		marks: []mark{
			{element: ElementParticipantObjectDescription, parent: ElementParticipantObjectIdentification},
			{element: ElementMediaIdentifier, parent: ElementActiveParticipant},
		},
		contents: []contentSource{
			{ // 0
				element: ElementAuditMessage,
				attributes: []attributeSource{
					{AttributeXsiNoNamespaceSchemaLocation, 1},
				},
				sets: []attributeSet{
					{required: 0, allowed: 1 << AttributeXsiNoNamespaceSchemaLocation},
				},
				children: []childSource{
					{ElementEventIdentification, 1},
					{ElementActiveParticipant, 5},
					{ElementAuditSourceIdentification, 9},
					{ElementParticipantObjectIdentification, 11},
				},
				states: []stateSource{
					{next: []edge{{ElementEventIdentification, 1}}},
					{next: []edge{{ElementActiveParticipant, 2}}},
					{next: []edge{{ElementActiveParticipant, 2}, {ElementAuditSourceIdentification, 3}}},
					{accepts: true, next: []edge{{ElementAuditSourceIdentification, 3}, {ElementParticipantObjectIdentification, 4}}},
					{accepts: true, next: []edge{{ElementParticipantObjectIdentification, 4}}},
				},
			},
			{ // 1
				element: ElementEventIdentification,
				attributes: []attributeSource{
					{AttributeEventActionCode, 2},
					{AttributeEventDateTime, 3},
					{AttributeEventOutcomeIndicator, 13},
				},
				sets: []attributeSet{
					{required: 1<<AttributeEventDateTime | 1<<AttributeEventOutcomeIndicator, allowed: 1<<AttributeEventActionCode | 1<<AttributeEventDateTime | 1<<AttributeEventOutcomeIndicator},
				},
				children: []childSource{
					{ElementEventID, 2},
					{ElementEventTypeCode, 3},
					{ElementEventOutcomeDescription, 4},
				},
				states: []stateSource{
					{next: []edge{{ElementEventID, 1}}},
					{accepts: true, next: []edge{{ElementEventTypeCode, 1}, {ElementEventOutcomeDescription, 2}}},
					{accepts: true},
				},
			},
			{ // 2
				element: ElementEventID,
				attributes: []attributeSource{
					{AttributeCode, 1},
					{AttributeCodeSystem, 1},
					{AttributeCodeSystemName, 1},
					{AttributeDisplayName, 1},
					{AttributeOriginalText, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeCode, allowed: 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCode | 1<<AttributeCodeSystem},
				},
			},
			{ // 3
				element: ElementEventTypeCode,
				attributes: []attributeSource{
					{AttributeCode, 1},
					{AttributeCodeSystem, 1},
					{AttributeCodeSystemName, 1},
					{AttributeDisplayName, 1},
					{AttributeOriginalText, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeCode, allowed: 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCode | 1<<AttributeCodeSystem},
				},
			},
			{ // 4
				element: ElementEventOutcomeDescription,
				text:    1,
			},
			{ // 5
				element: ElementActiveParticipant,
				attributes: []attributeSource{
					{AttributeUserID, 1},
					{AttributeAlternativeUserID, 1},
					{AttributeUserName, 1},
					{AttributeUserIsRequestor, 5},
					{AttributeNetworkAccessPointID, 1},
					{AttributeNetworkAccessPointTypeCode, 18},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUserID, allowed: 1<<AttributeUserID | 1<<AttributeAlternativeUserID | 1<<AttributeUserName | 1<<AttributeUserIsRequestor | 1<<AttributeNetworkAccessPointID | 1<<AttributeNetworkAccessPointTypeCode},
				},
				children: []childSource{
					{ElementRoleIDCode, 6},
					{ElementMediaIdentifier, 7},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementRoleIDCode, 0}, {ElementMediaIdentifier, 1}}},
					{accepts: true},
				},
			},
			{ // 6
				element: ElementRoleIDCode,
				attributes: []attributeSource{
					{AttributeCode, 1},
					{AttributeCodeSystem, 1},
					{AttributeCodeSystemName, 1},
					{AttributeDisplayName, 1},
					{AttributeOriginalText, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeCode, allowed: 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCode | 1<<AttributeCodeSystem},
				},
			},
			{ // 7
				element: ElementMediaIdentifier,
				children: []childSource{
					{ElementMediaType, 8},
				},
				states: []stateSource{
					{next: []edge{{ElementMediaType, 1}}},
					{accepts: true},
				},
			},
			{ // 8
				element: ElementMediaType,
				attributes: []attributeSource{
					{AttributeCode, 1},
					{AttributeCodeSystem, 1},
					{AttributeCodeSystemName, 1},
					{AttributeDisplayName, 1},
					{AttributeOriginalText, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeCode, allowed: 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCode | 1<<AttributeCodeSystem},
				},
			},
			{ // 9
				element: ElementAuditSourceIdentification,
				attributes: []attributeSource{
					{AttributeAuditEnterpriseSiteID, 1},
					{AttributeAuditSourceID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeAuditSourceID, allowed: 1<<AttributeAuditEnterpriseSiteID | 1<<AttributeAuditSourceID},
				},
				children: []childSource{
					{ElementAuditSourceTypeCode, 10},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementAuditSourceTypeCode, 0}}},
				},
			},
			{ // 10
				element: ElementAuditSourceTypeCode,
				attributes: []attributeSource{
					{AttributeCode, 1},
					{AttributeCodeSystem, 1},
					{AttributeCodeSystemName, 1},
					{AttributeDisplayName, 1},
					{AttributeOriginalText, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeCode, allowed: 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCode | 1<<AttributeCodeSystem},
				},
			},
			{ // 11
				element: ElementParticipantObjectIdentification,
				attributes: []attributeSource{
					{AttributeParticipantObjectID, 1},
					{AttributeParticipantObjectTypeCode, 15},
					{AttributeParticipantObjectTypeCodeRole, 19},
					{AttributeParticipantObjectDataLifeCycle, 17},
					{AttributeParticipantObjectSensitivity, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeParticipantObjectID, allowed: 1<<AttributeParticipantObjectID | 1<<AttributeParticipantObjectTypeCode | 1<<AttributeParticipantObjectTypeCodeRole | 1<<AttributeParticipantObjectDataLifeCycle | 1<<AttributeParticipantObjectSensitivity},
				},
				children: []childSource{
					{ElementParticipantObjectIDTypeCode, 12},
					{ElementParticipantObjectName, 13},
					{ElementParticipantObjectQuery, 14},
					{ElementParticipantObjectDetail, 15},
					{ElementParticipantObjectDescription, 16},
				},
				states: []stateSource{
					{next: []edge{{ElementParticipantObjectIDTypeCode, 1}}},
					{accepts: true, next: []edge{{ElementParticipantObjectName, 3}, {ElementParticipantObjectQuery, 3}, {ElementParticipantObjectDetail, 3}, {ElementParticipantObjectDescription, 2}}},
					{accepts: true, next: []edge{{ElementParticipantObjectDescription, 2}}},
					{accepts: true, next: []edge{{ElementParticipantObjectDetail, 3}, {ElementParticipantObjectDescription, 2}}},
				},
			},
			{ // 12
				element: ElementParticipantObjectIDTypeCode,
				attributes: []attributeSource{
					{AttributeCode, 1},
					{AttributeCodeSystem, 1},
					{AttributeCodeSystemName, 1},
					{AttributeDisplayName, 1},
					{AttributeOriginalText, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeCode, allowed: 1<<AttributeCodeSystemName | 1<<AttributeOriginalText | 1<<AttributeDisplayName | 1<<AttributeCode | 1<<AttributeCodeSystem},
				},
			},
			{ // 13
				element: ElementParticipantObjectName,
				text:    1,
			},
			{ // 14
				element: ElementParticipantObjectQuery,
				text:    10,
			},
			{ // 15
				element: ElementParticipantObjectDetail,
				attributes: []attributeSource{
					{AttributeType, 1},
					{AttributeValue, 10},
				},
				sets: []attributeSet{
					{required: 1<<AttributeType | 1<<AttributeValue, allowed: 1<<AttributeType | 1<<AttributeValue},
				},
			},
			{ // 16
				element: ElementParticipantObjectDescription,
				children: []childSource{
					{ElementMPPS, 17},
					{ElementAccession, 18},
					{ElementSOPClass, 19},
					{ElementParticipantObjectContainsStudy, 21},
					{ElementEncrypted, 23},
					{ElementAnonymized, 24},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementMPPS, 0}, {ElementAccession, 1}, {ElementSOPClass, 5}, {ElementParticipantObjectContainsStudy, 4}, {ElementEncrypted, 3}, {ElementAnonymized, 2}}},
					{accepts: true, next: []edge{{ElementAccession, 1}, {ElementSOPClass, 5}, {ElementParticipantObjectContainsStudy, 4}, {ElementEncrypted, 3}, {ElementAnonymized, 2}}},
					{accepts: true},
					{accepts: true, next: []edge{{ElementAnonymized, 2}}},
					{accepts: true, next: []edge{{ElementEncrypted, 3}, {ElementAnonymized, 2}}},
					{accepts: true, next: []edge{{ElementSOPClass, 5}, {ElementParticipantObjectContainsStudy, 4}, {ElementEncrypted, 3}, {ElementAnonymized, 2}}},
				},
			},
			{ // 17
				element: ElementMPPS,
				attributes: []attributeSource{
					{AttributeUID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUID, allowed: 1 << AttributeUID},
				},
			},
			{ // 18
				element: ElementAccession,
				attributes: []attributeSource{
					{AttributeNumber, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeNumber, allowed: 1 << AttributeNumber},
				},
			},
			{ // 19
				element: ElementSOPClass,
				attributes: []attributeSource{
					{AttributeUID, 1},
					{AttributeNumberOfInstances, 11},
				},
				sets: []attributeSet{
					{required: 1 << AttributeNumberOfInstances, allowed: 1<<AttributeUID | 1<<AttributeNumberOfInstances},
				},
				children: []childSource{
					{ElementInstance, 20},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementInstance, 0}}},
				},
			},
			{ // 20
				element: ElementInstance,
				attributes: []attributeSource{
					{AttributeUID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUID, allowed: 1 << AttributeUID},
				},
			},
			{ // 21
				element: ElementParticipantObjectContainsStudy,
				children: []childSource{
					{ElementStudyIDs, 22},
				},
				states: []stateSource{
					{accepts: true, next: []edge{{ElementStudyIDs, 0}}},
				},
			},
			{ // 22
				element: ElementStudyIDs,
				attributes: []attributeSource{
					{AttributeUID, 1},
				},
				sets: []attributeSet{
					{required: 1 << AttributeUID, allowed: 1 << AttributeUID},
				},
			},
			{ // 23
				element: ElementEncrypted,
				text:    5,
			},
			{ // 24
				element: ElementAnonymized,
				text:    5,
			},
		},
	},
}
