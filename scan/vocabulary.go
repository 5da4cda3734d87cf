package scan

// Element is an element's local name, if it is one of the audit vocabulary.
type Element uint8

// The elements of PS3.15 A.5.1 and of the dialects that senders speak: PurposeOfUse
// is IHE's, UserIDTypeCode dcm4che's.
const (
	OtherElement Element = iota
	AuditMessage
	EventIdentification
	EventID
	EventTypeCode
	EventOutcomeDescription
	PurposeOfUse
	ActiveParticipant
	RoleIDCode
	UserIDTypeCode
	MediaIdentifier
	MediaType
	AuditSourceIdentification
	AuditSourceTypeCode
	ParticipantObjectIdentification
	ParticipantObjectIDTypeCode
	ParticipantObjectName
	ParticipantObjectQuery
	ParticipantObjectDetail
	ParticipantObjectDescription
	MPPS
	Accession
	SOPClass
	Instance
	ParticipantObjectContainsStudy
	StudyIDs
	Encrypted
	Anonymized

	// NumElements is above every Element.
	NumElements
)

var elementNames = [NumElements]string{
	AuditMessage:                    "AuditMessage",
	EventIdentification:             "EventIdentification",
	EventID:                         "EventID",
	EventTypeCode:                   "EventTypeCode",
	EventOutcomeDescription:         "EventOutcomeDescription",
	PurposeOfUse:                    "PurposeOfUse",
	ActiveParticipant:               "ActiveParticipant",
	RoleIDCode:                      "RoleIDCode",
	UserIDTypeCode:                  "UserIDTypeCode",
	MediaIdentifier:                 "MediaIdentifier",
	MediaType:                       "MediaType",
	AuditSourceIdentification:       "AuditSourceIdentification",
	AuditSourceTypeCode:             "AuditSourceTypeCode",
	ParticipantObjectIdentification: "ParticipantObjectIdentification",
	ParticipantObjectIDTypeCode:     "ParticipantObjectIDTypeCode",
	ParticipantObjectName:           "ParticipantObjectName",
	ParticipantObjectQuery:          "ParticipantObjectQuery",
	ParticipantObjectDetail:         "ParticipantObjectDetail",
	ParticipantObjectDescription:    "ParticipantObjectDescription",
	MPPS:                            "MPPS",
	Accession:                       "Accession",
	SOPClass:                        "SOPClass",
	Instance:                        "Instance",
	ParticipantObjectContainsStudy:  "ParticipantObjectContainsStudy",
	StudyIDs:                        "StudyIDs",
	Encrypted:                       "Encrypted",
	Anonymized:                      "Anonymized",
}

// Attribute is an attribute's name, if it is one of the audit vocabulary.
type Attribute uint8

// The attributes of PS3.15 A.5.1 and of the dialects: code and codeSystem are RFC
// 3881's, UserTypeCode is dcm4che's.
const (
	OtherAttribute Attribute = iota
	// Hint stands for what is no datum: namespace declarations and the attributes
	// of the prefixes xml and xsi.
	Hint
	CsdCode
	Code
	CodeSystemName
	CodeSystem
	DisplayName
	OriginalText
	EventActionCode
	EventDateTime
	EventOutcomeIndicator
	UserID
	AlternativeUserID
	UserName
	UserIsRequestor
	UserTypeCode
	NetworkAccessPointID
	NetworkAccessPointTypeCode
	AuditEnterpriseSiteID
	AuditSourceID
	ParticipantObjectID
	ParticipantObjectTypeCode
	ParticipantObjectTypeCodeRole
	ParticipantObjectDataLifeCycle
	ParticipantObjectSensitivity
	Type
	Value
	UID
	Number
	NumberOfInstances

	// NumAttributes is above every Attribute, and at most 64.
	NumAttributes
)

var attributeNames = [NumAttributes]string{
	CsdCode:                        "csd-code",
	Code:                           "code",
	CodeSystemName:                 "codeSystemName",
	CodeSystem:                     "codeSystem",
	DisplayName:                    "displayName",
	OriginalText:                   "originalText",
	EventActionCode:                "EventActionCode",
	EventDateTime:                  "EventDateTime",
	EventOutcomeIndicator:          "EventOutcomeIndicator",
	UserID:                         "UserID",
	AlternativeUserID:              "AlternativeUserID",
	UserName:                       "UserName",
	UserIsRequestor:                "UserIsRequestor",
	UserTypeCode:                   "UserTypeCode",
	NetworkAccessPointID:           "NetworkAccessPointID",
	NetworkAccessPointTypeCode:     "NetworkAccessPointTypeCode",
	AuditEnterpriseSiteID:          "AuditEnterpriseSiteID",
	AuditSourceID:                  "AuditSourceID",
	ParticipantObjectID:            "ParticipantObjectID",
	ParticipantObjectTypeCode:      "ParticipantObjectTypeCode",
	ParticipantObjectTypeCodeRole:  "ParticipantObjectTypeCodeRole",
	ParticipantObjectDataLifeCycle: "ParticipantObjectDataLifeCycle",
	ParticipantObjectSensitivity:   "ParticipantObjectSensitivity",
	Type:                           "type",
	Value:                          "value",
	UID:                            "UID",
	Number:                         "Number",
	NumberOfInstances:              "NumberOfInstances",
}
