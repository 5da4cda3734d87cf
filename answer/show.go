package answer

import (
	"io"
	"strconv"
	"strings"
	"time"

	"arr/audit"
	"arr/schemas"
)

// ShowOptions are how a single record is to look.
type ShowOptions struct {
	// Reader must not be nil.
	Reader Reader
	// Zone is the zone of the times; nil is UTC.
	Zone *time.Location
	// Indent lays XML out for reading; nil leaves it as it came. It gives back what
	// it can't lay out.
	Indent func(xml []byte) []byte
}

// longestCut is how many bytes of a faulty value are shown.
const longestCut = 200

// Show writes one record for a person: a sentence that says who did what to whom,
// from where, with what result, then the header, the fields, the findings and the
// XML.
func Show(w io.Writer, r *audit.Record, o ShowOptions) error {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	v := &view{Record: r, reader: o.Reader}
	v.open()
	var p page
	if v.Flags&audit.FlagLost != 0 {
		p.line("The disk lost record " + strconv.FormatUint(v.Number, 10) + ", which had been stored: nothing is known of it but its number.")
		p.findings(v)
	} else {
		p.line("On " + clock(v.Time, o.Zone) + ", " + sentence(v))
		p.arrival(v, o.Zone)
		p.header(v)
		if v.message != nil {
			p.message(v.message)
		}
		p.findings(v)
		p.text(v, o.Indent)
	}
	_, err := w.Write(p.b)
	return err
}

// page is a text that is being laid out. It writes nothing that could steer a
// terminal.
type page struct{ b []byte }

func (p *page) line(s string) {
	p.b = append(append(p.b, s...), '\n')
}

func (p *page) section(title string) { p.line("\n" + title) }

// nameWidth is the width of the names of values.
const nameWidth = 14

// pair writes a value that is not empty beside its name.
func (p *page) pair(name, value string) {
	if value == "" {
		return
	}
	p.b = append(p.b, "  "...)
	p.b = Pad(p.b, audit.Visible(name), nameWidth)
	p.line(audit.Visible(value))
}

// code writes a coded value: what it means, then the code and its system.
func (p *page) code(name string, c audit.Coded) {
	if c == (audit.Coded{}) {
		return
	}
	code := c.Code
	if c.System != "" {
		code += ", " + c.System
	}
	if m := meaning(c); m != "" {
		code = m + " (" + code + ")"
	}
	p.pair(name, code)
}

// listed writes a number of one of PS3.15's closed lists: what it means, then the number.
func (p *page) listed(name, list, number string) {
	if known := schemas.Codes.Find(list, number); known != nil {
		number = known.Meaning + " (" + number + ")"
	}
	p.pair(name, number)
}

func (p *page) codes(name string, list []audit.Coded) {
	for _, c := range list {
		p.code(name, c)
	}
}

func (p *page) values(name string, list []string) {
	for _, s := range list {
		p.pair(name, s)
	}
}

// block writes lines as they stand, each after a blank margin; CR, with which HL7 v2
// ends its segments, ends a line too.
func (p *page) block(text string) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	for l := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		indent := len(l) - len(strings.TrimLeft(l, " \t"))
		p.line("    " + strings.ReplaceAll(l[:indent], "\t", "  ") + audit.Visible(l[indent:]))
	}
}

func (p *page) arrival(v *view, zone *time.Location) {
	p.section("Record " + strconv.FormatUint(v.Number, 10))
	p.pair("received", clock(v.Received, zone))
	p.pair("transport", v.Transport.String())
	p.pair("peer", v.Peer)
	p.pair("certificate", v.Cert.Subject)
	p.pair("SHA-256", fingerprint(v.Cert))
	p.pair("conformance", v.Class.String())
	p.pair("dialect", v.Dialect)
	p.pair("frame", strconv.Itoa(len(v.Frame))+" bytes")
}

func (p *page) header(v *view) {
	h := &v.header
	if *h == (audit.Header{Priority: -1}) {
		return
	}
	p.section("Header")
	if h.Priority >= 0 {
		p.pair("PRI", strconv.Itoa(h.Priority)+" (facility "+strconv.Itoa(h.Priority/8)+", severity "+strconv.Itoa(h.Priority%8)+")")
	}
	p.pair("TIMESTAMP", h.Timestamp)
	p.pair("HOSTNAME", h.Hostname)
	p.pair("APP-NAME", h.App)
	p.pair("PROCID", h.ProcID)
	p.pair("MSGID", h.MsgID)
	p.pair("SD", h.Struct)
}

func (p *page) message(m *audit.Message) {
	before := len(p.b)
	p.section("Event")
	title := len(p.b)
	p.code("event", m.Event)
	p.codes("type", m.EventTypes)
	p.pair("action", actionWord(m.Action))
	p.pair("time", m.DateTime)
	p.pair("outcome", outcomeWord(m.Outcome))
	p.pair("description", m.OutcomeDescription)
	p.codes("purpose", m.Purposes)
	if len(p.b) == title {
		p.b = p.b[:before]
	}
	for i := range m.Participants {
		p.participant(&m.Participants[i])
	}
	for i := range m.Sources {
		s := &m.Sources[i]
		p.section("Audit source")
		p.pair("id", s.ID)
		p.pair("site", s.EnterpriseSiteID)
		p.codes("type", s.Types)
	}
	for i := range m.Objects {
		p.object(&m.Objects[i])
	}
}

func actionWord(code string) string {
	switch code {
	case "C":
		return "create"
	case "R":
		return "read"
	case "U":
		return "update"
	case "D":
		return "delete"
	case "E":
		return "execute"
	}
	return code
}

func (p *page) participant(a *audit.ActiveParticipant) {
	title := "Active participant"
	if a.IsRequestor() {
		title += ", requestor"
	}
	p.section(title)
	p.pair("user id", a.UserID)
	p.pair("other id", a.AlternativeUserID)
	p.pair("name", a.UserName)
	p.codes("role", a.Roles)
	if a.IDType != nil {
		p.code("id type", *a.IDType)
	}
	p.pair("host", a.Host)
	if a.Media != nil {
		p.code("media", *a.Media)
	}
}

func (p *page) object(o *audit.ParticipantObject) {
	title := "Participant object"
	switch {
	case o.IsPatient():
		title += ", patient"
	case o.IsStudy():
		title += ", study"
	}
	p.section(title)
	p.pair("id", o.ID)
	p.code("id type", o.IDType)
	p.pair("name", o.Name)
	p.listed("type", "ParticipantObjectTypeCode", o.Type)
	p.listed("role", "ParticipantObjectTypeCodeRole", o.Role)
	p.listed("life cycle", "ParticipantObjectDataLifeCycle", o.LifeCycle)
	p.pair("sensitivity", o.Sensitivity)
	p.values("description", o.Descriptions)
	p.values("study", o.Studies)
	p.values("accession", o.Accessions)
	p.values("MPPS", o.MPPS)
	for i := range o.SOPClasses {
		c := &o.SOPClasses[i]
		name := c.UID
		if known := schemas.Codes.Find("DICOM UID", c.UID); known != nil {
			name = known.Meaning + " (" + c.UID + ")"
		}
		p.pair("SOP class", strings.TrimSpace(name+" "+c.NumberOfInstances+" instances"))
	}
	p.pair("encrypted", o.Encrypted)
	p.pair("anonymized", o.Anonymized)
	p.encoded("query", o.Query)
	for _, d := range o.Details {
		p.encoded(d.Type, d.Value)
	}
}

// encoded writes what base64 says where people can read it, else the base64.
func (p *page) encoded(name, value string) {
	text := decodedText(value)
	switch {
	case text == "":
		p.pair(name, value)
	case strings.ContainsAny(strings.TrimRight(text, "\r\n"), "\r\n"):
		p.line("  " + audit.Visible(name))
		p.block(text)
	default:
		p.pair(name, strings.TrimRight(text, "\r\n"))
	}
}

// findings lists what was found, and apart from it how a dialect deviates: that is how
// its senders write, and news of none of their records.
func (p *page) findings(v *view) {
	p.faults("Findings", v.Frame, v.Findings)
	if v.Class == audit.InDialect {
		p.faults("Deviations of the dialect "+v.Dialect+" from PS3.15 A.5.1", v.Frame, v.reader.Deviations(&v.Entry))
	}
}

func (p *page) faults(title string, frame []byte, list []audit.Finding) {
	if len(list) == 0 {
		return
	}
	p.section(title)
	for i := range list {
		f := &list[i]
		p.line("  " + audit.Visible(f.Code+" at "+f.Path+", byte "+strconv.Itoa(f.Off)+": "+f.Message))
		if cut := cutFrom(frame, f); cut != "" {
			p.line("    " + audit.Visible(cut))
		}
	}
}

// cutFrom gives the value that a finding speaks of, unless it is the whole frame.
func cutFrom(frame []byte, f *audit.Finding) string {
	if f.Off < 0 || f.Len <= 0 || f.Off >= len(frame) || f.Off == 0 && f.Len >= len(frame) {
		return ""
	}
	cut := frame[f.Off:min(f.Off+f.Len, len(frame))]
	if len(cut) > longestCut {
		return strings.ToValidUTF8(string(cut[:longestCut]), "\uFFFD") + "…"
	}
	return string(cut)
}

// text writes the XML, or whatever stands in its place.
func (p *page) text(v *view, indent func([]byte) []byte) {
	if len(v.xml) == 0 {
		return
	}
	xml := v.xml
	if v.wellFormed() {
		p.section("XML")
		if indent != nil {
			xml = indent(xml)
		}
	} else {
		p.section("Text")
	}
	p.block(string(xml))
}
