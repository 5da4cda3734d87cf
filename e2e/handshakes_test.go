package e2e

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"
)

const (
	// halfHellos is how many clients begin a TLS handshake and go no further, four times as
	// many with ARR_SOAK.
	halfHellos = 2000
	// helloMemory is what the server may hold in MiB, and one more for so many of them.
	helloMemory, hellosPerMiB = 100, 50
)

// hellos are ways to begin a handshake that goes no further.
var hellos = map[string]func() []byte{
	"half of a usual one": func() []byte { return record([]byte("\x01\x00\x01\x00\x03\x03"), 300)[:150] },
	"a large one but for a byte": func() []byte {
		const size = 60_000 // of at most 64 KiB, which crypto/tls gathers
		b := record([]byte{1, 0, size >> 8, size & 0xFF, 3, 3}, 15_004)
		for range 3 {
			b = append(b, record(nil, 15_000)...)
		}
		return b[:len(b)-1]
	},
	"all of a usual one": func() []byte {
		var b bytes.Buffer
		_ = tls.Client(recording{&b}, &tls.Config{ServerName: "localhost"}).Handshake() // ends for lack of an answer
		return b.Bytes()
	},
}

// record is a TLS record of a handshake of n bytes that begin with b.
func record(b []byte, n int) []byte {
	return append(append([]byte{22, 3, 1, byte(n >> 8), byte(n)}, b...), make([]byte, n-len(b))...)
}

// recording is a connection that keeps what is written and has nothing to read.
type recording struct{ io.Writer }

func (recording) Read([]byte) (int, error)         { return 0, io.EOF }
func (recording) Close() error                     { return nil }
func (recording) LocalAddr() net.Addr              { return nil }
func (recording) RemoteAddr() net.Addr             { return nil }
func (recording) SetDeadline(time.Time) error      { return nil }
func (recording) SetReadDeadline(time.Time) error  { return nil }
func (recording) SetWriteDeadline(time.Time) error { return nil }

// TestHalfHandshakes: beside thousands of them a sender gets through, from their own address,
// too, and the server's memory stays bounded.
func TestHalfHandshakes(t *testing.T) {
	needBinary(t)
	n := halfHellos
	if os.Getenv("ARR_SOAK") != "" {
		n = 4 * halfHellos
	}
	needFiles(t, uint64(n+500))
	for name, hello := range hellos {
		t.Run(name, func(t *testing.T) {
			s := start(t, t.TempDir())
			closeAll := sayHello(t, s.ports.TLS[0], n, hello())
			const honest = 20
			var slowest time.Duration
			for i := range honest {
				began := time.Now()
				c, err := tls.Dial("tcp", s.ports.TLS[0], trusting(t, s))
				if err != nil {
					t.Fatal(err)
				}
				f := steadyFrame(i)
				fmt.Fprintf(c, "%d %s", len(f), f)
				c.CloseWrite()
				if _, err := io.Copy(io.Discard, c); err != nil { // ends in order once it is stored
					t.Errorf("sender %d: %v", i, err)
				}
				slowest = max(slowest, time.Since(began))
				c.Close()
			}
			peak := peakMiB(t, s.cmd.Process.Pid)
			t.Logf("%d senders beside %d half handshakes, at most %v until a frame is stored, in %d MiB", honest, n, slowest, peak)
			if peak > helloMemory+n/hellosPerMiB {
				t.Errorf("the server took %d MiB", peak)
			}
			closeAll()
			s.stop()
			stored := splitFrames(t, mustArr(t, "", "query", "--data", s.dir, "source:steady", "--format", "raw"))
			if len(stored) != honest {
				t.Errorf("%d honest frames are stored", len(stored))
			}
		})
	}
}

// sayHello opens n connections and writes hello to each, for as long as it takes.
func sayHello(t *testing.T, address string, n int, hello []byte) (closeAll func()) {
	t.Helper()
	var mu sync.Mutex
	var conns []net.Conn
	var dialing, writing sync.WaitGroup
	for k := range 64 {
		dialing.Go(func() {
			for i := k; i < n; i += 64 {
				c, err := net.DialTimeout("tcp", address, 20*time.Second)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				conns = append(conns, c)
				mu.Unlock()
				writing.Go(func() { _, _ = c.Write(hello) }) // its end is the connection's
			}
		})
	}
	dialing.Wait()
	return func() {
		for _, c := range conns {
			c.Close()
		}
		writing.Wait()
	}
}
