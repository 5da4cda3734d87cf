package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"arr/emitter"
	"arr/mllp"
)

const hl7Limit = 1 << 20

// hl7Message is an ADT^A04 of a patient.
func hl7Message(id, patient string) string {
	return "MSH|^~\\&|SENDER|CLINIC|ARCHIVE|PACS|20261101100000||ADT^A04^ADT_A01|" + id + "|P|2.5\r" +
		"EVN||20261101100000\rPID|||" + patient + "^^^HOSP||Doe^Jane\rPV1||O\r"
}

// hl7Archive takes MLLP connections on an address and answers each message with code.
func hl7Archive(t *testing.T, address, code string) string {
	t.Helper()
	ln, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return serveArchive(t, ln, code)
}

// hl7ArchiveTLS does so over TLS, and accepts everything.
func hl7ArchiveTLS(t *testing.T, config *tls.Config) string {
	t.Helper()
	ln, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	return serveArchive(t, ln, "AA")
}

func serveArchive(t *testing.T, ln net.Listener, code string) string {
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				c := mllp.NewConn(conn, hl7Limit)
				for {
					m, err := c.Receive()
					if err != nil {
						return
					}
					id := strings.Split(string(m), "|")[9]
					c.Send([]byte("MSH|^~\\&|ARCHIVE|PACS|SENDER|CLINIC|20261101||ACK|9|P|2.5\rMSA|" + code + "|" + id + "|refused by rule\r"))
				}
			}()
		}
	}()
	return ln.Addr().String()
}

var hl7Address = regexp.MustCompile(`HL7 messages are taken on (\S+)\n`)

// startHL7 runs arr hl7 until the function that it gives is called, which gives the exit
// code.
func startHL7(t *testing.T, args ...string) (address string, stdout, stderr *lockedText, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	stdout, stderr = &lockedText{}, &lockedText{}
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, append([]string{"arr", "hl7", "--listen", "127.0.0.1:0"}, args...), strings.NewReader(""), stdout, stderr)
	}()
	stop = func() int {
		cancel()
		c := <-code
		code <- c
		return c
	}
	t.Cleanup(func() { stop() })
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if m := hl7Address.FindStringSubmatch(stdout.String()); m != nil {
			return m[1], stdout, stderr, stop
		}
		if time.Now().After(deadline) {
			t.Fatalf("arr hl7 does not listen: %s", stderr)
		}
	}
}

// exchangeHL7 sends a message and gives its answer.
func exchangeHL7(t *testing.T, address, message string) (string, error) {
	t.Helper()
	return exchangeOver(func() (net.Conn, error) { return net.Dial("tcp", address) }, message)
}

// auditFrames reads what arrived.
func auditFrames(t *testing.T, stream []byte) []string {
	t.Helper()
	r := emitter.NewReader(strings.NewReader(string(stream)))
	var all []string
	for {
		f, err := r.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(f))
	}
}

func TestHL7Proxy(t *testing.T) {
	for _, c := range []struct{ code, outcome string }{{"AA", "0"}, {"AE", "4"}} {
		t.Run(c.code, func(t *testing.T) {
			to, got := listen(t)
			address, _, stderr, stop := startHL7(t, "--forward", hl7Archive(t, "127.0.0.1:0", c.code), "--to", to, "--spool", t.TempDir(), "--device", "PACS1")
			answer, err := exchangeHL7(t, address, hl7Message("42", "P1"))
			if err != nil || !strings.HasSuffix(answer, "MSA|"+c.code+"|42|refused by rule\r") {
				t.Errorf("answered %q, %v", answer, err)
			}
			if code := stop(); code != 0 {
				t.Errorf("exits with %d: %s", code, stderr)
			}
			frames := auditFrames(t, got())
			if len(frames) != 1 {
				t.Fatalf("%d audit messages, want 1", len(frames))
			}
			for _, want := range []string{" arr-hl7 ", `EventOutcomeIndicator="` + c.outcome + `"`, "P1^^^HOSP", `"PACS1"`, "110110"} {
				if !strings.Contains(frames[0], want) {
					t.Errorf("the audit message lacks %s: %s", want, frames[0])
				}
			}
		})
	}
}

// The archive is down: nothing is acknowledged. The repository is down: all goes on, the
// log says so once, and the next run sends what waits.
func TestHL7WithoutArchiveOrRepository(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	archive := free.Addr().String()
	free.Close()
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	spool := t.TempDir()
	args := []string{"--forward", archive, "--to", "tcp://" + nobody.Addr().String(), "--spool", spool, "--metrics", "127.0.0.1:0"}
	address, stdout, stderr, stop := startHL7(t, args...)
	if answer, err := exchangeHL7(t, address, hl7Message("1", "P1")); err == nil {
		t.Errorf("without an archive %q is answered", answer)
	}
	hl7Archive(t, archive, "AA")
	for i := range 5 {
		if _, err := exchangeHL7(t, address, hl7Message(fmt.Sprint(i), fmt.Sprintf("P%d", i))); err != nil {
			t.Errorf("without a repository: %v", err)
		}
	}
	waitFor(t, func() bool { return strings.Contains(stderr.String(), "they wait in the spool") })
	_, url, _ := strings.Cut(stdout.String(), "metrics on ")
	url, _, _ = strings.Cut(url, "\n")
	waitFor(t, func() bool { return strings.Contains(httpGet(t, url), "\narr_hl7_audit_messages_total 5\n") })
	for _, want := range []string{"arr_hl7_archive_unreachable_total 1", "arr_hl7_unaudited_total 0", `away{repository="tcp-127.0.0.1-`} {
		if text := httpGet(t, url); !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s:\n%s", want, text)
		}
	}
	if code := stop(); code != 0 {
		t.Errorf("exits with %d: %s", code, stderr)
	}
	if n := strings.Count(stderr.String(), "they wait in the spool"); n != 1 {
		t.Errorf("the outage is logged %d times", n)
	}
	for _, secret := range []string{"Doe", "P1^", "PID"} {
		if strings.Contains(stderr.String(), secret) {
			t.Errorf("the log holds %s of a message:\n%s", secret, stderr)
		}
	}
	to, got := listenOn(t, nobody.Addr().String())
	_, _, stderr, stop = startHL7(t, "--forward", archive, "--to", to, "--spool", spool)
	// What waits is sent before it ends.
	if code := stop(); code != 0 {
		t.Errorf("exits with %d: %s", code, stderr)
	}
	frames := auditFrames(t, got())
	if len(frames) != 5 {
		t.Fatalf("%d audit messages, want 5", len(frames))
	}
	// Each came over a connection of its own, and these have no order.
	all := strings.Join(frames, "\n")
	for i := range frames {
		if !strings.Contains(all, fmt.Sprintf("P%d^^^HOSP", i)) {
			t.Errorf("patient %d is missing in %s", i, all)
		}
	}
}

// The spool can't be had: HL7 traffic goes on, and log and figures say what it costs.
func TestHL7WithoutSpool(t *testing.T) {
	spool := writeFile(t, "spool", "not a directory")
	address, stdout, stderr, stop := startHL7(t, "--forward", hl7Archive(t, "127.0.0.1:0", "AA"), "--to", "udp://127.0.0.1:9",
		"--spool", spool, "--metrics", "127.0.0.1:0")
	if answer, err := exchangeHL7(t, address, hl7Message("1", "P1")); err != nil || !strings.Contains(answer, "MSA|AA|1") {
		t.Errorf("answered %q, %v", answer, err)
	}
	_, url, _ := strings.Cut(stdout.String(), "metrics on ")
	url, _, _ = strings.Cut(url, "\n")
	waitFor(t, func() bool { return strings.Contains(httpGet(t, url), "\narr_hl7_spool_failures_total 1\n") })
	for _, want := range []string{`refused_total{repository="udp-127.0.0.1-9"} 1`, `spooling{repository="udp-127.0.0.1-9"} 0`} {
		if text := httpGet(t, url); !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s:\n%s", want, text)
		}
	}
	if !strings.Contains(stderr.String(), "level=ERROR") || strings.Count(stderr.String(), "the spool can't be opened") != 1 {
		t.Errorf("the log says %s", stderr)
	}
	if code := stop(); code != 0 {
		t.Errorf("exits with %d: %s", code, stderr)
	}
}

func waitFor(t *testing.T, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not come true within 10 s")
		}
	}
}

func httpGet(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return "\n" + string(b)
}

func TestHL7Failures(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"", exitUsage, "--listen is missing"},
		{"--listen :0", exitUsage, "--spool is missing"},
		{"--listen :0 --spool s", exitUsage, "--to tls://host:6514"},
		{"--listen :0 --spool s --to x", exitUsage, "tls://host:6514"},
		{"--listen :0 --spool s --to udp://x --dialect y", exitUsage, "ihe, dicom or dcm4che"},
		{"--listen :0 --spool s --to udp://x --hl7-table " + missing, exitUsage, "--hl7-table"},
		{"--listen-tls :0 --listen-cert " + missing + " --listen-key " + missing, exitUsage, "missing"},
		{"--listen-tls :0 --listen-cert " + missing, exitUsage, "--listen-cert and --listen-key go together"},
		{"--listen-tls :0", exitUsage, "needs a certificate"},
		{"--listen :0 --listen-cert " + missing, exitUsage, "--listen-tls"},
		{"--listen :0,profile=aes", exitUsage, "it takes none"},
		{"--listen :0 --spool s --forward archive", exitUsage, "tls://HOST:PORT"},
		{"--listen :0 --spool s --forward archive:1 --forward-ca " + missing, exitUsage, "write --forward tls://"},
		{"--listen :0 --spool s --forward tls://archive:1 --forward-ca " + missing, exitUsage, "--forward-ca"},
		{"--listen :0 --spool s --forward-ca " + missing, exitUsage, "write --forward tls://"},
		{"--listen :0 --spool s --max-message 2TiB", exitUsage, "--max-message"},
		{"--listen :0 --spool s --max-connections 0", exitUsage, "--max-connections"},
		{"--listen :0 --spool s --drain 0s", exitUsage, "--drain"},
		{"--listen :0 --spool s --to udp://x --to udp://x:514", exitUsage, "given twice"},
		{"--listen :0 --spool s --to udp://x,size=1", exitUsage, "dialect, spool-size, spool-age, pipelined, linger, only"},
		{"--listen :0 --spool s --to udp://x,spool-age=soon", exitUsage, "30d or 12h"},
		{"--listen :0 --spool s --to udp://x,spool-size=0", exitUsage, "more than 0"},
		{"--listen :0 --spool s --to udp://x,linger=1s,linger=2s", exitUsage, "twice"},
		{"--listen :0 --spool s --to udp://x,only=pateint:1", exitUsage, "did you mean patient?"},
		{"--listen :0 --spool s --to udp://x file", exitUsage, "no arguments"},
		{"--listen nowhere.invalid:1 --spool s --to udp://x", exitFailed, "--listen nowhere.invalid:1"},
	} {
		_, stderr, code := commandLine(t, append([]string{"hl7"}, strings.Fields(c.args)...)...)
		if code != c.code || !strings.Contains(stderr, c.says) {
			t.Errorf("arr hl7 %s: exit code %d, %q; want %d and %q", c.args, code, stderr, c.code, c.says)
		}
	}
}
