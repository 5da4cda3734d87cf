package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"arr/mllp"
)

// lockedLog is written by a process and read by the test.
type lockedLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lockedLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// gateway is a running arr hl7.
type gateway struct {
	t       *testing.T
	cmd     *exec.Cmd
	log     *lockedLog
	address string
}

var gatewayAddress = regexp.MustCompile(`HL7 messages are taken on (\S+)\n`)

// startGateway runs arr hl7 and waits until it listens.
func startGateway(t *testing.T, flags ...string) *gateway {
	t.Helper()
	g := launchGateway(t, flags...)
	if !g.listens(nil) {
		t.Fatal("arr hl7 does not listen")
	}
	return g
}

// launchGateway is startGateway without the wait.
func launchGateway(t *testing.T, flags ...string) *gateway {
	t.Helper()
	g := &gateway{t: t, log: &lockedLog{}}
	g.cmd = exec.Command(binary, append([]string{"hl7", "--listen", "127.0.0.1:0"}, flags...)...)
	g.cmd.Stdout, g.cmd.Stderr, g.cmd.Env = g.log, g.log, environ()
	if err := g.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		g.kill()
		if t.Failed() {
			t.Logf("arr hl7 said:\n%s", g.log)
		}
	})
	return g
}

// listens waits until the gateway does, and reports whether it does before giveUp is closed
// or 10 s have passed.
func (g *gateway) listens(giveUp <-chan struct{}) bool {
	patience := time.NewTimer(10 * time.Second)
	defer patience.Stop()
	for {
		if m := gatewayAddress.FindStringSubmatch(g.log.String()); m != nil {
			g.address = m[1]
			return true
		}
		select {
		case <-giveUp:
			return false
		case <-patience.C:
			return false
		case <-time.After(20 * time.Millisecond):
		}
	}
}

var gatewayMetrics = regexp.MustCompile(`metrics on (\S+)\n`)

// taken is how many audit messages a gateway with --metrics has spooled.
func (g *gateway) taken() int { return g.figure("repository_taken_total") }

// figure is one of the figures of a gateway's one repository, counter one of its own; it has
// --metrics.
func (g *gateway) figure(name string) int  { return g.read("arr_hl7_"+name+"{", "} ") }
func (g *gateway) counter(name string) int { return g.read("arr_hl7_"+name, " ") }

func (g *gateway) read(name, until string) int {
	g.t.Helper()
	m := gatewayMetrics.FindStringSubmatch(g.log.String())
	if m == nil {
		g.t.Fatalf("arr hl7 does not say where its metrics are:\n%s", g.log)
	}
	resp, err := http.Get(m[1])
	if err != nil {
		g.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	_, value, _ := strings.Cut(string(body), name)
	_, value, _ = strings.Cut(value, until)
	value, _, _ = strings.Cut(value, "\n")
	n, err := strconv.Atoi(value)
	if err != nil {
		g.t.Fatalf("the metrics are %s", body)
	}
	return n
}

func (g *gateway) kill() {
	g.cmd.Process.Kill()
	g.cmd.Wait()
}

// stop ends it in order.
func (g *gateway) stop() {
	g.t.Helper()
	if err := g.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		g.t.Fatal(err)
	}
	if err := g.cmd.Wait(); err != nil {
		g.t.Errorf("arr hl7 ends with %v\n%s", err, g.log)
	}
}

// hl7Archive is an archive that accepts every message.
func hl7Archive(t *testing.T) (address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	archive := &mllp.Proxy{Exchanged: func(mllp.Exchange) {}, Drain: time.Millisecond}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- archive.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return ln.Addr().String()
}

// admit sends one admission over a connection and waits for its acknowledgement.
func admit(c *mllp.Conn, i int) error {
	message := fmt.Sprintf("MSH|^~\\&|HIS|WARD|ARCHIVE|PACS|20261101100000||ADT^A04^ADT_A01|%d|P|2.5\rEVN||20261101100000\r"+
		"PID|||HL%06d^^^HOSP||Müller^Johanna\rPV1||O\r", i, i)
	if err := c.Send([]byte(message)); err != nil {
		return err
	}
	answer, err := c.Receive()
	if err == nil && !strings.HasSuffix(string(answer), fmt.Sprintf("MSA|AA|%d\r", i)) {
		err = fmt.Errorf("message %d is answered %q", i, answer)
	}
	return err
}

func dialHL7(t *testing.T, address string) *mllp.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetReadDeadline(time.Now().Add(time.Minute))
	return mllp.NewConn(conn, 1<<20)
}

// TestHL7 brings a message in by MLLP and out by TLS, and finds it by its patient.
func TestHL7(t *testing.T) {
	needBinary(t)
	s := start(t, t.TempDir())
	_, port, _ := net.SplitHostPort(s.ports.TLS[0])
	g := startGateway(t, "--forward", hl7Archive(t), "--to", "tls://localhost:"+port, "--ca", s.caFile(), "--spool", t.TempDir(), "--device", "pacs")
	if err := admit(dialHL7(t, g.address), 7); err != nil {
		t.Fatal(err)
	}
	until(t, 10*time.Second, "the message is found by its patient", func() bool {
		return arr(t, "", "query", "--data", s.dir, "patient:HL000007", "--count").code == 0
	})
	if out := mustArr(t, "", "query", "--data", s.dir, "patient:HL000007 outcome:success source:pacs transport:tls", "--format", "ndjson"); !strings.Contains(out, "110110") {
		t.Errorf("found %s", out)
	}
	g.stop()
}

// auditedIDs are the numbers of the admissions that text has audit messages of.
func auditedIDs(t *testing.T, text string) []int {
	t.Helper()
	var all []int
	for _, m := range regexp.MustCompile(`ParticipantObjectID="HL(\d+)\^`).FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
	return all
}

// complete fails the test unless 0 to n-1 are all there, and none for the first time behind
// a later one; some may be there again.
func complete(t *testing.T, ids []int, n int) {
	t.Helper()
	seen, latest := map[int]bool{}, -1
	for _, id := range ids {
		if !seen[id] && id < latest {
			t.Errorf("admission %d comes behind %d", id, latest)
		}
		seen[id], latest = true, max(latest, id)
	}
	for i := range n {
		if !seen[i] {
			t.Errorf("admission %d is missing", i)
		}
	}
	t.Logf("%d admissions, %d audit messages", n, len(ids))
}

// asStored are the numbers of the admissions that a repository has, in the order of their arrival.
func asStored(t *testing.T, dir string) []int {
	t.Helper()
	type record struct {
		ID       int
		Patients []struct{ ID string }
	}
	var all []record
	lines := json.NewDecoder(strings.NewReader(mustArr(t, "", "query", "--data", dir, "patient:HL*", "--format", "ndjson", "--fields", "id,patients")))
	for lines.More() {
		var r record
		if err := lines.Decode(&r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b record) int { return a.ID - b.ID })
	var ids []int
	for _, r := range all {
		if len(r.Patients) != 1 {
			continue // the summary
		}
		var n int
		if _, err := fmt.Sscanf(r.Patients[0].ID, "HL%06d", &n); err != nil {
			t.Fatalf("record %d: %v", r.ID, err)
		}
		ids = append(ids, n)
	}
	return ids
}

// TestHL7RepositoryDies: the repository is killed under load, stands still and is killed
// then, and is stopped in order; the gateway is killed and started anew. HL7 traffic goes
// on, and every admission is found in the end.
func TestHL7RepositoryDies(t *testing.T) {
	needBinary(t)
	dir, spool := t.TempDir(), t.TempDir()
	port := freePort(t)
	serve := func() *server { return start(t, dir, "--tls", "127.0.0.1:"+port) }
	s := serve()
	flags := []string{"--forward", hl7Archive(t), "--to", "tls://localhost:" + port, "--ca", s.caFile(), "--spool", spool, "--metrics", "127.0.0.1:0"}
	g := startGateway(t, flags...)
	c, n := dialHL7(t, g.address), 0
	load := func(messages int) {
		for range messages {
			if err := admit(c, n); err != nil {
				t.Fatalf("message %d: %v", n, err)
			}
			n++
		}
	}
	load(300)
	s.kill()
	load(300)
	s = serve()
	load(300)
	if err := s.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	load(300)
	time.Sleep(2 * time.Second) // the gateway has sent them, and ended its side
	s.kill()
	load(100)
	// What was acknowledged a moment ago may not be on disk yet.
	until(t, 30*time.Second, "all is in the spool", func() bool { return g.taken() == n })
	g.kill()
	g = startGateway(t, flags...)
	c = dialHL7(t, g.address)
	load(100)
	s = serve()
	load(100)
	until(t, 60*time.Second, "the last admission is found", func() bool {
		return arr(t, "", "query", "--data", s.dir, fmt.Sprintf("patient:HL%06d", n-1), "--count").code == 0
	})
	g.stop()
	complete(t, asStored(t, dir), n)
	s.stop()
}

// TestHL7UnderLoad: many senders that wait for nothing but their acknowledgements have every
// message audited.
func TestHL7UnderLoad(t *testing.T) {
	needBinary(t)
	const senders, each = 50, 400
	s := start(t, t.TempDir())
	_, port, _ := net.SplitHostPort(s.ports.TLS[0])
	g := startGateway(t, "--forward", hl7Archive(t), "--to", "tls://localhost:"+port, "--ca", s.caFile(), "--spool", t.TempDir(), "--metrics", "127.0.0.1:0")
	var sending sync.WaitGroup
	began := time.Now()
	for n := range senders {
		c := dialHL7(t, g.address)
		sending.Go(func() {
			for i := range each {
				if err := admit(c, n*each+i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	sending.Wait()
	t.Logf("%.0f messages a second, up to %d MiB", senders*each/time.Since(began).Seconds(), peakMiB(t, g.cmd.Process.Pid))
	until(t, 60*time.Second, "all is in the spool", func() bool { return g.taken() == senders*each })
	s.awaitStored(senders * each)
	g.stop()
}

// TestHL7ToRsyslog: rsyslog is a receiver like any other, over TLS with either of its
// libraries, too. What it took leaves the spool: nothing comes twice.
func TestHL7ToRsyslog(t *testing.T) {
	needBinary(t)
	pair, ca := certified(t)
	for _, driver := range []string{"", "ossl", "gtls"} {
		t.Run("driver "+driver, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "audit.log")
			action := fmt.Sprintf("template(name=\"raw\" type=\"string\" string=\"%%rawmsg%%\\n\")\naction(type=\"omfile\" file=%q template=\"raw\")", out)
			global, scheme, settings := `maxMessageSize="1m"`, "tcp://", ""
			if driver != "" {
				global += fmt.Sprintf(" defaultNetstreamDriverCAFile=%q defaultNetstreamDriverCertFile=%q defaultNetstreamDriverKeyFile=%q", ca, pair, pair)
				scheme, settings = "tls://", fmt.Sprintf("streamDriver.name=%q streamDriver.mode=\"1\" streamDriver.authMode=\"anon\"", driver)
			}
			input := startRsyslog(t, global, action, settings)
			g := startGateway(t, "--forward", hl7Archive(t), "--to", scheme+strings.Replace(input, "127.0.0.1", "localhost", 1), "--ca", ca,
				"--spool", t.TempDir(), "--metrics", "127.0.0.1:0")
			c := dialHL7(t, g.address)
			const n = 100
			for i := range n {
				if err := admit(c, i); err != nil {
					t.Fatal(err)
				}
			}
			until(t, 20*time.Second, "nothing is left in the spool", func() bool { return g.taken() == n && g.figure("repository_waiting_bytes") == 0 })
			g.stop()
			var text []byte
			until(t, 10*time.Second, "rsyslog has written them", func() bool {
				text, _ = os.ReadFile(out)
				return bytes.Count(text, []byte("</AuditMessage>")) >= n
			})
			ids := auditedIDs(t, string(text))
			complete(t, ids, n)
			if len(ids) != n {
				t.Errorf("%d audit messages, want %d", len(ids), n)
			}
		})
	}
}
