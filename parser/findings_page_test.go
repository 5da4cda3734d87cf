package parser

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"arr/scan"
	"arr/schemas"
)

var update = flag.Bool("update", false, "write docs/findings.md anew")

// TestFindingsPage says whether docs/findings.md lists all codes of findings, and whether
// each of them has its kind.
func TestFindingsPage(t *testing.T) {
	texts := map[string]string{}
	for c := scan.FaultCode(0); c <= scan.SpacedByteOrder; c++ {
		texts[c.String()] = c.Sentence()
	}
	for code, sentence := range sentences {
		if texts[code] != "" {
			t.Errorf("%s has two sentences", code)
		}
		texts[code] = sentence
	}
	for i := range schemas.Kinds {
		k := &schemas.Kinds[i]
		if (k.Sentence == "") == (texts[k.Code] == "") && k.Code != "namespaced" {
			t.Errorf("%s has no sentence, or two", k.Code)
		}
		if k.Sentence != "" {
			texts[k.Code] = k.Sentence
		}
		if k.Expected == "" || k.Example == "" || k.Clause == "" {
			t.Errorf("%s lacks something: %+v", k.Code, k)
		}
	}
	for code := range texts {
		if schemas.KindOf(code) == nil {
			t.Errorf("%s has no kind in package schemas", code)
		}
	}
	const page = "../docs/findings.md"
	want := findingsPage(texts)
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(page); err != nil || string(got) != want {
		t.Errorf("docs/findings.md is not what the kinds of findings give (%v): go test ./parser -run FindingsPage -update", err)
	}
}

func findingsPage(texts map[string]string) string {
	var b strings.Builder
	b.WriteString(`# Findings

What arr says of a frame that is not as the standards have it. A finding has a code, a path to
the place in the message ("/" for the whole frame), the place in the frame's bytes, and a
sentence; it never holds a value of the message. Codes are stable: ` + "`finding:CODE`" + ` asks for the
records that have one.

An error breaks the grammar of PS3.15 A.5.1 and of every dialect that is known, or keeps the
message from being read whole. A warning breaks what the standards say beside the grammar, or
is how a dialect differs from A.5.1; ` + "`arr validate`" + ` then gives it the class ` + "`dialect`" + ` under the same
code, ` + "`arr show`" + ` lists it apart, and ` + "`arr status`" + ` counts it by source. At most ` + strconv.Itoa(schemas.MaxFaults) + ` findings
are kept of one message, those of the grammar first.

This page is made from the code (` + "`go test ./parser -run FindingsPage -update`" + `).
`)
	for _, class := range []struct {
		class schemas.FindingClass
		title string
	}{
		{schemas.ClassSchema, "The grammar (`schema`)"},
		{schemas.ClassRule, "The rules beside it (`rule`)"},
		{schemas.ClassXML, "XML and encodings (`xml`)"},
		{schemas.ClassFrame, "The syslog frame (`frame`)"},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n| code | level | what | expected | example | clause |\n|---|---|---|---|---|---|\n", class.title)
		for i := range schemas.Kinds {
			if k := &schemas.Kinds[i]; k.Class == class.class {
				fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", k.Code, k.Level, texts[k.Code], k.Expected, k.Example, k.Clause)
			}
		}
	}
	return b.String()
}
