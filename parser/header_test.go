package parser_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"arr/audit"
	"arr/parser"
)

const minimal = `<AuditMessage><EventID csd-code="1"/></AuditMessage>`

func TestHeaders(t *testing.T) {
	p := parser.New(parser.Options{})
	received := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		header   string
		want     audit.Header
		findings []string
		time     time.Time
	}{
		{"<85>1 2026-11-23T14:53:00+01:00 h a 1 m - ",
			audit.Header{Priority: 85, Version: 1, Timestamp: "2026-11-23T14:53:00+01:00", Hostname: "h", App: "a", ProcID: "1", MsgID: "m"},
			nil, at("2026-11-23T13:53:00Z")},
		{"<0>1 - - - - - -", audit.Header{Version: 1}, []string{"header-not-rfc5424"}, received},
		{"<0>1 - - - - - - ", audit.Header{Version: 1}, nil, received},
		{`<85>1 - h a - - [x@1 a="b\]\"c"][y] `, audit.Header{Priority: 85, Version: 1, Hostname: "h", App: "a", Struct: `[x@1 a="b\]\"c"][y]`}, nil, received},
		{"<85>1 20261123145300 h a 1 m - ",
			audit.Header{Priority: 85, Version: 1, Timestamp: "20261123145300", Hostname: "h", App: "a", ProcID: "1", MsgID: "m"},
			[]string{"header-not-rfc5424"}, at("2026-11-23T14:53:00Z")},
		{"<8 5>1 - h a 1 m - ", audit.Header{Priority: 85, Version: 1, Hostname: "h", App: "a", ProcID: "1", MsgID: "m"}, []string{"header-not-rfc5424"}, received},
		{"<999>1 - h a 1 m - ", audit.Header{Priority: 999, Version: 1, Hostname: "h", App: "a", ProcID: "1", MsgID: "m"}, []string{"header-not-rfc5424"}, received},
		{"<85>1 - h a 1 m ", audit.Header{Priority: 85, Version: 1, Hostname: "h", App: "a", ProcID: "1", MsgID: "m"}, []string{"header-not-rfc5424"}, received},
		{"<85>Nov 23 14:53:00 h a[12]: ", audit.Header{Priority: 85, Timestamp: "Nov 23 14:53:00", Hostname: "h", App: "a", ProcID: "12"},
			[]string{"header-rfc3164"}, at("2026-11-23T14:53:00Z")},
		{"<85>Dec  3 14:53:00 h a: ", audit.Header{Priority: 85, Timestamp: "Dec  3 14:53:00", Hostname: "h", App: "a"},
			[]string{"header-rfc3164"}, at("2025-12-03T14:53:00Z")},
		{"<85>Nov 23 2024 14:53:00.5 a: ", audit.Header{Priority: 85, Timestamp: "Nov 23 2024 14:53:00.5", App: "a"},
			[]string{"header-rfc3164"}, at("2024-11-23T14:53:00.5Z")},
		{"<85>2026-11-23T14:53:00Z h a: ", audit.Header{Priority: 85, Timestamp: "2026-11-23T14:53:00Z", Hostname: "h", App: "a"},
			[]string{"header-rfc3164"}, at("2026-11-23T14:53:00Z")},
		{"<85>Nov 23 14:53:00 ", audit.Header{Priority: 85, Timestamp: "Nov 23 14:53:00"}, []string{"header-rfc3164"}, at("2026-11-23T14:53:00Z")},
		{"<85>Nov 33 14:53:00 h: ", audit.Header{Priority: 85}, []string{"header-not-rfc5424", "text-before-message"}, received},
		{"<85>", audit.Header{Priority: 85}, []string{"header-not-rfc5424"}, received},
		{"<85", audit.Header{Priority: -1}, []string{"header-missing", "text-before-message"}, received},
		{"", audit.Header{Priority: -1}, []string{"header-missing"}, received},
	} {
		e := audit.Entry{Frame: []byte(c.header + minimal), Received: received.UnixMicro()}
		if got, m, xml := p.Message(&e); got != c.want || m == nil || string(xml) != minimal {
			t.Errorf("%q: header %+v, message %v, %q", c.header, got, m, xml)
		}
		rec := checkFrame(t, p, e.Frame, 0)
		rec.Entry = e
		p.Parse(rec)
		if codes := codesOf(rec); !slices.Equal(codes, c.findings) || rec.Class != audit.Deviating {
			t.Errorf("%q: findings %q, want %q; class %v", c.header, codes, c.findings, rec.Class)
		}
		if !timeOf(rec).Equal(c.time) {
			t.Errorf("%q: time %v, want %v", c.header, timeOf(rec), c.time)
		}
		for f, v := range map[audit.Field]string{audit.FieldHostname: c.want.Hostname, audit.FieldApp: c.want.App, audit.FieldMsgID: c.want.MsgID} {
			if got := valuesOf(rec, f); v == "" && got != nil || v != "" && !slices.Equal(got, []string{v}) {
				t.Errorf("%q: field %d: %q, want %q", c.header, f, got, v)
			}
		}
	}
}

func TestClasses(t *testing.T) {
	p := parser.New(parser.Options{})
	for _, c := range []struct {
		frame string
		flags audit.Flags
		class audit.Class
		text  string
	}{
		{"<13>Nov 23 14:53:00 h sshd[9]: user logged in\n", 0, audit.Foreign, "user logged in"},
		{"<13>1 - - - - - - \uFEFFhello", 0, audit.Foreign, "hello"},
		{"<13>%ASA-1-2: hello", 0, audit.Foreign, "%ASA-1-2: hello"},
		{"<13>1 - - - - - - <html><AuditMessage/></html>", 0, audit.Foreign, "<html><AuditMessage/></html>"},
		{"<13>1 - - - - - - \xFF\xFE" + "h\x00i\x00", 0, audit.Foreign, "hi"},
		{"hello", 0, audit.Unframed, "hello"},
		{"", 0, audit.Unframed, ""},
		{"<13>1 - - - - - - hello", audit.FlagUnframed, audit.Unframed, "hello"},
		{"12 <13>1 - - - - - - " + minimal, audit.FlagUnframed, audit.Unframed, "12 <13>1 - - - - - -|1"},
		{header + minimal, audit.FlagUnframed, audit.Unframed, "1"},
		{header + minimal, audit.FlagTruncated, audit.Deviating, "1"},
		{header + "<AuditMessage>", 0, audit.Malformed, ""},
		{header + "\x00" + strings.Repeat("\x00", 5000), 0, audit.Foreign, ""},
	} {
		rec := checkFrame(t, p, []byte(c.frame), c.flags)
		text := strings.Join(valuesOf(rec, audit.FieldText), "|")
		if rec.Class != c.class || text != c.text {
			t.Errorf("%.80q: class %v, text %q, want %v, %q", c.frame, rec.Class, text, c.class, c.text)
		}
	}
}

func TestMessageOfForeignText(t *testing.T) {
	h, m, text := parser.New(parser.Options{}).Message(&audit.Entry{Frame: []byte("<13>Nov 23 14:53:00 h a: caf\xE9\n")})
	if m != nil || string(text) != "café" || h.App != "a" {
		t.Errorf("header %+v, message %+v, text %q", h, m, text)
	}
}

func TestEventTimes(t *testing.T) {
	zone := time.FixedZone("", 2*3600)
	p := parser.New(parser.Options{Zone: zone})
	for _, c := range []struct{ value, want, finding string }{
		{"2026-11-23T14:53:00.123456789Z", "2026-11-23T14:53:00.123456Z", ""},
		{"2026-11-23T14:53:00-05:30", "2026-11-23T20:23:00Z", ""},
		{" 2026-11-23T14:53:00+0100 ", "2026-11-23T13:53:00Z", ""},
		{"2026-11-23T14:53:00+01", "2026-11-23T13:53:00Z", ""},
		{"2026-11-23t14:53:00z", "2026-11-23T14:53:00Z", ""},
		{"2026-11-23 14:53:00,5Z", "2026-11-23T14:53:00.5Z", ""},
		{"2026-11-23T14:53Z", "2026-11-23T14:53:00Z", ""},
		{"20261123145300Z", "2026-11-23T14:53:00Z", ""},
		{"2024-02-29T24:00:00Z", "2024-03-01T00:00:00Z", ""},
		{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", ""},
		{"1900-02-28T00:00:00Z", "1900-02-28T00:00:00Z", ""},
		{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", ""},
		{"2026-11-23T14:53:00", "2026-11-23T12:53:00Z", "event-time-without-zone"},
		{"2023-02-29T00:00:00Z", "2030-01-01T00:00:00Z", "event-time-unreadable"},
		{"2026-13-01T00:00:00Z", "2030-01-01T00:00:00Z", "event-time-unreadable"},
		{"2026-11-23T14:53:00+15:00", "2030-01-01T00:00:00Z", "event-time-unreadable"},
		{"2026-11-23", "2030-01-01T00:00:00Z", "event-time-unreadable"},
		{"$DateTime$", "2030-01-01T00:00:00Z", "event-time-unreadable"},
		{"2026-11-23T14:53:00.Z", "2030-01-01T00:00:00Z", "event-time-unreadable"},
		{"2026-11-23T14:53:00Zx", "2030-01-01T00:00:00Z", "event-time-unreadable"},
	} {
		frame := "<85>1 2030-01-01T00:00:00Z h a - - - <AuditMessage><EventIdentification EventDateTime=\"" + c.value + "\"/></AuditMessage>"
		rec := &audit.Record{Entry: audit.Entry{Frame: []byte(frame)}}
		p.Parse(rec)
		got := strings.Join(codesOf(rec), " ")
		if timeOf(rec).Format(time.RFC3339Nano) != c.want || got != c.finding {
			t.Errorf("%q: %v, findings %q, want %s, %q", c.value, timeOf(rec).Format(time.RFC3339Nano), got, c.want, c.finding)
		}
	}
	rec := checkFrame(t, p, []byte(`<85>1 - - - - - - <AuditMessage><EventIdentification EventDateTime="12024-06-01T00:00:00Z"/></AuditMessage>`), 0)
	if timeOf(rec).Year() != 12024 {
		t.Errorf("year 12024 is %v", timeOf(rec))
	}
}
