package parser_test

import (
	"slices"
	"strings"
	"testing"

	"arr/audit"
	"arr/parser"
	"arr/schemas"
)

// exampleBase is a message without a fault, of which examples are made.
var exampleBase = strings.NewReplacer("><AuditSourceIdentification AuditSourceID=\"s\"/>", `><AuditSourceIdentification AuditSourceID="s"><AuditSourceTypeCode csd-code="4"/></AuditSourceIdentification>`).Replace(
	event("110103", "R", "110120", person("", "true", `UserName="n"`, access),
		object("2 3 110180 1.2.3", named+`<ParticipantObjectDetail type="a" value="QUJD"/><ParticipantObjectDescription><SOPClass UID="1.2" NumberOfInstances="3"/></ParticipantObjectDescription>`),
		object("1 1 2 P1", named)))

// TestExamples has an example of each finding. What stands between backquotes in the
// example of its kind stands in the message.
func TestExamples(t *testing.T) {
	deep := strings.Repeat("<AuditMessage>", 65)
	login := event("110114", "E", "110122", person("", "true"))
	query := event("110112", "E", "", person("110153", "true"), person("110152", "false"), object("2 3 110181 1.2", named+syntax))
	p, tried := parser.New(parser.Options{Edition: schemas.Edition2025e}), map[string]bool{}
	attributes, namespaces := "", ""
	for i := range 300 {
		attributes += ` a` + strings.Repeat("a", i) + `="1"`
	}
	for i := range 65 {
		namespaces += ` xmlns:a` + strings.Repeat("a", i) + `="u"`
	}
	for code, c := range map[string]struct{ from, to string }{
		"unknown-element":            {"<ActiveParticipant ", "<Extension/><ActiveParticipant "},
		"misplaced-element":          {"</AuditSourceIdentification>", `</AuditSourceIdentification><ActiveParticipant UserID="v" UserIsRequestor="false"/>`},
		"duplicate-element":          {"<EventID ", `<EventID csd-code="1" codeSystemName="x" originalText="y"/><EventID `},
		"missing-element":            {named, ""},
		"unknown-attribute":          {`<EventID csd-code="110103"`, `<EventID csd-code="110103" code="110100"`},
		"missing-attribute":          {` UserIsRequestor="true"`, ""},
		"unexpected-text":            {`<EventID csd-code="110103" codeSystemName="DCM" originalText="x"/>`, `<EventID csd-code="110103" codeSystemName="DCM" originalText="x">x</EventID>`},
		"bad-enum":                   {`EventActionCode="R"`, `EventActionCode="X"`},
		"bad-boolean":                {`UserIsRequestor="true"`, `UserIsRequestor="TRUE"`},
		"bad-date-time":              {"2026-03-04T05:06:07Z", "2026-03-04 05:06:07"},
		"bad-integer":                {`NumberOfInstances="3"`, `NumberOfInstances="3.0"`},
		"bad-base64":                 {`value="QUJD"`, `value="QQ"`},
		"namespaced":                 {"<AuditMessage>", `<AuditMessage xmlns="urn:x">`},
		"missing-action":             {exampleBase, strings.Replace(query, ` EventActionCode="E"`, "", 1)},
		"wrong-action":               {exampleBase, strings.Replace(query, `"E"`, `"R"`, 1)},
		"missing-event-type":         {exampleBase, strings.Replace(login, coded("EventTypeCode", "110122"), "", 1)},
		"missing-purpose":            {exampleBase, event("110106", "R", "IHE0006 IHE", person("110153", "true"))},
		"missing-participant":        {exampleBase, event("110104", "C", "", person("110152", "true"))},
		"too-many-participants":      {exampleBase, event("110112", "E", "", person("110153", "true"), person("110153", "false"), person("110152", "false"))},
		"wrong-requestor":            {exampleBase, event("110108", "E", "110124", person("", "true"))},
		"missing-media-type":         {exampleBase, event("110106", "R", "", person("110153", "true"), person("110154", "false"))},
		"missing-access-point":       {exampleBase, login},
		"missing-object":             {object("1 1 2 P1", named), ""},
		"too-many-objects":           {exampleBase, strings.Replace(query, "</AuditMessage>", object("2 3 110181 1.3", asking+syntax)+"</AuditMessage>", 1)},
		"wrong-object-codes":         {`ParticipantObjectTypeCode="2"`, `ParticipantObjectTypeCode="4"`},
		"wrong-object-id-type":       {object("1 1 2 P1", named), object("1 1 3 P1", named)},
		"too-many-children":          {exampleBase, strings.Replace(exampleBase, "</AuditMessage>", strings.Repeat(`<ActiveParticipant UserID="u" UserIsRequestor="0"/>`, 20_000)+"</AuditMessage>", 1)},
		"missing-object-name":        {exampleBase, event("110101", "R", "", person("", "true"), object("2 13 12 file:/x", asking))},
		"missing-query":              {exampleBase, query},
		"missing-detail":             {exampleBase, event("110113", "E", "110126", person("", "true"), object("2 5 110182 n", named))},
		"unknown-code":               {`csd-code="110120"`, `csd-code="999"`},
		"source-type-without-scheme": {`<AuditSourceTypeCode csd-code="4"`, `<AuditSourceTypeCode csd-code="PACS"`},
		"empty-value":                {`UserID="u"`, `UserID=""`},
		"bad-uid":                    {`UID="1.2"`, `UID="1.02.3"`},
		"bad-patient-id":             {exampleBase, event("110112", "E", "ITI-9 IHE Transactions", person("110153", "true"), person("110152", "false"), object("2 24 ITI-9 x", asking), object("1 1 2 4711", named))},
		"bad-ip-address":             {access, `NetworkAccessPointID="pacs" NetworkAccessPointTypeCode="2"`},
		"negative-count":             {`NumberOfInstances="3"`, `NumberOfInstances="-1"`},
		"event-time-without-zone":    {"2026-03-04T05:06:07Z", "2026-03-04T05:06:07"},
		"header-missing":             {header, ""},
		"header-rfc3164":             {header, "<85>Mar  4 05:06:07 host app: "},
		"header-not-rfc5424":         {header, "<85>1 yesterday host app - - - "},
		"text-before-message":        {header, header + "audit: "},
		"relay-escapes":              {"<AuditMessage>", "<AuditMessage>#012"},
		"encoding-contradicted":      {"<AuditMessage>", "<?xml version='1.0'?><AuditMessage><!-- \xFC -->"},
		"encoding-unknown":           {"<AuditMessage>", `<?xml version="1.0" encoding="x-mine"?><AuditMessage>`},
		"bad-character":              {"<AuditMessage>", "<AuditMessage>\x01"},
		"bad-character-reference":    {`UserID="u"`, `UserID="&#1;"`},
		"unknown-entity":             {`UserID="u"`, `UserID="&nbsp;"`},
		"bare-ampersand":             {`UserName="n"`, `UserName="A & B"`},
		"less-than-in-value":         {`UserName="n"`, `UserName="<none>"`},
		"cdata-end-in-text":          {">n<", ">]]><"},
		"bad-tag":                    {"<ActiveParticipant ", "<1><ActiveParticipant "},
		"bad-attribute":              {`UserID="u"`, `UserID=x`},
		"missing-space":              {`UserID="u"`, `UserID="1"UserName="2"`},
		"duplicate-attribute":        {`UserID="u"`, `UserID="1" UserID="2"`},
		"undeclared-prefix":          {"<AuditMessage>", `<AuditMessage xsi:type="x">`},
		"bad-namespace":              {"<AuditMessage>", `<AuditMessage xmlns:a="">`},
		"mismatched-end-tag":         {"<AuditMessage>", "<AuditMessage><a></b>"},
		"bad-comment":                {"<AuditMessage>", "<AuditMessage><!-- -- -->"},
		"bad-processing-instruction": {"<AuditMessage>", "<AuditMessage><??>"},
		"bad-declaration":            {"<AuditMessage>", `<?xml version="2.0"?><AuditMessage>`},
		"bad-cdata":                  {"<AuditMessage>", "<?a?><![CDATA[x]]><AuditMessage>"},
		"doctype":                    {"<AuditMessage>", "<!DOCTYPE AuditMessage [<!ELEMENT a ANY>]><AuditMessage>"},
		"text-outside-root":          {exampleBase, "<AuditMessage/>x"},
		"second-root":                {exampleBase, "<AuditMessage/><AuditMessage/>"},
		"unterminated":               {exampleBase, "<AuditMessage>"},
		"second-byte-order-mark":     {header, header + "\uFEFF\uFEFF"},
		"too-deep":                   {exampleBase, deep},
		"too-many-attributes":        {"<AuditMessage>", "<AuditMessage" + attributes + ">"},
		"too-many-namespaces":        {"<AuditMessage>", "<AuditMessage" + namespaces + ">"},
		"doctype-ignored":            {"<AuditMessage>", "<!DOCTYPE AuditMessage><AuditMessage>"},
		"leading-white-space":        {"<AuditMessage>", "\n<?xml version='1.0'?><AuditMessage>"},
		"late-byte-order-mark":       {header, header + " \uFEFF"},
		"no-audit-message":           {header + exampleBase, "<13>Mar  4 05:06:07 h sshd: hello"},
		"truncated":                  {exampleBase, strings.Replace(exampleBase, `"n"`, `"`+strings.Repeat("n", 8192), 1)[:8192-len(header)]},
	} {
		frame := strings.Replace(header+exampleBase, c.from, c.to, 1)
		checkExample(t, code, p.Validate(&audit.Entry{Frame: []byte(frame)}), frame)
		tried[code] = true
	}
	for code, doc := range map[string]string{"unknown-root": "<auditMessage></auditMessage>", "no-root": ""} {
		checkExample(t, code, p.ValidateDocument([]byte(doc)), doc)
		tried[code] = true
	}
	for code, flag := range map[string]audit.Flags{
		"lost": audit.FlagLost, "frame-too-long": audit.FlagTruncated, "cut-at-close": audit.FlagCutAtClose, "unframed": audit.FlagUnframed,
	} {
		checkExample(t, code, p.Validate(&audit.Entry{Frame: []byte("xyz" + exampleBase), Flags: flag}), "xyz")
		tried[code] = true
	}
	rec := audit.Record{Entry: audit.Entry{Frame: []byte(strings.Replace(header+exampleBase, "2026-03-04T05:06:07Z", "yesterday", 1))}}
	if p.Parse(&rec); !slices.Contains(codesOf(&rec), "event-time-unreadable") {
		t.Errorf("a record whose event's time can't be read has findings %q", codesOf(&rec))
	}
	for i := range schemas.Kinds {
		// What the scanner alone calls bad-utf8 is encoding-contradicted here.
		if code := schemas.Kinds[i].Code; !tried[code] && code != "bad-utf8" && code != "event-time-unreadable" {
			t.Errorf("%s has no example", code)
		}
	}
	r := p.Validate(&audit.Entry{Frame: []byte(header + exampleBase)})
	if len(r.Findings) > 0 {
		t.Errorf("the message that examples are made of has findings %+v", r.Findings)
	}
}

// checkExample asks that a report has a finding, and that the example of the finding's kind,
// where it stands between backquotes, is in the text that it is of.
func checkExample(t *testing.T, code string, r parser.Report, text string) {
	t.Helper()
	i := slices.IndexFunc(r.Findings, func(f parser.Finding) bool { return f.Code == code })
	if i < 0 {
		t.Errorf("%s: %v, findings %+v", code, r.Class, r.Findings)
		return
	}
	if f := &r.Findings[i]; f.Path == "" || f.Message == "" || f.Clause == "" || f.Expected == "" {
		t.Errorf("%s: finding %+v", code, f)
	}
	for n, quoted := range strings.Split(schemas.KindOf(code).Example, "`") {
		if n%2 == 1 && !strings.Contains(quoted, "...") && !strings.Contains(text, quoted) {
			t.Errorf("%s: the example %s is not what is tried: %.200q", code, quoted, text)
		}
	}
}
