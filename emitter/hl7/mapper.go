package hl7

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"arr/audit"
	"arr/emitter"
)

const dcm4che = emitter.DialectDcm4che

// Mapper makes audit messages of HL7 messages. The zero value does so as IHE asks; one
// goroutine uses it at a time.
type Mapper struct {
	// Dialect is how the messages are laid out. DialectIHE and DialectDICOM name the
	// transaction, the true peer, and the process on the own side; DialectDcm4che has what
	// dcm4chee-arc sends.
	Dialect emitter.Dialect
	// Table says what is owed: the dialect's own if nil.
	Table Table
	// Device is the archive's name: the AuditSourceID.
	Device string
	// Host is the archive's own host and ProcID its process id.
	Host, ProcID string
	// Apps are the archive's own HL7 applications, APPLICATION|FACILITY with * for any, or
	// APPLICATION of any facility. An empty list is any. dcm4chee-arc names no receiver that is none of them.
	Apps []string
	// DetailLimit bounds, in bytes, what is logged of a message. Of a longer one the
	// beginning and "..." is logged. 0 is the dialect's own limit: 1,000 for what is received
	// in DialectDcm4che, else 16 KiB, which keeps the audit message within the 32 KiB of
	// ITI-20.
	DetailLimit int
	// Now is the clock; time.Now if nil.
	Now func() time.Time

	texts      texts
	msg, ack   message
	logged     []byte // what dcm4chee-arc logs of both
	fallback   Rule
	sources    []audit.AuditSource
	sourcesFor string
	// The memory of what groups and sections give.
	ofPatients [][][]byte
	ofOrders   []section
	// numbers is how much room is left for the accession numbers of one audit message.
	numbers int
}

// defaultLimit and dcm4cheLimit are the DetailLimits of the dialects. dcm4cheLimit is the
// default of dcmAuditHL7MsgLimit; the archive's own samples of sent messages go beyond it.
const (
	defaultLimit = 16 << 10
	dcm4cheLimit = 1000
)

// timeLayout is EventDateTime's, with the offset that A.5.2.5 asks for.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

// Audit gives the audit messages that are owed for x, in the order of the table: a merge's
// delete comes behind its update. There are none where nothing is owed. They share no
// memory with the Mapper or x.
func (m *Mapper) Audit(x *Exchange) []audit.Message {
	var all []audit.Message
	m.Each(x, func(a *audit.Message) { all = append(all, *a) })
	return all
}

// Each calls owed with each message that Audit gives, once it is made: a message may owe
// some hundreds, each with a copy of it. They are the caller's.
func (m *Mapper) Each(x *Exchange, owed func(*audit.Message)) {
	m.texts.reset(m.expected(x))
	m.texts.keepsHexadecimal = m.Dialect == dcm4che
	m.msg.parse(x.Message, m.reading())
	rule := m.rule(x)
	if rule == nil || len(rule.owed) == 0 {
		return
	}
	o := m.judge(x)
	if m.Dialect != dcm4che && m.msg.fault != "" {
		o.description = flagged(o.description, m.msg.fault)
	}
	now := time.Now
	if m.Now != nil {
		now = m.Now
	}
	m.texts.scratch = now().AppendFormat(m.texts.scratch[:0], timeLayout)
	at := m.texts.plain(m.texts.scratch)
	for i := range rule.owed {
		w := &rule.owed[i]
		action := m.action(w, x, o.rejected)
		if action == 0 || m.Dialect == dcm4che && w.about == aboutQuery && x.Ack == nil {
			continue
		}
		groups := m.groups(w.about)
		for _, group := range groups {
			if m.texts.b.Len() > maxPiece {
				m.texts.reset(m.expected(x))
			}
			base := &audit.Message{
				Event: w.event, EventTypes: w.types, Action: actionCodes[action], DateTime: at,
				Outcome: o.indicator, OutcomeDescription: o.description, Sources: m.source(),
			}
			m.participants(base, x, w)
			m.objects(base, x, w, group)
			if m.Dialect != dcm4che && slices.ContainsFunc(base.Objects, isNobody) {
				base.OutcomeDescription = flagged(base.OutcomeDescription, faultNoPatient)
			}
			if len(groups) == maxPatients {
				base.OutcomeDescription = flagged(base.OutcomeDescription, faultPatients)
			}
			owed(base)
		}
	}
}

// maxPiece is how long the texts grow, in bytes, that messages keep in memory for each other.
const maxPiece = 64 << 10

// expected is about how much text one audit message of an exchange has.
func (m *Mapper) expected(x *Exchange) int {
	limit := m.limit(x)
	return 2*min(len(x.Message), limit) + 2*min(len(x.Ack), limit) + 1024
}

// maxPatients bounds how many audit messages of one kind a message gives.
const maxPatients = 256

// actionCodes are the values of EventActionCode by their letters.
var actionCodes = [256]string{'C': "C", 'R': "R", 'U': "U", 'D': "D", 'E': "E"}

// flagged adds to an outcome's description that a message could be read in part only. One
// that the archive accepted is still a success.
func flagged(description, fault string) string {
	if description == "" {
		return fault
	}
	return description + "; " + fault
}

func isNobody(o audit.ParticipantObject) bool { return o.ID == noPatient }

func (m *Mapper) reading() reading {
	if m.Dialect == dcm4che {
		return asDcm4che
	}
	return tolerant
}

func (m *Mapper) limit(x *Exchange) int {
	switch {
	case m.DetailLimit > 0:
		return m.DetailLimit
	case m.Dialect == dcm4che && !x.Sent:
		return dcm4cheLimit
	}
	return defaultLimit
}

// rule gives what the message owes. One that can't be read owes a Patient Record that says
// so, unless there is nothing at all; dcm4chee-arc owes none then.
func (m *Mapper) rule(x *Exchange) *Rule {
	if m.Table == nil {
		m.Table = IHE()
		if m.Dialect == dcm4che {
			m.Table = Dcm4che()
		}
	}
	if m.Dialect == dcm4che && m.msg.header == nil {
		return nil
	}
	if r := m.Table.find(&m.msg, x.Sent); r != nil && (m.msg.fault == "" || len(r.owed) > 0) {
		return r
	}
	if m.msg.fault == "" || m.Dialect == dcm4che || len(m.msg.segments) == 0 {
		return nil
	}
	if m.fallback.owed == nil {
		m.fallback.owed = []owed{{event: patientRecord, action: 'U', about: aboutPatient}}
	}
	return &m.fallback
}

// action gives the action of a message that is owed, 0 if it is not owed after all. What
// the archive reports counts for what the message is about in the first place: a merge
// deletes the prior patient whatever became of the other.
func (m *Mapper) action(w *owed, x *Exchange, rejected bool) byte {
	reported := x.Did.action()
	switch {
	case w.about == aboutPrior, w.about == aboutQuery, w.about == aboutLink:
		return w.action
	case m.Dialect == dcm4che:
		return m.dcm4cheAction(w, x, rejected)
	case w.about == aboutReport && x.Did == Nothing && !rejected:
		return 0
	case w.about == aboutReport && w.action != 0:
		return w.action
	case x.Did == Deleted && m.isMerge(): // which means the patient that was merged
		return 'U'
	case reported != 0 && !rejected:
		return reported
	}
	return w.action
}

// isMerge says whether the message names a prior patient.
func (m *Mapper) isMerge() bool { return m.msg.first(m.msg.segments, "MRG") != nil }

// groups gives the parts of a message that owe an audit message each: one a patient. A
// message without the segment that names them is one part, but deletes nobody. dcm4chee-arc
// looks at the first patient alone.
func (m *Mapper) groups(a about) [][][]byte {
	name := "PID"
	m.ofPatients = m.ofPatients[:0]
	switch a {
	case aboutQuery:
		m.ofPatients = append(m.ofPatients, m.msg.segments)
		return m.ofPatients
	case aboutPrior:
		name = "MRG"
	case aboutReport:
		if m.Dialect == dcm4che {
			return m.studyGroups()
		}
	}
	start := -1
	for i, s := range m.msg.segments {
		if !m.msg.is(s, name) {
			continue
		}
		if start >= 0 {
			m.ofPatients = append(m.ofPatients, m.msg.segments[start:i])
			if m.Dialect == dcm4che || len(m.ofPatients) == maxPatients {
				return m.ofPatients
			}
		}
		start = i
	}
	switch {
	case start < 0 && a == aboutPrior:
		return nil
	case len(m.ofPatients) == 0:
		start = 0
	}
	m.ofPatients = append(m.ofPatients, m.msg.segments[start:])
	return m.ofPatients
}

// source gives the AuditSourceIdentification: an application server (4).
func (m *Mapper) source() []audit.AuditSource {
	if m.sources == nil || m.sourcesFor != m.Device {
		id := m.Device
		if id == "" {
			id = unknown
		}
		m.sources = []audit.AuditSource{{ID: id, Types: []audit.Coded{{Code: "4"}}}}
		m.sourcesFor = m.Device
	}
	return m.sources
}

// unknown stands where an id has to and none is known.
const unknown = "unknown"

// hostType is the NetworkAccessPointTypeCode of a host: 2 for an address, 1 for a name.
func hostType(host string) string {
	if host == "" {
		return ""
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return "2"
	}
	return "1"
}

// ownApp says whether an application is the archive's.
func (m *Mapper) ownApp(application, facility []byte) bool {
	if len(m.Apps) == 0 {
		return true
	}
	for _, name := range m.Apps {
		a, f, both := strings.Cut(name, "|")
		if matches(a, application) && (!both || matches(f, facility)) {
			return true
		}
	}
	return false
}
