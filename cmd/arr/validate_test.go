package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const auditMessage = `<AuditMessage><EventIdentification EventActionCode="E" EventDateTime="2026-03-04T05:06:07Z" EventOutcomeIndicator="0">` +
	`<EventID csd-code="110100" codeSystemName="DCM" originalText="Application Activity"/>` +
	`<EventTypeCode csd-code="110120" codeSystemName="DCM" originalText="Application Start"/></EventIdentification>` +
	`<ActiveParticipant UserID="1" UserIsRequestor="false"><RoleIDCode csd-code="110150" codeSystemName="DCM" originalText="Application"/></ActiveParticipant>` +
	`<AuditSourceIdentification AuditSourceID="ct1"/></AuditMessage>`

func TestValidate(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"good.xml":   auditMessage,
		"rule.xml":   strings.Replace(auditMessage, `"E"`, `"R"`, 1),
		"bad.xml":    strings.Replace(auditMessage, `"E"`, `"X"`, 1),
		"hinted.xml": strings.Replace(auditMessage, "<AuditMessage", `<AuditMessage xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="x"`, 1),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args           string
		code           int
		stdout, stderr string
	}{
		{"good.xml", 0, "good.xml: conformant\n1 message: 1 conformant; 0 errors, 0 warnings", ""},
		{"bad.xml", 1, "error bad-enum", ""},
		{"good.xml bad.xml", 1, "1 conformant, 1 deviating", ""},
		{"rule.xml", 0, "warning wrong-action", ""},
		{"rule.xml --level warning", 1, "warning wrong-action", ""},
		{"hinted.xml", 0, "dialect dcm4che", ""},
		{"hinted.xml --level warning --format json", 1, `"dialect":"dcm4che"`, ""},
		{". --format junit", 1, `tests="4" failures="1"`, ""},
		{". --format sarif", 1, `"ruleId":"bad-enum"`, ""},
		{". --vendor", 1, "ct1: 4 messages: 2 conformant, 1 dialect (dcm4che), 1 deviating", ""},
		{". --vendor --format html", 1, "<h2>ct1</h2>", ""},
		{"none.xml good.xml", exitFailed, "conformant", "none.xml"},
		{"", exitUsage, "", "no file was named"},
		{"--vendor --question x good.xml", exitUsage, "", "no file was named"},
		{"--question x", exitUsage, "", "--question goes with --vendor"},
		{"--format pdf good.xml", exitUsage, "", `--format "pdf" is none`},
		{"--level high good.xml", exitUsage, "", `--level "high"`},
		{"--edition 1999 good.xml", exitUsage, "", `--edition "1999"`},
		{"--edition 2025a good.xml", 0, "conformant", ""},
	} {
		args := []string{"validate"}
		for _, a := range strings.Fields(c.args) {
			if a == "." || strings.HasSuffix(a, ".xml") {
				a = filepath.Join(dir, a)
			}
			args = append(args, a)
		}
		stdout, stderr, code := commandLine(t, args...)
		stdout = strings.ReplaceAll(stdout, dir+string(filepath.Separator), "")
		if code != c.code || !holds(stdout, c.stdout) || !holds(stderr, c.stderr) {
			t.Errorf("arr validate %s exits with %d\nstdout %s\nstderr %s", c.args, code, stdout, stderr)
		}
	}
}

// TestValidateStandardInput has octet-counted frames, as arr query writes them.
func TestValidateStandardInput(t *testing.T) {
	frame := "<85>1 2026-03-04T05:06:07Z h a - IHE+RFC-3881 - " + auditMessage
	var out, errs strings.Builder
	in := strings.NewReader(fmt.Sprintf("%d %s%d %s", len(frame), frame, len(frame), frame))
	if code := run(t.Context(), []string{"arr", "validate", "-"}, in, &out, &errs); code != 0 || !strings.Contains(out.String(), "-, message 2: conformant") {
		t.Errorf("exits with %d\n%s%s", code, &out, &errs)
	}
}

func TestCodes(t *testing.T) {
	for _, c := range []struct {
		text, want string
		code       int
	}{
		{"patient record", "110110  Patient Record  DCM  CID 400\n", 0},
		{"ITI-18", "Registry Stored Query", 0},
		{"1.2.840.10008.5.1.4.1.1.2", "CT Image Storage", 0},
		{"", "Medical Record Number", 0},
		{"nothing like it", "", 1},
	} {
		stdout, stderr, code := commandLine(t, append([]string{"codes"}, strings.Fields(c.text)...)...)
		if code != c.code || !holds(stdout, c.want) || stderr != "" {
			t.Errorf("arr codes %s exits with %d\n%s%s", c.text, code, stdout, stderr)
		}
	}
}

// TestValidateQuestion folds the records that answer a question into a scorecard, of a
// directory at rest and of one that is served.
func TestValidateQuestion(t *testing.T) {
	rest := closedStore(t)
	live, _ := served(t)
	column := 1 + strings.Index(string(login(2, "asmith", "4")), "<ActiveParticipant")
	for _, dir := range []string{rest, live} {
		for _, c := range []struct {
			question, format, want string
			code                   int
		}{
			{"user:asmith", "text", fmt.Sprintf("example: record 1:1:%d /AuditMessage/ActiveParticipant\n", column), 1},
			{"user:jdoe", "html", "<code>record 0:1:", 1},
			{"user:nobody", "text", "no messages\n", 0},
			{"user:(", "text", "", exitUsage},
		} {
			stdout, stderr, code := commandLine(t, "validate", "--vendor", "--level", "warning", "--format", c.format, "--question", c.question, "--data", dir)
			if code != c.code || !holds(stdout, c.want) {
				t.Errorf("%s as %s: exits with %d\n%s%s", c.question, c.format, code, stdout, stderr)
			}
		}
	}
}
