package parser_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"arr/audit"
	"arr/parser"
	"arr/schemas"
)

// TestVectors has documents that try one thing each. The verdict is the standard's.
func TestVectors(t *testing.T) {
	const dir = "../testdata/vectors"
	manifest, err := os.ReadFile(filepath.Join(dir, "manifest.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	p := parser.New(parser.Options{})
	for _, line := range strings.Split(strings.TrimSpace(string(manifest)), "\n")[1:] {
		cells := strings.Split(line, "\t")
		doc, err := os.ReadFile(filepath.Join(dir, cells[0]))
		if err != nil {
			t.Fatal(err)
		}
		valid := cells[1] == "valid"
		if r := p.ValidateDocument(doc); (r.Class == audit.Conformant) != valid || hasErrors(r) == valid && r.Class != audit.InDialect {
			t.Errorf("%s: %v, findings %+v", cells[0], r.Class, r.Findings)
		}
		rec := checkFrame(t, p, append([]byte(header), doc...), 0)
		if got := rec.Class; (got == audit.Conformant) != valid {
			t.Errorf("%s: in a frame %v, findings %q", cells[0], got, codesOf(rec))
		}
		if name, ok := strings.CutPrefix(filepath.Base(cells[0]), "dialect-"); ok && rec.Dialect != dialects[name] {
			t.Errorf("%s: %v %s", cells[0], rec.Class, rec.Dialect)
		}
	}
}

// TestFaultsBesideXML has documents that are not well formed within values: the grammar and
// the rules are asked as well, of all but these values.
func TestFaultsBesideXML(t *testing.T) {
	doc := event("110103", "X", "", person("", "y&nbsp;", `UserID="2"`), object("2 3 110180 1.2.3", named))
	for _, c := range []struct{ name, doc, want string }{
		{"values", doc, "missing-object bad-enum unknown-entity duplicate-attribute s"},
		{"an end tag, too", strings.Replace(doc, "</ActiveParticipant>", "", 1), "unknown-entity duplicate-attribute mismatched-end-tag "},
	} {
		p := parser.New(parser.Options{})
		for _, r := range []parser.Report{p.ValidateDocument([]byte(c.doc)), p.Validate(&audit.Entry{Frame: []byte(header + c.doc)})} {
			var got []string
			for _, f := range r.Findings {
				got = append(got, f.Code)
			}
			if strings.Join(append(got, r.Source), " ") != c.want || r.Class != audit.Malformed || r.Dialect != "" {
				t.Errorf("%s: %v of %q, findings %q, want %q", c.name, r.Class, r.Source, got, c.want)
			}
		}
	}
}

// TestManyFaults has more faults than are kept: of XML, of the grammar and of the rules, each
// alone and with others.
func TestManyFaults(t *testing.T) {
	noted := strings.Repeat(`<ParticipantObjectDetail type="a"/>`, 99)
	study := object("2 3 110180 1..2", named)
	for _, c := range []struct {
		name, doc string
		flags     audit.Flags
		last      string
	}{
		{"XML", "audit: " + event("110109", "C", "", person("", "true", `UserName="`+strings.Repeat("& ", 99)+`"`), object("1 1 2 P1", named)), 0, "bare-ampersand"},
		{"rules", event("110103", "R", "", person("", "true"), strings.Repeat(study, 99)), 0, "bad-uid"},
		{"grammar and rules", event("110103", "R", "", person("", "true"), object("2 3 110180 1.2", named+noted), strings.Repeat(study, 99)), 0, "missing-attribute"},
		{"and a frame that was cut", event("110103", "R", "", person("", "true"), object("2 3 110180 1.2", named+noted), strings.Repeat(study, 99)),
			audit.FlagTruncated | audit.FlagCutAtClose, "cut-at-close"},
	} {
		p := parser.New(parser.Options{})
		e := audit.Entry{Frame: []byte(header + c.doc), Flags: c.flags}
		r := p.Validate(&e)
		for range 3 { // by the skeleton, the third time without a scan
			rec := audit.Record{Entry: e}
			p.Parse(&rec)
			if n := len(rec.Findings); n != schemas.MaxFaults || len(r.Findings) != n || rec.Findings[n-1].Code != c.last {
				t.Errorf("%s: %d findings are kept and %d reported: %+v", c.name, n, len(r.Findings), rec.Findings[max(0, n-1):])
			}
		}
	}
}

// TestLongNames has names of a megabyte in the paths of many faults: a finding stays small.
func TestLongNames(t *testing.T) {
	long := strings.Repeat("é", 1<<19)
	for name, doc := range map[string]string{
		"of the root": "<" + long + ":AuditMessage xmlns:" + long + `="u">` + strings.Repeat("<Odd/>", 99) + "</" + long + ":AuditMessage>",
		"of elements": "<AuditMessage><" + long + ">" + strings.Repeat("& ", 99) + "</" + long + "></AuditMessage>",
	} {
		rec := audit.Record{Entry: audit.Entry{Frame: []byte(header + doc)}}
		parser.New(parser.Options{}).Parse(&rec)
		if len(rec.Findings) != schemas.MaxFaults {
			t.Errorf("%s: %d findings", name, len(rec.Findings))
		}
		for _, f := range rec.Findings {
			if len(f.Path) > 1<<10 || !utf8.ValidString(f.Path) {
				t.Fatalf("%s: the path of a finding has %d bytes: %.100q", name, len(f.Path), f.Path)
			}
		}
	}
}

// TestDeclaredEncodings has what may be declared of a document in ASCII.
func TestDeclaredEncodings(t *testing.T) {
	doc := event("110109", "C", "", person("", "true"), object("1 1 2 P1", named))
	for encoding, want := range map[string]string{
		"UTF-8": "", "utf-8": "", "US-ASCII": "", "ISO-8859-1": "", "Windows-1252": "", "KOI8-R": "", "GB18030": "", "Shift_JIS": "",
		"UTF-16": "encoding-contradicted", "x-klingon": "encoding-unknown",
	} {
		r := parser.New(parser.Options{}).ValidateDocument([]byte(`<?xml version="1.0" encoding="` + encoding + `"?>` + doc))
		got := ""
		for _, f := range r.Findings {
			got += f.Code
		}
		if got != want || (r.Class == audit.Conformant) != (want == "") {
			t.Errorf("%s: %v %q", encoding, r.Class, got)
		}
	}
}

// dialects are those of the vectors that have one. One mixes two.
var dialects = map[string]string{
	"cp1362-code.xml":                   "dicom2016",
	"dcm4che-useridtypecode.xml":        "dcm4che",
	"ihe-purposeofuse.xml":              "ihe",
	"pre-cp1361-description.xml":        "dicom2009",
	"pre2016-code-on-source.xml":        "dicom2009",
	"pre2016-sourcetype-text.xml":       "dicom2009",
	"ps317-sample-noschemalocation.xml": "dcm4che",
	"rfc3881-codesystem-oid.xml":        "dcm4che",
	"rfc3881.xml":                       "rfc3881",
	"supplement95.xml":                  "supplement95",
}

func hasErrors(r parser.Report) bool {
	for _, f := range r.Findings {
		if f.Level == schemas.Error {
			return true
		}
	}
	return false
}
