package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What senders call themselves may not make a server's memory, its files or its answers
// larger than this.
const (
	namesMemory  = 600     // MiB while they send
	namesRestart = 300     // MiB after a restart
	namesMetrics = 1 << 20 // bytes
	namesStatus  = 4 << 20
	namesCatalog = 32 << 20
)

// namedFrame is a message of a sender that calls itself so.
func namedFrame(id, hostname, user string) string {
	return fmt.Sprintf(`<85>1 - %s app 1 IHE+RFC-3881 - <AuditMessage><EventIdentification EventActionCode="R" EventDateTime="2026-11-01T10:00:00Z" EventOutcomeIndicator="0">`+
		`<EventID csd-code="110103" codeSystemName="DCM" originalText="x"/></EventIdentification><ActiveParticipant UserID="%s" UserIsRequestor="true"/>`+
		`<AuditSourceIdentification AuditSourceID="%s"/></AuditMessage>`, hostname, user, id)
}

// TestNames: names of any length and number, which anybody can send, neither keep records
// from being sealed nor push out those that are heard of more; and what is asked for often
// is answered once.
func TestNames(t *testing.T) {
	needBinary(t)
	ids, hosts := 1500, 5000
	if soak() {
		ids, hosts = 10_500, 20_000
	}
	s := start(t, t.TempDir())
	const honest = 50
	conn := s.dialTCP()
	defer conn.Close()
	w := bufio.NewWriterSize(conn, 1<<20)
	send := func(f string) { fmt.Fprintf(w, "%d %s", len(f), f) }
	for range honest {
		send(namedFrame("honest", "ct1", "jdoe"))
	}
	long := strings.Repeat("x", 32_000)
	for i := range ids {
		send(namedFrame(fmt.Sprint(i, long), "long", fmt.Sprint("u", i)))
	}
	for i := range hosts {
		send(namedFrame("made-up", fmt.Sprint("host", i), "u"))
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	datagram, err := net.Dial("udp", s.ports.UDP[0])
	if err != nil {
		t.Fatal(err)
	}
	defer datagram.Close()
	// More than a key of the catalog may have.
	if _, err := io.WriteString(datagram, namedFrame(strings.Repeat("y", 33_000), "longest", "u")); err != nil {
		t.Fatal(err)
	}
	total := honest + ids + hosts + 1
	s.awaitStored(total)
	bounds := func(when string, memory int) {
		metrics, status := len(s.page("/metrics")), s.page("/api/v1/status")
		peak := peakMiB(t, s.cmd.Process.Pid)
		t.Logf("%s: %d bytes of metrics, %d of status, %d MiB", when, metrics, len(status), peak)
		if metrics > namesMetrics || len(status) > namesStatus || peak > memory || !strings.Contains(status, `"id":"honest"`) {
			t.Errorf("%s: %d bytes of metrics, %d of status, %d MiB; the honest sender is told: %v", when, metrics, len(status), peak, strings.Contains(status, `"id":"honest"`))
		}
	}
	bounds("sent", namesMemory)
	s.stop()
	if fi, err := os.Stat(filepath.Join(s.dir, "catalog.db")); err != nil || fi.Size() > namesCatalog {
		t.Errorf("the catalog: %v, %v", fi, err)
	} else {
		t.Logf("%d bytes of catalog", fi.Size())
	}
	mustArr(t, "", "check", "--data", s.dir)
	s = start(t, s.dir)
	bounds("restarted", namesRestart)
	if n := s.metric("arr_records"); int(n) != total || s.metric("arr_records_uncounted_total") != 0 {
		t.Errorf("%v records, want %d", n, total)
	}
	if top := mustArr(t, "", "query", "--data", s.dir, "*", "--by", "source", "--top", "2"); !strings.Contains(top, "made-up") || !strings.Contains(top, "honest") {
		t.Errorf("the most frequent sources are %s", top)
	}
	// One field of one record, asked for 5,000 times.
	fields := strings.TrimSuffix(strings.Repeat(`"source",`, 5000), ",")
	resp, err := http.Post("http://"+s.ports.HTTP[0]+"/api/v1/query", "application/json", strings.NewReader(`{"question":"hostname:longest","fields":[`+fields+`]}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK || len(b) > 100_000 || !strings.Contains(string(b), strings.Repeat("y", 33_000)) {
		t.Errorf("status %d, %d bytes, %v", resp.StatusCode, len(b), err)
	}
	bounds("asked", namesMemory)
	s.stop()
}

// page is what the server answers at a path.
func (s *server) page(path string) string {
	s.t.Helper()
	resp, err := http.Get("http://" + s.ports.HTTP[0] + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: status %d, %v", path, resp.StatusCode, err)
	}
	return string(b)
}
