package e2e

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// relay is a program of others that forwards what it is sent.
type relay struct {
	name string
	// start starts it, to forward to a repository.
	start func(t *testing.T, m *mortal) (input string)
}

// rsyslogTo has rsyslog forward as the README says, but try again soon.
func rsyslogTo(m *mortal, driver string) (global, action string) {
	port := m.tcp
	if driver != "" {
		port, global = m.tls, fmt.Sprintf(`defaultNetstreamDriverCAFile=%q`, m.s.caFile())
		driver = fmt.Sprintf(`StreamDriver=%q StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost"`, driver)
	}
	queue := ` queue.type="LinkedList" queue.filename="arr" queue.saveOnShutdown="on" action.resumeRetryCount="-1" action.resumeInterval="1"`
	return `maxMessageSize="1m" parser.escapeControlCharactersOnReceive="off" ` + global, fmt.Sprintf(octetCounted, port, driver+queue)
}

// syslogNGTo has syslog-ng forward as the README says, but try again soon.
func syslogNGTo(m *mortal, transport string) string {
	port, options := m.tcp, ""
	if transport == "tls" {
		port, options = m.tls, fmt.Sprintf("tls(ca-file(%q) peer-verify(required-trusted))", m.s.caFile())
	}
	return fmt.Sprintf("options { log-msg-size(16777216); keep-hostname(yes); time-reopen(1); };\n"+
		"destination d_arr { syslog(\"localhost\" port(%s) transport(%q) %s disk-buffer(reliable(yes) disk-buf-size(67108864))); };\n"+
		"log { source(s_src); destination(d_arr); };\n", port, transport, options)
}

var relays = []relay{
	{"rsyslog over TCP", func(t *testing.T, m *mortal) string {
		global, action := rsyslogTo(m, "")
		return startRsyslog(t, global, action)
	}},
	{"rsyslog over TLS, ossl", func(t *testing.T, m *mortal) string {
		global, action := rsyslogTo(m, "ossl")
		return startRsyslog(t, global, action)
	}},
	{"rsyslog over TLS, gtls", func(t *testing.T, m *mortal) string {
		global, action := rsyslogTo(m, "gtls")
		return startRsyslog(t, global, action)
	}},
	{"syslog-ng over TCP", func(t *testing.T, m *mortal) string { return startSyslogNG(t, syslogNGTo(m, "tcp")) }},
	{"syslog-ng over TLS", func(t *testing.T, m *mortal) string { return startSyslogNG(t, syslogNGTo(m, "tls")) }},
}

// TestRelayStop: what relays are sent while arr is stopped, and first when it is back, arrives.
// A relay that never reads learns that its connection has ended when it writes, if that fails:
// it does once the connection was reset.
func TestRelayStop(t *testing.T) {
	needBinary(t)
	ends := map[string]func(*mortal){"stop": func(m *mortal) { m.s.stop() }}
	meanwhile := []int{2}
	if soak() {
		ends["kill"], meanwhile = (*mortal).kill, []int{0, 1, 3}
	}
	for _, r := range relays {
		for how, end := range ends {
			for _, n := range meanwhile {
				t.Run(fmt.Sprintf("%s, %s, %d messages meanwhile", r.name, how, n), func(t *testing.T) {
					t.Parallel()
					m := newMortal(t, t.TempDir())
					l := newRelayed(t, r.start(t, m))
					l.send(2)
					l.await(m, 20*time.Second)
					end(m)
					l.send(n)
					m.serve()
					l.send(2)
					// rsyslog tries again after pauses that grow.
					l.await(m, time.Minute)
				})
			}
		}
	}
}

// relayed are messages that a relay is sent.
type relayed struct {
	t    *testing.T
	conn net.Conn
	sent int
}

func newRelayed(t *testing.T, input string) *relayed {
	conn, err := net.Dial("tcp", input)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &relayed{t: t, conn: conn}
}

// send sends n messages one by one, each long enough before the next to be a write of its own.
func (l *relayed) send(n int) {
	l.t.Helper()
	for range n {
		msg := strings.ReplaceAll(indented(fmt.Sprintf("1.2.%d.", l.sent), 900), "\n", "")
		frame := "<85>1 2026-11-01T10:00:00Z archive arc 42 IHE+RFC-3881 - " + msg
		if _, err := fmt.Fprintf(l.conn, "%d %s", len(frame), frame); err != nil {
			l.t.Fatalf("message %d: the relay has gone: %v", l.sent, err)
		}
		l.sent++
		time.Sleep(300 * time.Millisecond)
	}
}

// await waits until all that was sent is stored.
func (l *relayed) await(m *mortal, patience time.Duration) {
	l.t.Helper()
	var lost []int
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		lost = nil
		stored := arr(l.t, "", "query", "--data", m.dir, "*", "--format", "raw").stdout
		for i := range l.sent {
			if !strings.Contains(stored, fmt.Sprintf(`"1.2.%d."`, i)) {
				lost = append(lost, i)
			}
		}
		if lost == nil {
			return
		}
	}
	l.t.Errorf("of %d messages these are lost: %d", l.sent, lost)
}
