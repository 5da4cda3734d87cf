package scan_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"arr/scan"
	"arr/schemas"
)

// vectors gives the documents in UTF-8 of testdata/vectors, by name, with their verdict.
func vectors(tb testing.TB, fn func(name string, doc []byte, valid bool)) {
	tb.Helper()
	const dir = "../testdata/vectors"
	manifest, err := os.ReadFile(filepath.Join(dir, "manifest.tsv"))
	if err != nil {
		tb.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(manifest)), "\n")[1:] {
		cells := strings.Split(line, "\t")
		doc, err := os.ReadFile(filepath.Join(dir, cells[0]))
		if err != nil {
			tb.Fatal(err)
		}
		if !bytes.HasPrefix(doc, []byte("\xFF\xFE")) && !bytes.Contains(doc, []byte("ISO-8859-1")) {
			fn(cells[0], doc, cells[1] == "valid")
		}
	}
}

// wellFormed says whether doc is.
func wellFormed(doc []byte) bool {
	var s scan.Scanner
	for s.Reset(doc, 0); s.Next() != scan.EOF; {
	}
	return !s.Malformed()
}

// faults are what a Reporter says of doc.
func faults(j *scan.Judge, doc []byte, g schemas.Grammar) []schemas.Fault {
	var r schemas.Reporter
	r.Reset(g)
	j.Visit(doc, 0, &r)
	return r.Faults
}

func TestVectors(t *testing.T) {
	var j scan.Judge
	vectors(t, func(name string, doc []byte, want bool) {
		if got := wellFormed(doc) && j.Valid(doc, 0, schemas.A51, nil); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if !wellFormed(doc) {
			return
		}
		for g := range schemas.NumGrammars {
			if f := faults(&j, doc, g); (len(f) == 0) != j.Valid(doc, 0, g, nil) {
				t.Errorf("%s: grammar %v: Valid is not what the faults %v say", name, g, f)
			}
		}
	})
}

func TestValidAllocatesNothing(t *testing.T) {
	docs, _ := documents(16)
	var j scan.Judge
	n := testing.AllocsPerRun(100, func() {
		for _, doc := range docs {
			if !j.Valid(doc, 0, schemas.A51, nil) {
				t.Fatal("a document is not valid")
			}
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

const minimal = `<AuditMessage><EventIdentification EventDateTime="2026-03-04T05:06:07Z" EventOutcomeIndicator="0">` +
	`<EventID csd-code="110100" codeSystemName="DCM" originalText="Application Activity"/></EventIdentification>` +
	`<ActiveParticipant UserID="1" UserIsRequestor="false"/><ActiveParticipant UserID="2" UserIsRequestor="true"/>` +
	`<AuditSourceIdentification AuditSourceID="a"/>` +
	`<ParticipantObjectIdentification ParticipantObjectID="1"><ParticipantObjectIDTypeCode csd-code="2" codeSystemName="RFC-3881" originalText="Patient Number"/>` +
	`<ParticipantObjectQuery>QUJD</ParticipantObjectQuery></ParticipantObjectIdentification></AuditMessage>`

// TestReported has documents with faults, and where each of them is.
func TestReported(t *testing.T) {
	var j scan.Judge
	const (
		ap  = "/AuditMessage/ActiveParticipant"
		poi = "/AuditMessage/ParticipantObjectIdentification"
	)
	for _, c := range []struct {
		name, from, to string
		want           []string // code path, and the text at the place up to its first blank
	}{
		{"none", "", "", nil},
		{"missing attribute", ` UserIsRequestor="true"`, ``, []string{"missing-attribute " + ap + "[2]/@UserIsRequestor <ActiveParticipant"}},
		{"unknown attribute", `UserID="2"`, `UserId="2"`, []string{
			"unknown-attribute " + ap + `[2]/@UserId UserId="2"`, "missing-attribute " + ap + "[2]/@UserID <ActiveParticipant"}},
		{"bad value", `"true"`, `"TRUE"`, []string{"bad-boolean " + ap + "[2]/@UserIsRequestor TRUE"}},
		{"bad text", "QUJD", "QUJ", []string{"bad-base64 " + poi + "/ParticipantObjectQuery QUJ"}},
		{"empty text", "QUJD", "", nil},
		{"text in pieces", "QUJD", "Q<!-- -->U<![CDATA[J]]>", []string{"bad-base64 " + poi + "/ParticipantObjectQuery Q<!--"}},
		{"good text in pieces", "QUJD", "Q<!-- -->U<![CDATA[J]]><?a?>&#x44;", nil},
		{"blank between pieces", "QUJD", "QU <!-- --> JD", nil},
		{"missing element", `<AuditSourceIdentification AuditSourceID="a"/>`, "", []string{"missing-element /AuditMessage/AuditSourceIdentification <ParticipantObjectIdentification"}},
		{"missing at the end", "<ParticipantObjectQuery>QUJD</ParticipantObjectQuery>", "", []string{"missing-element " + poi + " </ParticipantObjectIdentification>"}},
		{"twice", `<AuditSourceIdentification AuditSourceID="a"/>`, `<AuditSourceIdentification AuditSourceID="a"/><AuditSourceIdentification AuditSourceID="b"/>`,
			[]string{"duplicate-element /AuditMessage/AuditSourceIdentification[2] <AuditSourceIdentification"}},
		{"moved", `<AuditSourceIdentification AuditSourceID="a"/>`, `<AuditSourceIdentification AuditSourceID="a"/><ActiveParticipant UserID="3" UserIsRequestor="1"/>`,
			[]string{"misplaced-element " + ap + "[3] <ActiveParticipant"}},
		{"name and query", "<ParticipantObjectQuery>", "<ParticipantObjectName>x</ParticipantObjectName><ParticipantObjectQuery>",
			[]string{"misplaced-element " + poi + "/ParticipantObjectQuery <ParticipantObjectQuery>"}},
		{"unknown element", "<ParticipantObjectQuery>", "<Odd a='1'>x<AuditMessage/></Odd><ParticipantObjectQuery>", []string{"unknown-element " + poi + "/Odd <Odd"}},
		{"known element at a wrong place", "<ParticipantObjectQuery>", "<RoleIDCode/><ParticipantObjectQuery>", []string{"unknown-element " + poi + "/RoleIDCode <RoleIDCode/>"}},
		{"stray text", "<ActiveParticipant", "text<ActiveParticipant", []string{"unexpected-text /AuditMessage text"}},
		{"blank by reference", "<ActiveParticipant", "&#32;&#x0A;<ActiveParticipant", nil},
		{"a group's half", `<AuditSourceIdentification AuditSourceID="a"/>`,
			`<AuditSourceIdentification AuditSourceID="a"><AuditSourceTypeCode csd-code="1" codeSystemName="x"/></AuditSourceIdentification>`,
			[]string{"missing-attribute /AuditMessage/AuditSourceIdentification/AuditSourceTypeCode/@originalText <AuditSourceTypeCode"}},
		{"namespace", "<AuditMessage>", "<AuditMessage xmlns='urn:x'>", []string{"namespaced /AuditMessage <AuditMessage"}},
		{"namespace of one element", "<ParticipantObjectQuery>", "<p:Odd xmlns:p='urn:x'/><ParticipantObjectQuery>", []string{"unknown-element " + poi + "/p:Odd <p:Odd"}},
		{"known name in a namespace", "<ActiveParticipant UserID=\"2\"", "<p:ActiveParticipant xmlns:p='urn:x'/><ActiveParticipant UserID=\"2\"", []string{"unknown-element /AuditMessage/p:ActiveParticipant <p:ActiveParticipant"}},
		{"hint", "<AuditMessage>", "<AuditMessage xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:nil='1' xml:lang='en'>", []string{
			"unknown-attribute /AuditMessage/@xsi:nil xsi:nil='1'", "unknown-attribute /AuditMessage/@xml:lang xml:lang='en'"}},
		{"another root", minimal, "<Audit><EventIdentification/></Audit>", []string{"unknown-root /Audit <Audit>"}},
	} {
		doc := []byte(strings.Replace(minimal, c.from, c.to, 1))
		if c.from == `"2"` || c.name == "missing attribute" || c.name == "bad value" {
			i := strings.LastIndex(minimal, c.from)
			doc = []byte(minimal[:i] + c.to + minimal[i+len(c.from):])
		}
		var got []string
		for _, f := range faults(&j, doc, schemas.A51) {
			text, _, _ := strings.Cut(string(doc[f.At.Off:f.At.End]), " ")
			got = append(got, f.Code+" "+f.Path+" "+text)
		}
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
		if (len(got) == 0) != j.Valid(doc, 0, schemas.A51, nil) {
			t.Errorf("%s: Valid says otherwise", c.name)
		}
	}
}

// TestNamespaceOfAttribute: it is the namespace that counts, not the prefix.
func TestNamespaceOfAttribute(t *testing.T) {
	const instance = "http://www.w3.org/2001/XMLSchema-instance"
	var dialect schemas.Grammar
	for dialect.String() != "dcm4che" {
		dialect++
	}
	var j scan.Judge
	for _, c := range []struct {
		attributes string
		want       bool
	}{
		{`xmlns:xsi="` + instance + `" xsi:noNamespaceSchemaLocation="x"`, true},
		{`a:noNamespaceSchemaLocation="x" xmlns:a="` + instance + `"`, true},
		{`xmlns:xsi="urn:x" xsi:noNamespaceSchemaLocation="x"`, false},
		{`xmlns:xsi="` + instance + `" xsi:schemaLocation="x"`, false},
		{`xmlns:a="` + instance + `" noNamespaceSchemaLocation="x"`, false},
	} {
		doc := []byte(strings.Replace(minimal, "<AuditMessage", "<AuditMessage "+c.attributes, 1))
		if got := j.Valid(doc, 0, dialect, nil); got != c.want {
			t.Errorf("%s: %v", c.attributes, got)
		}
	}
}

// FuzzJudge says whether a document is valid in each of the ways in which it is asked:
// with and without blanks of a skeleton, and by its faults.
func FuzzJudge(f *testing.F) {
	for _, text := range []string{"QUJD", "QUJ", "", " QUJD ", "Q<!-- -->UJD", "<![CDATA[QUJD]]>", "&#x51;UJD", "<a/>"} {
		f.Add([]byte(strings.Replace(minimal, "QUJD", text, 1)))
	}
	f.Add([]byte(strings.Replace(minimal, "<AuditMessage", "<AuditMessage xml:lang='en' xmlns:a='b'", 1)))
	var s scan.Scanner
	var j scan.Judge
	f.Fuzz(func(t *testing.T, doc []byte) {
		for s.Reset(doc, 0); s.Next() != scan.EOF; {
		}
		if s.Malformed() {
			return
		}
		for g := range schemas.NumGrammars {
			plain := j.Valid(doc, 0, g, nil)
			led := j.Valid(doc, 0, g, func(int, schemas.Type) bool { return false })
			if found := faults(&j, doc, g); plain != led || led != (len(found) == 0) {
				t.Fatalf("grammar %q: valid is %v, led by a walker %v, with faults %+v", g, plain, led, found)
			}
		}
	})
}
