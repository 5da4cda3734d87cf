package schemas

// FindingClass says what a finding is about.
type FindingClass string

// The classes of findings.
const (
	ClassSchema  FindingClass = "schema"  // the message breaks the grammar
	ClassDialect FindingClass = "dialect" // it breaks A.5.1 as the dialect that it is in does
	ClassRule    FindingClass = "rule"    // it breaks what the standards say beside the grammar
	ClassXML     FindingClass = "xml"     // it is not well formed, or nearly not
	ClassFrame   FindingClass = "frame"   // its syslog frame
)

// Level says how much a finding matters.
type Level uint8

// The levels, in rising order.
const (
	Warning Level = iota
	Error
)

// String gives the name that reports use.
func (l Level) String() string {
	if l == Error {
		return "error"
	}
	return "warning"
}

// Kind is what all findings of one code have in common.
type Kind struct {
	Code  string
	Class FindingClass
	Level Level
	// Sentence says for people what is wrong; it is empty where scan or parser has it.
	Sentence string
	// Expected says in general what a finding says in detail. Example is a fault of this
	// kind, Clause where it is written what is right.
	Expected, Example, Clause string
}

// KindOf gives the kind of a code, nil if there is none.
func KindOf(code string) *Kind {
	for i := range Kinds {
		if Kinds[i].Code == code {
			return &Kinds[i]
		}
	}
	return nil
}

// Kinds are all codes of findings.
var Kinds = [...]Kind{
	{"unknown-root", ClassSchema, Error, "The root element is no audit message.",
		"AuditMessage", "`<auditMessage>`", "PS3.15 A.5.1"},
	{"unknown-element", ClassSchema, Error, "The element is not one that its parent may have; what it holds is not looked at.",
		"an element of the content model", "`<Extension/>` in AuditMessage", "PS3.15 A.5.1"},
	{"misplaced-element", ClassSchema, Error, "The element is not in its place among its siblings.",
		"the order of the content model", "ActiveParticipant behind AuditSourceIdentification", "PS3.15 A.5.1"},
	{"duplicate-element", ClassSchema, Error, "The element stands twice where it may stand once.",
		"one", "two EventID", "PS3.15 A.5.1"},
	{"missing-element", ClassSchema, Error, "An element is missing here.",
		"the element", "ParticipantObjectIdentification without ParticipantObjectName and ParticipantObjectQuery", "PS3.15 A.5.1"},
	{"too-many-children", ClassSchema, Error, "The element has more children than are compared; those from here on are not.",
		"fewer children", "20,000 ActiveParticipant, one behind AuditSourceIdentification", "PS3.15 A.5.1"},
	{"unknown-attribute", ClassSchema, Error, "The attribute is not one that the element may have.",
		"an attribute of the element", "`code=\"110100\"` in EventID", "PS3.15 A.5.1"},
	{"missing-attribute", ClassSchema, Error, "A required attribute is missing.",
		"the attribute", "ActiveParticipant without UserIsRequestor", "PS3.15 A.5.1"},
	{"unexpected-text", ClassSchema, Error, "Text stands where only elements may.",
		"no text", "`<EventID ...>x</EventID>`", "PS3.15 A.5.1"},
	{"bad-enum", ClassSchema, Error, "The value is not one of the list.",
		"a value of the list", "`EventActionCode=\"X\"`", "PS3.15 A.5.1"},
	{"bad-boolean", ClassSchema, Error, "The value is not a boolean.",
		"true, false, 1 or 0", "`UserIsRequestor=\"TRUE\"`", "PS3.15 A.5.1"},
	{"bad-date-time", ClassSchema, Error, "The value is not a date and time.",
		"xsd:dateTime", "`EventDateTime=\"2026-03-04 05:06:07\"`", "PS3.15 A.5.1"},
	{"bad-integer", ClassSchema, Error, "The value is not a whole number.",
		"xsd:integer", "`NumberOfInstances=\"3.0\"`", "PS3.15 A.5.1"},
	{"bad-base64", ClassSchema, Error, "The value is not base64.",
		"xsd:base64Binary, padded", "`value=\"QQ\"`", "PS3.15 A.5.1"},
	{"namespaced", ClassSchema, Error, "The message is in an XML namespace; the standard's is in none.",
		"no namespace", "`<AuditMessage xmlns=\"urn:x\">`", "PS3.15 A.5.1"},
	{"missing-action", ClassRule, Warning, "The event has no EventActionCode.",
		"an action of the event", "a Query without EventActionCode", "PS3.15 A.5.3"},
	{"wrong-action", ClassRule, Warning, "The action is none of the event's.",
		"an action of the event", "a Query with `EventActionCode=\"R\"`", "PS3.15 A.5.3"},
	{"missing-event-type", ClassRule, Warning, "The event lacks the EventTypeCode that it must have.",
		"a type of the event", "a User Authentication without Login or Logout", "PS3.15 A.5.3"},
	{"missing-purpose", ClassRule, Warning, "The event lacks the PurposeOfUse that it must have.",
		"a purpose of use", "a Disclosure without PurposeOfUse", "IHE ITI TF-2 3.20.8"},
	{"missing-participant", ClassRule, Warning, "A participant that the event must have is missing.",
		"a participant with the role", "DICOM Instances Transferred without a Source Role ID", "PS3.15 A.5.3"},
	{"too-many-participants", ClassRule, Warning, "The event has more participants of a role than it may.",
		"fewer participants of the role", "a Query with two Source Role IDs", "PS3.15 A.5.3"},
	{"wrong-requestor", ClassRule, Warning, "UserIsRequestor is not as the event wants it.",
		"true or false, as the event has it", "a Network Entry with `UserIsRequestor=\"true\"`", "PS3.15 A.5.3"},
	{"missing-media-type", ClassRule, Warning, "The participant is a medium but names no MediaType.",
		"a MediaIdentifier", "Destination Media without MediaIdentifier", "PS3.15 A.5.3.4"},
	{"missing-access-point", ClassRule, Warning, "The network access point of a participant is missing.",
		"NetworkAccessPointID and its type", "a Login without NetworkAccessPointID", "PS3.15 A.5.3.12"},
	{"missing-object", ClassRule, Warning, "A participant object that the event must have is missing.",
		"the object", "DICOM Instances Accessed without a patient", "PS3.15 A.5.3"},
	{"too-many-objects", ClassRule, Warning, "The event has more objects of a kind than it may.",
		"fewer objects of the kind", "a Query with two query objects", "PS3.15 A.5.3"},
	{"wrong-object-codes", ClassRule, Warning, "The object's type and role are not those of its kind.",
		"the codes of the kind", "a study with ParticipantObjectTypeCode 4", "PS3.15 A.5.3"},
	{"wrong-object-id-type", ClassRule, Warning, "The object's id type is not that of its kind.",
		"the id type of the kind", "a patient with id type 3", "PS3.15 A.5.3"},
	{"missing-object-name", ClassRule, Warning, "The object has no ParticipantObjectName.",
		"a name", "an audit log without a name", "PS3.15 A.5.3.2"},
	{"missing-query", ClassRule, Warning, "The query object has no ParticipantObjectQuery.",
		"a query", "a Query whose object has a name", "PS3.15 A.5.3.10"},
	{"missing-detail", ClassRule, Warning, "The object lacks a ParticipantObjectDetail that it must have.",
		"the detail", "a Security Alert's subject without Alert Description", "PS3.15 A.5.3"},
	{"unknown-code", ClassRule, Warning, "The code is none of DICOM's although it says so.",
		"a code of PS3.16", "`csd-code=\"999\" codeSystemName=\"DCM\"`", "PS3.16 D"},
	{"source-type-without-scheme", ClassRule, Warning, "A source type that is not of the list names no coding scheme.",
		"1 to 9, or a coding scheme", "`AuditSourceTypeCode csd-code=\"PACS\"`", "PS3.15 A.5.1.2.1"},
	{"empty-value", ClassRule, Warning, "A value that must be there is empty.",
		"a value", "`UserID=\"\"`", "PS3.15 A.5.2"},
	{"bad-uid", ClassRule, Warning, "The value is no DICOM UID.",
		"up to 64 digits and dots", "`UID=\"1.02.3\"`", "PS3.5 9.1"},
	{"bad-patient-id", ClassRule, Warning, "The patient's id names no assigning authority.",
		"HL7 CX", "`ParticipantObjectID=\"4711\"` in a PIX Query", "IHE ITI TF-2 appendix E"},
	{"bad-ip-address", ClassRule, Warning, "The value is no IP address although its type says so.",
		"an IP address", "`NetworkAccessPointID=\"pacs\" NetworkAccessPointTypeCode=\"2\"`", "PS3.15 A.5.2"},
	{"negative-count", ClassRule, Warning, "A number of instances is negative.",
		"a number from 0 on", "`NumberOfInstances=\"-1\"`", "PS3.15 A.5.2"},
	{"event-time-without-zone", ClassRule, Warning, "The event's time names no zone.",
		"an offset from UTC or Z", "`EventDateTime=\"2026-03-04T05:06:07\"`", "PS3.15 A.5.2.5"},
	{"event-time-unreadable", ClassRule, Warning, "",
		"a date and time", "`EventDateTime=\"yesterday\"`", "PS3.15 A.5.2.5"},
	{"lost", ClassFrame, Error, "",
		"the frame", "a frame that the disk lost before it was sealed", "docs/format.md"},
	{"frame-too-long", ClassFrame, Error, "",
		"a frame within the receiver's limit", "a frame of 20 MiB", "RFC 5425 4.3.1"},
	{"cut-at-close", ClassFrame, Error, "",
		"the whole frame", "a connection that ends in the middle of a frame", "RFC 5425 4.3"},
	{"unframed", ClassFrame, Error, "",
		"a frame's length, a blank and the frame", "`xyz` where a length is due", "RFC 5425 4.3"},
	{"truncated", ClassFrame, Error, "",
		"the whole message", "a message that ends at 8,192 bytes", "RFC 5424 6.1"},
	{"header-missing", ClassFrame, Warning, "",
		"a syslog header", "`<AuditMessage>` at the frame's start", "RFC 5424 6"},
	{"header-rfc3164", ClassFrame, Warning, "",
		"an RFC 5424 header", "`<85>Mar  4 05:06:07 host app: <AuditMessage>`", "PS3.15 A.6"},
	{"header-not-rfc5424", ClassFrame, Warning, "",
		"an RFC 5424 header", "`<85>1 yesterday host app - - - <AuditMessage>`", "RFC 5424 6"},
	{"text-before-message", ClassFrame, Warning, "",
		"the message", "`audit: <AuditMessage>`", "PS3.15 A.6"},
	{"relay-escapes", ClassFrame, Warning, "",
		"the bytes as they were sent", "`<AuditMessage>#012<EventIdentification ...>`", "RFC 5424 8.2"},
	{"encoding-contradicted", ClassXML, Error, "",
		"bytes of the declared encoding", "ISO 8859-1 bytes without a declaration", "XML 1.0 4.3.3"},
	{"encoding-unknown", ClassXML, Error, "",
		"an encoding that is known", "`encoding=\"x-mine\"`", "XML 1.0 4.3.3"},
	{"bad-utf8", ClassXML, Error, "",
		"UTF-8", "the byte FF, to a program that scans; a frame's finding is `encoding-contradicted`", "XML 1.0 2.2"},
	{"bad-character", ClassXML, Error, "",
		"a character that XML allows", "the byte 01", "XML 1.0 2.2"},
	{"bad-character-reference", ClassXML, Error, "",
		"a character that XML allows", "`&#1;`", "XML 1.0 4.1"},
	{"unknown-entity", ClassXML, Error, "",
		"amp, lt, gt, quot or apos", "`&nbsp;`", "XML 1.0 4.1"},
	{"bare-ampersand", ClassXML, Error, "",
		"`&amp;`", "`UserName=\"A & B\"`", "XML 1.0 4.1"},
	{"less-than-in-value", ClassXML, Error, "",
		"`&lt;`", "`UserName=\"<none>\"`", "XML 1.0 3.1"},
	{"cdata-end-in-text", ClassXML, Error, "",
		"`]]&gt;`", "`]]>` in text", "XML 1.0 2.4"},
	{"bad-tag", ClassXML, Error, "",
		"a tag", "`<1>`", "XML 1.0 3.1"},
	{"bad-attribute", ClassXML, Error, "",
		"a name, an equals sign and a quoted value", "`UserID=x`", "XML 1.0 3.1"},
	{"missing-space", ClassXML, Error, "",
		"white space", "`UserID=\"1\"UserName=\"2\"`", "XML 1.0 3.1"},
	{"duplicate-attribute", ClassXML, Error, "",
		"each attribute once", "`UserID=\"1\" UserID=\"2\"`", "XML 1.0 3.1"},
	{"undeclared-prefix", ClassXML, Error, "",
		"a declaration of the prefix", "`xsi:type` without a declaration of xsi", "Namespaces in XML 5"},
	{"bad-namespace", ClassXML, Error, "",
		"a namespace name", "`xmlns:a=\"\"`", "Namespaces in XML 3"},
	{"mismatched-end-tag", ClassXML, Error, "",
		"the end tag of the open element", "`<a></b>`", "XML 1.0 3"},
	{"bad-comment", ClassXML, Error, "",
		"a comment", "`<!-- -- -->`", "XML 1.0 2.5"},
	{"bad-processing-instruction", ClassXML, Error, "",
		"a processing instruction", "`<??>`", "XML 1.0 2.6"},
	{"bad-declaration", ClassXML, Error, "",
		"an XML declaration at the start", "`<?xml version=\"2.0\"?>`", "XML 1.0 2.8"},
	{"bad-cdata", ClassXML, Error, "",
		"a CDATA section in the root element", "`<![CDATA[` before the root", "XML 1.0 2.7"},
	{"doctype", ClassXML, Error, "",
		"no internal subset", "`<!DOCTYPE AuditMessage [...]>`", "XML 1.0 2.8"},
	{"text-outside-root", ClassXML, Error, "",
		"nothing", "`<AuditMessage/>x`", "XML 1.0 2.1"},
	{"second-root", ClassXML, Error, "",
		"one root element", "`<AuditMessage/><AuditMessage/>`", "XML 1.0 2.1"},
	{"no-root", ClassXML, Error, "",
		"an element", "an empty document", "XML 1.0 2.1"},
	{"unterminated", ClassXML, Error, "",
		"the end tags", "`<AuditMessage>`", "XML 1.0 2.1"},
	{"second-byte-order-mark", ClassXML, Error, "",
		"one byte order mark", "two byte order marks", "XML 1.0 4.3.3"},
	{"too-deep", ClassXML, Error, "",
		"up to 64 levels", "65 elements in each other", "limits"},
	{"too-many-attributes", ClassXML, Error, "",
		"up to 256 attributes", "an element with 257 attributes", "limits"},
	{"too-many-namespaces", ClassXML, Error, "",
		"up to 64 declarations in force", "an element with 65 declarations", "limits"},
	{"doctype-ignored", ClassXML, Warning, "",
		"no document type", "`<!DOCTYPE AuditMessage>`", "XML 1.0 2.8"},
	{"leading-white-space", ClassXML, Warning, "",
		"the declaration first", "a line end before `<?xml`", "XML 1.0 2.8"},
	{"late-byte-order-mark", ClassXML, Warning, "",
		"the byte order mark first", "a blank before the byte order mark", "XML 1.0 4.3.3"},
	{"no-audit-message", ClassSchema, Error, "This is no audit message.",
		"an audit message", "a syslog message of another program", "PS3.15 A.5.1"},
}
