package parser_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"arr/audit"
	"arr/parser"
	"arr/schemas"
)

// coded writes a coded value: "EventID 110112", "EventTypeCode ITI-18 IHE Transactions".
func coded(element, code string) string {
	code, system, ok := strings.Cut(code, " ")
	if !ok {
		system = "DCM"
	}
	return fmt.Sprintf(`<%s csd-code="%s" codeSystemName="%s" originalText="x"/>`, element, code, system)
}

// event writes an audit message: of an event with an action and types, with participants
// and objects.
func event(id, action, types string, parts ...string) string {
	var b strings.Builder
	if action != "" {
		action = fmt.Sprintf(`EventActionCode="%s" `, action)
	}
	fmt.Fprintf(&b, `<AuditMessage><EventIdentification %sEventDateTime="2026-03-04T05:06:07Z" EventOutcomeIndicator="0">%s`, action, coded("EventID", id))
	for _, t := range strings.Split(types, ",") {
		if t != "" {
			b.WriteString(coded("EventTypeCode", t))
		}
	}
	b.WriteString("</EventIdentification>")
	source := false
	for _, p := range parts {
		if !source && strings.HasPrefix(p, "<ParticipantObject") {
			b.WriteString(`<AuditSourceIdentification AuditSourceID="s"/>`)
			source = true
		}
		b.WriteString(p)
	}
	if !source {
		b.WriteString(`<AuditSourceIdentification AuditSourceID="s"/>`)
	}
	return b.String() + "</AuditMessage>"
}

// person writes an active participant with roles; requestor is "true" or "false", and more
// are further attributes, or the element within.
func person(roles, requestor string, more ...string) string {
	inner, attributes := "", ""
	for _, r := range strings.Fields(roles) {
		inner += coded("RoleIDCode", r)
	}
	for _, m := range more {
		if strings.HasPrefix(m, "<") {
			inner += m
		} else {
			attributes += " " + m
		}
	}
	return fmt.Sprintf(`<ActiveParticipant UserID="u" UserIsRequestor="%s"%s>%s</ActiveParticipant>`, requestor, attributes, inner)
}

// object writes a participant object from "type role idtype id"; inner is its name, query
// and details.
func object(what, inner string) string {
	w := strings.Fields(what)
	return fmt.Sprintf(`<ParticipantObjectIdentification ParticipantObjectID="%s" ParticipantObjectTypeCode="%s" ParticipantObjectTypeCodeRole="%s">%s%s</ParticipantObjectIdentification>`,
		w[3], w[0], w[1], coded("ParticipantObjectIDTypeCode", w[2]), inner)
}

const (
	named  = `<ParticipantObjectName>n</ParticipantObjectName>`
	asking = `<ParticipantObjectQuery>QUJD</ParticipantObjectQuery>`
	syntax = `<ParticipantObjectDetail type="TransferSyntax" value="QUJD"/>`
	cd     = `<MediaIdentifier><MediaType csd-code="110032" codeSystemName="DCM" originalText="CD"/></MediaIdentifier>`
	access = `NetworkAccessPointID="192.0.2.1" NetworkAccessPointTypeCode="2"`
)

// TestEventRules has each event as its table wants it, and with what its table does not
// allow.
func TestEventRules(t *testing.T) {
	var (
		patient = object("1 1 2 P1", named)
		study   = object("2 3 110180 1.2.3", named)
		src     = person("110153", "true")
		dst     = person("110152", "false")
		user    = person("", "true")
		cx      = object("1 1 2 P1^^^&amp;1.2.3&amp;ISO", named)
		itiQ    = object("2 24 ITI-9 x", asking)

		submission = object("2 20 ITI-32 1.2.3", named)
	)
	for _, c := range []struct{ name, doc, want string }{
		{"start", event("110100", "E", "110120", person("110150", "false")), ""},
		{"start without type", event("110100", "E", "", person("110150", "false")), "missing-event-type"},
		{"start of another role", event("110100", "E", "110120", person("110151", "false")), "missing-participant"},
		{"start with a wrong action", event("110100", "C", "110120", person("110150", "false")), "wrong-action"},
		{"start without action", event("110100", "", "110120", person("110150", "false")), "missing-action"},
		{"log used", event("110101", "R", "", user, object("2 13 12 file:/x", named)), ""},
		{"log used, another object", event("110101", "R", "", user, object("2 3 12 file:/x", named)), "missing-object"},
		{"begin", event("110102", "E", "", src, dst, study, patient), ""},
		{"begin, two sources", event("110102", "E", "", src, person("110153", "false"), dst, study, patient), "too-many-participants"},
		{"begin, two patients", event("110102", "E", "", src, dst, study, patient, patient), "too-many-objects"},
		{"export to media", event("110106", "R", "", src, person("110154", "false", cd), patient), ""},
		{"export without media type", event("110106", "R", "", src, person("110154", "false"), patient), "missing-media-type"},
		{"export whose medium asks", event("110106", "R", "", person("110153", "false"), person("110154", "true", cd), patient), "wrong-requestor wrong-requestor"},
		{"export of 2026", event("110106", "R", "", person("110156 125676002", "true"), person("110152 110150", "false", cd), patient), ""},
		{"export to nobody", event("110106", "R", "", src, patient), "missing-participant"},
		{"export, two who ask", event("110106", "R", "", src, person("110152", "true"), patient), "wrong-requestor"},
		{"import", event("110107", "C", "", person("110152", "true"), person("110155", "false", cd), patient, patient), ""},
		{"accessed", event("110103", "D", "", user, study, patient), ""},
		{"accessed without patient", event("110103", "R", "", user, study), "missing-object"},
		{"accessed, wrong patient id type", event("110103", "R", "", user, study, object("1 1 3 P1", named)), "wrong-object-id-type"},
		{"accessed, wrong study codes", event("110103", "R", "", user, object("4 3 110180 1.2.3", named), patient), "wrong-object-codes"},
		{"export whose medium asks, too", event("110106", "R", "", src, person("110154", "true"), patient), "missing-media-type wrong-requestor"},
		{"accessed, no UID", event("110103", "R", "", user, object("2 3 110180 1.02.3", named), patient), "bad-uid"},
		{"transferred", event("110104", "U", "", src, dst, study, patient), ""},
		{"transferred, deleted", event("110104", "D", "", src, dst, study, patient), "wrong-action"},
		{"study deleted", event("110105", "D", "", user, study, patient), ""},
		{"attach", event("110108", "E", "110124", person("", "false")), ""},
		{"attach that asks", event("110108", "E", "110124", person("", "true")), "wrong-requestor"},
		{"query", event("110112", "E", "", src, dst, object("2 3 110181 1.2", asking+syntax)), ""},
		{"query without query", event("110112", "E", "", src, dst, object("2 3 110181 1.2", named+syntax)), "missing-query"},
		{"query without syntax", event("110112", "E", "", src, dst, object("2 3 110181 1.2", asking)), "missing-detail"},
		{"alert", event("110113", "E", "110126", user, object("2 5 110182 n", named+`<ParticipantObjectDetail type="Alert Description" value="QUJD"/>`)), ""},
		{"alert without description", event("110113", "E", "110126", user, object("2 5 110182 n", named)), "missing-detail"},
		{"login", event("110114", "E", "110122", person("", "true", access)), ""},
		{"login from nowhere", event("110114", "E", "110122", user), "missing-access-point"},
		{"inactivity logoff", event("110114", "E", "110123", person("", "false", access)), ""},
		{"order", event("110109", "C", "", user, patient), ""},
		{"patient", event("110110", "C", "", user, patient), ""},
		{"procedure without action", event("110111", "", "", user, study, patient), ""},
		{"private event", event("X 99LOCAL", "E", "", user), ""},
		{"unknown code", event("999", "E", "", user), "unknown-code"},
		{"extra participants and objects", event("110112", "E", "", src, dst, user, object("2 3 110181 1.2", asking+syntax), patient), ""},
		// IHE's tables in place of DICOM's.
		{"PIX query", event("110112", "E", "ITI-9 IHE Transactions", src, dst, itiQ, cx), ""},
		{"PIX query, both ask", event("110112", "E", "ITI-9 IHE Transaction", src, person("110152", "true"), itiQ, cx), ""},
		{"PIX query, a plain id", event("110112", "E", "ITI-9 IHE Transactions", src, dst, itiQ, patient), "bad-patient-id"},
		{"PIX query, DICOM's object", event("110112", "E", "ITI-9 IHE Transactions", src, dst, object("2 3 110181 1.2", asking)), "missing-object"},
		{"provide and register", event("110106", "R", "ITI-41 IHE Transactions", src, dst, cx, submission), ""},
		{"provide and register, wrong action", event("110106", "C", "ITI-41 IHE Transactions", src, dst, cx, submission), "wrong-action"},
		{"provide and register nothing", event("110107", "C", "ITI-41 IHE Transactions", src, dst, cx), "missing-object"},
		{"mobile query", event("110112", "E", "ITI-78 IHE Transactions", src, dst, itiQ, object("1 1 2 Patient/1", named)), ""},
		{"a stored query's twin", event("110112", "E", "PHARM-1 IHE Transactions", src, dst, itiQ), ""},
		{"existing data, no query", event("110112", "E", "PCC-1 IHE Transactions", src, dst, cx), "missing-object"},
		{"media made", event("110106", "R", "ITI-32 IHE Transactions", src, person("110152", "false", cd), submission, cx), ""},
		{"media made of DICOM's role", event("110106", "R", "ITI-32 IHE Transactions", src, person("110154", "false", cd), submission, cx), ""},
		{"media made, none named", event("110106", "R", "ITI-32 IHE Transactions", src, person("110152", "false", access), submission, cx), "missing-media-type"},
		{"media read", event("110107", "C", "ITI-32 IHE Transactions", person("110153", "false", cd), dst, submission, cx), ""},
		{"media read, nothing on it", event("110107", "C", "ITI-32 IHE Transactions", person("110153", "false", cd), dst, cx), "missing-object"},
		{"value set", event("110107", "C", "ITI-48 IHE Transactions", src, dst, object("2 3 oid 1.2.3", named)), ""},
		{"value set, none", event("110106", "R", "ITI-48 IHE Transactions", src, dst), "missing-object"},
		{"update", event("110107", "U", "ITI-57 IHE Transactions", src, dst, cx), ""},
		{"restricted update, deleted", event("110107", "D", "ITI-92 IHE Transactions", src, dst, cx), "wrong-action"},
		{"fetch", event("110112", "E", "ITI-63 IHE Transactions", src, dst, itiQ), ""},
		{"disclosure without purpose", event("110106", "R", "IHE0006 IHE", src, dst, object("2 3 9 1.2.3", named), cx), "missing-purpose"},
		{"disclosure of nothing", event("110106", "R", "IHE0006 IHE", src, dst, cx), "missing-object missing-purpose"},
		{"documents removed", event("110110", "D", "ITI-86 IHE Transactions", src, dst, cx), ""},
		{"documents removed, created", event("110110", "C", "ITI-86 IHE Transactions", src, dst, cx), "wrong-action"},
		{"imaging documents", event("110104", "R", "RAD-69 IHE Transactions", src, dst, study, cx), ""},
		{"imaging documents, as accessed", event("110103", "C", "RAD-75 IHE Transactions", user, study, cx), ""},
		{"imaging documents from nowhere", event("110106", "R", "RAD-75 IHE Transactions", dst, study, cx), "missing-participant"},
		// Radiology's own transactions have DICOM's tables.
		{"images stored", event("110104", "C", "RAD-8 IHE Transactions", src, dst, study, patient), ""},
		{"images stored, no study", event("110104", "C", "RAD-8 IHE Transactions", src, dst, patient), "missing-object"},
		{"worklist query", event("110112", "E", "RAD-5 IHE Transactions", src, dst, object("2 3 110181 1.2", asking+syntax)), ""},
		{"worklist query, IHE's object", event("110112", "E", "RAD-5 IHE Transactions", src, dst, itiQ), "missing-object"},
		{"procedure step, wrong action", event("110111", "E", "RAD-6 IHE Transactions", user, study, patient), "wrong-action"},
		// Of others it is asked only who took part.
		{"a transaction that is not known", event("110106", "C", "RAD-999 IHE Transactions", src, dst), ""},
		{"a transaction that is not known, to nobody", event("110106", "C", "RAD-999 IHE Transactions", src), "missing-participant"},
		{"a known transaction's other event", event("110104", "C", "ITI-41 IHE Transactions", src, dst), ""},
		{"a login by assertion", event("110114", "E", "ITI-40 IHE Transactions", user), ""},
		// Values.
		{"no address", event("110114", "E", "110122", person("", "true", `NetworkAccessPointID="host" NetworkAccessPointTypeCode="2"`)), "bad-ip-address"},
		{"IPv6", event("110114", "E", "110122", person("", "true", `NetworkAccessPointID="[2001:db8::1]" NetworkAccessPointTypeCode="2"`)), ""},
		{"empty user", strings.Replace(event("110109", "C", "", user, patient), `UserID="u"`, `UserID=" "`, 1), "empty-value"},
		{"no zone", strings.Replace(event("110109", "C", "", user, patient), `07Z"`, `07"`, 1), "event-time-without-zone"},
		{"negative", event("110103", "R", "", user, object("2 3 110180 1.2.3", named+`<ParticipantObjectDescription><SOPClass UID="1.2" NumberOfInstances="-1"/></ParticipantObjectDescription>`), patient), "negative-count"},
		{"instances", event("110103", "R", "", user, object("2 3 110180 1.2.3", named+`<ParticipantObjectDescription><SOPClass NumberOfInstances="3"><Instance UID="1.1"/><Instance UID="x"/><Instance UID="1.."/></SOPClass></ParticipantObjectDescription>`), patient), "bad-uid bad-uid"},
		{"source type", strings.Replace(event("110109", "C", "", user, patient), `AuditSourceID="s"/>`, `AuditSourceID="s"><AuditSourceTypeCode csd-code="PACS"/></AuditSourceIdentification>`, 1), "source-type-without-scheme"},
	} {
		p := parser.New(parser.Options{})
		r := p.ValidateDocument([]byte(c.doc))
		var got []string
		for _, f := range r.Findings {
			got = append(got, f.Code)
			if f.Class != schemas.ClassRule || f.Level != schemas.Warning || f.Clause == "" {
				t.Errorf("%s: finding %+v", c.name, f)
			}
		}
		slices.Sort(got)
		if strings.Join(got, " ") != c.want || r.Class != audit.Conformant {
			t.Errorf("%s: %v, findings %q, want %q", c.name, r.Class, got, c.want)
		}
		// A record has the same findings, at the same places, however its shape was found.
		rec := checkFrame(t, p, []byte(header+c.doc), 0)
		if len(rec.Findings) != len(r.Findings) {
			t.Errorf("%s: a record has %d findings, a document %d", c.name, len(rec.Findings), len(r.Findings))
			continue
		}
		slices.SortStableFunc(rec.Findings, func(a, b audit.Finding) int { return a.Off - b.Off })
		for i, f := range rec.Findings {
			f.Off -= len(header)
			if !slices.ContainsFunc(r.Findings, func(g parser.Finding) bool { return g.Finding == f }) {
				t.Errorf("%s: record's finding %d is %+v, the document's %+v", c.name, i, f, r.Findings[i])
			}
		}
	}
}

// TestRulesBesideFaults has values that the grammar refuses, or that only older grammars
// take: the rules do not take offence as well.
func TestRulesBesideFaults(t *testing.T) {
	patient, study := object("1 1 2 P1", named), object("2 3 110180 1.2.3", named)
	user := person("", "true")
	for _, c := range []struct{ name, doc, want string }{
		{"codes with zeros", event("110103", "R", "", user, object("02 +03 110180 1.2.3", named), patient), "bad-enum bad-enum"},
		{"a type that is none", event("110103", "R", "", user, study, object("8 1 2 P1", named)), "bad-enum"},
		{"a role that is none", event("110103", "R", "", user, object("2 77 110180 1.2.3", named), patient), "bad-enum"},
		{"an action that is none", event("110103", "X", "", user, study, patient), "bad-enum"},
		{"no patient at all", event("110103", "X", "", user, study), "missing-object bad-enum"},
	} {
		var got []string
		for _, f := range parser.New(parser.Options{}).ValidateDocument([]byte(c.doc)).Findings {
			got = append(got, f.Code)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: findings %q, want %q", c.name, got, c.want)
		}
	}
}

// TestEditions has what the tables of one edition ask and those of another do not.
func TestEditions(t *testing.T) {
	patient := object("1 1 2 P1", named)
	for _, c := range []struct {
		name, doc string
		broken    schemas.Editions
	}{
		{"log without a name", event("110101", "R", "", person("", "true"), object("2 13 12 file:/x", asking)), schemas.Edition2025e | schemas.Edition2026a},
		{"roles of 2026", event("110106", "R", "", person("110156 125676002", "true"), person("110152 110150", "false", cd), patient), schemas.Edition2025a | schemas.Edition2025e},
		{"media that name an address", event("110106", "R", "", person("110153", "true"), person("110154", "false", access), patient), schemas.Edition2025a | schemas.Edition2025e},
		{"nobody to import from", event("110107", "C", "", person("110152", "true"), patient), schemas.Edition2025a | schemas.Edition2025e | schemas.Edition2026a | schemas.Union},
	} {
		for _, e := range []schemas.Editions{schemas.Edition2025a, schemas.Edition2025e, schemas.Edition2026a, schemas.Union} {
			r := parser.New(parser.Options{Edition: e}).ValidateDocument([]byte(c.doc))
			if got, want := len(r.Findings) > 0, c.broken&e != 0; got != want {
				t.Errorf("%s in edition %d: findings %v", c.name, e, r.Findings)
			}
		}
	}
}
