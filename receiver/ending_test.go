package receiver_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"arr/audit"
	"arr/receiver"
)

// wire is what carries TLS; ended says that the peer has ended TCP.
type wire struct {
	*net.TCPConn
	ended bool
}

func (w *wire) Read(b []byte) (int, error) {
	n, err := w.TCPConn.Read(b)
	w.ended = w.ended || err == io.EOF
	return n, err
}

// sender is a connection over TCP or TLS.
type sender struct {
	net.Conn
	wire *wire
}

// dialSender connects; with a configuration over TLS.
func dialSender(tb testing.TB, address string, conf *tls.Config) sender {
	tb.Helper()
	w := &wire{TCPConn: dial(tb, address).(*net.TCPConn)}
	if conf == nil {
		return sender{w, w}
	}
	tc := tls.Client(w, conf)
	if err := tc.Handshake(); err != nil {
		tb.Fatal(err)
	}
	return sender{tc, w}
}

// end says how the peer ends the connection: by TLS, by TCP in order, or by a reset.
func (s sender) end(tb testing.TB) string {
	tb.Helper()
	if err := s.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		tb.Fatal(err)
	}
	_, err := io.Copy(io.Discard, s)
	switch {
	case errors.Is(err, syscall.ECONNRESET):
		return "reset"
	case err != nil:
		return err.Error()
	case s.wire.ended:
		return "end of TCP"
	}
	return "close_notify"
}

// Only a sender that has ended its side is told that all is stored, in the words by which
// it did so. All other connections are reset.
func TestEnds(t *testing.T) {
	closeWrite := func(t *testing.T, c interface{ CloseWrite() error }) {
		if err := c.CloseWrite(); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		tls  bool
		does func(*testing.T, sender, *receiver.Server)
		want string
	}{
		{"TCP ends", false, func(t *testing.T, s sender, _ *receiver.Server) { closeWrite(t, s.wire) }, "end of TCP"},
		{"TLS ends", true, func(t *testing.T, s sender, _ *receiver.Server) { closeWrite(t, s.Conn.(*tls.Conn)) }, "close_notify"},
		{"TCP ends below TLS", true, func(t *testing.T, s sender, _ *receiver.Server) { closeWrite(t, s.wire) }, "end of TCP"},
		{"a frame stops, TCP", false, func(t *testing.T, s sender, _ *receiver.Server) { send(t, s, "5 a") }, "reset"},
		{"a frame stops, TLS", true, func(t *testing.T, s sender, _ *receiver.Server) { send(t, s, "5 a") }, "reset"},
		{"the rest of a stream is left out", true, func(t *testing.T, s sender, _ *receiver.Server) {
			send(t, s, "x"+strings.Repeat("y", 2000))
		}, "reset"},
		{"the receiver stops, TCP", false, shutdown, "reset"},
		{"the receiver stops, TLS", true, shutdown, "reset"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &receiver.Server{FrameTimeout: 50 * time.Millisecond, MaxFrame: 1000}
			var r *running
			var conf *tls.Config
			if c.tls {
				r = serveTLS(t, s, &tls.Config{Certificates: []tls.Certificate{newCertificate(t, "arr")}})
				conf = &tls.Config{InsecureSkipVerify: true}
			} else {
				r = serveTCP(t, s, receiver.ListenerOptions{})
			}
			from := dialSender(t, r.addr, conf)
			send(t, from, counted("frame"))
			r.frames(t, 1)
			c.does(t, from, s)
			if got := from.end(t); got != c.want {
				t.Errorf("the connection ends with a %s, want a %s", got, c.want)
			}
		})
	}
}

func shutdown(t *testing.T, _ sender, s *receiver.Server) {
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// The promise is given to who asks for it, with all versions of TLS; who offers something
// else is served as one who offers nothing.
func TestPromise(t *testing.T) {
	r := serveTLS(t, &receiver.Server{}, &tls.Config{Certificates: []tls.Certificate{newCertificate(t, "arr")}})
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for want, offered := range map[string][]string{
			audit.ProtocolStored: {"syslog", audit.ProtocolStored},
			"":                   {"syslog"},
		} {
			c := dialTLS(t, r.addr, &tls.Config{InsecureSkipVerify: true, MaxVersion: version, NextProtos: offered})
			if got := c.ConnectionState().NegotiatedProtocol; got != want {
				t.Errorf("%s: %q was agreed on of %q", tls.VersionName(version), got, offered)
			}
		}
	}
}

// childNetwork makes the test binary a receiver that is to be killed.
const childNetwork = "RECEIVER_TEST_NETWORK"

// TestReceiverChild is not a test but the process that TestKilled kills: it prints its
// address and, once it has something in hand that it has not done, "busy".
func TestReceiverChild(t *testing.T) {
	network := os.Getenv(childNetwork)
	if network == "" {
		t.Skip("this is the process that TestKilled kills")
	}
	ln := listen(t)
	s := &receiver.Server{Handler: &recorder{before: func(context.Context, []audit.Entry) error {
		fmt.Println("busy")
		select {}
	}}}
	conf := &tls.Config{Certificates: []tls.Certificate{newCertificate(t, "arr")}}
	fmt.Println(ln.Addr())
	switch network {
	case "tcp":
		s.ServeTCP(t.Context(), ln, receiver.ListenerOptions{})
	case "tls":
		s.ServeTLS(t.Context(), ln, receiver.ListenerOptions{TLS: conf})
	case "http":
		http.Serve(s.Guard(ln, receiver.GuardOptions{MaxConns: 1}), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusOK)
			w.(http.Flusher).Flush()
			fmt.Println("busy")
			select {}
		}))
	}
}

// The kernel ends the connections of a process that was killed. A sender that has ended its
// side, and one who is being answered, must not take that for the end of the work.
func TestKilled(t *testing.T) {
	for network, question := range map[string]string{
		"tcp": counted("frame"), "tls": counted("frame"), "http": "GET / HTTP/1.0\r\n\r\n",
	} {
		t.Run(network, func(t *testing.T) {
			child := exec.Command(os.Args[0], "-test.run=^TestReceiverChild$")
			child.Env = append(os.Environ(), childNetwork+"="+network)
			out, err := child.StdoutPipe()
			if err == nil {
				err = child.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			defer child.Wait()
			defer child.Process.Kill()
			lines := bufio.NewScanner(out)
			lines.Scan()
			var conf *tls.Config
			if network == "tls" {
				conf = &tls.Config{InsecureSkipVerify: true}
			}
			s := dialSender(t, lines.Text(), conf)
			send(t, s, question)
			if err := s.Conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			if network == "tls" {
				if err := s.wire.CloseWrite(); err != nil {
					t.Fatal(err)
				}
			}
			if lines.Scan(); lines.Text() != "busy" {
				t.Fatalf("the receiver says %q", lines.Text())
			}
			child.Process.Kill()
			if got := s.end(t); got != "reset" {
				t.Errorf("a killed process ends a connection with a %s", got)
			}
		})
	}
}
