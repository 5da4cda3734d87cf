package answer_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"testing"

	"arr/answer"
	"arr/audit"
)

// TestFormulas has values that a spreadsheet runs, some of them only where semicolons or line
// ends separate cells for it.
func TestFormulas(t *testing.T) {
	for value, want := range map[string]string{
		"jdoe":                 "jdoe",
		"a=b-c@d+e":            "a=b-c@d+e",
		"=1":                   "'=1",
		"+1":                   "'+1",
		"-1":                   "'-1",
		"@a":                   "'@a",
		"\t=1":                 "'\t'=1",
		"\n=1":                 "'\n'=1",
		"\r\n\r\n=1":           "'\n\n'=1", // encoding/csv reads CR LF as LF
		" =1":                  "' =1",
		"\u00A0\u3000=1":       "'\u00A0\u3000=1",
		"＝1":                   "'＝1",
		"＋1":                   "'＋1",
		"－1":                   "'－1",
		"＠a":                   "'＠a",
		"﹦1":                   "'﹦1",
		"x;=cmd|'/C calc'!A0;": "x;'=cmd|'/C calc'!A0;",
		"x; \u00A0＝1":          "x; \u00A0'＝1",
		"x\n=1":                "x\n'=1",
		"x\t@a":                "x\t'@a",
		"\u200B=1":             `\u200b=1`,
		"a\u202Eb\u0085\u009b": `a\u202eb\u0085\u009b`,
	} {
		m := &audit.Message{OutcomeDescription: value}
		fields, err := answer.ParseFields("outcomeDescription")
		if err != nil {
			t.Fatal(err)
		}
		out := one(t, &audit.Record{Shape: audit.RawShape}, answer.Options{Format: answer.CSV, Fields: fields, Reader: said{0: {message: m}}})
		rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
		if err != nil || len(rows) != 2 || rows[1][0] != want {
			t.Errorf("%q: %q, %v, want %q", value, rows, err, want)
		}
	}
}

// hidden has a character of each kind that is not seen.
const hidden = "a\u0085b\u009b31m\u202E\u2066\u200F\u2028\u2029\u200B\uFEFF\u00AD\u3164\U000E0041z"

// TestHiddenInJSON: a program reads what was sent, and a terminal nothing of it.
func TestHiddenInJSON(t *testing.T) {
	for _, f := range []answer.Format{answer.NDJSON, answer.JSON} {
		r := &audit.Record{Shape: audit.RawShape, Entry: audit.Entry{Peer: hidden}}
		out := one(t, r, answer.Options{Format: f, Reader: said{}})
		var v struct{ Peer string }
		line := bytes.Trim(out, "[]\n")
		if err := json.Unmarshal(line, &v); err != nil || v.Peer != hidden || bytes.ContainsFunc(out, steers) {
			t.Errorf("%s: %q, %v", out, v.Peer, err)
		}
	}
}

// TestHiddenInXML has hidden characters wherever a document may have them: values are read
// alike, and a terminal sees none.
func TestHiddenInXML(t *testing.T) {
	doc := "<?xml version='1.0'?><!-- " + hidden + " --><AuditMessage a='" + hidden + ">' b=\"" + hidden + "\">" +
		"<!-- " + hidden + " --><?x " + hidden + "?>" + hidden + "é<b>\n\t<![CDATA[" + hidden + "<]]></b></AuditMessage>"
	out := answer.Document(&audit.Record{Shape: audit.RawShape}, said{0: {message: &audit.Message{}, text: doc}})
	if bytes.ContainsFunc(out, func(r rune) bool { return r != '\t' && steers(r) }) {
		t.Errorf("%q reaches a terminal", out)
	}
	var v struct {
		A    string `xml:"a,attr"`
		B    string `xml:"b,attr"`
		Text string `xml:",chardata"`
		Data string `xml:"b"`
	}
	if err := xml.Unmarshal(out, &v); err != nil || v.A != hidden+">" || v.B != hidden || v.Text != hidden+"é" || v.Data != "\n\t"+hidden+"<" {
		t.Errorf("%s\n%+q, %v", out, v, err)
	}
}
