package traffic

import "strings"

// headers are the syslog headers of the styles (RFC 5424 section 6), with what their
// products put before the root element.
var headers = [numStyles]string{
	styleArchive:  `<85>1 {sent local} {system host} {system app} {system pid} IHE+RFC-3881 - <?xml version="1.0" encoding="UTF-8" standalone="yes"?>`,
	styleHIS:      `<85>1 {sent utc} {system host} {system app} {system pid} IHE+RFC-3881 - <?xml version="1.0" encoding="UTF-8"?>`,
	styleModality: `<85>1 {sent local} {system host} {system app} {system pid} DICOM+RFC3881 - `,
	styleViewer:   "<85>1 {sent utc} {system host} {system app} {system pid} IHE+RFC-3881 - \ufeff<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
	stylePortal:   "<85>1 {sent micros} {system host} {system app} {system pid} IHE+RFC-3881 - <?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n",
}

// eventTimes are the blanks for EventDateTime.
var eventTimes = [numStyles]string{
	styleArchive: "{time local}", styleHIS: "{time utc}", styleModality: "{time seconds}",
	styleViewer: "{time utc}", stylePortal: "{time local}",
}

// sourceTypes are the values of AuditSourceTypeCode (PS3.15 A.5.1.2.1).
var sourceTypes = [numStyles]string{
	styleArchive: "4", styleHIS: "4", styleModality: "2", styleViewer: "1", stylePortal: "3",
}

// writer writes the texts of messages in a style. Its methods go from the element
// tree of PS3.15 A.5.1 down.
type writer struct{ style style }

// coded is a coded value; system "" is DCM.
type coded struct{ code, meaning, system string }

func (w writer) code(element string, c coded) string {
	if c.system == "" {
		c.system = "DCM"
	}
	s := "<" + element + ` csd-code="` + c.code + `" codeSystemName="` + c.system + `"`
	if w.style == stylePortal {
		s += ` displayName="` + c.meaning + `"`
	}
	return s + ` originalText="` + c.meaning + `"/>`
}

// audit is a whole message: parts are participants, then objects.
func (w writer) audit(action string, id coded, types []coded, participants, objects string) string {
	s := `<AuditMessage><EventIdentification EventActionCode="` + action + `" EventDateTime="` + eventTimes[w.style] +
		`" EventOutcomeIndicator="{outcome}">` + w.code("EventID", id)
	for _, t := range types {
		s += w.code("EventTypeCode", t)
	}
	s += "{failure}</EventIdentification>" + participants
	s += `<AuditSourceIdentification AuditEnterpriseSiteID="Klinikum Musterstadt" AuditSourceID="{system source}">` +
		`<AuditSourceTypeCode csd-code="` + sourceTypes[w.style] + `"/></AuditSourceIdentification>`
	return s + objects + "</AuditMessage>"
}

// The ways a participant takes part.
var (
	roleSource      = coded{code: "110153", meaning: "Source Role ID"}
	roleDestination = coded{code: "110152", meaning: "Destination Role ID"}
	roleApplication = coded{code: "110150", meaning: "Application"}
	roleLauncher    = coded{code: "110151", meaning: "Application Launcher"}
	roleOfPerson    = coded{"{user code}", "{user role}", "99KLINIKUM"}
)

// node is a participant that is a machine, addressed by IP.
func (w writer) node(id, alternative, requestor, ip string, role coded) string {
	if alternative != "" {
		id += `" AlternativeUserID="` + alternative
	}
	return `<ActiveParticipant UserID="` + id + `" UserIsRequestor="` + requestor +
		`" NetworkAccessPointID="` + ip + `" NetworkAccessPointTypeCode="2">` + w.code("RoleIDCode", role) + "</ActiveParticipant>"
}

// person is the user as the one who asked for it.
func (w writer) person() string {
	point := `NetworkAccessPointID="{user host}" NetworkAccessPointTypeCode="1"`
	if w.style == styleArchive || w.style == stylePortal {
		point = `NetworkAccessPointID="{user ip}" NetworkAccessPointTypeCode="2"`
	}
	return `<ActiveParticipant UserID="{user}" UserName="{user name}" UserIsRequestor="true" ` + point + ">" +
		w.code("RoleIDCode", roleOfPerson) + "</ActiveParticipant>"
}

// media is a participant that is a disc.
func (w writer) media(role coded) string {
	return `<ActiveParticipant UserID="CD-{accession}" UserIsRequestor="false">` + w.code("RoleIDCode", role) +
		"<MediaIdentifier>" + w.code("MediaType", coded{code: "110032", meaning: "CD"}) + "</MediaIdentifier></ActiveParticipant>"
}

// object is a participant object; attributes start at ParticipantObjectTypeCode.
func (w writer) object(id, attributes string, idType coded, children string) string {
	return `<ParticipantObjectIdentification ParticipantObjectID="` + id + `" ` + attributes + ">" +
		w.code("ParticipantObjectIDTypeCode", idType) + children + "</ParticipantObjectIdentification>"
}

func detail(name, blank string) string {
	return `<ParticipantObjectDetail type="` + name + `" value="{` + blank + `}"/>`
}

// layout breaks the lines of a message as the style does.
func (w writer) layout(message string) string {
	if w.style != stylePortal {
		return message
	}
	var b strings.Builder
	depth := 0
	for tag := range strings.SplitAfterSeq(message, ">") {
		opening, closing := strings.HasPrefix(tag, "<"), strings.Contains(tag, "</")
		if closing {
			depth--
		}
		if opening {
			b.WriteString("\r\n" + strings.Repeat("  ", depth))
		}
		b.WriteString(tag)
		if opening && !closing && !strings.HasSuffix(tag, "/>") {
			depth++
		}
	}
	return strings.TrimPrefix(b.String(), "\r\n")
}
