package api_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"arr/answer"
	"arr/api"
	"arr/audit"
	"arr/query"
	"arr/query/querytest"
)

// memory is a Store that holds records in a slice.
type memory struct {
	mu      sync.Mutex
	records querytest.Slice
	arrived chan struct{}
	// blocked, if not nil, holds searches up until it is closed; fails is what they end
	// with.
	blocked chan struct{}
	fails   error
	// damage, if not empty, is why no record can be read.
	damage string
}

func (m *memory) Search(ctx context.Context, p *query.Plan, sink query.Sink) (query.Summary, error) {
	if m.blocked != nil {
		select {
		case <-m.blocked:
		case <-ctx.Done():
			return query.Summary{}, ctx.Err()
		}
	}
	if m.fails != nil {
		return query.Summary{}, m.fails
	}
	if m.damage != "" {
		return query.Summary{Position: m.Position(), Problems: []string{m.damage}}, nil
	}
	return m.stored().Search(ctx, p, sink)
}

func (m *memory) stored() querytest.Slice {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.records
}

func (m *memory) Position() uint64 { return uint64(len(m.stored())) }

func (m *memory) append(r *audit.Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r.Number = uint64(len(m.records))
	m.records = append(m.records, r)
	close(m.arrived)
	m.arrived = make(chan struct{})
}

func (m *memory) Follow(ctx context.Context, from uint64, fn func(*audit.Record) error) error {
	for {
		m.mu.Lock()
		records, arrived := m.records, m.arrived
		m.mu.Unlock()
		for ; from < uint64(len(records)); from++ {
			if err := fn(records[from]); err != nil {
				return err
			}
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// said reads every frame as the message of a login by whom the frame names.
type said struct{}

func (said) Deviations(*audit.Entry) []audit.Finding { return nil }

func (said) Message(e *audit.Entry) (audit.Header, *audit.Message, []byte) {
	if e.Transport == audit.TransportUDP {
		return audit.Header{Priority: 13}, nil, e.Frame
	}
	m := &audit.Message{
		Event: audit.Coded{Code: "110114", System: "DCM", OriginalText: "User Authentication"}, Outcome: "0", Action: "E",
		EventTypes:   []audit.Coded{{Code: "110122", System: "DCM", OriginalText: "Login"}},
		Participants: []audit.ActiveParticipant{{UserID: string(e.Frame), Requestor: "true"}},
	}
	return audit.Header{Priority: 85, Hostname: "pacs1"}, m, []byte("<?xml version='1.0' encoding='ISO-8859-1'?><AuditMessage/>")
}

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

// login makes a record of a user's login, so many hours before noon.
func login(user string, hours int) *audit.Record {
	when := noon.Add(-time.Duration(hours) * time.Hour).UnixMicro()
	return &audit.Record{
		Entry: audit.Entry{Received: when, Transport: audit.TransportTLS, Peer: "192.0.2.1:4711", Frame: []byte(user)},
		Time:  when, Shape: audit.RawShape,
		Extra: []audit.FieldValue{
			{Fields: audit.Fields(audit.FieldEvent), Value: "110114"},
			{Fields: audit.Fields(audit.FieldUserID, audit.FieldRequestorID, audit.FieldText), Value: user},
		},
	}
}

func foreign(text string) *audit.Record {
	return &audit.Record{
		Entry: audit.Entry{Received: noon.UnixMicro(), Transport: audit.TransportUDP, Peer: "192.0.2.2:514", Frame: []byte(text)},
		Time:  noon.UnixMicro(), Shape: audit.RawShape, Class: audit.Foreign,
		Extra: []audit.FieldValue{{Fields: audit.Fields(audit.FieldText), Value: text}},
	}
}

// newServer gives a server over three logins and a foreign record, numbered 0 to 3.
func newServer() (*api.Server, *memory) {
	m := &memory{arrived: make(chan struct{})}
	for _, r := range []*audit.Record{login("jdoe", 30), login("mmuster", 2), login("jdoe", 1), foreign("<13>hello")} {
		m.append(r)
	}
	return &api.Server{
		Store:     m,
		NewReader: func() answer.Reader { return said{} },
		Receiving: func() api.Receiving {
			return api.Receiving{
				Transports: []api.Transport{{Name: "tls", Frames: 3, Bytes: 15}, {Name: "udp", Frames: 1, Bytes: 9}},
				Refused:    map[string]uint64{"cipher-suite": 2, "not-tls": 1},
				Broken:     map[string]uint64{"framing": 5},
				Irregular:  map[string]uint64{"truncated": 1},
				Lost:       map[string]uint64{"kernel": 7},
				Open:       1, Opened: 2, Probes: 4, Memory: 4096, MemoryLimit: 1 << 28, ReceiveBuffer: 8 << 20,
				Trouble: []api.Trouble{{Peer: "192.0.2.9", Cause: "cipher-suite", Offered: "TLS_RSA_WITH_AES_128_CBC_SHA", Remedy: "turn on a suite with ECDHE", Count: 2, Last: noon}},
			}
		},
		Storing: func() api.Storing {
			return api.Storing{Records: m.Position(), Stored: 4, Sealed: 2, FrameBytes: 24, Memtable: 2, Segments: 1, Blocks: 1, Queue: 3, JournalFiles: 1, Damages: 1,
				Classes: []api.ClassCount{{Class: "unchecked", Frames: 3}, {Class: "foreign", Frames: 1}},
				Sync:    api.Latency{Bounds: []float64{0.001, 0.01}, Counts: []uint64{5, 2, 1}, Sum: 0.25}}
		},
		Sources: func() []api.Source {
			drift := -1.5
			return []api.Source{{ID: "pacs1", Drift: &drift, Hostname: "h\"1\\", Peer: "192.0.2.1:4711", Transport: "tls", First: noon.Add(-time.Hour), Last: noon, Records: 4, Bytes: 24,
				Classes: map[string]int64{"unchecked": 3, "foreign": 1}}}
		},
		Disk:         func() (api.Disk, error) { return api.Disk{Bytes: 1000, Free: 9000, DaysUntilFull: 12.5}, nil },
		Certificates: func() []api.Certificate { return []api.Certificate{{Name: "ecdsa", NotAfter: noon}} },
		Trust: func() api.Trust {
			return api.Trust{Loads: 3, Failures: 1, Alerts: 7, AlertsDropped: 2, Weak: []string{"aes"}}
		},
		Directory: func() *api.Directory {
			return &api.Directory{CopyInUse: true, LastSuccess: noon.Add(-time.Hour), Expiry: noon.Add(time.Hour), Reads: 5, Failures: 2}
		},
		Indent:  func(b []byte) []byte { return b },
		Version: "1.2.3", Started: noon.Add(-time.Hour),
		Now: func() time.Time { return noon }, Zone: time.UTC,
		Log: slog.New(slog.DiscardHandler),
	}, m
}

// exchange is one request and the answer that it must get, both as the file has them.
type exchange struct {
	name, ask, reply string
}

// readExchanges reads a file of exchanges: "== NAME", the request's line, its header and
// its body after a blank line, "--", and the answer likewise: the status, the header
// fields to compare and the body. A trailer field stands among the header's.
func readExchanges(t testing.TB, path string) (list []exchange) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for block := range strings.SplitSeq(strings.TrimPrefix(string(text), "== "), "\n== ") {
		name, rest, _ := strings.Cut(block, "\n")
		ask, reply, ok := strings.Cut(rest, "\n--\n")
		if !ok {
			t.Fatalf("%s: %s: no answer", path, name)
		}
		list = append(list, exchange{name, ask, strings.TrimRight(reply, "\n")})
	}
	return list
}

func (e *exchange) request() *http.Request {
	head, body, _ := strings.Cut(e.ask, "\n\n")
	line, fields, _ := strings.Cut(head, "\n")
	method, target, _ := strings.Cut(line, " ")
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = "localhost:8080"
	for l := range strings.Lines(fields) {
		k, v, _ := strings.Cut(strings.TrimSpace(l), ": ")
		r.Header.Set(k, v)
		if k == "Host" {
			r.Host = v
		}
	}
	return r
}

// got lays an answer out as the file does, with the header fields that reply names.
func (e *exchange) got(r *http.Response, body string) string {
	var b strings.Builder
	fmt.Fprintln(&b, r.StatusCode)
	head, _, _ := strings.Cut(e.reply, "\n\n")
	for i, l := range strings.Split(head, "\n") {
		if i > 0 {
			k, _, _ := strings.Cut(l, ": ")
			fmt.Fprintf(&b, "%s: %s\n", k, r.Header.Get(k)+r.Trailer.Get(k))
		}
	}
	return strings.TrimRight(b.String()+"\n"+body, "\n")
}

var update = flag.Bool("update", false, "write the answers in testdata anew")

func TestExchanges(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatal("no exchanges", err)
	}
	for _, path := range paths {
		var anew strings.Builder
		for _, e := range readExchanges(t, path) {
			t.Run(filepath.Base(path)+"/"+e.name, func(t *testing.T) {
				s, _ := newServer()
				rec := httptest.NewRecorder()
				s.Handler().ServeHTTP(rec, e.request())
				got := e.got(rec.Result(), rec.Body.String())
				fmt.Fprintf(&anew, "== %s\n%s\n--\n%s\n\n", e.name, e.ask, got)
				if got != e.reply && !*update {
					t.Errorf("got\n%s\nwant\n%s", got, e.reply)
				}
			})
		}
		if *update {
			if err := os.WriteFile(path, []byte(strings.TrimRight(anew.String(), "\n")+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestReadiness(t *testing.T) {
	s, _ := newServer()
	s.Ready = func() error { return errors.New("the disk is full") }
	for _, h := range []http.Handler{s.Handler(), s.HealthHandler()} {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, get("/readyz"))
		if rec.Code != http.StatusServiceUnavailable || rec.Body.String() != "the disk is full\n" {
			t.Errorf("readyz: %d %s", rec.Code, rec.Body)
		}
		rec = httptest.NewRecorder()
		h.ServeHTTP(rec, get("/healthz"))
		if rec.Code != http.StatusOK {
			t.Errorf("healthz: %d", rec.Code)
		}
	}
}

func get(target string) *http.Request {
	r := httptest.NewRequest("GET", target, nil)
	r.Host = "127.0.0.1:8080"
	return r
}

func TestHealthHandlerSaysNothingElse(t *testing.T) {
	s, _ := newServer()
	for _, target := range []string{"/", "/api/v1/status", "/api/v1/records/1"} {
		rec := httptest.NewRecorder()
		s.HealthHandler().ServeHTTP(rec, get(target))
		if rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", target, rec.Code)
		}
	}
	r := get("/healthz")
	r.Host = "monitor.example.org"
	rec := httptest.NewRecorder()
	s.HealthHandler().ServeHTTP(rec, r)
	if rec.Code != http.StatusOK {
		t.Errorf("under another host's name: %d", rec.Code)
	}
}

func ask(body string) *http.Request {
	r := httptest.NewRequest("POST", "/api/v1/query", strings.NewReader(body))
	r.Host = "localhost"
	return r
}

func TestSearchesAreBounded(t *testing.T) {
	s, m := newServer()
	s.MaxSearches = 1
	m.blocked = make(chan struct{})
	h := s.Handler()
	first := make(chan int)
	go func() {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, ask(`{"question":"*"}`))
		first <- rec.Code
	}()
	for !strings.Contains(page(s), "arr_queries 1\n") {
		time.Sleep(time.Millisecond)
	}
	// The second one gives up when its client does.
	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan int)
	go func() {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, ask(`{"question":"*"}`).WithContext(ctx))
		second <- rec.Code
	}()
	cancel()
	if code := <-second; code != http.StatusServiceUnavailable {
		t.Errorf("the second question: %d, want 503", code)
	}
	close(m.blocked)
	if code := <-first; code != http.StatusOK {
		t.Errorf("the first question: %d", code)
	}
}

// page gives the metrics that are arr's own.
func page(s *api.Server) string {
	rec := httptest.NewRecorder()
	s.HealthHandler().ServeHTTP(rec, get("/metrics"))
	var own strings.Builder
	for l := range strings.Lines(rec.Body.String()) {
		if strings.HasPrefix(l, "arr_") || strings.HasPrefix(l, "# ") {
			own.WriteString(l)
		}
	}
	return own.String()
}

func TestLogNamesNobody(t *testing.T) {
	s, _ := newServer()
	var log bytes.Buffer
	s.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h := s.Handler()
	for _, r := range []*http.Request{ask(`{"question":"patient:P1000000"}`), ask(`{"question":"patient:P1000000 AND ("}`), get("/api/v1/records/1?x=P1000000"), get("/P1000000")} {
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	if n := strings.Count(log.String(), "msg=request"); n != 4 {
		t.Errorf("%d requests logged, want 4:\n%s", n, &log)
	}
	if strings.Contains(log.String(), "P1000000") {
		t.Errorf("the log names a patient:\n%s", &log)
	}
}

func TestLongRequest(t *testing.T) {
	s, _ := newServer()
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, ask(`{"question":"`+strings.Repeat("a ", 40000)+`"}`))
	if rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}
