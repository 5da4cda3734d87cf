package store_test

import (
	"fmt"
	"testing"
	"time"

	"arr/audit"
	"arr/query"
	"arr/store"
)

// TestZoneIsRemembered: who opens the store later reads event times without a zone as they
// were read when they came.
func TestZoneIsRemembered(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zone database here")
	}
	dir := t.TempDir()
	o := options()
	o.Zone = berlin
	s, err := store.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	e := audit.Entry{Received: 1, Transport: audit.TransportTCP, Peer: "192.0.2.1:1", Frame: []byte(`<85>1 2026-07-01T10:00:00Z h a 1 m - <AuditMessage>` +
		`<EventIdentification EventDateTime="2026-07-01T12:00:00" EventOutcomeIndicator="0"><EventID csd-code="1" codeSystemName="x" originalText="x"/></EventIdentification></AuditMessage>`)}
	if err := s.HandleFrames(t.Context(), []audit.Entry{e}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	o.Zone = nil
	for name, open := range map[string]func(string, store.Options) (*store.Store, error){"read-only": store.OpenReadOnly, "again": store.Open} {
		s, err := open(dir, o)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		_, err = s.Search(t.Context(), &query.Plan{Where: query.All{}, Since: query.Always, Until: query.Never}, query.Sink{
			Record: func(r *audit.Record) error { got = time.UnixMicro(r.Time).UTC().Format(time.RFC3339); return nil }})
		if want := "2026-07-01T10:00:00Z"; err != nil || got != want {
			t.Errorf("%s: event time %s, want %s; %v", name, got, want, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(fmt.Errorf("%s: %w", name, err))
		}
	}
}
