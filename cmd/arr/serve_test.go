package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"arr/config"
	"arr/store"
	"arr/trust"
)

// running is arr serve in this process.
type running struct {
	ports ports
	stop  func() (stdout, stderr string, code int)
}

// lockedText is written by a server and read by a test.
type lockedText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedText) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// startServer runs arr serve on dir, every listener at a port that the system picks, until
// the test ends or it is stopped.
func startServer(t *testing.T, dir string, flags ...string) *running {
	t.Helper()
	args := append([]string{"arr", "serve", "--data", dir, "--tls", "127.0.0.1:0", "--udp", "127.0.0.1:0",
		"--tcp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--metrics", "127.0.0.1:0"}, flags...)
	ctx, cancel := context.WithCancel(context.Background())
	var stdout, stderr lockedText
	done := make(chan int, 1)
	go func() { done <- run(ctx, args, strings.NewReader(""), &stdout, &stderr) }()
	r := &running{}
	r.stop = func() (string, string, int) {
		cancel()
		code := <-done
		done <- code
		return stdout.String(), stderr.String(), code
	}
	t.Cleanup(func() { r.stop() })
	for range 1000 {
		if b, err := os.ReadFile(filepath.Join(dir, portsFile)); err == nil {
			if err := json.Unmarshal(b, &r.ports); err != nil {
				t.Fatal(err)
			}
			return r
		}
		select {
		case code := <-done:
			done <- code
			t.Fatalf("arr serve exits with %d: %s", code, &stderr)
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Fatalf("arr serve does not listen: %s", &stderr)
	return nil
}

// send sends one octet-counted frame over TCP.
func (r *running) send(t *testing.T, frame string) {
	t.Helper()
	conn, err := net.Dial("tcp", r.ports.TCP[0])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "%d %s", len(frame), frame); err != nil {
		t.Fatal(err)
	}
}

// get asks over HTTP until the answer holds the text, for some seconds.
func get(t *testing.T, url, text string) {
	t.Helper()
	var answer string
	for range 500 {
		resp, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if answer = string(b); strings.Contains(answer, text) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s lacks %q:\n%s", url, text, answer)
}

const loginFrame = `<85>1 2026-11-01T10:00:00Z ws1 arc - IHE+RFC-3881 - <AuditMessage>` +
	`<EventIdentification EventActionCode="E" EventDateTime="2026-11-01T10:00:00Z" EventOutcomeIndicator="0">` +
	`<EventID csd-code="110114" codeSystemName="DCM" originalText="User Authentication"/></EventIdentification>` +
	`<ActiveParticipant UserID="jdoe" UserIsRequestor="true"/><AuditSourceIdentification AuditSourceID="ws1"/></AuditMessage>`

func TestServe(t *testing.T) {
	// A socket's path may not be as long as a directory's.
	dir := filepath.Join(t.TempDir(), strings.Repeat("a-rather-long-name-", 8))
	r := startServer(t, dir)
	if r.ports.PID != os.Getpid() || r.ports.Socket != filepath.Join(dir, "arr.sock") {
		t.Errorf("ports.json holds %+v", r.ports)
	}
	r.send(t, loginFrame)
	get(t, "http://"+r.ports.HTTP[0]+"/metrics", "arr_records_stored_total 1\n")
	get(t, "http://"+r.ports.Metrics[0]+"/metrics", `arr_frames_received_total{transport="tcp"} 1`)
	get(t, "http://"+r.ports.Metrics[0]+"/readyz", "ok")

	_, stderr, code := commandLine(t, "serve", "--data", dir)
	if want := fmt.Sprintf("in use by pid %d", os.Getpid()); code != exitFailed || !strings.Contains(stderr, want) {
		t.Errorf("a second server exits with %d and says %q, want %q", code, stderr, want)
	}

	stdout, stderr, code := r.stop()
	if code != 0 {
		t.Fatalf("arr serve exits with %d: %s", code, stderr)
	}
	for _, want := range slices.Concat(r.ports.TLS, r.ports.UDP, r.ports.TCP, []string{"http://" + r.ports.HTTP[0], "ca.pem", "ca.p12", "SHA-256", "omfwd"}) {
		if !strings.Contains(stdout, want) {
			t.Errorf("what it printed lacks %q:\n%s", want, stdout)
		}
	}
	for _, once := range []string{"msg=ready", "msg=stopping", "msg=stopped"} {
		if strings.Count(stderr, once) != 1 {
			t.Errorf("the log has %q %d times:\n%s", once, strings.Count(stderr, once), stderr)
		}
	}
	if strings.Contains(stdout+stderr, "jdoe") {
		t.Errorf("a value of a message was printed or logged:\n%s%s", stdout, stderr)
	}
	for _, gone := range []string{portsFile, "arr.sock", "reserve"} {
		if _, err := os.Stat(filepath.Join(dir, gone)); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", gone, err)
		}
	}
	if files, err := os.ReadDir(filepath.Join(dir, "journal")); err != nil || len(files) > 0 {
		t.Errorf("the journal still holds %v, %v", files, err)
	}

	again := startServer(t, dir)
	get(t, "http://"+again.ports.HTTP[0]+"/metrics", "arr_records 1\n")
}

func TestServeFails(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	address := taken.Addr().String()
	tests := []struct {
		flags string
		code  int
		want  string
	}{
		{"--http 0.0.0.0:0", exitUsage, "http (--http): 0.0.0.0:0 can be reached from other machines"},
		{"--tls " + address, exitFailed, "--tls " + address + ": listen tcp " + address + ": bind: address already in use: choose another address, or stop who has it"},
		{"--tcp " + address, exitFailed, "--tcp " + address + ": listen"},
		{"--http " + address, exitFailed, "--http " + address + ": listen"},
		{"--udp 192.0.2.1:514", exitFailed, "--udp 192.0.2.1:514: listen"},
		{"--tls 127.0.0.1:0,client-ca=" + file, exitUsage, "neither PKCS#12 nor JKS nor PEM"},
		{"--tls-cert " + file, exitUsage, "is not PEM"},
		{"--tls-cert " + file + ".none", exitUsage, "no such file"},
		{"--tls 127.0.0.1:0,client-ca=" + file + ".none", exitUsage, "no such file"},
		{"--http 127.0.0.1:0,tls=on,client-ca=" + file + ".none", exitUsage, "--http 127.0.0.1:0: client CAs: reading the store of keys"},
		{"--tls-suites TLS_DHE", exitUsage, "the suite \"TLS_DHE\" is not known here"},
		{"--data " + file, exitFailed, "not a directory"},
	}
	for _, test := range tests {
		dir := filepath.Join(t.TempDir(), "data")
		args := append([]string{"serve", "--data", dir}, strings.Fields(test.flags)...)
		for _, key := range []string{"tls", "udp", "http"} {
			if !slices.Contains(args, "--"+key) {
				args = append(args, "--"+key, "127.0.0.1:0")
			}
		}
		stdout, stderr, code := commandLine(t, args...)
		if code != test.code || !strings.Contains(stderr, test.want) || stdout != "" {
			t.Errorf("%s: exits with %d\n%s%s", test.flags, code, stdout, stderr)
		}
		if _, err := os.Stat(filepath.Join(dir, "arr.sock")); !os.IsNotExist(err) {
			t.Errorf("%s: the socket is still there: %v", test.flags, err)
		}
		if _, err := os.Stat(dir); code == exitUsage && !os.IsNotExist(err) {
			t.Errorf("%s: the data directory was made: %v", test.flags, err)
		}
	}
}

func TestBanner(t *testing.T) {
	listening := ports{TLS: []string{"[::]:6514"}, TCP: []string{"127.0.0.1:601"}}
	tests := []struct {
		name  string
		ports ports
		flags map[string][]string
		want  []string // nil: no lines at all
	}{
		{"TLS", listening, map[string][]string{"tls-name": {"arr.example.org"}}, []string{
			`target="arr.example.org" port="6514"`, `StreamDriverPermittedPeers="arr.example.org"`, "defaultNetstreamDriverCAFile=", "maxMessageSize=\"16384k\""}},
		{"an address", ports{TLS: []string{"192.0.2.1:6515"}}, map[string][]string{"tls-name": {"arr.example.org"}}, []string{
			`target="192.0.2.1" port="6515"`, `StreamDriverPermittedPeers="arr.example.org"`}},
		{"client certificates", listening, map[string][]string{"tls": {":6514,client-ca=x,client-auth=require"}}, []string{"defaultNetstreamDriverKeyFile="}},
		{"TCP alone", ports{TCP: listening.TCP}, nil, []string{`target="localhost" port="601" protocol="tcp"`}},
		{"UDP alone", ports{UDP: []string{"[::]:514"}}, nil, nil},
	}
	for _, test := range tests {
		cfg, err := config.Load(config.Sources{Flags: test.flags})
		if err != nil {
			t.Fatal(err)
		}
		got := rsyslogLines(cfg, test.ports, true)
		if (got == "") != (test.want == nil) {
			t.Errorf("%s: %q", test.name, got)
		}
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: lacks %s:\n%s", test.name, want, got)
			}
		}
	}
	if got := allow514(&net.OpError{Err: syscall.EACCES}); !strings.Contains(got, "setcap cap_net_bind_service=+ep") || !strings.Contains(got, "ip_unprivileged_port_start=514") {
		t.Errorf("where 514 is not allowed: %s", got)
	}
	if got := allow514(&net.OpError{Op: "listen", Err: syscall.EADDRINUSE}); !strings.Contains(got, "address already in use") {
		t.Errorf("where 514 is taken: %s", got)
	}
}

func TestWhatIsListenedTo(t *testing.T) {
	if got := purpose(ports{UDP: []string{"[::]:514"}}); got != "arr takes audit messages in." {
		t.Errorf("with receivers: %s", got)
	}
	if got := purpose(ports{HTTP: []string{"[::1]:8080"}}); !strings.Contains(got, "takes no audit messages in") {
		t.Errorf("without receivers: %s", got)
	}
	if err := cantListen("udp", ":514", &net.OpError{Err: syscall.EACCES}); !strings.Contains(err.Error(), "setcap cap_net_bind_service=+ep") {
		t.Errorf("a port that is not allowed: %v", err)
	}
}

func TestNotify(t *testing.T) {
	path := filepath.Join(t.TempDir(), "n")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	if err := notify("READY=1"); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 64)
	n, err := conn.Read(b)
	if err != nil || string(b[:n]) != "READY=1" {
		t.Errorf("the supervisor read %q, %v", b[:n], err)
	}
	t.Setenv("NOTIFY_SOCKET", "")
	if err := notify("READY=1"); err != nil {
		t.Errorf("without a supervisor: %v", err)
	}
	t.Setenv("NOTIFY_SOCKET", filepath.Join(t.TempDir(), "none"))
	if err := notify("READY=1"); err == nil || !strings.Contains(err.Error(), "telling the supervisor READY=1") {
		t.Errorf("with a supervisor that is gone: %v", err)
	}
}

// A command that reads the directory holds its lock while it opens it, which the server
// waits for, and not while it gives out its answer.
func TestServeBesideReader(t *testing.T) {
	dir := t.TempDir()
	startServer(t, dir).stop()
	reader, err := store.OpenReadOnly(dir, storeOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	opening, err := os.Open(filepath.Join(dir, "arr.lock"))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(opening.Fd()), syscall.LOCK_SH); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(2*serverPoll, func() {
		if err := opening.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, stderr, code := startServer(t, dir).stop(); code != 0 {
		t.Errorf("arr serve exits with %d: %s", code, stderr)
	}
}

// A client's certificate is asked for, believed whatever it says it is for (here: a
// server), and kept with the record.
func TestServeClientCertificates(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "keys")
	if _, err := trust.Open(trust.Options{Dir: keys, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	pair := filepath.Join(keys, "server-ec.pem")
	client, err := tls.LoadX509KeyPair(pair, pair)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r := startServer(t, dir, "--tls", "127.0.0.1:0,client-auth=require,client-ca="+filepath.Join(keys, "ca.pem"))
	for _, conf := range []*tls.Config{{InsecureSkipVerify: true}, {InsecureSkipVerify: true, Certificates: []tls.Certificate{client}}} {
		conn, err := tls.Dial("tcp", r.ports.TLS[1], conf)
		if err != nil {
			t.Fatal(err)
		}
		// Without a certificate the server's refusal may come before or after.
		_, err = fmt.Fprintf(conn, "%d %s", len(loginFrame), loginFrame)
		if err := errors.Join(err, conn.Close()); err != nil && conf.Certificates != nil {
			t.Error(err)
		}
	}
	get(t, "http://"+r.ports.HTTP[0]+"/metrics", `arr_handshakes_refused_total{cause="client-certificate"} 1`)
	// The refusal is a record, too.
	get(t, "http://"+r.ports.HTTP[0]+"/metrics", "arr_records_stored_total 2\n")
	stdout, stderr, code := commandLine(t, "query", "transport:tls", "--data", dir, "--format", "json")
	if code != 0 || !strings.Contains(stdout, client.Leaf.Subject.String()) {
		t.Errorf("exit code %d, and the certificate is not with the record: %s%s", code, stdout, stderr)
	}
}
