package e2e

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"arr/mllp"
)

// gatewayMemory is what arr hl7 may hold in memory whatever it is sent, in MiB: what
// docs/architecture.md claims for messages and exchanges, and what the program takes
// besides.
const gatewayMemory = 512 + 64

// multiplying are blocks of which each piece gives more than it has itself: many audit
// messages, or large ones. size is how much of it make test sends, in bytes; soak 20 MB.
var multiplying = []struct {
	name    string
	message string
	size    int
	// audited is how many audit messages come of one of them; 0 where most are passed over.
	audited int
}{
	{"headers", "MSH\r", 20 << 20, 0},
	{"small messages", "MSH|^~\\&|||||||ADT^A08\r", 1 << 20, 1},
	{"patients", "MSH|^~\\&|||||||ADT^A40\r" + strings.Repeat("PID|||1\rMRG|2\r", 256), 100 << 10, 512},
	{"a long control id", "MSH|^~\\&|||||||ADT^A08|" + strings.Repeat("1", 60<<10) + "\r" + strings.Repeat("PID|||1\r", 256), 100 << 10, 256},
	{"accession numbers", "MSH|^~\\&|||||||OMI^O23\rORC|NW\rOBR|1\r" + times(250, "OBR||||||||||||||||||%d-"+strings.Repeat("7", 16<<10)+"\r") +
		times(250, "ZDS|1.2.%d\r"), 4 << 20, 1},
	{"character set", "MSH|^~\\&|||||||ADT^A08||||||||||8859/1\rPID|||1\rZXX|" + strings.Repeat("\xdc", 20<<20) + "\r", 20 << 20, 1},
	{"query", "MSH|^~\\&|||||||QBP^Q22\rQPD|a|b|" + strings.Repeat("7", 20<<20) + "\r", 20 << 20, 1},
}

// times gives a text for each number below n.
func times(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// TestHL7BlocksThatMultiply: whatever a block of messages gives, arr hl7 and arr emit
// --hl7 make it in bounded memory.
func TestHL7BlocksThatMultiply(t *testing.T) {
	needBinary(t)
	for _, c := range multiplying {
		t.Run(c.name, func(t *testing.T) {
			size := c.size
			if soak() {
				size = 20 << 20
			}
			n := max(1, size/len(c.message))
			block := bytes.Repeat([]byte(c.message), n)
			spool := t.TempDir()
			g := startGateway(t, "--to", "tcp://127.0.0.1:1,spool-size=64MiB", "--spool", spool, "--metrics", "127.0.0.1:0")
			sendBlock(t, g.address, block)
			g.awaitAudited(n * c.audited)
			t.Logf("%d bytes: arr hl7 took %d MiB", len(block), peakMiB(t, g.cmd.Process.Pid))
			if peak := peakMiB(t, g.cmd.Process.Pid); peak > gatewayMemory {
				t.Errorf("arr hl7 took %d MiB, want at most %d", peak, gatewayMemory)
			}
			g.stop()

			file := filepath.Join(t.TempDir(), "block.hl7")
			part := block[:len(c.message)*max(1, size/20/len(c.message))]
			if c.name == "headers" {
				part = part[:len(part)/8] // arr emit makes a message of each
			}
			if err := os.WriteFile(file, part, 0o600); err != nil {
				t.Fatal(err)
			}
			emit := exec.Command(binary, "emit", "--hl7", file, "--dry-run")
			emit.Env = environ()
			if peak, err := peakOf(t, emit); err != nil || peak == 0 || peak > gatewayMemory {
				t.Errorf("arr emit --hl7 took %d MiB, want at most %d; it ended with %v", peak, gatewayMemory, err)
			}
		})
	}
}

// awaitAudited waits until as many audit messages were made, all that were more than the
// spool takes among them. 0 stands for a block of which most is passed over.
func (g *gateway) awaitAudited(n int) {
	g.t.Helper()
	until(g.t, 5*time.Minute, "the block is audited", func() bool {
		if n == 0 {
			return g.counter("unaudited_total") > 0
		}
		return g.counter("audit_messages_total") >= n
	})
}

// sendBlock sends a block of MLLP and waits for its answer.
func sendBlock(t *testing.T, address string, block []byte) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c := mllp.NewConn(conn, 1<<20)
	if err := c.Send(block); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Receive(); err != nil {
		t.Fatal(err)
	}
}

// TestHL7HalfMessages: connections that stop in the middle of large messages, and as many
// silent ones as there may be, keep no other sender out, and memory is bounded.
func TestHL7HalfMessages(t *testing.T) {
	needBinary(t)
	const half, silent = 14, 1024
	needFiles(t, silent+500)
	g := startGateway(t, "--forward", forgetfulArchive(t), "--to", "tcp://127.0.0.1:1", "--spool", t.TempDir())
	began := []byte("\vMSH|^~\\&|A|B|" + strings.Repeat("x", 40<<20))
	var writing sync.WaitGroup
	var read atomic.Int64
	for range half {
		conn, err := dialFrom(hostileHost, "tcp", g.address, false)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		writing.Go(func() {
			n, _ := conn.Write(began) // which ends with the connection, or the test's patience
			read.Add(int64(n))
		})
		conn.SetWriteDeadline(time.Now().Add(3 * time.Second))
	}
	writing.Wait()
	for range silent {
		conn, err := dialFrom(hostileHost, "tcp", g.address, false)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	for i := range 4 {
		if err := admitFrom(g.address, false, i); err != nil {
			t.Fatalf("message %d beside them: %v", i, err)
		}
	}
	peak := peakMiB(t, g.cmd.Process.Pid)
	t.Logf("%d MB of half messages in %d MiB", read.Load()/1e6, peak)
	if peak > gatewayMemory {
		t.Errorf("arr hl7 took %d MiB, want at most %d", peak, gatewayMemory)
	}
}
