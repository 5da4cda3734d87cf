package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"arr/api"
)

// overSocket is a client of the server of dir.
func overSocket(dir string) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return api.DialSocket(ctx, dir)
	}}}
}

// serve runs s on the socket of dir until stop, which waits for its end.
func serve(t testing.TB, s *api.Server, dir string) (stop func()) {
	t.Helper()
	l, err := api.ListenSocket(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- api.Serve(ctx, l, s.Handler(), s.Log) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func post(t testing.TB, c *http.Client, question string) *http.Response {
	t.Helper()
	resp, err := c.Post("http://arr/api/v1/query", "application/json", strings.NewReader(question))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func TestSocket(t *testing.T) {
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), strings.Repeat("long/", 40))} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		// What a server left that was killed.
		if err := os.WriteFile(filepath.Join(dir, "arr.sock"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		s, _ := newServer()
		stop := serve(t, s, dir)
		fi, err := os.Stat(filepath.Join(dir, "arr.sock"))
		if err != nil || fi.Mode() != fs.ModeSocket|0o660 {
			t.Fatalf("the socket: %v %v", fi, err)
		}
		resp := post(t, overSocket(dir), `{"question":"user:mmuster","fields":"id","format":"ndjson"}`)
		b, err := io.ReadAll(resp.Body)
		if err != nil || string(b) != "{\"id\":1}\n" {
			t.Errorf("%s %v", b, err)
		}
		var sum api.Summary
		if err := json.Unmarshal([]byte(resp.Trailer.Get(api.SummaryTrailer)), &sum); err != nil || !sum.Complete || sum.Count != 1 {
			t.Errorf("summary %+v, %v", sum, err)
		}
		stop()
		if names, err := os.ReadDir(dir); err != nil || len(names) != 0 {
			t.Errorf("the server leaves %v, %v", names, err)
		}
		if _, err := api.DialSocket(t.Context(), dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("without a server: %v", err)
		}
	}
}

func TestDeadSocketRefuses(t *testing.T) {
	dir := t.TempDir()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "arr.sock")})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := api.DialSocket(t.Context(), dir); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v", err)
	}
}

func TestFollow(t *testing.T) {
	s, m := newServer()
	dir := t.TempDir()
	serve(t, s, dir)
	resp := post(t, overSocket(dir), `{"question":"user:jdoe","follow":true,"limit":2,"fields":"id"}`)
	lines := bufio.NewScanner(resp.Body)
	for _, want := range []string{`{"id":5}`, `{"id":7}`} {
		m.append(login("mmuster", 0))
		m.append(login("jdoe", 0))
		if !lines.Scan() || lines.Text() != want {
			t.Fatalf("got %q, want %q", lines.Text(), want)
		}
	}
	if !lines.Scan() || lines.Text() != `{"complete":true,"count":2,"position":8,"seconds":0,"zone":"UTC"}` {
		t.Errorf("summary %s", lines.Text())
	}
}

func TestFollowEndsWithTheServer(t *testing.T) {
	s, m := newServer()
	dir := t.TempDir()
	stop := serve(t, s, dir)
	resp := post(t, overSocket(dir), `{"question":"*","follow":true,"fields":"id"}`)
	m.append(login("jdoe", 0))
	lines := bufio.NewScanner(resp.Body)
	if !lines.Scan() || lines.Text() != `{"id":4}` {
		t.Fatalf("got %q", lines.Text())
	}
	stop()
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), `{"complete":true,"count":1,`) {
		t.Errorf("summary %s, %v", lines.Text(), lines.Err())
	}
}

// TestDrain stops a server in the middle of an answer, which still arrives whole.
func TestDrain(t *testing.T) {
	s, m := newServer()
	m.blocked = make(chan struct{})
	dir := t.TempDir()
	stop := serve(t, s, dir)
	got := make(chan string)
	go func() {
		resp, err := overSocket(dir).Post("http://arr/api/v1/query", "application/json", strings.NewReader(`{"question":"*","count":true}`))
		if err != nil {
			got <- err.Error()
			return
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		got <- string(b) + errorText(err)
	}()
	for !strings.Contains(page(s), "arr_queries 1\n") {
		time.Sleep(time.Millisecond)
	}
	stopped := make(chan struct{})
	go func() {
		stop()
		close(stopped)
	}()
	for {
		conn, err := api.DialSocket(t.Context(), dir)
		if err != nil {
			break
		}
		conn.Close()
	}
	close(m.blocked)
	if g := <-got; !strings.HasPrefix(g, "4\n{\"complete\":true") {
		t.Errorf("the answer under way: %s", g)
	}
	<-stopped
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestMetrics(t *testing.T) {
	s, _ := newServer()
	run(t, s)
	var own strings.Builder
	for l := range strings.Lines(page(s)) {
		if !strings.Contains(l, "arr_clock_") {
			own.WriteString(l)
		}
	}
	golden(t, "metrics.prom", own.String())
}

// run lets s take its first look at the store and the disk.
func run(t testing.TB, s *api.Server) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.Run(ctx)
}

func golden(t testing.TB, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

func TestStatus(t *testing.T) {
	s, m := newServer()
	now := noon
	s.Now = func() time.Time { return now }
	run(t, s)
	for range 6 {
		m.append(login("jdoe", 0))
	}
	now = now.Add(30 * time.Second)
	dir := t.TempDir()
	serve(t, s, dir)
	resp, err := overSocket(dir).Get("http://arr/api/v1/status")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var st api.Status
	if err := json.NewDecoder(resp.Body).Decode(&st); err != nil {
		t.Fatal(err)
	}
	if want := (api.Rates{Seconds: 30, Minute: 0.2, Hour: 0.2, Day: 0.2}); st.Rates != want {
		t.Errorf("rates %+v, want %+v", st.Rates, want)
	}
	if st.Store.Records != 10 || st.Store.DaysUntilFull == nil || *st.Store.DaysUntilFull != 12.5 || st.Store.Free != 9000 {
		t.Errorf("store %+v", st.Store)
	}
	if st.Classes["unchecked"] != 3 || len(st.Sources) != 1 || len(st.Trouble) != 1 || len(st.Received) != 2 || !st.Ready {
		t.Errorf("status %+v", st)
	}
	s.Ready = func() error { return errors.New("stalled") }
	s.Disk = func() (api.Disk, error) { return api.Disk{}, errors.New("no disk") }
	run(t, s)
	resp, err = overSocket(dir).Get("http://arr/api/v1/status")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	st = api.Status{}
	if err := json.NewDecoder(resp.Body).Decode(&st); err != nil {
		t.Fatal(err)
	}
	if st.Ready || st.Reason != "stalled" || st.Store.DaysUntilFull != nil || st.Store.Bytes != 0 {
		t.Errorf("status %+v", st)
	}
}
