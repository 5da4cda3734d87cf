package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"arr/api"
	"arr/audit"
	"arr/store"
)

// statusServer serves a status on the socket of a new data directory.
func statusServer(t testing.TB, ready func() error) (dir string) {
	t.Helper()
	noon := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	s := &api.Server{
		Receiving: func() api.Receiving {
			return api.Receiving{Open: 2, Transports: []api.Transport{{Name: "tls", Frames: 3, Bytes: 5400}},
				Refused: map[string]uint64{"cipher-suite": 2, "timeout": 0},
				Trouble: []api.Trouble{{Peer: "192.0.2.9", Cause: "cipher-suite", Offered: "TLS_RSA\x1b[2J", Remedy: "turn on a suite with ECDHE", Count: 2, Last: noon}}}
		},
		Storing: func() api.Storing { return api.Storing{Records: 1000, Memtable: 12, Segments: 3} },
		Sources: func() []api.Source {
			return []api.Source{{ID: "pacs\x1b[2J1", Last: noon.Add(-90 * time.Minute), Records: 1000, Bytes: 1_800_000, Transport: "tls", Peer: "192.0.2.1:99",
				Classes:  map[string]int64{"unchecked": 990, "foreign": 10, "malformed": 0},
				Dialects: map[string]int64{"dcm4che": 7}, Deviations: map[string]int64{"unknown-element /AuditMessage/X": 2, "unknown-attribute /AuditMessage/@a\x1b": 7}}}
		},
		Disk: func() (api.Disk, error) {
			return api.Disk{Bytes: 45_000, Free: 3_000_000_000, DaysUntilFull: 412.4}, nil
		},
		Certificates: func() []api.Certificate { return []api.Certificate{{Name: "ecdsa", NotAfter: noon.AddDate(2, 0, 0)}} },
		Ready:        ready, Version: "1.2.3", Started: noon.Add(-50 * time.Hour),
		Now: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler),
	}
	once, stopped := context.WithCancel(t.Context())
	stopped()
	s.Run(once)
	dir = t.TempDir()
	l, err := api.ListenSocket(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- api.Serve(ctx, l, s.Handler(), s.Log) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return dir
}

func TestStatus(t *testing.T) {
	dir := statusServer(t, nil)
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"arr", "status", "--data", dir}, nil, &out, &errs); code != 0 {
		t.Fatalf("exit code %d: %s", code, &errs)
	}
	for _, want := range []string{
		"arr 1.2.3 on " + dir + ", up for 2 days", "taking records", "1000; 0.0 a second",
		"unchecked 990, foreign 10\n", "tls 3 frames, 5.4 kB; 2 connections open", "cipher-suite 2\n",
		"3 segments, 12 records not sealed yet; 45.0 kB on disk, 3.0 GB free, full in 412 days",
		"ecdsa until 2028-11-02, 731 days from now",
		"DEVIATES FROM A.5.1\n", "dcm4che 7", " 7 unknown-attribute /AuditMessage/@a\\u001b\n", " 2 unknown-element /AuditMessage/X\n",
		"pacs\\u001b[2J1", "1 h", "1.8 MB", "turn on a suite with ECDHE", "\n  turn on a suite with ECDHE\n  offered: TLS_RSA\\u001b",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the status lacks %q:\n%s", want, &out)
		}
	}
	out.Reset()
	if code := run(t.Context(), []string{"arr", "status", "--format", "json", "--data", dir}, nil, &out, &errs); code != 0 {
		t.Fatalf("exit code %d: %s", code, &errs)
	}
	var st api.Status
	if err := json.Unmarshal(out.Bytes(), &st); err != nil || st.Store.Records != 1000 {
		t.Errorf("%v in %s", err, &out)
	}
}

func TestStatusExitCodes(t *testing.T) {
	stalled := statusServer(t, func() error { return errors.New("the disk is full") })
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"not ready", []string{"--data", stalled}, exitFailed, "NOT taking records: the disk is full"},
		{"no store", []string{"--data", t.TempDir()}, exitFailed, "arr: "},
		{"no server", []string{"--data", storeAtRest(t)}, exitFailed, "NOT taking records: no server runs on the data directory\nrecords  1\nclasses  foreign 1\n"},
		{"a wrong URL", []string{"--server", "localhost"}, exitUsage, "http://localhost:8080"},
		{"a wrong format", []string{"--format", "csv"}, exitUsage, "table or json"},
		{"an argument", []string{"all"}, exitUsage, "no arguments"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			if code := run(t.Context(), append([]string{"arr", "status"}, c.args...), nil, &out, &out); code != c.code || !strings.Contains(out.String(), c.says) {
				t.Errorf("exit code %d, %s", code, &out)
			}
		})
	}
}

func TestStatusWords(t *testing.T) {
	for want, got := range map[string]string{
		"1 day": untilFull(1.2), "999 days": untilFull(999.9), "2 years": untilFull(1000), "999 years": untilFull(1e18),
		"0 records": plural(0, "record"), "1 record": plural(1, "record"), "2 journal files": plural(2, "journal file"),
		"a bc|de|longer": strings.Join(fold(" a bc  de longer ", 5), "|"), "": strings.Join(fold("", 5), "|"),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Columns stand below each other whatever senders call themselves.
func TestStatusColumns(t *testing.T) {
	long := strings.Repeat("x", 300)
	st := &api.Status{Sources: []api.Source{{ID: "ビューア", Hostname: long}, {ID: "pacs1", Hostname: "h"}}}
	lines := strings.Split(strings.TrimSpace(string(statusPage("d", st))), "\n")
	first, second := lines[len(lines)-2], lines[len(lines)-1]
	if !strings.HasPrefix(first, "ビューア  "+long[:39]+"…  0001-") || !strings.HasPrefix(second, "pacs1     h"+strings.Repeat(" ", 41)+"0001-") {
		t.Errorf("%s\n%s", first, second)
	}
}

// A rate is that of the time that the server has seen.
func TestStatusRates(t *testing.T) {
	for _, c := range []struct {
		seconds float64
		want    string
	}{
		{8, "7.0 a second in the last 8 s"},
		{55, "7.0 a second in the last minute"},
		{300, "7.0 a second in the last minute, 24533 in the last 5 min"},
		{3601, "7.0 a second in the last minute, 24533 in the last hour"},
		{86400 * 3, "7.0 a second in the last minute, 24533 in the last hour, 0.5 in the last day"},
	} {
		if got := ratesText(&api.Rates{Seconds: c.seconds, Minute: 7, Hour: 24533, Day: 0.5}); got != c.want {
			t.Errorf("after %v s: %s, want %s", c.seconds, got, c.want)
		}
	}
}

func TestStatusOfFullDisk(t *testing.T) {
	days := 5.0
	text := storeText(&api.StoreStatus{Bytes: 1000, Free: 12_500_000, Full: true, DaysUntilFull: &days})
	if !strings.Contains(text, "12.5 MB free, too little to write: THE DISK IS FULL") || strings.Contains(text, "5 days") {
		t.Error(text)
	}
}

// Names that anybody could have made up leave room for those that are known.
func TestStatusShowsKnownSources(t *testing.T) {
	st := &api.Status{Sources: []api.Source{{ID: "known", Known: true}}}
	for i := range 20_000 {
		st.Sources = append(st.Sources, api.Source{ID: fmt.Sprint("x", i), Dialects: map[string]int64{"dcm4che": 1}})
	}
	st.Sources = append(st.Sources, api.Source{ID: "(others)", Together: true})
	page := string(statusPage("d", st))
	if strings.Count(page, "\nx") != 2*maxNewRows || !strings.Contains(page, "\nknown") || !strings.Contains(page, "\n(others)") || !strings.Contains(page, "\nand 19950 sources more") {
		t.Errorf("%d lines: %.3000s", strings.Count(page, "\n"), page)
	}
}

// storeAtRest makes a data directory with one record, which no server has open.
func storeAtRest(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	s, err := store.Open(dir, storeOptions())
	if err != nil {
		t.Fatal(err)
	}
	entry := audit.Entry{Received: 1, Transport: audit.TransportTCP, Peer: "192.0.2.1:9", Frame: []byte("<13>1 - pacs1 - - - - hello")}
	if err := errors.Join(s.HandleFrames(t.Context(), []audit.Entry{entry}), s.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}
