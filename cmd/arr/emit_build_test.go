package main

import (
	"bytes"
	"strings"
	"testing"
)

// everything is a value for each key that any builder asks for.
var everything = []string{
	"user=jane", "user-name=Jane", "user-host=192.0.2.7", "other=PACS", "other-host=pacs.example", "media=110033",
	"patient=17^^^H", "patient-name=DOE^JANE", "study=1.2.3", "study=1.2.4", "accession=A7", "uri=https://arr.example/log",
	"sop-class=1.2.840.10008.5.1.4.1.2.2.1", "query=x", "alert=no certificate", "outcome=4", "description=refused",
	"time=2026-03-04T05:06:07Z",
}

func TestEmitEvents(t *testing.T) {
	for _, name := range eventNames() {
		args := []string{"--event", name, "--device", "pacs"}
		for _, s := range everything {
			args = append(args, "--set", s)
		}
		lines := dryRun(t, args...)
		if len(lines) != 1 {
			t.Fatalf("%s: %d lines", name, len(lines))
		}
		for _, part := range []string{`UserID="jane"`, `EventDateTime="2026-03-04T05:06:07Z"`, `AuditSourceID="pacs"`, `EventOutcomeIndicator="4"`, "refused"} {
			if !strings.Contains(lines[0], part) {
				t.Errorf("%s: no %s in %s", name, part, lines[0])
			}
		}
	}
}

func TestEmitEventsOfIHE(t *testing.T) {
	line := dryRun(t, "--event", "query", "--set", "user=a", "--set", "user-host=192.0.2.7",
		"--set", "other=b", "--set", "other-host=192.0.2.8", "--set", "transaction=ITI-18", "--set", "query=q")[0]
	if strings.Count(line, `csd-code="ITI-18"`) != 2 || !strings.Contains(line, `ParticipantObjectTypeCodeRole="24"`) {
		t.Error(line)
	}
}

func TestEmitEventsRefused(t *testing.T) {
	for want, args := range map[string][]string{
		"--event is one of":    {"--event", "lunch"},
		"--set is KEY=VALUE":   {"--event", "login", "--set", "colour=red"},
		"missing-access-point": {"--event", "login"},
		"more of outcome, time, transaction, type, user, user-host, user-name: ": {"--event", "logout"},
		"missing-object":    {"--event", "study-deleted", "--set", "patient=1"},
		"wrong-action":      {"--event", "instances-transferred", "--set", "action=D"},
		"don't go together": {"--event", "login", "--hl7", "x"},
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

// What an event has no place for is said.
func TestEmitEventsLeaveOut(t *testing.T) {
	var stdout, stderr bytes.Buffer
	args := []string{"arr", "emit", "--dry-run", "--event", "login", "--set", "user-host=192.0.2.7", "--set", "study=1.2.3", "--set", "media=110033"}
	if code := run(t.Context(), args, nil, &stdout, &stderr); code != 0 || !strings.Contains(stderr.String(), "--event login has no place for media, study\n") {
		t.Errorf("exit code %d: %s", code, &stderr)
	}
}
