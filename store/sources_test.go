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

// TestSourcesAreToldApart by what they call themselves and by certificate, not by peer.
func TestSourcesAreToldApart(t *testing.T) {
	c := newSourceCounts(nil, nil)
	cert := strings.Repeat("\x01", 32)
	for _, r := range []*audit.Record{
		recordOf(t, "pacs", "h1", ""), recordOf(t, "pacs", "h1", ""), recordOf(t, "pacs", "h2", ""),
		recordOf(t, "pacs", "h1", cert), recordOf(t, "a &amp; b", "h1", ""), recordOf(t, "pacs", "h1", ""),
	} {
		c.addAll([]*audit.Record{r})
	}
	got := map[string]int64{}
	for _, s := range c.list() {
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
	pool := &parserPool{make: func() Parser { return parser.New(parser.Options{}) }}
	c := newSourceCounts(nil, &deviations{parsers: pool})
	p := parser.New(parser.Options{})
	plain := recordOf(t, "pacs", "h", "")
	for _, hint := range []string{
		"", ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="x"`, ` xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:noNamespaceSchemaLocation="x"`,
	} {
		r := &audit.Record{Entry: audit.Entry{Frame: []byte(strings.NewReplacer("<AuditMessage", "<AuditMessage"+hint, "UserID", `UserTypeCode="1" UserID`).Replace(string(plain.Frame)))}}
		for range 2 {
			p.Parse(r)
			c.addAll([]*audit.Record{r})
		}
	}
	c.addAll([]*audit.Record{plain})
	s := c.list()[0]
	want := Source{Dialects: map[string]int64{"dcm4che": 6}, Deviations: map[string]int64{
		"unknown-attribute /AuditMessage/@xsi:noNamespaceSchemaLocation": 4, "unknown-attribute /AuditMessage/ActiveParticipant/@UserTypeCode": 6}}
	if !maps.Equal(s.Dialects, want.Dialects) || !maps.Equal(s.Deviations, want.Deviations) || s.Records != 7 {
		t.Errorf("dialects %v, deviations %v of %d records", s.Dialects, s.Deviations, s.Records)
	}
	s.Dialects["dcm4che"]++
	if n := c.list()[0].Dialects["dcm4che"]; n != 6 {
		t.Errorf("what was given out is counted on: %d", n)
	}
}

// TestEndlessSourcesAreBounded: a sender that calls itself something else each time is
// counted, in bounded memory.
func TestEndlessSourcesAreBounded(t *testing.T) {
	c := newSourceCounts(nil, nil)
	for i := range maxSources + 500 {
		c.find(sourceKey{id: fmt.Sprint(i)}, 0).Records++
	}
	if n := len(c.byKey); n != maxSources+1 {
		t.Errorf("%d sources are kept, want %d", n, maxSources+1)
	}
	if others := c.byKey[manySources]; others == nil || others.Records != 500 {
		t.Errorf("those beyond are counted as %+v", others)
	}
}
