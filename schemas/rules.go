package schemas

import (
	"bytes"
	"strings"
)

// Editions is a set of editions of PS3.15's event tables (A.5.3), which changed twice.
type Editions uint8

// The editions. Union asks only for what all of them ask for.
const (
	Edition2025a Editions = 1 << iota // 2025a and all before it
	Edition2025e
	Edition2026a
	Union

	beforeRoles = Edition2025a | Edition2025e // participants have one role
	sinceNames  = Edition2025e | Edition2026a
)

// eventRule is the table of one event. What it does not name is free: more participants,
// roles and objects are always allowed.
type eventRule struct {
	code, name, clause string
	actions            string // any if empty
	mayLackAction      bool
	// types are EventTypeCodes of which one must be there; "" stands for any.
	types  []string
	people []personRule
	things []objectRule
	// purpose asks for a PurposeOfUse; anyID does not ask that patients' ids are HL7 CX.
	purpose, anyID bool
	// requestors asks that exactly one participant, media aside, is the requestor.
	requestors bool
}

// personRule asks for participants: at least min with one of roles, at most max if that
// is not 0, each with what the rest says.
type personRule struct {
	in          Editions // 0: all
	roles       []string // any if nil
	min, max    int
	notAsking   bool // UserIsRequestor is false
	media       mediaNeed
	accessPoint bool // one of them has NetworkAccessPointID and its type
}

// mediaNeed is what a participant says of the medium that it is.
type mediaNeed uint8

const (
	noMedia        mediaNeed = iota
	mediaOrAddress           // a MediaType or a network access point
	mediaType                // a MediaType
)

// objectRule asks for objects by their type, role and id type.
type objectRule struct {
	in       Editions // 0: all
	what     string
	typ      string
	roles    []string
	idTypes  []string
	min, max int
	name     bool
	query    bool
	detail   string
}

func (e Editions) reads(in Editions) bool { return in == 0 || in&e != 0 }

// Check adds the rules for the event that the message breaks to f.Faults, in the given
// edition.
func (f *Facts) Check(edition Editions) {
	if f.event.at.End == 0 || f.event.id.at.End == 0 {
		return
	}
	f.checkCode()
	switch t, r := f.transaction(); {
	case t != nil && r != nil:
		f.checkEvent(r, edition)
		if !r.anyID {
			f.checkPatientIDs()
		}
	case f.isIHE() && (t == nil || !t.dicom):
		f.checkIDs()
		if r := f.table(); r != nil {
			f.checkEvent(r.least(), Union)
		}
	default:
		f.checkIDs()
		if r := f.table(); r != nil {
			f.checkEvent(r, edition)
		}
	}
}

// table gives DICOM's table of the event, nil if it has none.
func (f *Facts) table() *eventRule {
	if !isDCM(f.event.id.system) {
		return nil
	}
	for i := range events {
		if events[i].code == string(f.event.id.code) {
			return &events[i]
		}
	}
	return nil
}

// checkPatientIDs asks that patients' ids are HL7 CX.
func (f *Facts) checkPatientIDs() {
	for i := range f.objects {
		if o := &f.objects[i]; o.isPatient() && o.id.present() {
			f.check(o.id, &o.trail, AttributeParticipantObjectID, ruleCX)
		}
	}
}

// isDCM says whether a coding scheme is DICOM's own, as senders write it.
func isDCM(system []byte) bool {
	return bytes.EqualFold(system, []byte("DCM")) || string(system) == "1.2.840.10008.2.16.4"
}

// checkCode asks that a code that says it is DICOM's is one.
func (f *Facts) checkCode() {
	f.checkDCM(&f.event.id)
	for i := range f.event.types {
		f.checkDCM(&f.event.types[i])
	}
}

func (f *Facts) checkDCM(c *coded) {
	if isDCM(c.system) && len(c.code) > 0 && !Codes.has("DCM", c.code) {
		f.add("unknown-code", c.trail.path()+"/@csd-code", c.at, "a code of PS3.16", "PS3.16 annex D")
	}
}

// isIHE says whether the event is of an IHE transaction: IHE's tables hold then.
func (f *Facts) isIHE() bool {
	for _, c := range f.event.types {
		if len(c.system) >= 3 && bytes.EqualFold(c.system[:3], []byte("IHE")) || bytes.HasPrefix(c.system, []byte("urn:ihe")) || isTransaction(c.code) {
			return true
		}
	}
	return false
}

// isTransaction says whether a code is an IHE transaction's, "ITI-18".
func isTransaction(code []byte) bool {
	domain, number, ok := bytes.Cut(code, []byte("-"))
	if !ok || len(number) == 0 || len(bytes.Trim(number, "0123456789")) > 0 {
		return false
	}
	switch string(domain) {
	case "ITI", "RAD", "PCC", "PHARM", "QRPH", "CARD", "LAB", "PALM", "EYECARE":
		return true
	}
	return false
}

// transaction gives the IHE transaction that the event is of, and its rule for the event;
// nil what is not known.
func (f *Facts) transaction() (*transaction, *eventRule) {
	for _, c := range f.event.types {
		for i := range transactions {
			if t := &transactions[i]; t.is(c.code) {
				return t, t.rule(string(c.code), string(f.event.id.code))
			}
		}
	}
	return nil, nil
}

// checkIDs asks that the ids that DICOM's id types name are UIDs.
func (f *Facts) checkIDs() {
	for i := range f.objects {
		o := &f.objects[i]
		if isDCM(o.idType.system) && (string(o.idType.code) == "110180" || string(o.idType.code) == "110181") && o.id.present() {
			f.check(o.id, &o.trail, AttributeParticipantObjectID, ruleUID)
		}
	}
}

// checkEvent holds the message against the table of its event.
func (f *Facts) checkEvent(r *eventRule, edition Editions) {
	const event = "/AuditMessage/EventIdentification"
	switch a := f.event.action; {
	case r.actions == "":
	case !a.present() && !r.mayLackAction:
		f.add("missing-action", event+"/@EventActionCode", f.event.at, letters(r.actions), r.clause)
	case a.present() && isCode(ElementEventIdentification, AttributeEventActionCode, a.text) && !strings.Contains(r.actions, string(a.text)):
		f.add("wrong-action", event+"/@EventActionCode", a.at, letters(r.actions), r.clause)
	}
	if r.types != nil && !f.hasType(r.types) {
		at := f.event.id.at
		f.add("missing-event-type", event+"/EventTypeCode", at, typesOf(r.types), r.clause)
	}
	if r.purpose && !f.event.purpose {
		f.add("missing-purpose", event+"/PurposeOfUse", f.event.at, "a PurposeOfUse", r.clause)
	}
	for i := range r.people {
		if p := &r.people[i]; edition.reads(p.in) {
			f.checkPeople(r, p)
		}
	}
	if r.requestors {
		f.checkRequestors(r)
	}
	for i := range r.things {
		if o := &r.things[i]; edition.reads(o.in) {
			f.checkObjects(r, o)
		}
	}
}

// isCode says whether text is one of the values that A.5.1 lists for an attribute of a child
// of AuditMessage. What is none is the grammar's fault and no other.
func isCode(e Element, a Attribute, text []byte) bool {
	return grammars[A51][0].children[e].attributes[a].Accepts(text)
}

func letters(actions string) string { return list(strings.Split(actions, "")) }

func typesOf(codes []string) string {
	if codes[0] == "" {
		return "an EventTypeCode of CID 403"
	}
	return "an EventTypeCode: " + list(named(codes))
}

// named are codes of DICOM with their meanings.
func named(codes []string) []string {
	var out []string
	for _, c := range codes {
		if known := Codes.Find("DCM", c); known != nil {
			c += " (" + known.Meaning + ")"
		}
		out = append(out, c)
	}
	return out
}

func (f *Facts) hasType(codes []string) bool {
	for _, c := range f.event.types {
		for _, want := range codes {
			if want == "" || string(c.code) == want {
				return true
			}
		}
	}
	return false
}

func (p *participant) has(roles []string) bool {
	if roles == nil {
		return true
	}
	for _, c := range p.roles {
		for _, want := range roles {
			if string(c.code) == want {
				return true
			}
		}
	}
	return false
}

// checkPeople holds the participants against one rule.
func (f *Facts) checkPeople(r *eventRule, rule *personRule) {
	n, withAccess := 0, false
	var first *participant
	for i := range f.participants {
		p := &f.participants[i]
		if !p.has(rule.roles) {
			continue
		}
		if n++; n == 1 {
			first = p
		}
		if rule.max > 0 && n == rule.max+1 {
			f.add("too-many-participants", p.trail.path(), p.at, wantedPeople(rule), r.clause)
		}
		if rule.notAsking && isTrue(p.requestor.text) {
			f.add("wrong-requestor", p.trail.path()+"/@UserIsRequestor", p.requestor.at, "false", r.clause)
		}
		if p.media == nil && (rule.media == mediaType || rule.media == mediaOrAddress && !p.accessPoint.present()) {
			f.add("missing-media-type", p.trail.path(), p.at, "a MediaIdentifier with a code of CID 405", r.clause)
		}
		withAccess = withAccess || p.accessPoint.present() && p.accessType.present()
	}
	if n < rule.min {
		f.add("missing-participant", "/AuditMessage", f.root, wantedPeople(rule), r.clause)
	}
	if rule.accessPoint && !withAccess && first != nil {
		f.add("missing-access-point", first.trail.path(), first.at, "NetworkAccessPointID and NetworkAccessPointTypeCode", r.clause)
	}
}

func wantedPeople(rule *personRule) string {
	what := "an ActiveParticipant"
	if rule.max == 1 {
		what = "one ActiveParticipant"
	}
	if rule.roles != nil {
		what += " with RoleIDCode " + list(named(rule.roles))
	}
	return what
}

func isTrue(b []byte) bool { return string(b) == "true" || string(b) == "1" }

// mediaRoles are those of media, whose UserIsRequestor is a rule of its own.
var mediaRoles = []string{"110154", "110155"}

// checkRequestors asks for exactly one requestor.
func (f *Facts) checkRequestors(r *eventRule) {
	n := 0
	for i := range f.participants {
		p := &f.participants[i]
		if p.media != nil || p.has(mediaRoles) || !isTrue(p.requestor.text) {
			continue
		}
		if n++; n == 2 {
			f.add("wrong-requestor", p.trail.path()+"/@UserIsRequestor", p.requestor.at, "true at exactly one participant", r.clause)
		}
	}
	if n == 0 {
		f.add("wrong-requestor", "/AuditMessage", f.root, "UserIsRequestor true at exactly one participant", r.clause)
	}
}

func (o *object) isPatient() bool { return string(o.typ.text) == "1" && string(o.role.text) == "1" }

// is says whether o is what a rule is for: by its id type, or by its type and role.
func (o *object) is(rule *objectRule) bool {
	if o.hasCodes(rule) {
		return true
	}
	return rule.typ == "2" && contains(rule.idTypes, o.idType.code) && len(o.idType.code) > 2
}

// hasCodes says whether o has a rule's type and role, one that is no code at all aside.
func (o *object) hasCodes(rule *objectRule) bool {
	const e = ElementParticipantObjectIdentification
	return (string(o.typ.text) == rule.typ || o.typ.present() && !isCode(e, AttributeParticipantObjectTypeCode, o.typ.text)) &&
		(contains(rule.roles, o.role.text) || o.role.present() && !isCode(e, AttributeParticipantObjectTypeCodeRole, o.role.text))
}

func contains(list []string, s []byte) bool {
	for _, x := range list {
		if x == string(s) {
			return true
		}
	}
	return false
}

// checkObjects holds the participant objects against one rule.
func (f *Facts) checkObjects(r *eventRule, rule *objectRule) {
	n := 0
	for i := range f.objects {
		o := &f.objects[i]
		if !o.is(rule) {
			continue
		}
		if n++; rule.max > 0 && n == rule.max+1 {
			f.add("too-many-objects", o.trail.path(), o.at, "one "+rule.what, r.clause)
		}
		f.checkObject(r, rule, o)
	}
	if n < rule.min {
		f.add("missing-object", "/AuditMessage", f.root, "a "+rule.what+rule.codes(), r.clause)
	}
}

// codes says by which codes an object is known.
func (r *objectRule) codes() string {
	return " (ParticipantObjectTypeCode " + r.typ + ", ParticipantObjectTypeCodeRole " + list(r.roles) + ")"
}

func (f *Facts) checkObject(r *eventRule, rule *objectRule, o *object) {
	if !o.hasCodes(rule) {
		f.add("wrong-object-codes", o.trail.path(), o.at, "the codes of a "+rule.what+rule.codes(), r.clause)
	}
	if rule.idTypes != nil && o.idType.at.End > 0 && !contains(rule.idTypes, o.idType.code) {
		f.add("wrong-object-id-type", o.trail.path()+"/ParticipantObjectIDTypeCode", o.idType.at, "csd-code "+list(named(rule.idTypes)), r.clause)
	}
	if rule.name && !o.name {
		f.add("missing-object-name", o.trail.path(), o.at, "a ParticipantObjectName", r.clause)
	}
	if rule.query && !o.query {
		f.add("missing-query", o.trail.path(), o.at, "a ParticipantObjectQuery", r.clause)
	}
	if rule.detail != "" && !o.hasDetail(rule.detail) {
		f.add("missing-detail", o.trail.path(), o.at, "a ParticipantObjectDetail with type "+rule.detail, r.clause)
	}
}

func (o *object) hasDetail(detailType string) bool {
	for _, d := range o.details {
		if string(d) == detailType {
			return true
		}
	}
	return false
}
