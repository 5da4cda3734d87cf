package main

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"arr/emitter"
	"arr/trust"
)

// listen is listenOn at a port that is free.
func listen(t *testing.T) (to string, got func() []byte) {
	t.Helper()
	return listenOn(t, "127.0.0.1:0")
}

// listenOn listens at address. got gives what came over all connections that were made
// before it is called, once they have ended.
func listenOn(t *testing.T, address string) (to string, got func() []byte) {
	t.Helper()
	ln, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	var all bytes.Buffer
	var mu sync.Mutex
	var last net.Addr // where the last connection comes from; mu guards it
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			end := last != nil && conn.RemoteAddr().String() == last.String()
			mu.Unlock()
			if !end {
				_, _ = all.ReadFrom(conn)
			}
			conn.Close()
			if end {
				return
			}
		}
	}()
	return "tcp://" + ln.Addr().String(), func() []byte {
		mu.Lock()
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		last = conn.LocalAddr()
		mu.Unlock()
		<-ended
		return all.Bytes()
	}
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEmitWrapsFiles(t *testing.T) {
	to, got := listen(t)
	const message = "<?xml version=\"1.0\"?>\n<AuditMessage>\n</AuditMessage>\n"
	var stdout, stderr bytes.Buffer
	args := []string{"arr", "emit", writeFile(t, "a.xml", message), "--to", to, writeFile(t, "b.xml", "<AuditMessage/>"), "--header=dicom"}
	if code := run(t.Context(), args, nil, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	r := emitter.NewReader(bytes.NewReader(got()))
	for _, want := range []string{message, "<AuditMessage/>"} {
		frame, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		fields := strings.SplitN(string(frame), " ", 8)
		if len(fields) != 8 || fields[0] != "<85>1" || fields[3] != "arr-emit" || fields[5] != "DICOM+RFC3881" || fields[7] != want {
			t.Errorf("frame %q", frame)
		}
	}
	if stdout.Len() != 0 || !strings.HasPrefix(stderr.String(), "2 messages handed over to tcp://") {
		t.Errorf("stdout %q, stderr %q", &stdout, &stderr)
	}
}

func TestEmitSendsReadyFramesUnchanged(t *testing.T) {
	to, got := listen(t)
	in := "5 a\nb\x00c14 <85>1 - - - -\n"
	var stderr bytes.Buffer
	if code := run(t.Context(), []string{"arr", "emit", "--to", to, "-"}, strings.NewReader(in), io.Discard, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	if b := got(); string(b) != in {
		t.Errorf("sent %q, want %q", b, in)
	}
}

func TestEmitFailures(t *testing.T) {
	to, _ := listen(t)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	quiet := log.New(io.Discard, "", 0)
	stranger, plain := httptest.NewUnstartedServer(nil), httptest.NewServer(nil)
	stranger.Config.ErrorLog = quiet
	stranger.StartTLS()
	t.Cleanup(stranger.Close)
	t.Cleanup(plain.Close)
	asking := httptest.NewUnstartedServer(nil)
	asking.Config.ErrorLog = quiet
	asking.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	asking.StartTLS()
	t.Cleanup(asking.Close)
	askingCA := writeFile(t, "asking.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: asking.Certificate().Raw})))
	toAsking := []string{"--to", "tls://" + asking.Listener.Addr().String(), "--ca", askingCA}
	keys := t.TempDir()
	named := listenUnnamed(t, keys)
	xml := writeFile(t, "a.xml", "<AuditMessage/>")
	for _, c := range []struct {
		name  string
		args  []string
		stdin string
		code  int
		says  string
	}{
		{"no file", []string{"--to", to}, "", exitUsage, "no file"},
		{"no target", []string{xml}, "", exitUsage, "--to"},
		{"bad target", []string{"--to", "arr.example", xml}, "", exitUsage, "tls://host:6514"},
		{"bad dialect", []string{"--to", to, "--header", "rfc", xml}, "", exitUsage, "ihe, dicom or dcm4che"},
		{"no CA", []string{"--to", to, "--ca", xml, xml}, "", exitUsage, "neither PKCS#12 nor JKS nor PEM"},
		{"half a pair", []string{"--to", to, "--cert", xml, xml}, "", exitUsage, "go together"},
		{"nobody there", []string{"--to", fmt.Sprintf("tcp://%s", free.Addr()), xml}, "", exitFailed, "refused: nothing listens there"},
		{"unknown CA", []string{"--to", "tls://" + stranger.Listener.Addr().String(), xml}, "", exitFailed, "put the certificate itself into a file for --ca"},
		{"another name", []string{"--to", "tls://" + named, "--ca", filepath.Join(keys, "ca.pem"), xml}, "", exitFailed, "a name that the certificate has"},
		{"no TLS", []string{"--to", "tls://" + plain.Listener.Addr().String(), xml}, "", exitFailed, "nothing speaks TLS there"},
		{"no certificate", append(toAsking[:4:4], xml), "", exitFailed, "it wants a client's certificate from one of the CAs"},
		{"no certificate, TLS 1.2", append(toAsking[:4:4], "--tls-max", "1.2", xml), "", exitFailed, "or wants a client's certificate"},
		{"no suite", append(toAsking[:4:4], "--tls-profile", "aes", xml), "", exitFailed, "choose another --tls-profile"},
		{"framing", []string{"--to", to, "-"}, "3 abcx", exitFailed, "frame 2 at byte 5"},
	} {
		var stderr bytes.Buffer
		code := run(t.Context(), append([]string{"arr", "emit"}, c.args...), strings.NewReader(c.stdin), io.Discard, &stderr)
		if code != c.code || !strings.Contains(stderr.String(), c.says) {
			t.Errorf("%s: exit code %d, %q; want %d and %q", c.name, code, &stderr, c.code, c.says)
		}
	}
}

func TestEmitSaysHowMuchWasHandedOver(t *testing.T) {
	for _, c := range []struct{ second, says string }{
		{filepath.Join(t.TempDir(), "missing.xml"), "no such file"},
		{writeFile(t, "empty.xml", ""), "it is empty"},
		{writeFile(t, "frame.bin", "<85>1 - - - - - - <A/>"), "syslog frame, not XML"},
	} {
		to, got := listen(t)
		var stderr bytes.Buffer
		args := []string{"arr", "emit", "--to", to, writeFile(t, "a.xml", "<AuditMessage/>"), c.second}
		code := run(t.Context(), args, nil, io.Discard, &stderr)
		if code != exitFailed || !strings.Contains(stderr.String(), c.says) || !strings.Contains(stderr.String(), "(1 of 2 messages handed over)") {
			t.Errorf("exit code %d, %q, want %q", code, &stderr, c.says)
		}
		if b := got(); !bytes.HasSuffix(b, []byte("<AuditMessage/>")) {
			t.Errorf("sent %q", b)
		}
	}
}

// A connection that did not end in order leaves open what arrived.
func TestEmitOutcome(t *testing.T) {
	files, stream := emitCounter{files: 1}, emitCounter{files: 1, stream: true}
	for want, got := range map[string]string{
		"1 of 1 message handed over":        files.outcome(1, true),
		"1 of 1 message sent, perhaps lost": files.outcome(1, false),
		"0 of 1 message handed over":        files.outcome(0, false),
		"2 messages handed over":            stream.outcome(2, true),
		"1 message sent, perhaps lost":      stream.outcome(1, false),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestEmitCounterLine(t *testing.T) {
	c := emitCounter{files: 4, done: 1, messages: 100, bytes: 250_000}
	if got, want := c.line(2e9), "[#######.......................] 25%  100 messages, 0.2 MB, 50 messages/s"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	c.stream = true
	if got, want := c.line(2e9), "100 messages, 0.2 MB, 50 messages/s"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// listenUnnamed listens with TLS and certificates of its own, made in dir, at an address
// that they do not name.
func listenUnnamed(t *testing.T, dir string) string {
	t.Helper()
	source, err := trust.Open(trust.Options{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	conf, err := source.TLSConfig(trust.Profile{}, trust.Clients{})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := tls.Listen("tcp", "127.0.0.2:0", conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for conn, err := ln.Accept(); err == nil; conn, err = ln.Accept() {
			_ = conn.(*tls.Conn).Handshake()
			conn.Close()
		}
	}()
	return ln.Addr().String()
}

// What no datagram can carry is said; the others go.
func TestEmitTooLargeForUDP(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var stream []byte
	for _, size := range []int{10, 65508, 70000, 65507} {
		stream = emitter.AppendCounted(stream, bytes.Repeat([]byte("x"), size))
	}
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"arr", "emit", "--to", "udp://" + conn.LocalAddr().String(), "-"}, bytes.NewReader(stream), &stdout, &stderr)
	if want := "frame 2 of standard input: the frame has 65508 bytes"; code != exitFailed || !strings.Contains(stderr.String(), want) ||
		!strings.Contains(stderr.String(), "(2 messages too large, 2 messages handed over)") {
		t.Errorf("exit code %d: %s", code, &stderr)
	}
	memory := make([]byte, 1<<17)
	for _, want := range []int{10, 65507} {
		if n, _, err := conn.ReadFrom(memory); err != nil || n != want {
			t.Errorf("a datagram of %d bytes, %v; want %d", n, err, want)
		}
	}
}
