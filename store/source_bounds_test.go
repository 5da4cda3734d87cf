package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"arr/audit"
)

const testDay = longKnownSpan

// crowd counts records under many names on top of a table; each is told its number.
func crowd(base *sourceTable, n int, of func(i int, s *Source)) *sourceTable {
	t := base.tally(nil, nil)
	for i := range n {
		s := &Source{Records: 1, Transport: "udp"}
		of(i, s)
		t.take(s)
	}
	return t.table()
}

func recordsOf(t *sourceTable) (sum int64) {
	for _, s := range t.byKey {
		sum += s.Records
	}
	return sum
}

// TestNamesPushNobodyOut: however many names are made up, what is told apart stays bounded,
// every record stays counted, and who is known by a certificate or for long stays told.
func TestNamesPushNobodyOut(t *testing.T) {
	cert := func(i int) string { return fmt.Sprintf("%064x", i) }
	for _, c := range []struct {
		name string
		of   func(i int, s *Source)
		most int
		// certified names take the whole table.
		certified bool
	}{
		{"host names over UDP", func(i int, s *Source) { s.Hostname = fmt.Sprint("x", i) }, maxNewcomers + 3, false},
		{"many records of each", func(i int, s *Source) { s.ID, s.Records = fmt.Sprint("x", i), 1000 }, maxNewcomers + 3, false},
		{"one certificate", func(i int, s *Source) { s.ID, s.Cert, s.Transport = fmt.Sprint("x", i), cert(1), "tls" }, maxOfCert + 3, false},
		{"names cared for over days", func(i int, s *Source) { s.ID, s.Records, s.Last = fmt.Sprint("x", i), 10, testDay }, maxSources, false},
		{"certificates without end", func(i int, s *Source) { s.ID, s.Cert, s.Transport = "x", cert(2+i), "tls" }, maxSources, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			known := crowd(&sourceTable{}, 2, func(i int, s *Source) {
				s.ID, s.Records, s.Last = "known", 5000, 400*testDay
				if i == 1 {
					s.Cert, s.Transport = cert(0), "tls"
				}
			})
			const n = 20_000
			table := crowd(known, n, c.of)
			if len(table.byKey) > c.most || recordsOf(table) < n+10_000 {
				t.Errorf("%d sources are told apart, at most %d should be; they have %d records", len(table.byKey), c.most, recordsOf(table))
			}
			// Who comes late has a place, too.
			late := sourceKey{"late", "h", cert(3)}
			table = crowd(table, 1, func(_ int, s *Source) {
				s.ID, s.Hostname, s.Cert, s.Transport = late.id, late.hostname, late.cert, "tls"
			})
			for _, k := range []sourceKey{{id: "known"}, {id: "known", cert: cert(0)}, late} {
				if k.cert == "" && c.certified {
					continue // certificates come before it, and these are the operator's
				}
				if s := table.byKey[k]; s == nil || k != late && (s.Records != 5000 || !s.Known()) {
					t.Errorf("%v is pushed out", k)
				}
			}
		})
	}
}

// TestDeviationsAreBounded, each as a text and all together.
func TestDeviationsAreBounded(t *testing.T) {
	long := strings.Repeat("e", 2_000)
	table := crowd(&sourceTable{}, 1000, func(i int, s *Source) {
		s.ID, s.Records, s.Deviations = fmt.Sprint(i), int64(i), map[string]int64{}
		for j := range 150 {
			s.Deviations[fmt.Sprint("unknown-element ", j, long)] = 1
		}
	})
	kept, sum, size := 0, int64(0), 0
	for _, s := range table.byKey {
		kept += len(s.Deviations)
		for what, n := range s.Deviations {
			sum += n
			size += len(what)
		}
	}
	if kept > maxDeviations || sum != 150_000 || size > maxDeviations*audit.MaxName {
		t.Errorf("%d deviations are told apart in %d bytes; %d are counted", kept, size, sum)
	}
	if n := len(table.byKey[sourceKey{id: "999"}].Deviations); n != maxCounted+1 {
		t.Errorf("the source with most records has %d deviations", n)
	}
}

// TestCountsSurviveTheCatalog: what is written of a table is read back as it was, and what
// does not fit one is brought to bounds.
func TestCountsSurviveTheCatalog(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	defer mustClose(t, s)
	fill := func(of func(i int, s *Source)) *sourceTable { return crowd(&sourceTable{}, 50, of) }
	odd := fill(func(i int, s *Source) { s.ID, s.Hostname = fmt.Sprint(i, "\xff\x00"), strings.Repeat("h", 50*i) })
	odd.byKey[manySources] = &Source{ID: others, Records: 7, Deviations: map[string]int64{others: 3, "x": 1}}
	if err := s.catalog.replaceSegments(nil, nil, odd.whole()); err != nil {
		t.Fatal(err)
	}
	if err := s.loadSources(); err != nil || s.rewriteSources {
		t.Errorf("a table is written anew without need: %v", err)
	}
	if got := s.view.Load().sources; len(got.byKey) != 51 || recordsOf(got) != 57 {
		t.Errorf("%d sources with %d records came back", len(got.byKey), recordsOf(got))
	}
	// An older program kept names whole, and as many as there were.
	long := strings.Repeat("i", 32_000)
	old := &sourceTable{byKey: map[sourceKey]*Source{}}
	for i := range 30 {
		k := sourceKey{id: fmt.Sprint(i, long)}
		old.byKey[k] = &Source{ID: k.id, Records: 1}
	}
	if err := s.catalog.replaceSegments(nil, nil, old.whole()); err != nil {
		t.Fatal(err)
	}
	if err := s.loadSources(); err != nil || !s.rewriteSources {
		t.Errorf("long names stay in the catalog: %v", err)
	}
	if got := s.view.Load().sources; len(got.byKey) != 30 || recordsOf(got) != 30 {
		t.Errorf("%d sources with %d records came back", len(got.byKey), recordsOf(got))
	}
	for k := range s.view.Load().sources.byKey {
		if len(k.id) > audit.MaxName {
			t.Errorf("a name has %d bytes", len(k.id))
		}
	}
}

// TestCountingNeverStopsSealing: a message that counting panics at is counted with its
// block, and counts that can't be written leave the segment to be published.
func TestCountingNeverStopsSealing(t *testing.T) {
	t.Run("panic", func(t *testing.T) {
		dir := t.TempDir()
		s := mustOpen(t, dir)
		fill(t, s, 0, 10)
		recs := s.view.Load().mem[0].visible()
		bad := *recs[3]
		bad.Shape = &audit.Shape{Slots: []audit.Slot{{Fields: audit.Fields(audit.FieldSource)}, {Fields: audit.Fields(audit.FieldHostname)}}}
		bad.Spans = nil
		table := s.tallyBlock(s.view.Load().sources, append([]*audit.Record{&bad}, recs...)).table()
		if o := table.byKey[manySources]; len(table.byKey) != 1 || o.Records != 11 || s.Stats().Uncounted != 11 {
			t.Errorf("counted are %d sources and %d records, uncounted %d", len(table.byKey), recordsOf(table), s.Stats().Uncounted)
		}
		mustCheck(t, s, 10)
	})
	t.Run("catalog", func(t *testing.T) {
		dir := t.TempDir()
		s := mustOpen(t, dir)
		fill(t, s, 0, 10)
		s.view.Load().sources.byKey = map[sourceKey]*Source{{id: strings.Repeat("k", 40_000)}: {ID: strings.Repeat("k", 40_000)}}
		s.rewriteSources = true // with a key that bbolt refuses
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if s.Stats().Uncounted != 10 || s.view.Load().sealedEnd() != 10 {
			t.Errorf("%d records are sealed, %d uncounted", s.view.Load().sealedEnd(), s.Stats().Uncounted)
		}
		s = mustOpen(t, dir)
		fill(t, s, 10, 20)
		expect(t, s, 20)
		mustCheck(t, s, 20)
	})
}

// TestLongNameIsSealed: a message whose AuditSourceID is larger than any key of the catalog
// may be, and a journal that holds it.
func TestLongNameIsSealed(t *testing.T) {
	long := strings.Repeat("i", 33_000)
	entry := audit.Entry{Received: 5, Transport: audit.TransportUDP, Peer: "192.0.2.1:1", Frame: recordOf(t, long, "h", "").Frame}
	dir := t.TempDir()
	s := mustOpen(t, dir)
	fp := failAt(s, "written")
	if err := s.HandleFrames(t.Context(), []audit.Entry{entry}); err != nil {
		t.Fatal(err)
	}
	crash(t, s, fp) // what is left is a journal with the message, as of a sealer that can't
	s = mustOpen(t, dir)
	if err := s.HandleFrames(t.Context(), []audit.Entry{entry}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if st := s.Stats(); st.SealFailures != 0 || st.Uncounted != 0 {
		t.Errorf("%d blocks failed to seal, %d records are uncounted", st.SealFailures, st.Uncounted)
	}
	s = mustOpen(t, dir)
	list := s.Sources()
	if len(list) != 1 || list[0].Records != 2 || list[0].ID != audit.Name(long) || list[0].Hostname != "h" {
		t.Errorf("sources %+v", list)
	}
	mustCheck(t, s, 2)
}

// slowWalk is a parser that takes its time to tell deviations.
type slowWalk struct {
	Parser
	begun, release chan struct{}
}

func (p slowWalk) Deviations(e *audit.Entry) []audit.Finding {
	p.begun <- struct{}{}
	<-p.release
	return p.Parser.Deviations(e)
}

// TestFiguresWaitForNoWalk: while the sealer looks through a message for what it deviates
// in, however long that takes, figures are given.
func TestFiguresWaitForNoWalk(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	options := testOptions()
	usual := options.NewParser
	options.NewParser = func(zone *time.Location) Parser { return slowWalk{usual(zone), begun, release} }
	s, err := Open(t.TempDir(), options)
	if err != nil {
		t.Fatal(err)
	}
	frame := strings.Replace(string(recordOf(t, "pacs", "h", "").Frame), "UserID", `UserTypeCode="1" UserID`, 1)
	if err := s.HandleFrames(t.Context(), []audit.Entry{{Received: 5, Transport: audit.TransportTCP, Frame: []byte(frame)}}); err != nil {
		t.Fatal(err)
	}
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }() // which seals
	<-begun
	for range 2 {
		if list := s.Sources(); len(list) != 1 || list[0].Records != 1 || len(list[0].Dialects) != 1 || list[0].Deviations != nil {
			t.Errorf("sources %+v", list)
		}
	}
	close(release)
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	if list := s.Sources(); len(list) != 1 || len(list[0].Deviations) != 1 {
		t.Errorf("sources %+v", list)
	}
}
