package answer_test

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"arr/answer"
	"arr/audit"
	"arr/query"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with testdata/name.
func golden(t testing.TB, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs:\n%s\nwant:\n%s", name, got, want)
	}
}

// said is a Reader that knows what each record says.
type said map[uint64]reading

type reading struct {
	header  audit.Header
	message *audit.Message
	text    string
}

func (s said) Deviations(*audit.Entry) []audit.Finding {
	return []audit.Finding{{Code: "unknown-attribute", Path: "/AuditMessage/ActiveParticipant/@UserTypeCode", Message: "A sentence."}}
}

func (s said) Message(e *audit.Entry) (audit.Header, *audit.Message, []byte) {
	r := s[e.Number]
	return r.header, r.message, []byte(r.text)
}

func dcm(code, meaning string) audit.Coded {
	return audit.Coded{Code: code, System: "DCM", OriginalText: meaning}
}

const hl7 = "MSH|^~\\&|HIS\rPID|||P1\r"

// opened is a message in which a person looks at a patient's images.
var opened = &audit.Message{
	Event: dcm("110103", "DICOM Instances Accessed"), Action: "R", Outcome: "0", DateTime: "2026-11-02T08:15:30.25+01:00",
	EventTypes: []audit.Coded{{Code: "110141", System: "DCM", DisplayName: "Local Service"}},
	Purposes:   []audit.Coded{{Code: "TREAT", System: "HL7", OriginalText: "treatment"}},
	Participants: []audit.ActiveParticipant{
		{UserID: "jdoe", AlternativeUserID: "4711", UserName: "Jane Doe", Requestor: "true", Host: "ws7.example.org", HostType: "1",
			Roles: []audit.Coded{dcm("110150", "Application")}},
		{UserID: "VIEWER", Requestor: "false", Media: &audit.Coded{Code: "110030", System: "DCM", OriginalText: "USB"}},
	},
	Sources: []audit.AuditSource{{ID: "pacs1", EnterpriseSiteID: "north", Types: []audit.Coded{{Code: "4"}}}},
	Objects: []audit.ParticipantObject{
		{ID: "1.2.3.4", IDType: dcm("110180", "Study Instance UID"), Type: "2", Role: "3", LifeCycle: "6", Accessions: []string{"A1"},
			SOPClasses: []audit.SOPClass{{UID: "1.2.840", NumberOfInstances: "2", Instances: []string{"1.1", "1.2"}}}, MPPS: []string{"1.9"}},
		{ID: "P1^^^HOSP&1.2&ISO^MR~<none>~P2^^^OTHER", IDType: audit.Coded{Code: "2", System: "RFC-3881", OriginalText: "Patient Number"},
			Type: "1", Role: "1", Name: "Müller^Johanna", Sensitivity: "VIP",
			Details: []audit.Detail{{Type: "HL7v2 Message", Value: base64.StdEncoding.EncodeToString([]byte(hl7))}, {Type: "blob", Value: "AAEC"}}},
	},
}

// shape gives the records of these tests two values, a user and a patient.
var shape = &audit.Shape{
	Gaps: [][]byte{nil, []byte(" "), nil},
	Slots: []audit.Slot{
		{Fields: audit.Fields(audit.FieldUserID, audit.FieldText)},
		{Fields: audit.Fields(audit.FieldPatientID, audit.FieldObjectID, audit.FieldText)},
	},
	Fixed:   []audit.Fixed{{Fields: audit.Fields(audit.FieldEvent), Value: "110103"}},
	Carries: audit.Fields(audit.FieldUserID, audit.FieldText, audit.FieldPatientID, audit.FieldObjectID, audit.FieldEvent),
}

func at(text string) int64 {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return t.UnixMicro()
}

// answers are three records: one complete, one of syslog without an audit message, one
// malformed and hostile.
func answers() ([]*audit.Record, said) {
	records := []*audit.Record{
		{
			Entry: audit.Entry{Number: 7, Received: at("2026-11-02T07:15:31.000001Z"), Transport: audit.TransportTLS, Peer: "192.0.2.1:4711",
				Cert: audit.Cert{Subject: "CN=pacs1", SHA256: strings.Repeat("\x01", 32)}, Frame: []byte("jdoe P1^^^HOSP")},
			Time: at("2026-11-02T07:15:30.25Z"), Shape: shape, Spans: []audit.Span{{Off: 0, Len: 4}, {Off: 5, Len: 9}},
			Findings: []audit.Finding{{Code: "missing-attribute", Path: "/AuditMessage", Off: 5, Len: 2, Message: "An attribute is missing."}},
		},
		{
			Entry: audit.Entry{Number: 8, Received: at("2026-11-02T07:16:00Z"), Transport: audit.TransportUDP, Peer: "192.0.2.2:514", Frame: []byte("<13>hello\n")},
			Time:  at("2026-11-02T07:16:00Z"), Shape: audit.RawShape, Class: audit.Foreign,
		},
		{
			Entry: audit.Entry{Number: 9, Received: at("2026-11-02T07:17:00Z"), Transport: audit.TransportTCP, Peer: "192.0.2.3:9", Frame: []byte("<x\xff")},
			Time:  at("2026-11-02T07:17:00Z"), Shape: audit.RawShape, Class: audit.Malformed,
			Extra: []audit.FieldValue{{Fields: audit.Fields(audit.FieldUserID), Value: "=cmd()\x1b[2J\xff"}},
		},
	}
	return records, said{
		7: {audit.Header{Priority: 85, Version: 1, Timestamp: "2026-11-02T08:15:31+01:00", Hostname: "pacs1", App: "arc", ProcID: "12", MsgID: "IHE+RFC-3881"},
			opened, "<?xml version=\"1.0\"?>\n<!DOCTYPE AuditMessage>\n<AuditMessage><EventIdentification/></AuditMessage>\n"},
		8: {audit.Header{Priority: 13}, nil, "hello"},
		9: {audit.Header{Priority: -1}, &audit.Message{OutcomeDescription: "bad \"\\\b\u2028\xff"}, "<x"},
	}
}

// write gives what a Writer makes of the three records.
func write(t testing.TB, p *query.Plan, o answer.Options) []byte {
	t.Helper()
	records, reader := answers()
	o.Reader = reader
	var out bytes.Buffer
	w, err := answer.New(&out, p, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := w.Record(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if w.Records() != 3 || w.Next() != "" {
		t.Errorf("Records() = %d, Next() = %s", w.Records(), w.Next())
	}
	return out.Bytes()
}

// A page ends at the limit, and has a next one only where a record is left for it.
func TestPages(t *testing.T) {
	records, reader := answers()
	for limit, next := range map[int]string{1: query.Cursor{Time: records[0].Time, Number: records[0].Number}.String(),
		2: query.Cursor{Time: records[1].Time, Number: records[1].Number}.String(), 3: "", 4: "", 0: ""} {
		p := &query.Plan{Limit: limit}
		w, err := answer.New(io.Discard, p, answer.Options{Reader: reader})
		if err != nil {
			t.Fatal(err)
		}
		searched := w.Plan().Limit
		if limit > 0 && searched != limit+1 || limit == 0 && searched != 0 || p.Limit != limit {
			t.Errorf("limit %d: %d records are searched for", limit, searched)
		}
		for i, r := range records {
			if searched > 0 && i == searched {
				break
			}
			if err := w.Record(r); err != nil {
				t.Fatal(err)
			}
		}
		if want := int64(len(records)); limit > 0 && w.Records() != min(want, int64(limit)) || limit == 0 && w.Records() != want {
			t.Errorf("limit %d: %d records were written", limit, w.Records())
		}
		if w.Next() != next {
			t.Errorf("limit %d: next is %q, want %q", limit, w.Next(), next)
		}
	}
}

func TestFormats(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones here: ", err)
	}
	for _, c := range []struct {
		file string
		o    answer.Options
	}{
		{"records.ndjson", answer.Options{Format: answer.NDJSON}},
		{"records.json", answer.Options{Format: answer.JSON}},
		{"records.csv", answer.Options{Format: answer.CSV}},
		{"records.xml", answer.Options{Format: answer.XML}},
		{"records.raw", answer.Options{Format: answer.Raw}},
		{"wide.txt", answer.Options{Format: answer.Table, Zone: berlin}},
		{"narrow.txt", answer.Options{Format: answer.Table, Width: 80}},
	} {
		t.Run(c.file, func(t *testing.T) {
			got := write(t, &query.Plan{}, c.o)
			golden(t, c.file, got)
			if c.o.Format != answer.Raw && !utf8.Valid(got) {
				t.Error("not UTF-8")
			}
		})
	}
}

func TestOutputIsReadable(t *testing.T) {
	for line := range bytes.Lines(write(t, &query.Plan{}, answer.Options{Format: answer.NDJSON})) {
		var v map[string]any
		if err := json.Unmarshal(line, &v); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	var list []map[string]any
	if err := json.Unmarshal(write(t, &query.Plan{}, answer.Options{Format: answer.JSON}), &list); err != nil || len(list) != 3 {
		t.Errorf("json: %d records, %v", len(list), err)
	}
	rows, err := csv.NewReader(bytes.NewReader(write(t, &query.Plan{}, answer.Options{Format: answer.CSV}))).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Errorf("csv: %d rows, %v", len(rows), err)
	}
	d := xml.NewDecoder(bytes.NewReader(write(t, &query.Plan{}, answer.Options{Format: answer.XML})))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestFields(t *testing.T) {
	for _, c := range []struct{ fields, want string }{
		{"id", `{"id":7}`},
		{"id,time,user", `{"id":7,"time":"2026-11-02T07:15:30.25Z","user":["jdoe"]}`},
		{" patient , event.code ", `{"patient":["P1^^^HOSP"],"event.code":"110103"}`},
		{"source.id,header.pri,header.msgid", `{"source.id":"pacs1","header.pri":85,"header.msgid":"IHE+RFC-3881"}`},
		{"event", `{"event":{"code":"110103","system":"DCM","meaning":"DICOM Instances Accessed"}}`},
		{"id" + strings.Repeat(",user, id", 5000), `{"id":7,"user":["jdoe"]}`},
		{"finding,study", `{"finding":["missing-attribute"],"study":[]}`},
		{"certSha256", `{"certSha256":"` + strings.Repeat("01", 32) + `"}`},
	} {
		f, err := answer.ParseFields(c.fields)
		if err != nil {
			t.Fatal(err)
		}
		got, _, _ := strings.Cut(string(write(t, &query.Plan{}, answer.Options{Fields: f})), "\n")
		if got != c.want {
			t.Errorf("fields %q: %s, want %s", c.fields, got, c.want)
		}
	}
}

func TestFieldNames(t *testing.T) {
	for _, name := range query.Fields() {
		if _, err := answer.ParseFields(name); err != nil {
			t.Errorf("a field of the question language: %v", err)
		}
	}
	for _, c := range []struct{ name, near string }{{"pateint", "patient"}, {"usr.id", "user.id"}, {"Participants", "participants"}, {"", "id"}} {
		_, err := answer.ParseFields("id," + c.name)
		e, ok := err.(*answer.FieldError)
		if !ok || e.Near != c.near || e.Name != c.name {
			t.Errorf("%q: %v, want a field error that names %q", c.name, err, c.near)
		}
	}
}

func TestAggregates(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	by := &query.Plan{Kind: query.By}
	histogram := &query.Plan{Kind: query.Histogram, Interval: query.Day, Zone: berlin}
	users := []query.Bucket{{Value: "jdoe", Count: 1200}, {Value: "=1+1\x1b", Count: 30}, {Value: "名前", Count: 1}}
	days := []query.Bucket{{Time: at("2026-11-01T00:00:00+01:00"), Count: 0}, {Time: at("2026-11-02T00:00:00+01:00"), Count: 8}}
	for _, c := range []struct {
		name    string
		plan    *query.Plan
		o       answer.Options
		buckets []query.Bucket
		want    string
	}{
		{"by", by, answer.Options{}, users, `{"value":"jdoe","count":1200}` + "\n" + `{"value":"=1+1\u001b","count":30}` + "\n" + `{"value":"名前","count":1}` + "\n"},
		{"by csv", by, answer.Options{Format: answer.CSV}, users, "value,count\njdoe,1200\n'=1+1\\u001b,30\n名前,1\n"},
		{"by json", by, answer.Options{Format: answer.JSON}, users[:1], "[\n" + `{"value":"jdoe","count":1200}` + "\n]\n"},
		{"by json, nothing", by, answer.Options{Format: answer.JSON}, nil, "[]\n"},
		{"by table", by, answer.Options{Format: answer.Table}, users, "jdoe        1200\n=1+1\\u001b    30\n名前           1\n"},
		{"by outcome", &query.Plan{Kind: query.By, Fields: audit.Fields(audit.FieldOutcome)}, answer.Options{Format: answer.Table},
			[]query.Bucket{{Value: "0", Count: 9}, {Value: "12", Count: 1}, {Value: "-1", Count: 1}}, "success        9\nmajor failure  1\n-1             1\n"},
		{"by action", &query.Plan{Kind: query.By, Fields: audit.Fields(audit.FieldAction)}, answer.Options{Format: answer.Table},
			[]query.Bucket{{Value: "R", Count: 9}, {Value: "X", Count: 1}}, "read  9\nX     1\n"},
		{"by table, bars", by, answer.Options{Format: answer.Table, Width: 27}, users, "jdoe        1200  █████████\n=1+1\\u001b    30  ▏\n名前           1  ▏\n"},
		{"histogram", histogram, answer.Options{}, days, `{"time":"2026-11-01T00:00:00+01:00","count":0}` + "\n" + `{"time":"2026-11-02T00:00:00+01:00","count":8}` + "\n"},
		{"histogram table", histogram, answer.Options{Format: answer.Table, Width: 80}, days,
			"2026-11-01  0\n2026-11-02  8  " + strings.Repeat("█", 40) + "\n"},
		{"count", &query.Plan{Kind: query.Count}, answer.Options{Format: answer.Table}, []query.Bucket{{Count: 42}}, "42\n"},
		{"count ndjson", &query.Plan{Kind: query.Count}, answer.Options{}, []query.Bucket{{Count: 0}}, "0\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			w, err := answer.New(&out, c.plan, c.o)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range c.buckets {
				if err := w.Bucket(b); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if out.String() != c.want {
				t.Errorf("got\n%s\nwant\n%s", out.String(), c.want)
			}
		})
	}
}

func TestImpossibleAnswers(t *testing.T) {
	fields, err := answer.ParseFields("id")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		plan *query.Plan
		o    answer.Options
	}{
		{&query.Plan{Kind: query.By}, answer.Options{Format: answer.Raw}},
		{&query.Plan{Kind: query.Histogram}, answer.Options{Format: answer.XML}},
		{&query.Plan{}, answer.Options{Format: answer.Raw, Fields: fields}},
	} {
		if _, err := answer.New(io.Discard, c.plan, c.o); err == nil {
			t.Errorf("format %s of kind %d: no error", c.o.Format, c.plan.Kind)
		}
	}
	if _, err := answer.ParseFormat("yaml"); err == nil || !strings.Contains(err.Error(), "ndjson, json, table, csv, xml, raw") {
		t.Errorf("ParseFormat: %v", err)
	}
}

func TestFollowedTableKeepsItsWidths(t *testing.T) {
	records, reader := answers()
	var out bytes.Buffer
	w, err := answer.New(&out, &query.Plan{}, answer.Options{Format: answer.Table, Reader: reader})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range records {
		if err := w.Record(r); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(out.String(), "\n"); n != i+2 {
			t.Errorf("after record %d: %d lines, want %d", i, n, i+2)
		}
	}
}

// A table holds records back to lay them out, but not more than a little memory has room for.
func TestTableOfLargeRecords(t *testing.T) {
	records, reader := answers()
	f, err := answer.ParseFields("user")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w, err := answer.New(&out, &query.Plan{}, answer.Options{Format: answer.Table, Reader: reader, Fields: f})
	if err != nil {
		t.Fatal(err)
	}
	large := *records[2]
	large.Extra = []audit.FieldValue{{Fields: audit.Fields(audit.FieldUserID), Value: strings.Repeat("u", 1<<20)}}
	for i := range 20 {
		before := out.Len()
		if err := w.Record(&large); err != nil {
			t.Fatal(err)
		}
		if out.Len() < before+1<<20 {
			t.Fatalf("record %d is held back", i)
		}
	}
}

// The largest limit that can be written is one.
func TestLargestLimit(t *testing.T) {
	p, err := query.Compile(query.Question{Text: "*", Limit: math.MaxInt}, query.Env{})
	if err != nil {
		t.Fatal(err)
	}
	w, err := answer.New(io.Discard, p, answer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if limit := w.Plan().Limit; limit <= 0 {
		t.Errorf("%d records are searched for", limit)
	}
}
