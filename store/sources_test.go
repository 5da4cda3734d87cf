package store

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"arr/audit"
	"arr/parser"
)

func recordOf(t *testing.T, source, hostname, cert string) *audit.Record {
	t.Helper()
	r := &audit.Record{Entry: audit.Entry{Received: 5, Transport: audit.TransportTLS, Peer: "192.0.2.1:1", Cert: audit.Cert{SHA256: cert}, Frame: fmt.Appendf(nil,
		`<85>1 2026-01-04T10:00:00Z %s app 1 IHE+RFC-3881 - <AuditMessage><EventIdentification EventDateTime="2026-01-04T10:00:00Z" EventOutcomeIndicator="0">`+
			`<EventID csd-code="1" codeSystemName="x" originalText="x"/></EventIdentification><ActiveParticipant UserID="u" UserIsRequestor="true"/>`+
			`<AuditSourceIdentification AuditSourceID="%s"/></AuditMessage>`, hostname, source)}}
	parser.New(parser.Options{}).Parse(r)
	return r
}

// tallied counts records as the sealer does.
func tallied(d *deviations, recs ...*audit.Record) *sourceTable {
	t := (&sourceTable{}).tally(&sourceReader{}, d.of)
	for _, r := range recs {
		t.add(r)
	}
	return t.table()
}

func testDeviations() *deviations {
	return &deviations{parsers: &parserPool{make: func() Parser { return parser.New(parser.Options{}) }}}
}

// TestSourcesAreToldApart by what they call themselves and by certificate, not by peer.
func TestSourcesAreToldApart(t *testing.T) {
	cert := strings.Repeat("\x01", 32)
	table := tallied(testDeviations(), recordOf(t, "pacs", "h1", ""), recordOf(t, "pacs", "h1", ""), recordOf(t, "pacs", "h2", ""),
		recordOf(t, "pacs", "h1", cert), recordOf(t, "a &amp; b", "h1", ""), recordOf(t, "pacs", "h1", ""))
	got := map[string]int64{}
	for _, s := range table.byKey {
		got[s.ID+"|"+s.Hostname+"|"+s.Cert] = s.Records
	}
	want := map[string]int64{"pacs|h1|": 3, "pacs|h2|": 1, "pacs|h1|" + strings.Repeat("01", 32): 1, "a & b|h1|": 1}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("sources %v, want %v", got, want)
	}
}

// TestDeviationsAreCounted of records in a dialect, each once a record, whatever their
// shape is kept as.
func TestDeviationsAreCounted(t *testing.T) {
	p := parser.New(parser.Options{})
	plain := recordOf(t, "pacs", "h", "")
	recs := []*audit.Record{plain}
	for _, hint := range []string{
		"", ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="x"`, ` xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:noNamespaceSchemaLocation="x"`,
	} {
		r := &audit.Record{Entry: audit.Entry{Frame: []byte(strings.NewReplacer("<AuditMessage", "<AuditMessage"+hint, "UserID", `UserTypeCode="1" UserID`).Replace(string(plain.Frame)))}}
		p.Parse(r)
		recs = append(recs, r, r)
	}
	table := tallied(testDeviations(), recs...)
	if len(table.byKey) != 1 {
		t.Fatalf("%d sources, want 1", len(table.byKey))
	}
	for _, s := range table.byKey {
		want := Source{Dialects: map[string]int64{"dcm4che": 6}, Deviations: map[string]int64{
			"unknown-attribute /AuditMessage/@xsi:noNamespaceSchemaLocation": 4, "unknown-attribute /AuditMessage/ActiveParticipant/@UserTypeCode": 6}}
		if !maps.Equal(s.Dialects, want.Dialects) || !maps.Equal(s.Deviations, want.Deviations) || s.Records != 7 {
			t.Errorf("dialects %v, deviations %v of %d records", s.Dialects, s.Deviations, s.Records)
		}
	}
}

// TestTalliesLeaveTables: what is counted on top of a table is not seen in it.
func TestTalliesLeaveTables(t *testing.T) {
	r := recordOf(t, "pacs", "h", "")
	table := tallied(testDeviations(), r)
	next := table.tally(&sourceReader{}, testDeviations().of)
	next.add(r)
	next.add(recordOf(t, "ct", "h", ""))
	k := sourceKey{"pacs", "h", ""}
	if after := next.table(); after.byKey[k].Records != 2 || len(after.byKey) != 2 || table.byKey[k].Records != 1 || len(table.byKey) != 1 {
		t.Errorf("the table has %d sources, the next one %d", len(table.byKey), len(after.byKey))
	}
	if c := next.changes(table); len(c.put) != 2 || len(c.remove) != 0 {
		t.Errorf("%d sources change and %d go", len(c.put), len(c.remove))
	}
}
