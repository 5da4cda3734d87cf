package e2e

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arr/e2e/peertest"
)

// indented is an audit message over several lines, as many archives write it, with text
// that makes it as long as asked.
func indented(study string, size int) string {
	msg := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<AuditMessage>
	<EventIdentification EventActionCode="R" EventDateTime="2026-11-01T10:00:00Z" EventOutcomeIndicator="0">
		<EventID csd-code="110103" codeSystemName="DCM" originalText="DICOM Instances Accessed"/>
	</EventIdentification>
	<ActiveParticipant UserID="jdoe" UserName="Doe^Jörg" UserIsRequestor="true"/>
	<AuditSourceIdentification AuditSourceID="relayed"/>
	<ParticipantObjectIdentification ParticipantObjectID="P1^^^HOSP" ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1">
		<ParticipantObjectIDTypeCode csd-code="2" codeSystemName="RFC-3881" originalText="Patient Number"/>
	</ParticipantObjectIdentification>
	<ParticipantObjectIdentification ParticipantObjectID="%s" ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="3">
		<ParticipantObjectIDTypeCode csd-code="110180" codeSystemName="DCM" originalText="Study Instance UID"/>
		<ParticipantObjectName>`, study)
	tail := `</ParticipantObjectName>
	</ParticipantObjectIdentification>
</AuditMessage>`
	return msg + strings.Repeat("x", max(size-len(msg)-len(tail), 1)) + tail
}

// freePort gives a TCP port that nobody listens on at the moment.
func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	return port
}

// startRsyslog runs rsyslogd with a TCP input, which it gives the address of, and actions
// of the test's. The input may have settings of its own.
func startRsyslog(t *testing.T, global, actions string, settings ...string) (input string) {
	t.Helper()
	path := peertest.Program(t, "rsyslogd")
	dir, port := t.TempDir(), freePort(t)
	conf := filepath.Join(dir, "rsyslog.conf")
	text := fmt.Sprintf("global(workDirectory=%q %s)\nmodule(load=\"imtcp\" maxFrameSize=\"1000000\" %s)\ninput(type=\"imtcp\" port=%q address=\"127.0.0.1\")\n%s\n",
		dir, global, strings.Join(settings, " "), port, actions)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd := exec.Command(path, "-n", "-f", conf, "-i", filepath.Join(dir, "pid"))
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("rsyslogd said:\n%s", log.String())
		}
	})
	input = net.JoinHostPort("127.0.0.1", port)
	until(t, 10*time.Second, "rsyslogd listens", func() bool {
		c, err := net.Dial("tcp", input)
		if err != nil {
			return false
		}
		c.Close()
		return true
	})
	return input
}

// viaRsyslog sends one message through rsyslog and gives the record that arrives, as
// ndjson, and its frame.
func viaRsyslog(t *testing.T, s *server, input, msg string) (record, frame string) {
	t.Helper()
	c, err := net.Dial("tcp", input)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	syslog := "<85>1 2026-11-01T10:00:00Z archive arc 42 IHE+RFC-3881 - " + msg
	if _, err := fmt.Fprintf(c, "%d %s", len(syslog), syslog); err != nil {
		t.Fatal(err)
	}
	until(t, 20*time.Second, "the message is found by its user", func() bool {
		return arr(t, "", "query", "--data", s.dir, "user:jdoe", "--count").code == 0
	})
	record = mustArr(t, "", "query", "--data", s.dir, "user:jdoe", "--format", "ndjson")
	frames := splitFrames(t, mustArr(t, "", "query", "--data", s.dir, "user:jdoe", "--format", "raw"))
	if len(frames) != 1 {
		t.Fatalf("%d frames arrived, want 1", len(frames))
	}
	return record, frames[0]
}

const octetCounted = `action(type="omfwd" target="127.0.0.1" port=%q protocol="tcp" TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format" %s)`

// TestRsyslogOctetCounted: the forwarding that the README recommends brings a message of
// 40 KB over many lines through unharmed, over TCP and over TLS.
func TestRsyslogOctetCounted(t *testing.T) {
	needBinary(t)
	for _, transport := range []string{"tcp", "tls"} {
		t.Run(transport, func(t *testing.T) {
			s := start(t, t.TempDir())
			addr, global, driver := s.ports.TCP[0], "", ""
			if transport == "tls" {
				addr = s.ports.TLS[0]
				global = fmt.Sprintf(`defaultNetstreamDriverCAFile=%q`, s.caFile())
				driver = `StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost"`
			}
			_, port, _ := net.SplitHostPort(addr)
			input := startRsyslog(t, `maxMessageSize="1m" parser.escapeControlCharactersOnReceive="off" `+global, fmt.Sprintf(octetCounted, port, driver))
			msg := indented("1.2.3", 40000)
			record, frame := viaRsyslog(t, s, input, msg)
			if !strings.HasSuffix(strings.TrimSuffix(frame, "\n"), msg) { // the template ends with a line feed
				t.Errorf("the message arrived changed: %d bytes, sent %d", len(frame), len(msg))
			}
			for _, want := range []string{`"transport":"` + transport + `"`, `"1.2.3"`, "Jörg"} {
				if !strings.Contains(record, want) {
					t.Errorf("the record lacks %s: %.600s", want, record)
				}
			}
		})
	}
}

// TestRsyslogDefault: rsyslog's forwarding as it comes escapes line ends and cuts; the
// record is found all the same, and says what was done to it.
func TestRsyslogDefault(t *testing.T) {
	needBinary(t)
	for _, c := range []struct {
		name string
		size int
		want []string
	}{
		{"escaped", 2000, []string{"relay-escapes", `"1.2.3"`, "Jörg"}},
		{"escaped and cut", 20000, []string{"relay-escapes", "truncated", `"1.2.3"`, "Jörg"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, t.TempDir())
			_, port, _ := net.SplitHostPort(s.ports.TCP[0])
			input := startRsyslog(t, "", fmt.Sprintf(`action(type="omfwd" target="127.0.0.1" port=%q protocol="tcp")`, port))
			record, _ := viaRsyslog(t, s, input, indented("1.2.3", c.size))
			for _, want := range c.want {
				if !strings.Contains(record, want) {
					t.Errorf("the record lacks %s: %.900s", want, record)
				}
			}
		})
	}
}

// TestLogger: util-linux's logger delivers over UDP and TCP.
func TestLogger(t *testing.T) {
	needBinary(t)
	logger := peertest.Program(t, "logger")
	s := start(t, t.TempDir())
	msg := strings.ReplaceAll(indented("1.2.4", 900), "\n", "")
	for _, c := range []struct{ flag, addr, transport string }{{"-d", s.ports.UDP[0], "udp"}, {"-T", s.ports.TCP[0], "tcp"}} {
		host, port, _ := net.SplitHostPort(c.addr)
		out, err := exec.Command(logger, c.flag, "-n", host, "-P", port, "--rfc5424=notime,notq,nohost", "--size", "8KiB",
			"--msgid", "IHE+RFC-3881", "-p", "authpriv.notice", "-t", "portal", "--", msg).CombinedOutput()
		if err != nil {
			t.Fatalf("logger: %v: %s", err, out)
		}
		until(t, 10*time.Second, "the message is found", func() bool {
			return strings.TrimSpace(arr(t, "", "query", "--data", s.dir, "study:1.2.4 user:jdoe transport:"+c.transport, "--count").stdout) == "1"
		})
	}
}

// TestOldArchiveIsRefused: a client that knows only what archives knew of old is refused
// by default, and the log says what it offered.
func TestOldArchiveIsRefused(t *testing.T) {
	needBinary(t)
	openssl := peertest.Program(t, "openssl")
	s := start(t, t.TempDir())
	cmd := exec.Command(openssl, "s_client", "-connect", s.ports.TLS[0], "-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Errorf("the handshake succeeded:\n%s", out)
	}
	until(t, 10*time.Second, "the log names the suite that was offered", func() bool {
		return strings.Contains(s.log.String(), "TLS_RSA_WITH_AES_128_CBC_SHA")
	})
}
