package growth

// Messages are documents that are audit messages or nearly so, with something repeated that a
// reader may have to compare, look up, count or keep.
func Messages() []Shape {
	shapes := []Shape{
		// Children in their place, out of it, and unknown ones.
		inMessage(participant),
		inMessage(`<ActiveParticipant UserID="{n}" UserName="{n}" UserIsRequestor="1" NetworkAccessPointID="{n}" NetworkAccessPointTypeCode="2"><RoleIDCode csd-code="110153" codeSystemName="DCM" originalText="s"/></ActiveParticipant>`),
		inMessage(`<EventIdentification/>`),
		inMessage(source),
		inMessage(participant + source),
		inMessage(source + object),
		inMessage(`<x{n}/>`),
		inMessage(`<x/>`),
		inMessage(`<p:x xmlns:p="urn:{n}"/>`),
		// Parts of an object.
		inObject(`<ParticipantObjectName>n</ParticipantObjectName>`),
		inObject(`<ParticipantObjectName/><ParticipantObjectQuery/>`),
		inObject(`<MPPS UID="1.{n}"/>`),
		inObject(`<Accession Number="{n}"/><MPPS UID="1.{n}"/>`),
		inObject(`<ParticipantObjectDetail type="{n}" value="QUJD"/>`),
		inObject(`<ParticipantObjectDetail type="t" value="Q"/>`),
		inObject(`<ParticipantObjectDescription><SOPClass UID="1.{n}" NumberOfInstances="1"><Instance UID="1.{n}"/></SOPClass></ParticipantObjectDescription>`),
		inObject(`<ParticipantObjectContainsStudy><StudyIDs UID="1.{n}"/></ParticipantObjectContainsStudy>`),
		{objectHead + `<ParticipantObjectDescription><SOPClass UID="1" NumberOfInstances="1">`, `<Instance UID="1.{n}"/>`, ``, ``, `</SOPClass></ParticipantObjectDescription>` + objectTail},
		// Objects and codes.
		inMessage(object),
		inMessage(patient),
		inEvent(`<EventTypeCode csd-code="{n}" codeSystemName="DCM" originalText="t"/>`),
		inEvent(`<EventID csd-code="110{n}" codeSystemName="DCM" originalText="t"/>`),
		inEvent(`<PurposeOfUse csd-code="{n}" codeSystemName="x" originalText="t"/>`),
		// Attributes.
		{`<AuditMessage `, `a{n}="" `, ``, ``, `/>`},
		{`<AuditMessage `, `a="" `, ``, ``, `/>`},
		{`<AuditMessage `, `xmlns:a{n}="u{n}" a{n}:b="" `, ``, ``, `/>`},
		{`<AuditMessage `, `xmlns:a{n}="u" `, ``, ``, `/>`},
		{`<AuditMessage xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" `, `xsi:a{n}="" `, ``, ``, `/>`},
		{`<AuditMessage `, `a`, ``, ``, `="1"/>`},
		{`<AuditMessage`, "\n", ``, ``, `/>`},
		// Depth.
		{``, `<AuditMessage>`, ``, `</AuditMessage>`, ``},
		{`<AuditMessage>`, `<a{n} xmlns:p{n}="u">`, `x`, `</a{n}>`, `</AuditMessage>`},
		{`<AuditMessage>`, `<a>`, ``, ``, ``},
		{`<AuditMessage>`, ``, ``, `</a>`, ``},
		{`<AuditMessage>`, `<a></b>`, ``, ``, `</AuditMessage>`},
		// Texts and values.
		inName(`x`), inName(`é`), inName(`&amp;`), inName(`&#x41;`), inName(`&nbsp;`), inName(`& `), inName(`]]>`), inName("\x01"), inName("\xFF"),
		inName(`<![CDATA[x]]>`), inName(`x<!-- -->`), inName(`<![CDATA[`), inName(`<?x?>`), inName(`<`), inName(`<!`), inName(`#012`), inName("\u202E"),
		{objectHead + `<ParticipantObjectQuery>`, `QUJD`, ``, ``, `</ParticipantObjectQuery>` + objectTail},
		{objectHead + `<ParticipantObjectQuery>`, `QUJD<!-- -->`, ``, ``, `</ParticipantObjectQuery>` + objectTail},
		{objectHead + `<ParticipantObjectQuery>`, `Q U J D `, ``, ``, `</ParticipantObjectQuery>` + objectTail},
		inUser(`u~`), inUser(`u{n}^^^a&amp;1.2&amp;ISO~`), inUser(`<none>~`), inUser(`^`), inUser(`=`), inUser(`;`), inUser(` `),
		{messageHead + `<ParticipantObjectIdentification ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1" ParticipantObjectID="`, `P{n}^^^a&amp;1.2&amp;ISO~`, ``, ``, `"/></AuditMessage>`},
		// Around the message.
		{``, ` `, `<AuditMessage/>`, ` `, ``},
		{``, "\uFEFF", `<AuditMessage/>`, "\x00", ``},
		{``, `AuditMessage `, `<AuditMessage/>`, ``, ``},
		{``, `<?xml `, `<AuditMessage/>`, ``, ``},
		{``, `<!-- -->`, `<AuditMessage/>`, `<!-- -->`, ``},
		{``, `<!DOCTYPE a [`, `<AuditMessage/>`, `]>`, ``},
		{``, `<AuditMessage/>`, ``, ``, ``},
		{`<?xml version="1.0" encoding="`, `x`, ``, ``, `"?><AuditMessage/>`},
		{`<?xml version="1.0" encoding="ISO-8859-1"?>` + messageHead, "<ActiveParticipant UserID=\"\xE4{n}\"/>", ``, ``, `</AuditMessage>`},
		{`<?xml version="1.0" encoding="UTF-16"?>` + messageHead, `<ActiveParticipant UserID="{n}"/>`, ``, ``, `</AuditMessage>`},
		{"\xFF\xFE<\x00A\x00u\x00d\x00", "x\x00", ``, ``, ``},
		{messageHead, "#012", ``, ``, `</AuditMessage>`},
		{messageHead, "#012\xFF", ``, ``, `</AuditMessage>`},
		{``, `#`, `<AuditMessage/>`, `\`, ``},
		{``, `x`, ``, ``, ``},
	}
	// Marks of all dialects, so that each is tried.
	for _, s := range shapes[:6] {
		s.Head += `<AuditSourceIdentification AuditSourceID="a" code="4"/><ActiveParticipant UserID="1" UserIsRequestor="1" UserTypeCode="1"/>`
		shapes = append(shapes, s)
	}
	return shapes
}

const (
	participant = `<ActiveParticipant UserID="u{n}" UserIsRequestor="0"/>`
	source      = `<AuditSourceIdentification AuditSourceID="s{n}"/>`
	object      = `<ParticipantObjectIdentification ParticipantObjectID="1.{n}" ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="3">` + idType + `</ParticipantObjectIdentification>`
	patient     = `<ParticipantObjectIdentification ParticipantObjectID="P{n}" ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1"/>`
	idType      = `<ParticipantObjectIDTypeCode csd-code="110180" codeSystemName="DCM" originalText="Study Instance UID"/>`

	eventHead   = `<AuditMessage><EventIdentification EventActionCode="R" EventDateTime="2026-03-04T05:06:07Z" EventOutcomeIndicator="0"><EventID csd-code="110103" codeSystemName="DCM" originalText="e"/>`
	messageHead = eventHead + `</EventIdentification>`
	objectHead  = messageHead + `<ActiveParticipant UserID="u" UserIsRequestor="1"/><AuditSourceIdentification AuditSourceID="s"/><ParticipantObjectIdentification ParticipantObjectID="1">` + idType
	objectTail  = `</ParticipantObjectIdentification></AuditMessage>`
)

func inMessage(repeated string) Shape {
	return Shape{Head: messageHead, Open: repeated, Tail: `</AuditMessage>`}
}

func inEvent(repeated string) Shape {
	return Shape{Head: eventHead, Open: repeated, Tail: `</EventIdentification></AuditMessage>`}
}

func inObject(repeated string) Shape {
	return Shape{Head: objectHead, Open: repeated, Tail: objectTail}
}

func inName(repeated string) Shape {
	return Shape{Head: objectHead + `<ParticipantObjectName>`, Open: repeated, Tail: `</ParticipantObjectName>` + objectTail}
}

func inUser(repeated string) Shape {
	return Shape{Head: messageHead + `<ActiveParticipant UserIsRequestor="1" UserID="`, Open: repeated, Tail: `"/></AuditMessage>`}
}
