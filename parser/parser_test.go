package parser_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"arr/audit"
	"arr/parser"
	"arr/schemas"
	"arr/traffic"
)

const header = "<85>1 2026-11-23T14:53:00Z archive dcm4chee 4711 IHE+RFC-3881 - "

// message is an audit message that has something of everything.
const message = `<?xml version="1.0" encoding="UTF-8"?>
<AuditMessage>
  <EventIdentification EventActionCode="C" EventDateTime="2026-11-23T15:52:59.5+01:00" EventOutcomeIndicator="4">
    <EventID csd-code="110104" codeSystemName="DCM" originalText="DICOM Instances Transferred"/>
    <EventTypeCode csd-code="RAD-8" codeSystemName="IHE Transactions" originalText="Modality Images Stored"/>
    <EventOutcomeDescription> warned &amp; stored </EventOutcomeDescription>
    <PurposeOfUse csd-code="TREAT" codeSystemName="1.2" originalText="treatment"/>
  </EventIdentification>
  <ActiveParticipant UserID="CT1" AlternativeUserID="99" UserIsRequestor="true" UserName="Scanner &lt;1&gt;" NetworkAccessPointID="ct1.example" NetworkAccessPointTypeCode="1">
    <RoleIDCode csd-code="110153" codeSystemName="DCM" originalText="Source Role ID"/>
  </ActiveParticipant>
  <ActiveParticipant UserID="ARCHIVE" UserIsRequestor="false"/>
  <AuditSourceIdentification AuditEnterpriseSiteID="north" AuditSourceID="archive"><AuditSourceTypeCode csd-code="4"/></AuditSourceIdentification>
  <ParticipantObjectIdentification ParticipantObjectID="1.2.3" ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="3" ParticipantObjectDataLifeCycle="1" ParticipantObjectSensitivity="VIP">
    <ParticipantObjectIDTypeCode csd-code="110180" codeSystemName="DCM" originalText="Study Instance UID"/>
    <ParticipantObjectQuery>UElEfDE=</ParticipantObjectQuery>
    <ParticipantObjectDetail type="HL7v2 Message" value="TVNIfF5+XCY="/>
    <ParticipantObjectDescription>head scan
      <MPPS UID="1.2.9"/><Accession Number="A1"/><Accession Number="A2"/>
      <SOPClass UID="1.2.840" NumberOfInstances="3"><Instance UID="1.1"/><Instance UID="1.2"/><Instance UID="1.3"/></SOPClass>
      <ParticipantObjectContainsStudy><StudyIDs UID="1.2.4"/></ParticipantObjectContainsStudy>
    </ParticipantObjectDescription>
  </ParticipantObjectIdentification>
  <ParticipantObjectIdentification ParticipantObjectID="P1^^^X&amp;1.2&amp;ISO~P2" ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1">
    <ParticipantObjectIDTypeCode csd-code="2" codeSystemName="RFC-3881" originalText="Patient Number"/>
    <ParticipantObjectName>Müller^Jörg</ParticipantObjectName>
  </ParticipantObjectIdentification>
  <Extra colour="green">leaf</Extra>
</AuditMessage>`

// valuesOf gives a record's values of a field.
func valuesOf(rec *audit.Record, f audit.Field) (values []string) {
	rec.Each(audit.Fields(f), func(_ audit.FieldSet, v []byte) bool {
		values = append(values, string(v))
		return true
	})
	return values
}

// codesOf gives the codes of a record's findings, without those of the grammar's content
// models and of the event rules, which have their own tests.
func codesOf(rec *audit.Record) (codes []string) {
	for _, f := range rec.Findings {
		k := schemas.KindOf(f.Code)
		if k.Class == schemas.ClassXML || k.Class == schemas.ClassFrame || f.Code == "namespaced" || strings.HasPrefix(f.Code, "event-time") {
			codes = append(codes, f.Code)
		}
	}
	return codes
}

// fieldsOfMessage are the values of message. An old dialect's are the same.
var fieldsOfMessage = map[audit.Field][]string{
	audit.FieldEvent:           {"110104"},
	audit.FieldEventMeaning:    {"DICOM Instances Transferred"},
	audit.FieldType:            {"RAD-8"},
	audit.FieldTypeMeaning:     {"Modality Images Stored"},
	audit.FieldAction:          {"C"},
	audit.FieldOutcome:         {"4"},
	audit.FieldOutcomeText:     {"warned & stored"},
	audit.FieldPurpose:         {"TREAT"},
	audit.FieldPurposeMeaning:  {"treatment"},
	audit.FieldUserID:          {"CT1", "ARCHIVE"},
	audit.FieldUserAlt:         {"99"},
	audit.FieldUserName:        {"Scanner <1>"},
	audit.FieldUserRole:        {"110153"},
	audit.FieldUserRoleMeaning: {"Source Role ID"},
	audit.FieldRequestorID:     {"CT1"},
	audit.FieldRequestorAlt:    {"99"},
	audit.FieldRequestorName:   {"Scanner <1>"},
	audit.FieldHost:            {"ct1.example"},
	audit.FieldSource:          {"archive"},
	audit.FieldSite:            {"north"},
	audit.FieldPatientID:       {"P1^^^X&1.2&ISO~P2"},
	audit.FieldPatientName:     {"Müller^Jörg"},
	audit.FieldStudy:           {"1.2.3", "1.2.4"},
	audit.FieldAccession:       {"A1", "A2"},
	audit.FieldMPPS:            {"1.2.9"},
	audit.FieldSOPClass:        {"1.2.840"},
	audit.FieldInstance:        {"1.1", "1.2", "1.3"},
	audit.FieldObjectID:        {"1.2.3", "P1^^^X&1.2&ISO~P2"},
	audit.FieldObjectName:      {"Müller^Jörg"},
	audit.FieldObjectType:      {"2", "1"},
	audit.FieldObjectRole:      {"3", "1"},
	audit.FieldLifecycle:       {"1"},
	audit.FieldHostname:        {"archive"},
	audit.FieldApp:             {"dcm4chee"},
	audit.FieldMsgID:           {"IHE+RFC-3881"},
}

func checkFields(t *testing.T, rec *audit.Record, want map[audit.Field][]string) {
	t.Helper()
	for f, values := range want {
		if got := valuesOf(rec, f); !slices.Equal(got, values) {
			t.Errorf("field %d: got %q, want %q", f, got, values)
		}
	}
}

// utf16Of is a text in UTF-16.
func utf16Of(text string, order binary.AppendByteOrder) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

// latin1 is a text in ISO 8859-1.
func latin1(text string) string {
	var b []byte
	for _, r := range text {
		b = append(b, byte(r))
	}
	return string(b)
}

// TestReadings sends one message in all the ways in which senders and relays write it:
// whatever they do, it says the same.
func TestReadings(t *testing.T) {
	p := parser.New(parser.Options{})
	escape := func(s string) string { return strings.ReplaceAll(s, "\n", "#012") }
	old := strings.NewReplacer("csd-code=", "code=", "originalText=", "displayName=").Replace(message)
	direct := strings.NewReplacer("<ParticipantObjectDescription>head scan", "", "</ParticipantObjectDescription>", "").Replace(message)
	isoMessage := strings.Replace(message, "UTF-8", "ISO-8859-1", 1)
	utf16Message := strings.Replace(message, "UTF-8", "UTF-16", 1)
	for _, c := range []struct {
		name, msg string
		raw       bool
		class     audit.Class
		findings  []string
	}{
		{"plain", message, false, audit.Deviating, nil},
		{"byte order mark", "\uFEFF" + message, false, audit.Deviating, nil},
		{"blank before byte order mark", " \uFEFF" + message, false, audit.Deviating, []string{"late-byte-order-mark"}},
		{"byte order mark, then blank", "\uFEFF " + message, false, audit.Deviating, []string{"leading-white-space"}},
		{"two byte order marks", "\uFEFF\uFEFF" + message, true, audit.Malformed, []string{"second-byte-order-mark"}},
		{"padding", message + "\r\n\x00", false, audit.Deviating, nil},
		{"no declaration", message[strings.Index(message, "<Audit"):], false, audit.Deviating, nil},
		{"comment first", "<!-- a -->" + message[strings.Index(message, "<Audit"):], false, audit.Deviating, nil},
		{"doctype", strings.Replace(message, "\n", "<!DOCTYPE AuditMessage>", 1), false, audit.Deviating, []string{"doctype-ignored"}},
		{"internal subset", strings.Replace(message, "\n", "<!DOCTYPE AuditMessage [<!ENTITY e 'f'>]>", 1), true, audit.Malformed, []string{"doctype"}},
		{"default namespace", strings.Replace(message, "<AuditMessage", "<AuditMessage xmlns='urn:x'", 1), false, audit.Deviating, []string{"namespaced"}},
		{"prefix", strings.NewReplacer("<AuditMessage", "<a:AuditMessage xmlns:a='urn:x'", "</AuditMessage", "</a:AuditMessage").Replace(message),
			false, audit.Deviating, []string{"namespaced"}},
		{"old names", old, false, audit.Deviating, nil},
		{"no description element", direct, false, audit.Deviating, nil},
		{"text before", "audit: " + message, false, audit.Deviating, []string{"text-before-message"}},
		{"CDATA", strings.Replace(message, "Müller^Jörg", "<![CDATA[Müller^Jörg]]>", 1), true, audit.Deviating, nil},
		{"split by a comment", strings.Replace(message, "Müller^Jörg", "Müller^<!-- -->Jörg", 1), true, audit.Deviating, nil},
		{"ISO 8859-1", latin1(isoMessage), true, audit.Deviating, nil},
		{"ISO 8859-1 undeclared", latin1(message), true, audit.Malformed, []string{"encoding-contradicted"}},
		{"UTF-16 little endian", "\xFF\xFE" + utf16Of(utf16Message, binary.LittleEndian), true, audit.Deviating, nil},
		{"UTF-16 big endian", "\xFE\xFF" + utf16Of(utf16Message, binary.BigEndian), true, audit.Deviating, nil},
		{"UTF-16 without mark", utf16Of(utf16Message, binary.LittleEndian), true, audit.Malformed, []string{"encoding-contradicted"}},
		{"UTF-16 that is none", utf16Message, false, audit.Malformed, []string{"encoding-contradicted"}},
		{"unknown encoding", strings.Replace(message, "UTF-8", "x-klingon", 1), true, audit.Malformed, []string{"encoding-unknown"}},
		{"line ends escaped", escape(message), true, audit.Deviating, []string{"relay-escapes"}},
		{"line ends escaped with backslashes", strings.ReplaceAll(message, "\n", `\012`), true, audit.Deviating, []string{"relay-escapes"}},
		{"all beyond ASCII escaped", strings.NewReplacer("ü", "#303#274", "ö", "#303#266").Replace(escape(message)), true, audit.Deviating, []string{"relay-escapes"}},
		{"escaped line end behind the root's name", escape(strings.Replace(message, "<AuditMessage", "<AuditMessage\n", 1)), true, audit.Deviating, []string{"relay-escapes"}},
		{"escaped line end first", escape("\n" + message), true, audit.Deviating, []string{"relay-escapes"}},
		{"unescaped ampersand", strings.Replace(message, "&amp; stored", "& stored", 1), true, audit.Malformed, []string{"bare-ampersand"}},
		{"end tag missing", strings.Replace(message, "</ActiveParticipant>", "", 1), true, audit.Malformed, []string{"mismatched-end-tag"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := checkFrame(t, p, []byte(header+c.msg), 0)
			if rec.Class != c.class || rec.Shape.Raw != c.raw {
				t.Errorf("class %v, raw %v", rec.Class, rec.Shape.Raw)
			}
			got := codesOf(rec)
			slices.Sort(got)
			if !slices.Equal(got, c.findings) {
				t.Errorf("findings %q, want %q", got, c.findings)
			}
			checkFields(t, rec, fieldsOfMessage)
			if want := time.Date(2026, 11, 23, 14, 52, 59, 5e8, time.UTC).UnixMicro(); rec.Time != want {
				t.Errorf("time %v", timeOf(rec))
			}
			h, m, _ := p.Message(&rec.Entry)
			if m == nil || m.Event.Meaning() != "DICOM Instances Transferred" || len(m.Objects) != 2 ||
				m.Objects[1].Name != "Müller^Jörg" || h.MsgID != "IHE+RFC-3881" {
				t.Errorf("message %+v, header %+v", m, h)
			}
		})
	}
}

func TestText(t *testing.T) {
	rec := checkFrame(t, parser.New(parser.Options{}), []byte(header+message), 0)
	text := valuesOf(rec, audit.FieldText)
	for _, want := range []string{"MSH|^~\\&", "PID|1", "head scan", "green", "leaf", "VIP", "HL7v2 Message", "110104", "treatment", "A2", "1.3"} {
		if !slices.Contains(text, want) {
			t.Errorf("%q is not among the text %q", want, text)
		}
	}
}

// TestCutMessages cuts a message in many places: it is never refused, and what stands
// before the cut is found.
func TestCutMessages(t *testing.T) {
	p := parser.New(parser.Options{})
	frame := header + message
	object := len(header) + strings.Index(message, `<ParticipantObjectIDTypeCode csd-code="2"`)
	for n := 0; n < len(frame); n += 7 {
		rec := checkFrame(t, p, []byte(frame[:n]), audit.FlagCutAtClose)
		if !slices.Contains(codesOf(rec), "cut-at-close") {
			t.Fatalf("cut at %d: findings %q", n, codesOf(rec))
		}
		if n < object {
			continue
		}
		if got := valuesOf(rec, audit.FieldPatientID); len(got) != 1 || rec.Class != audit.Malformed {
			t.Fatalf("cut at %d: patient %q, class %v", n, got, rec.Class)
		}
	}
}

func TestRelayCut(t *testing.T) {
	p := parser.New(parser.Options{})
	frame := header + strings.Replace(message, "head scan", strings.Repeat("head ", 4000), 1)
	for _, c := range []struct {
		n    int
		want bool
	}{{1024, true}, {2048, true}, {4096, true}, {8192 - 40, true}, {8192 + 40, true}, {3000, false}, {6000, false}} {
		rec := checkFrame(t, p, []byte(frame[:c.n]), 0)
		codes := codesOf(rec)
		if slices.Contains(codes, "truncated") != c.want || !slices.Contains(codes, "unterminated") {
			t.Errorf("cut at %d: findings %q", c.n, codes)
		}
	}
}

// TestReceiverCut: what the receiver cut, or the connection's end, no relay did.
func TestReceiverCut(t *testing.T) {
	p := parser.New(parser.Options{})
	frame := header + strings.Replace(message, "head scan", strings.Repeat("head ", 40_000), 1)
	for flag, code := range map[audit.Flags]string{audit.FlagTruncated: "frame-too-long", audit.FlagCutAtClose: "cut-at-close"} {
		codes := codesOf(checkFrame(t, p, []byte(frame[:64<<10]), flag))
		if !slices.Contains(codes, code) || slices.Contains(codes, "truncated") || !slices.Contains(codes, "unterminated") {
			t.Errorf("flag %d: findings %q", flag, codes)
		}
	}
}

func TestFindingsSayWhere(t *testing.T) {
	p := parser.New(parser.Options{})
	for _, c := range []struct{ msg, code, path, at string }{
		{`<AuditMessage><ActiveParticipant UserID="a"/><ActiveParticipant UserID="b&c;"/></AuditMessage>`,
			"unknown-entity", "/AuditMessage/ActiveParticipant[2]/@UserID", "&c;"},
		{`<AuditMessage><a>x & y</a></AuditMessage>`, "bare-ampersand", "/AuditMessage/a", "&"},
		{`<AuditMessage><a></b></a></AuditMessage>`, "mismatched-end-tag", "/AuditMessage/a", "</b"},
		{`<AuditMessage/><b/>`, "second-root", "/", "<b"},
		{`<AuditMessage a="1" a="2"/>`, "duplicate-attribute", "/AuditMessage", "a"},
		{"<AuditMessage><a b=\"\xE9\"/></AuditMessage>", "encoding-contradicted", "/", "\xE9"},
		{"<AuditMessage><a b=\"\xE9\">&</a></AuditMessage>", "bare-ampersand", "/AuditMessage/a", "&"},
		{"\xFF\xFE" + utf16Of("<AuditMessage><a>\U0001F600ü&</a></AuditMessage>", binary.LittleEndian), "bare-ampersand", "/AuditMessage/a", "&\x00"},
		{"<AuditMessage>#012<a>&</a></AuditMessage>", "bare-ampersand", "/AuditMessage/a", "&"},
	} {
		rec := checkFrame(t, p, []byte(header+c.msg), 0)
		i := slices.IndexFunc(rec.Findings, func(f audit.Finding) bool { return f.Code == c.code })
		if i < 0 {
			t.Errorf("%q: findings %q", c.msg, codesOf(rec))
			continue
		}
		f := rec.Findings[i]
		if at := string(rec.Frame[f.Off : f.Off+f.Len]); f.Path != c.path || at != c.at {
			t.Errorf("%q: %s at %s, %q, want %s, %q", c.msg, f.Code, f.Path, at, c.path, c.at)
		}
	}
}

// TestInstances has a study of 13,000 instances: one repeated slot.
func TestInstances(t *testing.T) {
	p := parser.New(parser.Options{})
	var b strings.Builder
	for i := range 13_000 {
		fmt.Fprintf(&b, "<Instance UID=\"1.2.%d\"/>\n", i)
	}
	all := strings.Replace(message, `<Instance UID="1.1"/><Instance UID="1.2"/><Instance UID="1.3"/>`, b.String(), 1)
	rec := checkFrame(t, p, []byte(header+all), 0)
	if rec.Shape.Raw || len(rec.Runs) != 2 || rec.Runs[1] != 13_000 || len(valuesOf(rec, audit.FieldInstance)) != 13_000 {
		t.Fatalf("raw %v, runs %v", rec.Shape.Raw, rec.Runs)
	}
	two := strings.Replace(message, `<Instance UID="1.1"/><Instance UID="1.2"/><Instance UID="1.3"/>`,
		"<Instance UID=\"1.1\"/>\n<Instance UID=\"1.2\"/>\n", 1)
	if fewer := checkFrame(t, p, []byte(header+two), 0); fewer.Shape.Key != rec.Shape.Key {
		t.Error("two instances have another skeleton than 13,000")
	}
}

// TestTooLargeToShare has more slots, and a larger skeleton, than are shared.
func TestTooLargeToShare(t *testing.T) {
	p := parser.New(parser.Options{})
	for _, extra := range []string{
		strings.Repeat(`<ActiveParticipant UserID="u"/>`, 300),
		`<RoleIDCode csd-code="` + strings.Repeat("9", 5000) + `"/>`,
	} {
		rec := checkFrame(t, p, []byte(header+strings.Replace(message, "<Extra", extra+"<Extra", 1)), 0)
		if !rec.Shape.Raw || rec.Class != audit.Deviating || !slices.Contains(valuesOf(rec, audit.FieldUserID), "CT1") {
			t.Errorf("raw %v, class %v, users %q", rec.Shape.Raw, rec.Class, valuesOf(rec, audit.FieldUserID))
		}
	}
}

// TestSkeletonHoldsNoIdentity checks that no value that may be a person's is part of
// what many frames share.
func TestSkeletonHoldsNoIdentity(t *testing.T) {
	rec := checkFrame(t, parser.New(parser.Options{}), []byte(header+message), 0)
	skeleton := string(audit.AppendSkeleton(nil, rec.Shape))
	for _, value := range []string{"CT1", "P1^^^", "Müller", "Scanner", "1.2.3", "A1", "UElEfDE", "TVNI", "head scan", "14:53:00", "VIP", "green"} {
		if strings.Contains(skeleton, value) {
			t.Errorf("the skeleton holds %q", value)
		}
	}
	for _, f := range rec.Shape.Fixed {
		if f.Fields == 0 || f.Value == "" {
			t.Errorf("fixed %+v", f)
		}
	}
}

// TestSharedCache has many parsers share one cache.
func TestSharedCache(t *testing.T) {
	var cache parser.Cache
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			g := traffic.New(uint64(i), traffic.Options{})
			p := parser.New(parser.Options{Cache: &cache})
			for range 300 {
				checkFrame(t, p, g.Next(nil), 0)
			}
		})
	}
	wg.Wait()
}

// TestEndlessSkeletons has a sender that never sends the same skeleton twice: every
// frame is parsed rightly, those met again too.
func TestEndlessSkeletons(t *testing.T) {
	p := parser.New(parser.Options{})
	var rec audit.Record
	for round := range 2 {
		for i := range 9_000 {
			code := fmt.Sprint(i)
			rec.Entry.Frame = []byte(`<85>1 - - - - - - <AuditMessage><EventID csd-code="` + code + `"/><a b="c"/></AuditMessage>`)
			p.Parse(&rec)
			if got := valuesOf(&rec, audit.FieldEvent); len(got) != 1 || got[0] != code {
				t.Fatalf("round %d: event %q, want %s", round, got, code)
			}
		}
	}
}

// TestStoredKey pins the key of a skeleton: stores refer to shapes by it, so another
// key for the same frame means that Version must grow.
func TestStoredKey(t *testing.T) {
	rec := checkFrame(t, parser.New(parser.Options{}), []byte(header+message), 0)
	if got, want := hex.EncodeToString(rec.Shape.Key[:]), "f5d40af2b8a884b81c3002db9de30600"; got != want {
		t.Errorf("key %s, want %s", got, want)
	}
}
