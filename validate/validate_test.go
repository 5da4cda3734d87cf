package validate_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"arr/audit"
	"arr/parser"
	"arr/schemas"
	"arr/validate"
)

const good = `<AuditMessage><EventIdentification EventActionCode="E" EventDateTime="2026-03-04T05:06:07Z" EventOutcomeIndicator="0">
<EventID csd-code="110100" codeSystemName="DCM" originalText="Application Activity"/>
<EventTypeCode csd-code="110120" codeSystemName="DCM" originalText="Application Start"/></EventIdentification>
<ActiveParticipant UserID="1" UserIsRequestor="false"><RoleIDCode csd-code="110150" codeSystemName="DCM" originalText="Application"/></ActiveParticipant>
<AuditSourceIdentification AuditSourceID="ct1"/></AuditMessage>
`

// faulty has five faults, none of which hides another.
const faulty = `<AuditMessage>
<EventIdentification EventActionCode="X" EventDateTime="2026-03-04T05:06:07Z" EventOutcomeIndicator="0">
<EventID csd-code="110100" codeSystemName="DCM"/>
<EventTypeCode csd-code="110120" codeSystemName="DCM" originalText="Application Start"/></EventIdentification>
<ActiveParticipant UserID="1" UserIsRequestor="FALSE"><RoleIDCode csd-code="110150" codeSystemName="DCM" originalText="Application"/></ActiveParticipant>
<ActiveParticipant UserID="2" UserIsRequestor="true" Colour="red"/>
<AuditSourceIdentification AuditSourceID="ct2"/>
<ParticipantObjectIdentification ParticipantObjectID="ü"><ParticipantObjectIDTypeCode csd-code="1" codeSystemName="x" originalText="y"/></ParticipantObjectIdentification>
</AuditMessage>
`

const header = "<85>1 2026-03-04T05:06:07Z h a - IHE+RFC-3881 - "

// directory makes files and gives the directory that they are in.
func directory(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// collector keeps results.
type collector struct {
	results []validate.Result
	closed  bool
}

func (c *collector) Write(r *validate.Result) error {
	c.results = append(c.results, *r)
	return nil
}

func (c *collector) Close() error {
	c.closed = true
	return nil
}

func TestPieces(t *testing.T) {
	p := parser.New(parser.Options{})
	frame := header + strings.TrimSpace(good)
	counted := func(s string) string { return fmt.Sprintf("%d %s", len(s), s) }
	for _, c := range []struct {
		name, text string
		want       []audit.Class
	}{
		{"document", good, []audit.Class{audit.Conformant}},
		{"byte order mark", "\uFEFF" + good, []audit.Class{audit.Conformant}},
		{"white space before the declaration", "\n<?xml version='1.0'?>" + good, []audit.Class{audit.Malformed}},
		{"NUL behind", good + "\x00", []audit.Class{audit.Malformed}},
		{"empty", "", []audit.Class{audit.Malformed}},
		{"no XML", "hello", []audit.Class{audit.Malformed}},
		{"another root", "<html/>", []audit.Class{audit.Foreign}},
		{"faulty", faulty, []audit.Class{audit.Deviating}},
		{"one frame", frame, []audit.Class{audit.Conformant}},
		{"frames a line", frame + "\n<13>Mar  4 05:06:07 h sshd: hello\n" + frame + "\n", []audit.Class{audit.Conformant, audit.Foreign, audit.Conformant}},
		{"counted", counted(frame) + counted(header+faulty) + counted("<13>hi"), []audit.Class{audit.Conformant, audit.Deviating, audit.Foreign}},
		{"counted, line ends between", counted(frame) + "\n", []audit.Class{audit.Conformant}},
		{"counted, cut", counted(frame) + "9999 " + header, []audit.Class{audit.Conformant, audit.Foreign}},
		{"counted, then none", counted(frame) + "xyz", []audit.Class{audit.Conformant, audit.Unframed}},
	} {
		results := validate.Text(p, "f", []byte(c.text))
		var got []audit.Class
		for _, r := range results {
			got = append(got, r.Class)
			for _, f := range r.Findings {
				if f.Off < r.Off || f.Off+f.Len > r.End || f.Path == "" || f.Message == "" || f.Clause == "" {
					t.Errorf("%s: finding %+v in %d to %d", c.name, f, r.Off, r.End)
				}
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestRun(t *testing.T) {
	files := map[string]string{".hidden": "x", "sub/.git/x": "x"}
	for i := range 300 {
		files[fmt.Sprintf("m%03d.xml", i)] = good
	}
	files["sub/z.xml"] = faulty
	dir := directory(t, files)
	var want []string
	for i := range 300 {
		want = append(want, filepath.Join(dir, fmt.Sprintf("m%03d.xml", i)))
	}
	want = append(want, filepath.Join(dir, "sub/z.xml"), filepath.Join(dir, "m001.xml"), validate.Stdin)
	var c collector
	var failed []string
	o := validate.Options{Stdin: strings.NewReader(faulty), Failed: func(file string, err error) { failed = append(failed, file) }}
	names := []string{dir, filepath.Join(dir, "m001.xml"), validate.Stdin, filepath.Join(dir, "none")}
	if err := validate.Run(t.Context(), names, o, &c); err != nil || !c.closed || len(c.results) != len(want) {
		t.Fatalf("%v, %d results", err, len(c.results))
	}
	for i, r := range c.results {
		if r.File != want[i] {
			t.Fatalf("result %d is of %s, want %s", i, r.File, want[i])
		}
		if faults := strings.HasSuffix(r.File, "z.xml") || r.File == validate.Stdin; r.Has(schemas.Error) != faults {
			t.Errorf("%s: findings %v", r.File, r.Findings)
		}
	}
	// What can't be read is told, and does not end the run.
	if len(failed) != 1 || failed[0] != names[3] {
		t.Errorf("failed %q", failed)
	}
	if err := validate.Run(t.Context(), names[3:], validate.Options{}, &c); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

// slowly gives a text so many bytes at a time.
type slowly struct {
	text string
	n    int
}

func (s *slowly) Read(b []byte) (int, error) {
	if s.text == "" {
		return 0, io.EOF
	}
	n := copy(b[:min(s.n, len(b))], s.text)
	s.text = s.text[n:]
	return n, nil
}

// TestStream has what comes in pieces judged as a file of the same bytes.
func TestStream(t *testing.T) {
	frame := header + strings.TrimSpace(good)
	counted := func(s string) string { return fmt.Sprintf("%d %s", len(s), s) }
	long := strings.Repeat(counted(header+faulty), 200)
	for name, text := range map[string]string{
		"none": "", "white space": " \n", "document": faulty, "byte order mark": "\uFEFF" + faulty, "one": counted(frame), "two": counted(frame) + counted(header+faulty),
		"cut": counted(frame) + "9999 " + header, "then none": counted(frame) + "xyz", "lines": frame + "\r\n" + header + faulty + "\n\n" + frame,
		"long": long, "long lines": strings.Repeat(header+faulty, 200), "no XML": "hello\nthere",
	} {
		want := validate.Text(parser.New(parser.Options{}), validate.Stdin, []byte(text))
		for _, n := range []int{3, 101, 4096, 1 << 20} {
			if n < 4096 && len(text) > 1<<16 {
				continue
			}
			var got, whole bytes.Buffer
			if err := validate.Run(t.Context(), []string{validate.Stdin}, validate.Options{Stdin: &slowly{text, n}}, &validate.JSONWriter{Out: &got}); err != nil {
				t.Fatal(err)
			}
			j := validate.JSONWriter{Out: &whole}
			for i := range want {
				if err := j.Write(&want[i]); err != nil {
					t.Fatal(err)
				}
			}
			if got.String() != whole.String() {
				t.Errorf("%s, %d bytes at a time:\n%.2000s\nwant\n%.2000s", name, n, &got, &whole)
			}
		}
	}
}

// FuzzStream has what comes in pieces judged as a file of the same bytes.
func FuzzStream(f *testing.F) {
	f.Add([]byte(fmt.Sprintf("%d %s%d %s", len(header+good), header+good, len(header), header)), uint16(100))
	f.Add([]byte(header+faulty+header+"\r\n\n"+header), uint16(7))
	f.Add([]byte("\uFEFF\n"+good), uint16(3))
	f.Add([]byte("3 abc4 defg5 x"), uint16(1))
	f.Fuzz(func(t *testing.T, b []byte, n uint16) {
		if len(b) > 1<<14 {
			return
		}
		var got, want bytes.Buffer
		if err := validate.Run(t.Context(), []string{validate.Stdin}, validate.Options{Stdin: &slowly{string(b), int(n) + len(b)/32 + 1}}, &validate.JSONWriter{Out: &got}); err != nil {
			t.Fatal(err)
		}
		w := validate.JSONWriter{Out: &want}
		for _, r := range validate.Text(parser.New(parser.Options{}), validate.Stdin, b) {
			if err := w.Write(&r); err != nil {
				t.Fatal(err)
			}
		}
		if got.String() != want.String() {
			t.Fatalf("%q, %d bytes at a time:\n%s\nwant\n%s", b, n, &got, &want)
		}
	})
}

// TestLong has messages longer than what is judged of one: what follows them is judged.
func TestLong(t *testing.T) {
	frame := header + strings.TrimSpace(good)
	huge := header + strings.Repeat("x", 16<<20)
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"counted": {fmt.Sprintf("%d %s%d %s", len(huge), huge, len(frame), frame), 2},
		"lines":   {huge + "\n" + frame + "\n" + frame, 3},
	} {
		file := validate.Stdin
		if name == "lines" {
			file = filepath.Join(directory(t, map[string]string{"f": c.text}), "f")
		}
		var got collector
		if err := validate.Run(t.Context(), []string{file}, validate.Options{Stdin: strings.NewReader(c.text)}, &got); err != nil {
			t.Fatal(err)
		}
		if len(got.results) != c.want {
			t.Fatalf("%s: %d messages, want %d", name, len(got.results), c.want)
		}
		long := 0
		for _, r := range got.results {
			for _, f := range r.Findings {
				if f.Code == "frame-too-long" {
					long++
				}
			}
		}
		if last := got.results[c.want-1]; long != 1 || c.want > 1 && last.Class != audit.Conformant {
			t.Errorf("%s: %d are too long, the last is %v", name, long, last.Class)
		}
	}
}

// TestFiveFaults has each fault at its place, in each format.
func TestFiveFaults(t *testing.T) {
	r := validate.Text(parser.New(parser.Options{}), "dir/f.xml", []byte(faulty))[0]
	var b bytes.Buffer
	w := validate.JSONWriter{Out: &b}
	if err := w.Write(&r); err != nil {
		t.Fatal(err)
	}
	var got struct {
		File, Conformance string
		Findings          []struct {
			Code, Class, Level, Path, Message, Expected, Clause string
			Offset, Length, Line, Column                        int
		}
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil || got.File != "dir/f.xml" || got.Conformance != "deviating" {
		t.Fatalf("%v: %s", err, b.Bytes())
	}
	var lines []string
	for _, f := range got.Findings {
		if f.Level == "error" {
			lines = append(lines, fmt.Sprintf("%d:%d %s %s %.12q", f.Line, f.Column, f.Code, f.Path, faulty[f.Offset:f.Offset+f.Length]))
		}
	}
	want := []string{
		`2:39 bad-enum /AuditMessage/EventIdentification/@EventActionCode "X"`,
		`3:1 missing-attribute /AuditMessage/EventIdentification/EventID/@originalText "<EventID csd"`,
		`5:48 bad-boolean /AuditMessage/ActiveParticipant/@UserIsRequestor "FALSE"`,
		`6:54 unknown-attribute /AuditMessage/ActiveParticipant[2]/@Colour "Colour=\"red\""`,
		`8:137 missing-element /AuditMessage/ParticipantObjectIdentification "</Participan"`,
	}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

func write(t *testing.T, w validate.Writer, b *bytes.Buffer) string {
	t.Helper()
	p := parser.New(parser.Options{})
	for name, text := range map[string]string{"good.xml": good} {
		for _, r := range validate.Text(p, name, []byte(text)) {
			if err := w.Write(&r); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, r := range validate.Text(p, "a b\x1b.xml", []byte(faulty)) {
		if err := w.Write(&r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSARIF(t *testing.T) {
	var b bytes.Buffer
	text := write(t, &validate.SARIFWriter{Out: &b, Version: "1"}, &b)
	var log struct {
		Version string
		Runs    []struct {
			Results []struct {
				RuleID    string
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	results := log.Runs[0].Results
	if log.Version != "2.1.0" || len(results) < 5 || results[0].RuleID != "bad-enum" || results[0].Locations[0].PhysicalLocation.Region.StartLine != 2 {
		t.Errorf("%+v", log)
	}
	if got := results[0].Locations[0].PhysicalLocation.ArtifactLocation.URI; got != "a%20b%1B.xml" {
		t.Errorf("URI %q", got)
	}
	b.Reset()
	none := validate.SARIFWriter{Out: &b}
	if err := none.Close(); err != nil || json.Unmarshal(b.Bytes(), &log) != nil {
		t.Errorf("without findings: %v %s", err, b.Bytes())
	}
}

func TestJUnit(t *testing.T) {
	var b bytes.Buffer
	text := write(t, &validate.JUnitWriter{Out: &b, Level: schemas.Error}, &b)
	var suite struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Cases    []struct {
			Failure *struct {
				Text string `xml:",chardata"`
			} `xml:"failure"`
		} `xml:"testcase"`
	}
	if err := xml.Unmarshal([]byte(text), &suite); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if suite.Tests != 2 || suite.Failures != 1 || suite.Cases[0].Failure != nil || strings.Count(suite.Cases[1].Failure.Text, "\n") != 5 {
		t.Errorf("%s", text)
	}
}

// TestJUnitSuites has more messages than a suite holds.
func TestJUnitSuites(t *testing.T) {
	var b bytes.Buffer
	w := &validate.JUnitWriter{Out: &b, Level: schemas.Error}
	r := validate.Text(parser.New(parser.Options{}), "faulty.xml", []byte(faulty))[0]
	const messages = 3000
	for range messages {
		if err := w.Write(&r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var suites struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []struct {
			Tests    int        `xml:"tests,attr"`
			Failures int        `xml:"failures,attr"`
			Cases    []struct{} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(b.Bytes(), &suites); err != nil {
		t.Fatal(err)
	}
	tests := 0
	for _, s := range suites.Suites {
		if tests += s.Tests; s.Tests != len(s.Cases) || s.Failures != s.Tests {
			t.Errorf("%d tests, %d failures of %d", s.Tests, s.Failures, len(s.Cases))
		}
	}
	if tests != messages || len(suites.Suites) < 2 {
		t.Errorf("%d tests in %d suites", tests, len(suites.Suites))
	}
}

func TestForPeople(t *testing.T) {
	var b bytes.Buffer
	text := write(t, &validate.TextWriter{Out: &b}, &b)
	for _, want := range []string{
		"good.xml: conformant\n",
		"  2:39 error bad-enum: ",
		"\n    | <EventIdentification EventActionCode=\"X\" EventDateTime=",
		"\n    |                                       ^\n",
		"2 messages: 1 conformant, 1 deviating; 5 errors, ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

// TestScorecardOfLongNames: what a sender calls itself, and its elements, does not make a
// scorecard large.
func TestScorecardOfLongNames(t *testing.T) {
	var b bytes.Buffer
	w := &validate.Scorecard{Out: &b}
	long := strings.Repeat("x", 100_000)
	for _, name := range []string{long + "1", long + "2"} {
		r := &validate.Result{File: "a.xml", Text: []byte("<a/>")}
		r.Source = name
		r.Findings = []parser.Finding{{}}
		r.Findings[0].Code, r.Findings[0].Path = "bad-enum", "/"+long
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 4000 || strings.Count(b.String(), "1 message") != 2 {
		t.Errorf("%d bytes: %.500s", b.Len(), &b)
	}
}

func TestScorecard(t *testing.T) {
	for _, html := range []bool{false, true} {
		var b bytes.Buffer
		text := write(t, &validate.Scorecard{Out: &b, HTML: html}, &b)
		if at := strings.Index(text, "ct2"); at < 0 || at > strings.Index(text, "ct1") || !strings.Contains(text, "bad-enum") || !strings.Contains(text, "100.0 %") {
			t.Errorf("html %v:\n%s", html, text)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(faulty))
	f.Add([]byte(strings.Replace(faulty, "<AuditSource", "&<AuditSource", 1)))
	f.Add([]byte("12 <13>hi there" + header + good))
	f.Add([]byte("\xFF\xFE<\x00a\x00/\x00>\x00"))
	p := parser.New(parser.Options{})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, r := range validate.Text(p, "f", b) {
			if r.Off < 0 || r.End > len(b) || r.Off > r.End || len(r.Findings) > schemas.MaxFaults {
				t.Fatalf("%+v", r)
			}
			for _, x := range r.Findings {
				if x.Off < r.Off || x.Len < 0 || x.Off+x.Len > r.End || schemas.KindOf(x.Code) == nil || x.Path == "" {
					t.Fatalf("finding %+v of a message from %d to %d", x, r.Off, r.End)
				}
			}
			if good := r.Class == audit.Conformant || r.Class == audit.InDialect; good == r.Has(schemas.Error) && r.Class != audit.Conformant {
				t.Fatalf("%v with findings %+v", r.Class, r.Findings)
			}
			for _, w := range []validate.Writer{
				&validate.TextWriter{Out: io.Discard}, &validate.JSONWriter{Out: io.Discard}, &validate.Scorecard{Out: io.Discard},
			} {
				if err := w.Write(&r); err != nil {
					t.Fatal(err)
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
