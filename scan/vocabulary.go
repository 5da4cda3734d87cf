package scan

import "arr/schemas"

// Element is an element's local name, if it is one that a grammar has.
type Element = schemas.Element

// The elements that readers of audit messages know by name. A grammar may have others.
const (
	OtherElement                    = Element(0)
	AuditMessage                    = schemas.ElementAuditMessage
	EventIdentification             = schemas.ElementEventIdentification
	EventID                         = schemas.ElementEventID
	EventTypeCode                   = schemas.ElementEventTypeCode
	EventOutcomeDescription         = schemas.ElementEventOutcomeDescription
	PurposeOfUse                    = schemas.ElementPurposeOfUse
	ActiveParticipant               = schemas.ElementActiveParticipant
	RoleIDCode                      = schemas.ElementRoleIDCode
	UserIDTypeCode                  = schemas.ElementUserIDTypeCode
	MediaType                       = schemas.ElementMediaType
	AuditSourceIdentification       = schemas.ElementAuditSourceIdentification
	AuditSourceTypeCode             = schemas.ElementAuditSourceTypeCode
	ParticipantObjectIdentification = schemas.ElementParticipantObjectIdentification
	ParticipantObjectIDTypeCode     = schemas.ElementParticipantObjectIDTypeCode
	ParticipantObjectName           = schemas.ElementParticipantObjectName
	ParticipantObjectQuery          = schemas.ElementParticipantObjectQuery
	ParticipantObjectDetail         = schemas.ElementParticipantObjectDetail
	ParticipantObjectDescription    = schemas.ElementParticipantObjectDescription
	MPPS                            = schemas.ElementMPPS
	Accession                       = schemas.ElementAccession
	SOPClass                        = schemas.ElementSOPClass
	Instance                        = schemas.ElementInstance
	StudyIDs                        = schemas.ElementStudyIDs
	Encrypted                       = schemas.ElementEncrypted
	Anonymized                      = schemas.ElementAnonymized

	// NumElements is above every Element.
	NumElements = schemas.NumElements
)

// Attribute is an attribute's name, if it is one that a grammar has.
type Attribute = schemas.Attribute

// The attributes that readers of audit messages know by name. A grammar may have others.
const (
	OtherAttribute                 = Attribute(0)
	CsdCode                        = schemas.AttributeCsdCode
	Code                           = schemas.AttributeCode
	CodeSystemName                 = schemas.AttributeCodeSystemName
	CodeSystem                     = schemas.AttributeCodeSystem
	DisplayName                    = schemas.AttributeDisplayName
	OriginalText                   = schemas.AttributeOriginalText
	EventActionCode                = schemas.AttributeEventActionCode
	EventDateTime                  = schemas.AttributeEventDateTime
	EventOutcomeIndicator          = schemas.AttributeEventOutcomeIndicator
	UserID                         = schemas.AttributeUserID
	AlternativeUserID              = schemas.AttributeAlternativeUserID
	UserName                       = schemas.AttributeUserName
	UserIsRequestor                = schemas.AttributeUserIsRequestor
	NetworkAccessPointID           = schemas.AttributeNetworkAccessPointID
	NetworkAccessPointTypeCode     = schemas.AttributeNetworkAccessPointTypeCode
	AuditEnterpriseSiteID          = schemas.AttributeAuditEnterpriseSiteID
	AuditSourceID                  = schemas.AttributeAuditSourceID
	ParticipantObjectID            = schemas.AttributeParticipantObjectID
	ParticipantObjectTypeCode      = schemas.AttributeParticipantObjectTypeCode
	ParticipantObjectTypeCodeRole  = schemas.AttributeParticipantObjectTypeCodeRole
	ParticipantObjectDataLifeCycle = schemas.AttributeParticipantObjectDataLifeCycle
	ParticipantObjectSensitivity   = schemas.AttributeParticipantObjectSensitivity
	Type                           = schemas.AttributeType
	Value                          = schemas.AttributeValue
	UID                            = schemas.AttributeUID
	Number                         = schemas.AttributeNumber
	NumberOfInstances              = schemas.AttributeNumberOfInstances

	// Hint stands for what is no datum: namespace declarations and the attributes
	// of the prefixes xml and xsi.
	Hint = schemas.NumAttributes

	// NumAttributes is above every Attribute, and at most 64.
	NumAttributes = Hint + 1
)
