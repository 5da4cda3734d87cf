package receiver_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"arr/receiver"
)

// guard guards a listener until the test ends.
func guard(t *testing.T, s *receiver.Server, opts receiver.GuardOptions) (*running, net.Listener) {
	t.Helper()
	r := prepare(t, s)
	ln := s.Guard(listen(t), opts)
	t.Cleanup(func() { ln.Close() })
	return r, ln
}

// Who says nothing or too little keeps nobody from being handed out, with the handshake
// done; what was refused is a trouble.
func TestGuard(t *testing.T) {
	server := &tls.Config{Certificates: []tls.Certificate{newCertificate(t, "arr")}}
	r, ln := guard(t, &receiver.Server{}, receiver.GuardOptions{TLS: server, MaxConns: 5})
	address := ln.Addr().String()
	dial(t, address) // says nothing
	if _, err := dial(t, address).Write([]byte{22, 3, 1}); err != nil {
		t.Fatal(err)
	}
	dial(t, address).Close()
	old := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	if _, err := tls.Dial("tcp", address, old); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	go func() {
		c, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
		if err == nil {
			_, err = io.WriteString(c, "question")
		}
		if err != nil {
			t.Error(err)
		}
	}()
	conn, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	tc, ok := conn.(*tls.Conn)
	if !ok || !tc.ConnectionState().HandshakeComplete {
		t.Fatalf("a %T was handed out before its handshake", conn)
	}
	b := make([]byte, 8)
	if _, err := io.ReadFull(conn, b); err != nil || string(b) != "question" {
		t.Errorf("%q, %v", b, err)
	}
	conn.Close()
	eventually(t, "the refusal", func() bool { return r.Stats().Refused[receiver.CauseVersion] == 1 })
	if tr := r.Troubles(); len(tr) != 1 || !strings.Contains(tr[0].Offered, "TLS 1.1") || tr[0].Peer != "127.0.0.1" {
		t.Errorf("troubles %+v", tr)
	}
	eventually(t, "the probe", func() bool { return r.Stats().Probes == 1 })
}

// A handshake has its time and no more.
func TestGuardSlowHandshake(t *testing.T) {
	server := &tls.Config{Certificates: []tls.Certificate{newCertificate(t, "arr")}}
	r, ln := guard(t, &receiver.Server{HandshakeTimeout: 20 * time.Millisecond}, receiver.GuardOptions{TLS: server, MaxConns: 1})
	c := dial(t, ln.Addr().String())
	if _, err := c.Write([]byte{22, 3, 1}); err != nil {
		t.Fatal(err)
	}
	closed(t, c)
	eventually(t, "the refusal", func() bool { return r.Stats().Refused[receiver.CauseTimeout] == 1 })
}

// So many connections and no more: an idle one gives way, a busy one does not to another of
// its peer. One that is closed makes room, and Close ends what was not handed out.
func TestGuardLimit(t *testing.T) {
	r, ln := guard(t, &receiver.Server{}, receiver.GuardOptions{MaxConns: 1})
	marks := ln.(interface{ Busy(net.Conn) })
	accept := func() net.Conn {
		t.Helper()
		conn, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		return conn
	}
	idle := dial(t, ln.Addr().String())
	accept()
	dial(t, ln.Addr().String())
	closed(t, idle)
	busy := accept()
	marks.Busy(busy)
	closed(t, dial(t, ln.Addr().String()))
	if st := r.Stats(); st.GaveWay != 1 || st.Refused[receiver.CauseTooMany] != 1 {
		t.Errorf("%d connections gave way, %d were refused", st.GaveWay, st.Refused[receiver.CauseTooMany])
	}
	busy.Close()
	waiting := dial(t, ln.Addr().String())
	accept().Close()
	closed(t, waiting)
	waiting = dial(t, ln.Addr().String())
	if err := ln.Close(); err != nil {
		t.Error(err)
	}
	closed(t, waiting)
	if _, err := ln.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// Beneath TLS the marks reach their connection, too; a new one has none.
func TestGuardMarksTLS(t *testing.T) {
	server := &tls.Config{Certificates: []tls.Certificate{newCertificate(t, "arr")}}
	_, ln := guard(t, &receiver.Server{}, receiver.GuardOptions{TLS: server, MaxConns: 2, Waiting: func() int { return 0 }})
	marks := ln.(interface {
		Busy(net.Conn)
		Idle(net.Conn)
	})
	var ours, theirs []net.Conn
	for range 2 {
		accepted := make(chan net.Conn)
		go func() {
			c, err := ln.Accept()
			if err != nil {
				t.Error(err)
			}
			accepted <- c
		}()
		theirs = append(theirs, dialTLS(t, ln.Addr().String(), &tls.Config{InsecureSkipVerify: true}))
		ours = append(ours, <-accepted)
	}
	marks.Busy(ours[0])
	dial(t, ln.Addr().String())
	closed(t, theirs[1])
	open(t, theirs[0])
	marks.Idle(ours[0])
	dial(t, ln.Addr().String())
	dial(t, ln.Addr().String())
	closed(t, theirs[0])
}
