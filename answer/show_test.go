package answer_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"arr/answer"
	"arr/audit"
)

func TestShow(t *testing.T) {
	records, reader := answers()
	var out bytes.Buffer
	for _, r := range records {
		if err := answer.Show(&out, r, answer.ShowOptions{Reader: reader, Indent: func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte("><"), []byte(">\n  <"))
		}}); err != nil {
			t.Fatal(err)
		}
		out.WriteString("----\n")
	}
	golden(t, "show.txt", out.Bytes())
	if bytes.IndexByte(out.Bytes(), 0x1b) >= 0 || !utf8.Valid(out.Bytes()) {
		t.Error("what a sender wrote reaches the terminal as it is")
	}
}

// TestShowLost: of a record that the disk lost nothing is told that nobody knows, neither
// a sender nor a time.
func TestShowLost(t *testing.T) {
	r := &audit.Record{Entry: audit.Entry{Number: 7, Flags: audit.FlagLost}, Class: audit.Unframed}
	var out bytes.Buffer
	if err := answer.Show(&out, r, answer.ShowOptions{Reader: said{}}); err != nil {
		t.Fatal(err)
	}
	const want = "The disk lost record 7, which had been stored: nothing is known of it but its number.\n"
	if out.String() != want {
		t.Errorf("got  %q\nwant %q", &out, want)
	}
}

// TestShowDeviations: how a dialect deviates stands apart from what was found.
func TestShowDeviations(t *testing.T) {
	records, reader := answers()
	for _, class := range []audit.Class{audit.Conformant, audit.InDialect} {
		r := *records[0]
		r.Class, r.Dialect, r.Findings = class, "dcm4che", nil
		var out bytes.Buffer
		if err := answer.Show(&out, &r, answer.ShowOptions{Reader: reader}); err != nil {
			t.Fatal(err)
		}
		const want = "\nDeviations of the dialect dcm4che from PS3.15 A.5.1\n  unknown-attribute at /AuditMessage/ActiveParticipant/@UserTypeCode, byte 0: A sentence.\n"
		if got := strings.Contains(out.String(), want); got != (class == audit.InDialect) || strings.Contains(out.String(), "\nFindings") {
			t.Errorf("class %v:\n%s", class, &out)
		}
	}
}

func TestSentences(t *testing.T) {
	requestor := func(id string) audit.ActiveParticipant {
		return audit.ActiveParticipant{UserID: id, Requestor: "true"}
	}
	role := func(id, code string) audit.ActiveParticipant {
		return audit.ActiveParticipant{UserID: id, Requestor: "false", Roles: []audit.Coded{{Code: code}}}
	}
	long := strings.Repeat("x", 300)
	study := audit.ParticipantObject{ID: "1.2", IDType: audit.Coded{Code: "110180"}}
	who := func(id string) audit.ParticipantObject {
		return audit.ParticipantObject{ID: id, Type: "1", Role: "1"}
	}
	for _, c := range []struct {
		want string
		m    audit.Message
	}{
		{"pacs stopped: success.", audit.Message{Event: dcm("110100", "Application Activity"), EventTypes: []audit.Coded{dcm("110121", "Application Stop")}, Outcome: "0",
			Participants: []audit.ActiveParticipant{role("nobody", "110151"), role("pacs", "110150")}}},
		{"jdoe logged in, at ws7: serious failure (wrong password).", audit.Message{Event: dcm("110114", "User Authentication"), EventTypes: []audit.Coded{dcm("110122", "Login")},
			Outcome: "8", OutcomeDescription: "wrong password", Participants: []audit.ActiveParticipant{{UserID: "jdoe", Requestor: "1", Host: "ws7"}}}},
		{"A transferred DICOM instances of study 1.2 of patient P to B: success.", audit.Message{Event: dcm("110104", ""), Outcome: "0",
			Participants: []audit.ActiveParticipant{requestor("A"), role("B", "110152")}, Objects: []audit.ParticipantObject{study, who("P")}}},
		{"A exported data of patient P, Q and R: no result given.", audit.Message{Event: dcm("110106", "Export"),
			Participants: []audit.ActiveParticipant{requestor("A")}, Objects: []audit.ParticipantObject{who("P~Q"), who("R")}}},
		{"A exported data of patient P, Q and 2 more: 7.", audit.Message{Event: dcm("110106", "Export"), Outcome: "7",
			Participants: []audit.ActiveParticipant{requestor("A")}, Objects: []audit.ParticipantObject{who("P"), who("Q"), who("R"), who("S")}}},
		{"somebody read something (Consultation) on doc: success.", audit.Message{Event: audit.Coded{Code: "X", OriginalText: "Consultation"}, Action: "R", Outcome: "0",
			Objects: []audit.ParticipantObject{{ID: "1", Name: "doc"}}}},
		{long[:99] + "… exported data of patient " + long[:99] + "…: success.", audit.Message{Event: dcm("110106", "Export"), Outcome: "0",
			Participants: []audit.ActiveParticipant{requestor(long)}, Objects: []audit.ParticipantObject{who(long)}}},
	} {
		r := &audit.Record{Shape: audit.RawShape}
		var out bytes.Buffer
		if err := answer.Show(&out, r, answer.ShowOptions{Reader: said{0: {message: &c.m}}}); err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(out.String(), "\n")
		if got := strings.TrimPrefix(first, "On 1970-01-01 00:00:00 UTC, "); got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
}

// TestHostilePatient has a name and ids whose product would fill any disk.
func TestHostilePatient(t *testing.T) {
	m := &audit.Message{Objects: []audit.ParticipantObject{{Role: "1", ID: strings.Repeat("a~", 1<<15), Name: strings.Repeat("n", 1<<16)}}}
	r := &audit.Record{Shape: audit.RawShape}
	for _, o := range []answer.Options{{Format: answer.NDJSON}, {Format: answer.Table}, {Format: answer.Table, Width: 80}} {
		o.Reader = said{0: {message: m}}
		if n := len(one(t, r, o)); n > 2<<20 {
			t.Errorf("format %s: %d bytes", o.Format, n)
		}
	}
}
