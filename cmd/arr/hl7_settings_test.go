package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arr/emitter"
	"arr/mllp"
	"arr/trust"
)

// node is a host of a hospital's PKI: a key with its certificate in one PEM file, and the
// file of the CA that made it.
type node struct {
	file, ca string
	pair     tls.Certificate
	roots    *x509.CertPool
}

func newNode(t *testing.T) node {
	t.Helper()
	dir := t.TempDir()
	if _, err := trust.Open(trust.Options{Dir: dir, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	n := node{file: filepath.Join(dir, "server-ec.pem"), ca: filepath.Join(dir, "ca.pem"), roots: x509.NewCertPool()}
	var err error
	if n.pair, err = tls.LoadX509KeyPair(n.file, n.file); err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(n.ca)
	if err != nil || !n.roots.AppendCertsFromPEM(pem) {
		t.Fatal("no CA", err)
	}
	return n
}

// MLLP over TLS on both sides, with certificates on both: who shows none is not served, and
// the plain listener beside it goes on.
func TestHL7OverTLS(t *testing.T) {
	sender, gateway, archive := newNode(t), newNode(t), newNode(t)
	plain := hl7ArchiveTLS(t, &tls.Config{Certificates: []tls.Certificate{archive.pair}, ClientAuth: tls.RequireAnyClientCert})
	to, got := listen(t)
	// The gateway's own plain listener is its first.
	address, stdout, stderr, stop := startHL7(t, "--forward", "tls://"+plain, "--forward-ca", archive.ca, "--forward-cert", gateway.file, "--forward-key", gateway.file,
		"--listen-tls", "127.0.0.1:0,client-auth=require", "--listen-cert", gateway.file, "--listen-key", gateway.file, "--listen-ca", sender.ca,
		"--to", to, "--spool", t.TempDir())
	waitFor(t, func() bool { return strings.Count(stdout.String(), "HL7 messages are taken on ") == 2 })
	encrypted := hl7Address.FindAllStringSubmatch(stdout.String(), -1)[1][1]
	for _, c := range []struct {
		name, id string
		dial     func() (net.Conn, error)
		answered bool
	}{
		{"plain", "1", func() (net.Conn, error) { return net.Dial("tcp", address) }, true},
		{"with a certificate", "2", func() (net.Conn, error) {
			return tls.Dial("tcp", encrypted, &tls.Config{RootCAs: gateway.roots, Certificates: []tls.Certificate{sender.pair}, ServerName: "localhost"})
		}, true},
		{"without one", "3", func() (net.Conn, error) {
			return tls.Dial("tcp", encrypted, &tls.Config{RootCAs: gateway.roots, ServerName: "localhost"})
		}, false},
		{"plain where TLS is", "4", func() (net.Conn, error) { return net.Dial("tcp", encrypted) }, false},
	} {
		answer, err := exchangeOver(c.dial, hl7Message(c.id, "P"+c.id))
		if answered := err == nil && strings.Contains(answer, "MSA|AA|"+c.id); answered != c.answered {
			t.Errorf("%s: answered %q, %v", c.name, answer, err)
		}
	}
	if code := stop(); code != 0 || strings.Contains(stderr.String(), "P1") {
		t.Errorf("exits with %d: %s", code, stderr)
	}
	frames := auditFrames(t, got())
	if all := strings.Join(frames, "\n"); len(frames) != 2 || !strings.Contains(all, "P1^^^HOSP") || !strings.Contains(all, "P2^^^HOSP") {
		t.Errorf("%d audit messages: %s", len(frames), frames)
	}
}

// exchangeOver sends a message over a connection and gives its answer.
func exchangeOver(dial func() (net.Conn, error), message string) (string, error) {
	conn, err := dial()
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	c := mllp.NewConn(conn, hl7Limit)
	if err := c.Send([]byte(message)); err != nil {
		return "", err
	}
	answer, err := c.Receive()
	return string(answer), err
}

// Each repository has what it wants, in its own dialect.
func TestHL7Repositories(t *testing.T) {
	repositories := []struct {
		settings   string
		count      int
		has, lacks []string
	}{
		{"", 2, []string{"P1^^^HOSP", "P2^^^HOSP", "ITI-8", " IHE+RFC-3881 "}, []string{"UserIDTypeCode"}},
		{",dialect=dcm4che,spool-size=1MiB,spool-age=30d,pipelined=2,linger=10s", 2, []string{"P1^^^HOSP", "P2^^^HOSP", "UserIDTypeCode"}, []string{"ITI-8"}},
		{",only=event:110110 patient:(P2 OR P3, P4)", 1, []string{"P2^^^HOSP", "ITI-8"}, []string{"P1^^^HOSP"}},
		{",dialect=dicom,only=NOT event:110110", 0, nil, nil},
	}
	args := []string{"--forward", hl7Archive(t, "127.0.0.1:0", "AA"), "--spool", t.TempDir()}
	var got []func() []byte
	for _, r := range repositories {
		to, stream := listen(t)
		args, got = append(args, "--to", to+r.settings), append(got, stream)
	}
	address, _, stderr, stop := startHL7(t, args...)
	for i := 1; i <= 2; i++ {
		if _, err := exchangeHL7(t, address, hl7Message(fmt.Sprint(i), fmt.Sprintf("P%d", i))); err != nil {
			t.Fatal(err)
		}
	}
	if code := stop(); code != 0 {
		t.Errorf("exits with %d: %s", code, stderr)
	}
	for i, r := range repositories {
		frames := auditFrames(t, got[i]())
		all := strings.Join(frames, "\n")
		if len(frames) != r.count {
			t.Errorf("%q: %d audit messages, want %d", r.settings, len(frames), r.count)
		}
		for _, text := range r.has {
			if !strings.Contains(all, text) {
				t.Errorf("%q: %s is missing in %s", r.settings, text, all)
			}
		}
		for _, text := range r.lacks {
			if strings.Contains(all, text) {
				t.Errorf("%q: %s is there in %s", r.settings, text, all)
			}
		}
	}
}

// What a site's table makes deviate from the standard is sent all the same, counted, and
// logged once.
func TestHL7DeviatingMessages(t *testing.T) {
	table := writeFile(t, "site.table", "ADT * received - 110110 E ITI-8 patient\n")
	to, got := listen(t)
	address, stdout, stderr, stop := startHL7(t, "--forward", hl7Archive(t, "127.0.0.1:0", "AA"), "--to", to, "--spool", t.TempDir(),
		"--hl7-table", table, "--metrics", "127.0.0.1:0")
	for i := range 3 {
		if _, err := exchangeHL7(t, address, hl7Message(fmt.Sprint(i), "P1")); err != nil {
			t.Fatal(err)
		}
	}
	_, url, _ := strings.Cut(stdout.String(), "metrics on ")
	url, _, _ = strings.Cut(url, "\n")
	waitFor(t, func() bool { return strings.Contains(httpGet(t, url), "\narr_hl7_deviating_messages_total 3\n") })
	if code := stop(); code != 0 || strings.Count(stderr.String(), "deviate from their standard") != 1 || strings.Contains(stderr.String(), "P1") {
		t.Errorf("exits with %d: %s", code, stderr)
	}
	if n := len(auditFrames(t, got())); n != 3 {
		t.Errorf("%d audit messages, want 3", n)
	}
}

// What the archive did is read from its acknowledgement, where a table says how.
func TestHL7DidTable(t *testing.T) {
	table := writeFile(t, "did.table", "ADT^A04 MSA-3=refused*rule nothing\n")
	to, got := listen(t)
	address, _, stderr, stop := startHL7(t, "--forward", hl7Archive(t, "127.0.0.1:0", "AA"), "--to", to, "--spool", t.TempDir(), "--did-table", table)
	if _, err := exchangeHL7(t, address, hl7Message("1", "P1")); err != nil {
		t.Fatal(err)
	}
	if code := stop(); code != 0 {
		t.Errorf("exits with %d: %s", code, stderr)
	}
	// An A04 creates by its trigger; what changed nothing is a read.
	if frames := auditFrames(t, got()); len(frames) != 1 || !strings.Contains(frames[0], `EventActionCode="R"`) {
		t.Errorf("audit messages %q", frames)
	}
}

// Each message of a batch is audited by itself, with the outcome of its own.
func TestHL7Batch(t *testing.T) {
	to, got := listen(t)
	// Without an archive the batch is acknowledged as a whole.
	address, _, stderr, stop := startHL7(t, "--to", to, "--spool", t.TempDir())
	batch := "FHS|^~\\&|SENDER\rBHS|^~\\&|SENDER\r" + hl7Message("1", "P1") + hl7Message("2", "P2") + "BTS|2\rFTS|1\r"
	if answer, err := exchangeHL7(t, address, batch); err != nil || !strings.Contains(answer, "MSA|AA|1\r") {
		t.Errorf("answered %q, %v", answer, err)
	}
	if code := stop(); code != 0 {
		t.Errorf("exits with %d: %s", code, stderr)
	}
	frames := auditFrames(t, got())
	if len(frames) != 2 || !strings.Contains(frames[0], "P1^^^HOSP") || !strings.Contains(frames[1], "P2^^^HOSP") {
		t.Errorf("%d audit messages: %q", len(frames), frames)
	}
}

// Who takes a repository away is told of what waits for it.
func TestHL7ForsakenSpool(t *testing.T) {
	spool := t.TempDir()
	for i, to := range []string{"tcp://127.0.0.1:9", "udp://127.0.0.1:9"} {
		address, _, stderr, stop := startHL7(t, "--to", to, "--spool", spool)
		if _, err := exchangeHL7(t, address, hl7Message("1", "P1")); err != nil {
			t.Fatal(err)
		}
		stop()
		if got := strings.Contains(stderr.String(), "no --to names"); got != (i == 1) || got && !strings.Contains(stderr.String(), filepath.Join(spool, "tcp-127.0.0.1-9")) {
			t.Errorf("%s: the log says %s", to, stderr)
		}
	}
}

// A repository that never ends a connection has messages sent to it again and again, and the log says
// what to do about it; with linger they count as arrived.
func TestHL7Linger(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	var log lockedText
	g := &gateway{log: slog.New(slog.NewTextHandler(&log, nil))}
	g.tell(emitter.Event{Repository: "main", Kind: emitter.Away, Err: fmt.Errorf("send: %w", emitter.ErrUnconfirmed)})
	if !strings.Contains(log.String(), "add linger=2s") {
		t.Errorf("the log says %s", log.String())
	}
	address, stdout, stderr, stop := startHL7(t, "--to", "tcp://"+ln.Addr().String()+",linger=50ms", "--spool", t.TempDir(), "--metrics", "127.0.0.1:0")
	if _, err := exchangeHL7(t, address, hl7Message("1", "P1")); err != nil {
		t.Fatal(err)
	}
	conn, err := ln.Accept() // and nothing more
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, url, _ := strings.Cut(stdout.String(), "metrics on ")
	url, _, _ = strings.Cut(url, "\n")
	sent := fmt.Sprintf("sent_total{repository=\"tcp-127.0.0.1-%d\"} 1\n", ln.Addr().(*net.TCPAddr).Port)
	waitFor(t, func() bool { return strings.Contains(httpGet(t, url), sent) })
	if code := stop(); code != 0 || strings.Contains(stderr.String(), "they wait in the spool") {
		t.Errorf("exits with %d: %s", code, stderr)
	}
}
