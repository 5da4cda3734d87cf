package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"arr/api"
	"arr/receiver"
)

// Health and metrics are answered while clients that send nothing, half a request or
// questions, and never read, have taken all connections and all turns, twice over.
func TestHealthHasItsRoom(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name   string
		listen func() (net.Listener, error)
	}{
		{"tcp", func() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }},
		{"socket", func() (net.Listener, error) { return api.ListenSocket(dir) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, m := newServer()
			m.blocked = make(chan struct{})
			ln, err := c.listen()
			if err != nil {
				t.Fatal(err)
			}
			dial := func() net.Conn {
				conn, err := net.Dial(ln.Addr().Network(), ln.Addr().String())
				if c.name == "socket" {
					conn, err = api.DialSocket(t.Context(), dir)
				}
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { conn.Close() })
				return conn
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			guarded := (&receiver.Server{}).Guard(ln, receiver.GuardOptions{MaxConns: api.MaxConns})
			go func() { ended <- api.Serve(ctx, guarded, s.Handler(), s.Log) }()
			const question = `{"question":"*"}`
			ask := fmt.Sprintf("POST /api/v1/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(question), question)
			var hostile []net.Conn
			for i := range 4 * api.MaxConns {
				conn := dial()
				hostile = append(hostile, conn)
				// Some fail, since their connection has made room.
				_, _ = io.WriteString(conn, []string{"", "GET /metr", ask, ask}[i%4])
			}
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) { return dial(), nil }}}
			for range 3 {
				for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
					resp, err := client.Get("http://localhost" + path)
					if err != nil {
						t.Fatal(err)
					}
					if _, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
						t.Errorf("%s: %s, %v", path, resp.Status, err)
					}
				}
			}
			for _, conn := range hostile {
				conn.Close()
			}
			close(m.blocked)
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

// pipes is a listener whose connections are pipes.
type pipes struct{ conns chan net.Conn }

func (p pipes) Accept() (net.Conn, error) {
	conn, ok := <-p.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return conn, nil
}
func (p pipes) Close() error   { close(p.conns); return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "unix"} }

// A client that stops reading is given up, and one that reads slowly gets all of an answer
// however long that takes.
func TestPace(t *testing.T) {
	const size = 1 << 20
	for _, c := range []struct {
		name  string
		reads int           // bytes at a time, 0 for none
		every time.Duration // between two reads
		lasts time.Duration // of the handler, at least
		all   bool
	}{
		{"never", 0, 0, 30 * time.Second, false},
		{"at a crawl", 1 << 10, 5 * time.Second, 30 * time.Second, false},
		{"slowly", 16 << 10, 20 * time.Second, 10 * time.Minute, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				ln := pipes{make(chan net.Conn)}
				wrote := make(chan error, 1)
				began := time.Now()
				ended := make(chan error, 1)
				go func() {
					ended <- api.Serve(ctx, ln, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
						_, err := w.Write(make([]byte, size))
						wrote <- err
					}), nil)
				}()
				ours, theirs := net.Pipe()
				ln.conns <- theirs
				if _, err := io.WriteString(ours, "GET / HTTP/1.0\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				read := make(chan int, 1)
				go func() {
					n := 0
					for b := make([]byte, c.reads); c.reads > 0; time.Sleep(c.every) {
						some, err := ours.Read(b)
						if n += some; err != nil {
							break
						}
					}
					read <- n
				}()
				err := <-wrote
				lasted := time.Since(began)
				ours.SetReadDeadline(time.Now().Add(time.Hour))
				if n := <-read; (err == nil) != c.all || (n > size) != c.all || lasted < c.lasts || !c.all && lasted > 2*c.lasts {
					t.Errorf("%d bytes were read, and writing ended after %v: %v", n, lasted, err)
				}
				ours.Close()
				cancel()
				if err := <-ended; err != nil && !errors.Is(err, net.ErrClosed) {
					t.Error(err)
				}
			})
		})
	}
}
