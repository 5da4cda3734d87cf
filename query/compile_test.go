package query_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"arr/audit"
	"arr/query"
	"arr/query/querytest"
)

// names are the fields that the tests fill, by a short name.
var names = map[string]audit.FieldSet{
	"event":     audit.Fields(audit.FieldEvent),
	"meaning":   audit.Fields(audit.FieldEventMeaning, audit.FieldText),
	"action":    audit.Fields(audit.FieldAction),
	"outcome":   audit.Fields(audit.FieldOutcome),
	"user":      audit.Fields(audit.FieldUserID, audit.FieldText),
	"alt":       audit.Fields(audit.FieldUserAlt, audit.FieldText),
	"requestor": audit.Fields(audit.FieldUserID, audit.FieldRequestorID, audit.FieldText),
	"username":  audit.Fields(audit.FieldUserName, audit.FieldText),
	"patient":   audit.Fields(audit.FieldPatientID, audit.FieldObjectID, audit.FieldText),
	"name":      audit.Fields(audit.FieldPatientName, audit.FieldObjectName, audit.FieldText),
	"study":     audit.Fields(audit.FieldStudy, audit.FieldObjectID, audit.FieldText),
	"accession": audit.Fields(audit.FieldAccession, audit.FieldText),
	"host":      audit.Fields(audit.FieldHost, audit.FieldText),
	"text":      audit.Fields(audit.FieldText),
}

// record makes a record of "name=value" pairs. Its time is n days after the first of
// January 2026, its number n.
func record(n int, pairs ...string) *audit.Record {
	r := &audit.Record{Shape: audit.RawShape, Class: audit.Unchecked}
	r.Number = uint64(n)
	r.Time = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n).UnixMicro()
	r.Received = r.Time + 5e6
	r.Transport = audit.TransportTLS
	r.Peer = "192.0.2.1:6514"
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		switch name {
		case "peer":
			r.Peer = value
		case "cert":
			r.Cert = audit.Cert{Subject: value, SHA256: strings.Repeat("\xab\xcd", 16)}
		case "finding":
			r.Findings = append(r.Findings, audit.Finding{Code: value})
		default:
			r.Extra = append(r.Extra, audit.FieldValue{Fields: names[name], Value: value})
		}
	}
	return r
}

var env = query.Env{Now: time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)}

var records = querytest.Slice{
	0: record(0, "event=110103", "meaning=DICOM Instances Accessed", "action=R", "outcome=0", "requestor=jdoe", "username=Doe^Jörg", "patient=P1^^^HOSP&1.2.3&ISO~Q1^^^OTHER", "name=Müller^Johanna^^Dr.", "study=1.2.840.1", "host=PACS-1.example.org"),
	1: record(1, "event=110112", "meaning=Query", "action=E", "outcome=0", "user=asmith", "alt=ae|PACS", "text=MSH|^~\\&|RIS|ADT^A08 patient merged into another"),
	2: record(2, "event=110110", "meaning=Patient Record", "action=U", "outcome=4", "requestor=JDOE", "username=Straße Meyer", "patient=P10", "name=Schmidt^Karl", "peer=[2001:db8::1]:514"),
	3: record(3, "event=110114", "meaning=User Authentication", "action=E", "outcome=12", "user=jdoe2", "host=10.0.0.7", "cert=CN=archive,O=Klinik Süd"),
	4: record(4, "event=ITI-8", "meaning=Patient Identity Feed", "action=C", "outcome=8", "user=a*b", "patient=<none>", "accession=ACC0042", "finding=cut-at-close"),
	5: record(5, "text=Zugriff verweigert: M\xfcller an der Stra\xdfe", "outcome=x"),
}

// ask gives the numbers of the records that a question finds, in order.
func ask(t testing.TB, q query.Question) string {
	t.Helper()
	p, err := query.Compile(q, env)
	if err != nil {
		t.Errorf("%s: %v", q.Text, err)
		return "error"
	}
	var got []string
	_, err = records.Search(context.Background(), p, query.Sink{
		Record: func(r *audit.Record) error { got = append(got, fmt.Sprint(r.Number)); return nil },
		Bucket: func(b query.Bucket) error {
			s := b.Value
			if p.Kind == query.Histogram {
				s = time.UnixMicro(b.Time).UTC().Format("01-02")
			}
			got = append(got, fmt.Sprintf("%s=%d", s, b.Count))
			return nil
		},
	})
	if err != nil {
		t.Errorf("%s: %v", q.Text, err)
	}
	return strings.Join(got, " ")
}

func TestQuestions(t *testing.T) {
	for _, c := range []struct{ question, want string }{
		{"*", "0 1 2 3 4 5"},
		{"NOT *", ""},
		// Codes and meanings.
		{"event:110103", "0"},
		{"event:11011*", "1 2 3"},
		{"event:query", "1"},
		{"event:patient", "2 4"},
		{`event:"record PATIENT"`, "2"},
		{`event:"Patient Rec*"`, "2"},
		{"event:~pateint", "2 4"},
		{"event:[110111 TO 110113]", "1"},
		{"action:R", "0"}, {"action:read", "0"}, {"action:Execute", "1 3"}, {"action:x", ""},
		{"outcome:success", "0 1"}, {"outcome:failure", "2 3 4"}, {"outcome:Minor", "2"}, {"outcome:serious", "4"}, {"outcome:major", "3"},
		{"outcome:0", "0 1"}, {"outcome:>=4", "2 3 4"}, {"outcome:<4", "0 1"}, {"outcome:>success", "2 3 4"}, {"outcome:[4 TO 8]", "2 4"}, {"outcome:*", "0 1 2 3 4 5"},
		// Users.
		{"user:jdoe", "0"}, {"user:JDOE", "2"}, {"user:jdoe*", "0 3"}, {"user:ae|PACS", "1"}, {"user.id:ae|PACS", ""}, {"user.alt:ae|PACS", "1"},
		{"user:jorg", "0"}, {"user:JÖRG", "0"}, {`user:"jörg doe"`, "0"}, {"user:strasse", "2"}, {"user:stras*", "2"}, {"user.name:jdoe", ""},
		{"user:~jdeo", "0 2"}, {"user.name:~mejer", "2"}, {`user:a\*b`, "4"}, {"user.name:*", "0 2"}, {"requestor:jdoe", "0"}, {"requestor:asmith", ""},
		{"user:>jdoe", "3"}, {"user:[asmith TO jdoe]", "0 1"},
		// Patients: by id with and without authority, by name.
		{"patient:P1", "0"}, {"patient:Q1", "0"}, {"patient:p1", ""}, {"patient:P1*", "0 2"},
		{"patient:P1^^^HOSP", "0"}, {"patient:P1^^^1.2.3", "0"}, {"patient:P1^^^HOSP&1.2.3&ISO", "0"}, {"patient:P1^^^&1.2.3&ISO", "0"},
		{"patient:P1^^^OTHER", ""}, {"patient:Q1^^^OTHER", "0"}, {"patient:P1^^^HOSP&1.2.3&ISO~Q1^^^OTHER", "0"}, {"patient:Q1^^*", "0"},
		{"patient:muller", "0"}, {`patient:"johanna MÜLLER"`, "0"}, {`patient:"muller jo*"`, "0"}, {"patient:mul", ""}, {"patient.id:muller", ""},
		{"patient.name:~miller", "0"}, {"patient:*", "0 2 4"}, {`patient:"<none>"`, "4"}, {"patient:[P1 TO P2]", "0 2"},
		{"object:P1", "0"}, {"object.id:1.2.840.1", "0"}, {"object.name:karl", "2"},
		{"study:1.2.840.1", "0"}, {"study:1.2.840.*", "0"}, {"accession:acc0042", ""}, {"accession:[ACC0001 TO ACC0100]", "4"},
		// How it came.
		{"host:pacs-1.EXAMPLE.org", "0"}, {"host:PACS*", "0"}, {"host:10.0.0.*", "3"},
		{"peer:192.0.2.1", "0 1 3 4 5"}, {"peer:192.0.2.1:6514", "0 1 3 4 5"}, {"peer:192.0.2.1:1", ""}, {"peer:192.0.*", "0 1 3 4 5"},
		{"peer:2001:DB8:0::1", "2"}, {"peer:[2001:db8::1]:514", "2"}, {"peer:[2001:db8::1]", "2"}, {"peer:2001:db8:*", "2"},
		{"cert:archive", "3"}, {"cert:~sud", "3"}, {"cert:*", "3"}, {"cert:" + strings.Repeat("AB:CD:", 15) + "AB:CD", "3"}, {"cert:AB:CD:AB*", "3"}, {"cert:AB:CD:AB", ""},
		{"transport:TLS", "0 1 2 3 4 5"}, {"transport:udp", ""}, {"conformance:unchecked id:<2", "0 1"}, {"finding:cut-at-close", "4"}, {"finding:cut*", "4"},
		// Numbers and times.
		{"id:3", "3"}, {"id:>=4", "4 5"}, {"id:[1 TO 2]", "1 2"}, {"id:[4 TO *]", "4 5"}, {"id:*", "0 1 2 3 4 5"},
		{"time:2026-01-03", "2"}, {"time:>2026-01-03", "3 4 5"}, {"time:<=2026-01-03", "0 1 2"}, {"time:[2026-01-02 TO 2026-01-03]", "1 2"},
		{"time:2026-01", "0 1 2 3 4 5"}, {"time:>7d", "3 4 5"}, {"time:2026-01-03T00:00:00Z", "2"}, {`time:"2026-01-03 00:00"`, "2"},
		{"received:2026-01-03T00:00:05Z", "2"}, {"NOT time:2026-01-03", "0 1 3 4 5"}, {"time:today", ""},
		// Text: in a row within one value.
		{"merged", "1"}, {`"merged into"`, "1"}, {`"into merged"`, ""}, {`"patient merged in*"`, "1"}, {`"adt a08"`, "1"}, {"merge", ""}, {"merge*", "1"},
		{"müller", "0 5"}, {`"MÜLLER an der Straße"`, "5"}, {"~zugrif", "5"}, {"jdoe", "0 2"}, {`"1.2.840"`, "0"}, {"text:*", "0 1 2 3 4 5"},
		// Together.
		{"patient:P1 AND NOT user:jdoe", ""}, {"patient:(P1 OR P10) outcome:failure", "2"}, {"user:jdoe OR outcome:failure NOT user:jdoe2", "0 2 4"},
	} {
		if got := ask(t, query.Question{Text: c.question, Order: "time"}); got != c.want {
			t.Errorf("%s: found %q, want %q", c.question, got, c.want)
		}
	}
}

func TestChoices(t *testing.T) {
	for _, c := range []struct {
		q    query.Question
		want string
	}{
		{query.Question{Text: "*"}, "5 4 3 2 1 0"},
		{query.Question{Text: "*", Limit: 2}, "5 4"},
		{query.Question{Text: "*", Limit: 2, After: query.Cursor{Time: records[4].Time, Number: 4}.String()}, "3 2"},
		{query.Question{Text: "*", Order: "time", After: query.Cursor{Time: records[4].Time, Number: 4}.String()}, "5"},
		{query.Question{Text: "*", Since: "2026-01-03", Until: "2026-01-04"}, "3 2"},
		{query.Question{Text: "*", Since: "2026-01-03", Until: "2026-01-04T00:00:00Z"}, "2"},
		{query.Question{Text: "*", Since: "6d"}, "5 4"},
		{query.Question{Text: "time:<2026-01-05", Since: "6d"}, ""},
		{query.Question{Text: "*", Count: true}, "=6"},
		{query.Question{Text: "NOT *", Count: true}, "=0"},
		{query.Question{Text: "*", By: "user"}, "JDOE=1 a*b=1 asmith=1 jdoe=1 jdoe2=1"},
		{query.Question{Text: "*", By: "patient"}, "P10=1 P1^^^HOSP&1.2.3&ISO=1 Q1^^^OTHER=1"},
		{query.Question{Text: "*", By: "event", Top: 2}, "DICOM Instances Accessed=1 ITI-8=1"},
		{query.Question{Text: "*", By: "peer"}, "192.0.2.1=5 2001:db8::1=1"},
		{query.Question{Text: "*", By: "host"}, "10.0.0.7=1 pacs-1.example.org=1"},
		{query.Question{Text: "id:0 OR id:3", Histogram: "day"}, "01-01=1 01-02=0 01-03=0 01-04=1"},
	} {
		if got := ask(t, c.q); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.q, got, c.want)
		}
	}
}

func TestCompileErrors(t *testing.T) {
	for _, c := range []struct {
		q       query.Question
		part    string
		offset  int
		message string
	}{
		{query.Question{Text: "a action:rread"}, "question", 9, "create"},
		{query.Question{Text: "outcome:bad"}, "question", 8, "serious"},
		{query.Question{Text: "outcome:~1"}, "question", 8, "serious"},
		{query.Question{Text: "time:soon"}, "question", 5, "30d"},
		{query.Question{Text: "time:2026-11*"}, "question", 5, "no time"},
		{query.Question{Text: "id:-1"}, "question", 3, "whole number"},
		{query.Question{Text: `"^"`}, "question", 0, "no letters"},
		{query.Question{Text: `~"^"`}, "question", 0, "no letters"},
		{query.Question{Text: "user.name:>a"}, "question", 10, "no order"},
		{query.Question{Text: "peer:~a"}, "question", 5, "whole or by prefix"},
		{query.Question{Text: strings.Repeat("a.", 80)}, "question", 0, "64 words"},
		{query.Question{Text: "~" + strings.Repeat("a", 80)}, "question", 0, "too long"},
		{query.Question{Text: "*", Since: "x"}, "since", 0, "30d"},
		{query.Question{Text: "*", Until: "2026-13-01"}, "until", 0, "30d"},
		{query.Question{Text: "*", Since: "2026", Until: "2024"}, "until", 0, "before"},
		{query.Question{Text: "*", Limit: -1}, "limit", 0, "negative"},
		{query.Question{Text: "*", Top: 3}, "top", 0, "by"},
		{query.Question{Text: "*", By: "user", Limit: 3}, "limit", 0, "top"},
		{query.Question{Text: "*", Count: true, Limit: 3}, "limit", 0, "records"},
		{query.Question{Text: "*", Histogram: "day", Order: "time"}, "order", 0, "records"},
		{query.Question{Text: "*", Order: "up"}, "order", 0, "-time"},
		{query.Question{Text: "*", After: "x"}, "after", 0, "cursor"},
		{query.Question{Text: "*", By: "usr"}, "by", 0, "no such field"},
		{query.Question{Text: "*", By: "time"}, "by", 0, "histogram"},
		{query.Question{Text: "*", Histogram: "week"}, "histogram", 0, "month"},
		{query.Question{Text: "*", Count: true, By: "user"}, "count", 0, "exclude"},
		{query.Question{Text: "*", Count: true, After: query.Cursor{}.String()}, "after", 0, "cursor"},
	} {
		_, err := query.Compile(c.q, env)
		e, ok := errors.AsType[*query.Error](err)
		if !ok || e.Part != c.part || e.Offset != c.offset || !strings.Contains(e.Message, c.message) {
			t.Errorf("%.60s: got %#v, want %s at %d: %q", c.q.Text, err, c.part, c.offset, c.message)
		}
	}
}

// leaves gives every leaf of a condition.
func leaves(e query.Expr) []*query.Leaf {
	var all []*query.Leaf
	switch e := e.(type) {
	case *query.And:
		for _, c := range e.Of {
			all = append(all, leaves(c)...)
		}
	case *query.Or:
		for _, c := range e.Of {
			all = append(all, leaves(c)...)
		}
	case *query.Not:
		return leaves(e.Of)
	case *query.Leaf:
		return []*query.Leaf{e}
	}
	return all
}

// A leaf's terms and words are what a record that satisfies it must have, so that an
// index never hides an answer.
func TestTermsAndWordsAreNecessary(t *testing.T) {
	for _, text := range []string{
		"user:jdoe", "user:JÖRG", "patient:P1^^^HOSP", "patient:Q1^^^OTHER", "patient:P1^^^HOSP&1.2.3&ISO~Q1^^^OTHER", `patient:"<none>"`, "patient:P1*",
		"patient:muller", `patient:"muller jo*"`, "study:1.2.840.1", "host:PACS-1.EXAMPLE.ORG", "accession:ACC0042", "requestor:jdoe",
		"event:patient", "cert:archive", `"patient merged in*"`, "müller", "~zugrif", "object:P1",
	} {
		p, err := query.Compile(query.Question{Text: text}, env)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, l := range leaves(p.Where) {
			for _, r := range records {
				if !query.Match(l, r) {
					continue
				}
				found++
				terms, words := hashes(r)
				if len(l.Terms) > 0 && !slices.ContainsFunc(l.Terms, func(h uint64) bool { return terms[h] }) {
					t.Errorf("%s: record %d satisfies without the term", text, r.Number)
				}
				for _, h := range l.Words {
					if !words[h] {
						t.Errorf("%s: record %d satisfies without a word", text, r.Number)
					}
				}
			}
		}
		if found == 0 {
			t.Errorf("%s: finds nothing", text)
		}
	}
}

// hashes are what a store keeps of a record.
func hashes(r *audit.Record) (terms, words map[uint64]bool) {
	terms, words = map[uint64]bool{}, map[uint64]bool{}
	r.Each(^audit.FieldSet(0), func(f audit.FieldSet, value []byte) bool {
		query.Forms(f, value, func(b []byte) { terms[query.Hash(b)] = true })
		if f.Has(audit.FieldText) {
			query.Words(value, func(b []byte) { words[query.Hash(b)] = true })
		}
		return true
	})
	return terms, words
}

func TestPlanOfAnID(t *testing.T) {
	p, err := query.Compile(query.Question{Text: "patient:P1^^^HOSP time:>=2026-01-02 time:<2026-01-05"}, env)
	if err != nil {
		t.Fatal(err)
	}
	if p.Where.String() != "patient:P1^^^HOSP" {
		t.Errorf("the condition reads %s", p.Where)
	}
	if p.Since != records[1].Time || p.Until != records[4].Time {
		t.Errorf("from %d to %d, want %d to %d", p.Since, p.Until, records[1].Time, records[4].Time)
	}
	if l := leaves(p.Where); len(l) != 2 || !slices.Equal(l[0].Terms, []uint64{query.Hash([]byte("P1"))}) || len(l[1].Words) != 2 {
		t.Errorf("leaves %v", l)
	}
}

func TestCursor(t *testing.T) {
	for _, c := range []query.Cursor{{}, {Time: -5, Number: 1}, {Time: query.Never, Number: 1<<64 - 1}} {
		if got, err := query.ParseCursor(c.String()); err != nil || got != c {
			t.Errorf("%v reads %q, which reads %v, %v", c, c.String(), got, err)
		}
	}
	for _, s := range []string{"", ".", "1", "1.", ".1", "1.-1", "1.1.1", "ü.1"} {
		if _, err := query.ParseCursor(s); !errors.Is(err, query.ErrCursor) {
			t.Errorf("%q: %v", s, err)
		}
	}
}
