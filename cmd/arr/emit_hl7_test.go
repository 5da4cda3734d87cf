package main

import (
	"bytes"
	"strings"
	"testing"

	"arr/emitter"
)

const (
	adtMerge = "MSH|^~\\&|ADT|HOSP|PACS|RAD|20260304||ADT^A40|C1|P|2.5\rPID|||17^^^H||DOE^JANE\rMRG|16^^^H||||||DOE^J\r"
	adtAck   = "MSH|^~\\&|PACS|RAD|ADT|HOSP|20260304||ACK^A40|C2|P|2.5\rMSA|AA|C1\r"
)

// dryRun runs arr emit --dry-run and gives the lines it prints.
func dryRun(t *testing.T, args ...string) []string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), append([]string{"arr", "emit", "--dry-run"}, args...), nil, &stdout, &stderr); code != 0 {
		t.Fatalf("%q: exit code %d: %s", args, code, &stderr)
	}
	return strings.Split(strings.TrimSuffix(stdout.String(), "\n"), "\n")
}

func TestEmitHL7DryRun(t *testing.T) {
	message, ack := writeFile(t, "m.hl7", adtMerge), writeFile(t, "a.hl7", adtAck)
	for _, c := range []struct {
		args []string
		want []string // in each line
	}{
		{nil, []string{
			`EventActionCode="U",csd-code="ITI-8",ParticipantObjectID="17^^^H",AuditSourceID="pacs"`,
			`EventActionCode="D",csd-code="ITI-8",ParticipantObjectID="16^^^H",AuditSourceID="pacs"`,
		}},
		{[]string{"--did", "created"}, []string{`EventActionCode="C"`, `EventActionCode="D"`}},
		{[]string{"--dialect", "dcm4che", "--sent"}, []string{`EventActionCode="U",UserTypeCode="2"`, `EventActionCode="D",UserIDTypeCode`}},
		{[]string{"--hl7-table", writeFile(t, "t", "ADT * both - 110110 R - patient\n")}, []string{`EventActionCode="R"`}},
		{[]string{"--did-table", writeFile(t, "d", "ADT^A40 MSA-1=AA created\n")}, []string{`EventActionCode="C"`, `EventActionCode="D"`}},
		{[]string{"--did", "updated", "--did-table", writeFile(t, "d", "* MSA created\n")}, []string{`EventActionCode="U"`, `EventActionCode="D"`}},
		{[]string{"--peer", "192.0.2.7"}, []string{`NetworkAccessPointID="192.0.2.7"`, ""}},
	} {
		lines := dryRun(t, append([]string{"--hl7", message, "--ack", ack, "--device", "pacs"}, c.args...)...)
		if len(lines) != len(c.want) {
			t.Errorf("%q: %d lines, want %d", c.args, len(lines), len(c.want))
			continue
		}
		for i, want := range c.want {
			for part := range strings.SplitSeq(want, ",") {
				if !strings.Contains(lines[i], part) {
					t.Errorf("%q: no %s in line %d: %s", c.args, part, i+1, lines[i])
				}
			}
		}
	}
}

func TestEmitHL7Sends(t *testing.T) {
	to, got := listen(t)
	var stdout, stderr bytes.Buffer
	args := []string{"arr", "emit", "--to", to, "--hl7", "-", "--dialect", "dcm4che"}
	if code := run(t.Context(), args, strings.NewReader(adtMerge+adtMerge), &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	r := emitter.NewReader(bytes.NewReader(got()))
	for i := range 4 {
		frame, err := r.Next()
		if err != nil || !bytes.Contains(frame, []byte("\ufeff<?xml")) {
			t.Fatalf("frame %d: %.80q, %v", i, frame, err)
		}
	}
}

// What a site's table makes deviate from the standard is printed all the same, and said.
func TestEmitHL7Deviates(t *testing.T) {
	var stdout, stderr bytes.Buffer
	args := []string{"arr", "emit", "--dry-run", "--hl7", writeFile(t, "m.hl7", adtMerge), "--hl7-table", writeFile(t, "t", "ADT * both - 110110 E ITI-8 patient\n")}
	if code := run(t.Context(), args, nil, &stdout, &stderr); code != 0 || !strings.Contains(stdout.String(), "<AuditMessage>") {
		t.Errorf("exit code %d: %s", code, &stdout)
	}
	if !strings.Contains(stderr.String(), "message 1 deviates") || strings.Contains(stderr.String(), "JANE") {
		t.Errorf("it says %s", &stderr)
	}
}

func TestEmitHL7OwesNothing(t *testing.T) {
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"arr", "emit", "--hl7", writeFile(t, "a.hl7", adtAck), "--dry-run"}, nil, &stdout, &stderr)
	if code != 0 || stdout.Len() > 0 || !strings.Contains(stderr.String(), "no audit message is owed") {
		t.Errorf("exit code %d, %q, %q", code, &stdout, &stderr)
	}
}

func TestEmitHL7Refuses(t *testing.T) {
	message := writeFile(t, "m.hl7", adtMerge)
	for want, args := range map[string][]string{
		"--did":       {"--hl7", message, "--did", "eaten"},
		"--dialect":   {"--hl7", message, "--dialect", "french"},
		"--hl7:":      {"--hl7", message + ".not"},
		"--ack:":      {"--hl7", message, "--ack", message + ".not"},
		"--hl7-table": {"--hl7", message, "--hl7-table", message},
		"both be":     {"--hl7", "-", "--ack", "-"},
		"--did-table": {"--hl7", message, "--did-table", message},
		"one after":   {"--hl7", message, "more.xml"},
		"give --hl7":  {"more.xml"},

		"--ack says nothing without --hl7":       {"--ack", message, "more.xml"},
		"--did says nothing without --hl7":       {"--event", "logout", "--did", "created"},
		"--set says nothing without --event":     {"--hl7", message, "--set", "user=jane"},
		"--dialect is for messages that are mad": {"--dialect", "dcm4che", "more.xml"},
	} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), append([]string{"arr", "emit", "--dry-run"}, args...), nil, &stdout, &stderr); code != exitUsage {
			t.Errorf("%q: exit code %d", args, code)
		}
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("%q: no %s in %s", args, want, &stderr)
		}
	}
}
