package traffic_test

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"arr/traffic"
)

func TestSameSeedSameFrames(t *testing.T) {
	a, b, other := traffic.New(7, traffic.Options{}), traffic.New(7, traffic.Options{}), traffic.New(8, traffic.Options{})
	var differ bool
	for i := range 500 {
		x, y := a.Next(nil), b.Next([]byte("kept"))
		if string(y) != "kept"+string(x) {
			t.Fatalf("frame %d differs between generators of one seed", i)
		}
		differ = differ || !bytes.Equal(x, other.Next(nil))
	}
	if !differ {
		t.Error("another seed makes the same frames")
	}
}

// element is an XML element as the checks below need it.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []element  `xml:",any"`
	Text     string     `xml:",chardata"`
}

func (e *element) attr(name string) (string, bool) {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}

func (e *element) names() string {
	var s []string
	for i := range e.Children {
		s = append(s, e.Children[i].XMLName.Local)
	}
	return strings.Join(s, " ")
}

func (e *element) walk(fn func(*element)) {
	fn(e)
	for i := range e.Children {
		e.Children[i].walk(fn)
	}
}

// message splits a frame at its header and reads the message.
func message(t *testing.T, frame []byte) *element {
	t.Helper()
	fields := bytes.SplitN(frame, []byte(" "), 8)
	if len(fields) != 8 || string(fields[0]) != "<85>1" || string(fields[6]) != "-" {
		t.Fatalf("not an RFC 5424 header: %.80q", frame)
	}
	if _, err := time.Parse(time.RFC3339Nano, string(fields[1])); err != nil {
		t.Errorf("TIMESTAMP: %v", err)
	}
	var e element
	if err := xml.Unmarshal(bytes.TrimPrefix(fields[7], []byte("\ufeff")), &e); err != nil {
		t.Fatalf("%v in %s", err, frame)
	}
	return &e
}

// required are the attributes that PS3.15 A.5.1 requires of an element.
var required = map[string][]string{
	"EventIdentification":             {"EventDateTime", "EventOutcomeIndicator"},
	"EventID":                         {"csd-code", "codeSystemName", "originalText"},
	"EventTypeCode":                   {"csd-code", "codeSystemName", "originalText"},
	"RoleIDCode":                      {"csd-code", "codeSystemName", "originalText"},
	"MediaType":                       {"csd-code", "codeSystemName", "originalText"},
	"ParticipantObjectIDTypeCode":     {"csd-code", "codeSystemName", "originalText"},
	"ActiveParticipant":               {"UserID", "UserIsRequestor"},
	"AuditSourceIdentification":       {"AuditSourceID"},
	"AuditSourceTypeCode":             {"csd-code"},
	"ParticipantObjectIdentification": {"ParticipantObjectID"},
	"ParticipantObjectDetail":         {"type", "value"},
	"SOPClass":                        {"UID", "NumberOfInstances"},
}

func check(t *testing.T, frame []byte, e *element) {
	for _, a := range required[e.XMLName.Local] {
		if v, ok := e.attr(a); !ok || v == "" {
			t.Errorf("%s lacks %s in %s", e.XMLName.Local, a, frame)
		}
	}
	switch e.XMLName.Local {
	case "ParticipantObjectIdentification":
		name, query := strings.Contains(e.names(), "ParticipantObjectName"), strings.Contains(e.names(), "ParticipantObjectQuery")
		if name == query {
			t.Errorf("an object needs a name or a query, and only one, in %s", frame)
		}
	case "ParticipantObjectDetail":
		v, _ := e.attr("value")
		if _, err := base64.StdEncoding.Strict().DecodeString(v); err != nil {
			t.Errorf("detail: %v in %s", err, frame)
		}
	case "ParticipantObjectQuery":
		if _, err := base64.StdEncoding.Strict().DecodeString(e.Text); err != nil || e.Text == "" {
			t.Errorf("query: %v in %s", err, frame)
		}
	}
}

func TestFrames(t *testing.T) {
	const n = 8000
	g := traffic.New(1, traffic.Options{Start: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Interval: 30 * 24 * time.Hour / n})
	events, users, patients := map[string]int{}, map[string]int{}, map[string]int{}
	var size, withHL7 int
	var last time.Time
	for range n {
		frame := g.Next(nil)
		size += len(frame)
		if bytes.ContainsAny(frame, "{}") {
			t.Fatalf("a blank was not filled in: %s", frame)
		}
		m := message(t, frame)
		m.walk(func(e *element) { check(t, frame, e) })
		event := m.Children[0].Children[0]
		code, _ := event.attr("csd-code")
		events[code]++
		if bytes.Contains(frame, []byte("TVNIfF5+XCZ8")) {
			withHL7++
		}
		at, _ := m.Children[0].attr("EventDateTime")
		last, _ = time.Parse(time.RFC3339, at)
		m.walk(func(e *element) {
			if id, ok := e.attr("UserID"); ok {
				users[id]++
				if strings.ContainsFunc(id, func(r rune) bool { return r > '~' }) {
					t.Errorf("UserID %q is not ASCII", id)
				}
			}
			if id, ok := e.attr("ParticipantObjectID"); ok && strings.HasSuffix(id, "&ISO") {
				patients[strings.Split(id, "^")[0]]++
			}
		})
	}
	if len(events) != 15 {
		t.Errorf("events of %d kinds, want all 15 of PS3.15 A.5.3: %v", len(events), events)
	}
	if mean := size / n; mean < 1600 || mean > 2000 {
		t.Errorf("a frame has %d bytes on the mean, want about 1.8 KB", mean)
	}
	if share := withHL7 * 100 / n; share < 25 || share > 32 {
		t.Errorf("%d %% carry HL7 v2 messages, want 25 to 32", share)
	}
	if days := last.Sub(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)).Hours() / 24; days < 27 || days > 33 {
		t.Errorf("%d events took %.1f days, want about 30", n, days)
	}
	for _, p := range traffic.KnownPatients {
		if patients[p.ID] == 0 {
			t.Errorf("patient %s never came", p.ID)
		}
	}
	for _, u := range traffic.KnownUsers {
		if users[u.ID] == 0 {
			t.Errorf("user %s did nothing", u.ID)
		}
	}
	if len(users) < 1000 || len(patients) < 400 {
		t.Errorf("%d users and %d patients, want thousands", len(users), len(patients))
	}
	t.Logf("%d bytes a frame, %d %% with HL7, %d users, %d patients, events %v", size/n, withHL7*100/n, len(users), len(patients), events)
}

func TestKnownPatientsHaveTheirNames(t *testing.T) {
	g := traffic.New(3, traffic.Options{})
	for range 20000 {
		f := g.Next(nil)
		for _, p := range traffic.KnownPatients {
			if bytes.Contains(f, []byte(`ParticipantObjectID="`+p.ID+"^")) && !bytes.Contains(f, []byte("<ParticipantObjectName>"+p.Name+"</")) {
				t.Fatalf("%s has another name in %s", p.ID, f)
			}
		}
	}
}

func BenchmarkNext(b *testing.B) {
	g := traffic.New(1, traffic.Options{})
	var frame []byte
	var n int64
	b.ReportAllocs()
	for b.Loop() {
		frame = g.Next(frame[:0])
		n += int64(len(frame))
	}
	b.SetBytes(n / int64(b.N))
}
