package answer

import (
	"strconv"
	"strings"

	"arr/audit"
)

// Roles of active participants that the sentence needs (PS3.16 CID 402).
const (
	roleApplication = "110150"
	roleDestination = "110152"
	roleSource      = "110153"
)

// deed says what an event means in a sentence. Empty parts of the condition hold
// always; the first row that holds counts.
type deed struct{ event, eventType, action, words string }

// deeds are the events of PS3.15 A.5.3 (PS3.16 CID 400), then the actions.
var deeds = []deed{
	{"110100", "110120", "", "started"},
	{"110100", "110121", "", "stopped"},
	{"110101", "", "", "read the audit log"},
	{"110102", "", "", "began to transfer DICOM instances"},
	{"110103", "", "C", "created DICOM instances"},
	{"110103", "", "R", "opened DICOM instances"},
	{"110103", "", "U", "changed DICOM instances"},
	{"110103", "", "D", "deleted some DICOM instances"},
	{"110104", "", "", "transferred DICOM instances"},
	{"110105", "", "", "deleted all DICOM instances"},
	{"110106", "", "", "exported data"},
	{"110107", "", "", "imported data"},
	{"110108", "110124", "", "joined the network"},
	{"110108", "110125", "", "left the network"},
	{"110109", "", "C", "created an order"},
	{"110109", "", "R", "read an order"},
	{"110109", "", "U", "changed an order"},
	{"110109", "", "D", "deleted an order"},
	{"110110", "", "C", "created the record"},
	{"110110", "", "R", "read the record"},
	{"110110", "", "U", "changed the record"},
	{"110110", "", "D", "deleted the record"},
	{"110111", "", "C", "created a procedure"},
	{"110111", "", "R", "read a procedure"},
	{"110111", "", "U", "changed a procedure"},
	{"110111", "", "D", "deleted a procedure"},
	{"110112", "", "", "asked a query"},
	{"110113", "", "", "raised a security alert"},
	{"110114", "110122", "", "logged in"},
	{"110114", "110123", "", "logged out"},
	{"", "", "C", "created something"},
	{"", "", "R", "read something"},
	{"", "", "U", "changed something"},
	{"", "", "D", "deleted something"},
	{"", "", "", "did something"},
}

func (d *deed) holds(m *audit.Message) bool {
	if d.event != "" && d.event != m.Event.Code || d.action != "" && d.action != m.Action {
		return false
	}
	if d.eventType == "" {
		return true
	}
	for _, t := range m.EventTypes {
		if t.Code == d.eventType {
			return true
		}
	}
	return false
}

// sentence says who did what to whom, from where, with what result.
func sentence(v *view) string {
	m := v.message
	if m == nil || v.Class == audit.Malformed && m.Event == (audit.Coded{}) && len(m.Participants) == 0 {
		return silent(v)
	}
	actors := actorsOf(m)
	var b strings.Builder
	b.WriteString(joined(actors, participantLabel, sourceOf(m)))
	b.WriteByte(' ')
	for i := range deeds {
		if d := &deeds[i]; d.holds(m) {
			b.WriteString(d.words)
			if named := eventName(m, d); named != "" {
				b.WriteString(" (" + named + ")")
			}
			break
		}
	}
	b.WriteString(objectsPhrase(m))
	if to := joined(others(m, actors, roleDestination), participantLabel, ""); to != "" {
		b.WriteString(" to " + to)
	}
	if from := joined(others(m, actors, roleSource), participantLabel, ""); from != "" {
		b.WriteString(" from " + from)
	}
	if at := joined(actors, func(p *audit.ActiveParticipant) string { return p.Host }, ""); at != "" {
		b.WriteString(", at " + at)
	}
	if len(m.Purposes) > 0 {
		b.WriteString(", for " + label(m.Purposes[0]))
	}
	return audit.Visible(b.String() + ": " + result(m) + ".")
}

// silent is the sentence of a record without an audit message, or with one of which
// nothing can be said.
func silent(v *view) string {
	sender := v.Peer
	if h := v.header.Hostname; h != "" {
		sender = h + " (" + v.Peer + ")"
	}
	what := "syslog that carries no audit message"
	switch v.Class {
	case audit.Malformed:
		what = "an audit message that can't be read"
	case audit.Unframed:
		what = "bytes that are no syslog message"
	}
	return audit.Visible(sender + " sent " + what + ".")
}

// eventName names what a deed's words leave open: the types of the event, and the
// event itself where the words don't know it.
func eventName(m *audit.Message, d *deed) string {
	var names []string
	if d.event == "" {
		names = append(names, label(m.Event))
	}
	for _, t := range m.EventTypes {
		if t.Code != d.eventType {
			names = append(names, label(t))
		}
	}
	return Fit(strings.Join(names, ", "), longestName)
}

// actorsOf gives those who acted: the requestors, else the application or source that
// speaks of itself, else whoever is named first.
func actorsOf(m *audit.Message) []*audit.ActiveParticipant {
	pick := func(is func(*audit.ActiveParticipant) bool) (list []*audit.ActiveParticipant) {
		for i := range m.Participants {
			if p := &m.Participants[i]; is(p) {
				list = append(list, p)
			}
		}
		return list
	}
	if list := pick((*audit.ActiveParticipant).IsRequestor); list != nil {
		return list
	}
	for _, role := range []string{roleApplication, roleSource} {
		if list := pick(func(p *audit.ActiveParticipant) bool { return hasRole(p, role) }); list != nil {
			return list
		}
	}
	if len(m.Participants) > 0 {
		return []*audit.ActiveParticipant{&m.Participants[0]}
	}
	return nil
}

// others returns the participants in a role that are not among the actors, which are in the
// order of the message.
func others(m *audit.Message, actors []*audit.ActiveParticipant, role string) (list []*audit.ActiveParticipant) {
	for i := range m.Participants {
		switch p := &m.Participants[i]; {
		case len(actors) > 0 && actors[0] == p:
			actors = actors[1:]
		case hasRole(p, role):
			list = append(list, p)
		}
	}
	return list
}

func hasRole(p *audit.ActiveParticipant, code string) bool {
	for _, r := range p.Roles {
		if r.Code == code {
			return true
		}
	}
	return false
}

func sourceOf(m *audit.Message) string {
	if len(m.Sources) > 0 && m.Sources[0].ID != "" {
		return m.Sources[0].ID
	}
	return "somebody"
}

// joined lists what name gives for participants, each once, or gives none.
func joined(list []*audit.ActiveParticipant, name func(*audit.ActiveParticipant) string, none string) string {
	var all names
	for _, p := range list {
		all.add(name(p))
	}
	if all.list == nil {
		return none
	}
	return several(all.list)
}

// names are names in the order in which they come, each once.
type names struct {
	list []string
	seen map[string]bool
}

// add adds a name unless it is empty.
func (n *names) add(name string) {
	if name == "" || n.seen[name] {
		return
	}
	if n.seen == nil {
		n.seen = map[string]bool{}
	}
	n.seen[name] = true
	n.list = append(n.list, name)
}

// longestName is how many columns a sentence has for one name, so that it stays one; the
// fields below it show names as long as they are.
const longestName = 100

// several names a few and counts the rest.
func several(names []string) string {
	for i := range names {
		names[i] = Fit(names[i], longestName)
	}
	switch n := len(names); {
	case n == 1:
		return names[0]
	case n <= 3:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names[:2], ", ") + " and " + strconv.Itoa(len(names)-2) + " more"
}

// objectsPhrase names the studies and patients, or whatever else there was.
func objectsPhrase(m *audit.Message) string {
	var studies, patients names
	var rest []string
	for i := range m.Objects {
		o := &m.Objects[i]
		switch {
		case o.IsPatient():
			patients.add(patientLabel(o))
		case o.IsStudy():
			studies.add(o.ID)
		case o.Name != "":
			rest = append(rest, o.Name)
		case o.ID != "":
			rest = append(rest, o.ID)
		}
	}
	phrase := ""
	if studies.list != nil {
		phrase += " of study " + several(studies.list)
	}
	if patients.list != nil {
		phrase += " of patient " + several(patients.list)
	}
	if phrase == "" && rest != nil {
		phrase = " on " + several(rest)
	}
	return phrase
}

func result(m *audit.Message) string {
	r := outcomeWord(m.Outcome)
	if r == "" {
		r = "no result given"
	}
	if m.OutcomeDescription != "" {
		r += " (" + m.OutcomeDescription + ")"
	}
	return r
}
