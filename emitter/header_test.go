package emitter_test

import (
	"strings"
	"testing"
	"time"

	"arr/emitter"
)

func TestHeader(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 89_500_000, time.FixedZone("", 2*3600))
	const success = `<AuditMessage><EventIdentification EventOutcomeIndicator="0"/></AuditMessage>`
	outcome := func(s string) string { return strings.Replace(success, `="0"`, s, 1) }
	for _, c := range []struct {
		name            string
		dialect         emitter.Dialect
		host, app, proc string
		message, want   string
	}{
		{"ihe", emitter.DialectIHE, "h.example", "app", "12", success,
			"<85>1 2026-03-04T05:06:07.089+02:00 h.example app 12 IHE+RFC-3881 - " + success},
		{"ihe keeps its severity", emitter.DialectIHE, "h", "a", "1", outcome(`="12"`),
			"<85>1 2026-03-04T05:06:07.089+02:00 h a 1 IHE+RFC-3881 - " + outcome(`="12"`)},
		{"dicom", emitter.DialectDICOM, "h", "a", "1", outcome(` = '4'`),
			"<84>1 2026-03-04T05:06:07.089+02:00 h a 1 DICOM+RFC3881 - " + outcome(` = '4'`)},
		{"dicom serious", emitter.DialectDICOM, "h", "a", "1", outcome(`="8"`),
			"<83>1 2026-03-04T05:06:07.089+02:00 h a 1 DICOM+RFC3881 - " + outcome(`="8"`)},
		{"dcm4che", emitter.DialectDcm4che, "h", "a", "1", outcome(`="12"`),
			"<82>1 2026-03-04T05:06:07.089+02:00 h a 1 IHE+RFC-3881 - \ufeff" + outcome(`="12"`)},
		{"one mark is enough", emitter.DialectDcm4che, "h", "a", "1", "\ufeff<A/>",
			"<85>1 2026-03-04T05:06:07.089+02:00 h a 1 IHE+RFC-3881 - \ufeff<A/>"},
		{"none is wanted", emitter.DialectIHE, "h", "a", "1", "\ufeff<A/>",
			"<85>1 2026-03-04T05:06:07.089+02:00 h a 1 IHE+RFC-3881 - <A/>"},
		{"UTF-16 stays", emitter.DialectDcm4che, "h", "a", "1", "\xff\xfe<\x00A\x00/\x00>\x00",
			"<85>1 2026-03-04T05:06:07.089+02:00 h a 1 IHE+RFC-3881 - \xff\xfe<\x00A\x00/\x00>\x00"},
		{"fields", emitter.DialectIHE, "", "Zürich PACS", strings.Repeat("9", 200), "<A/>",
			"<85>1 2026-03-04T05:06:07.089+02:00 - Z_rich_PACS " + strings.Repeat("9", 128) + " IHE+RFC-3881 - <A/>"},
		{"no outcome", emitter.DialectDICOM, "h", "a", "1", "<A EventOutcomeIndicator/>",
			"<85>1 2026-03-04T05:06:07.089+02:00 h a 1 DICOM+RFC3881 - <A EventOutcomeIndicator/>"},
	} {
		h := emitter.Header{Dialect: c.dialect, Hostname: c.host, App: c.app, ProcID: c.proc, Now: func() time.Time { return at }}
		if got := string(h.Append([]byte("kept "), []byte(c.message))); got != "kept "+c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, "kept "+c.want)
		}
	}
}

func TestParseDialect(t *testing.T) {
	for _, name := range []string{"ihe", "dicom", "dcm4che"} {
		if d, err := emitter.ParseDialect(name); err != nil || d.String() != name {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
	if _, err := emitter.ParseDialect("IHE"); err != emitter.ErrDialect {
		t.Errorf("an unknown name: %v", err)
	}
}

func TestParseTarget(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"tls://arr.example", "tls://arr.example:6514"},
		{"tcp://arr.example/", "tcp://arr.example:514"},
		{"udp://[2001:db8::1]", "udp://[2001:db8::1]:514"},
		{"tls://127.0.0.1:16514", "tls://127.0.0.1:16514"},
	} {
		got, err := emitter.ParseTarget(c.in)
		if err != nil || got.String() != c.want {
			t.Errorf("%s: %s, %v, want %s", c.in, got, err, c.want)
		}
	}
	for _, in := range []string{"", "arr.example:6514", "http://arr.example", "tls://:6514", "tls://u@arr.example", "tls://arr.example/x", "tls://a b"} {
		if got, err := emitter.ParseTarget(in); err == nil {
			t.Errorf("%q was read as %s", in, got)
		}
	}
}
