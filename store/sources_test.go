package store

import (
	"fmt"
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
	c := newSourceCounts(nil)
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

// TestEndlessSourcesAreBounded: a sender that calls itself something else each time is
// counted, in bounded memory.
func TestEndlessSourcesAreBounded(t *testing.T) {
	c := newSourceCounts(nil)
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
