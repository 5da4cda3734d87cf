package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"arr/mllp"
)

const (
	hostileHost = "127.0.0.1"
	honestHost  = "127.0.0.2"
	// honestPatience is how long a piece of honest work may take before it counts as never
	// done.
	honestPatience = 2 * time.Minute
)

// unverified is how hostile and honest peers speak TLS: whose the server's key is doesn't
// matter here.
var unverified = &tls.Config{InsecureSkipVerify: true}

// dialFrom connects from an address of this machine, over TLS if that is asked for.
func dialFrom(host, network, address string, encrypted bool) (net.Conn, error) {
	d := &net.Dialer{Timeout: honestPatience}
	if network == "tcp" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(host)}
	}
	if network == "tcp" && host == hostileHost {
		d.Control = narrow
	}
	if encrypted {
		return tls.DialWithDialer(d, network, address, unverified)
	}
	return d.Dial(network, address)
}

// narrow has the kernel keep little of what a peer doesn't read.
func narrow(_, _ string, c syscall.RawConn) error {
	var err error
	return errors.Join(c.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4<<10) }), err)
}

// dialers gives how hostile peers connect.
func dialers(network, address string, encrypted bool) (raw, dial func() (net.Conn, error)) {
	return func() (net.Conn, error) { return dialFrom(hostileHost, network, address, false) },
		func() (net.Conn, error) { return dialFrom(hostileHost, network, address, encrypted) }
}

// syslogTarget is a server whose honest senders send a frame on a connection of their own
// each, and wait for its end.
func syslogTarget(encrypted bool) func(*testing.T) *target {
	return func(t *testing.T) *target {
		s := start(t, t.TempDir())
		address := s.ports.TCP[0]
		if encrypted {
			address = s.ports.TLS[0]
		}
		at := &target{pid: s.cmd.Process.Pid, work: func(i int) error { return deliver(address, encrypted, i) }}
		at.raw, at.dial = dialers("tcp", address, encrypted)
		at.done = func(n int) { s.wantSteady(n) }
		return at
	}
}

// deliver sends a frame and waits until the server has it.
func deliver(address string, encrypted bool, i int) error {
	conn, err := dialFrom(honestHost, "tcp", address, encrypted)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(honestPatience)); err != nil {
		return err
	}
	frame := steadyFrame(i)
	if _, err := fmt.Fprintf(conn, "%d %s", len(frame), frame); err != nil {
		return err
	}
	if err := conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, conn); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	return nil
}

// wantSteady stops the server, which must have n different frames of honest senders.
func (s *server) wantSteady(n int) {
	s.t.Helper()
	s.stop()
	seen := map[string]bool{}
	stored := splitFrames(s.t, mustArr(s.t, "", "query", "--data", s.dir, "source:steady", "--format", "raw"))
	for _, f := range stored {
		seen[f] = true
	}
	if len(stored) != n || len(seen) != n {
		s.t.Errorf("%d honest frames are stored, %d different ones, %d were sent", len(stored), len(seen), n)
	}
}

// datagramTarget is a server whose hostile peers send datagrams and whose honest ones do
// not.
func datagramTarget(t *testing.T) *target {
	s := start(t, t.TempDir())
	at := &target{pid: s.cmd.Process.Pid, work: func(i int) error { return deliver(s.ports.TCP[0], false, i) }}
	at.raw, at.dial = dialers("udp", s.ports.UDP[0], false)
	at.done = func(n int) { s.wantSteady(n) }
	return at
}

// mllpTarget is a gateway before an archive, whose honest senders send a message on a
// connection of their own each, a large one every second time.
func mllpTarget(encrypted bool) func(*testing.T) *target {
	return func(t *testing.T) *target {
		flags := []string{"--forward", forgetfulArchive(t), "--to", "tcp://127.0.0.1:1,spool-size=256MiB", "--spool", t.TempDir()}
		if encrypted {
			file := selfSigned(t)
			flags = append(flags, "--listen-tls", "127.0.0.1:0", "--listen-cert", file, "--listen-key", file)
		}
		g := startGateway(t, flags...)
		address := g.address
		if encrypted {
			until(t, 10*time.Second, "arr hl7 listens twice", func() bool {
				all := gatewayAddress.FindAllStringSubmatch(g.log.String(), -1)
				address = all[len(all)-1][1]
				return len(all) == 2
			})
		}
		at := &target{pid: g.cmd.Process.Pid, work: func(i int) error { return admitFrom(address, encrypted, i) }}
		at.raw, at.dial = dialers("tcp", address, encrypted)
		at.done = func(int) { g.stop() }
		return at
	}
}

// admitFrom has a message acknowledged on a connection of its own.
func admitFrom(address string, encrypted bool, i int) error {
	conn, err := dialFrom(honestHost, "tcp", address, encrypted)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(honestPatience)); err != nil {
		return err
	}
	c := mllp.NewConn(conn, 1<<20)
	if i%2 == 0 {
		return admit(c, i)
	}
	if err := c.Send([]byte(hl7Admission(strconv.Itoa(i), "large") + "OBX|1|TX|1||" + strings.Repeat("x", 100<<10))); err != nil {
		return err
	}
	answer, err := c.Receive()
	if err == nil && !strings.Contains(string(answer), fmt.Sprintf("MSA|AA|%d", i)) {
		err = fmt.Errorf("message %d is answered %q", i, answer)
	}
	return err
}

func hl7Admission(id, patient string) string {
	return "MSH|^~\\&|HIS|WARD|ARCHIVE|PACS|20261101100000||ADT^A04^ADT_A01|" + id + "|P|2.5\rPID|||" + patient + "^^^HOSP\r"
}

var hl7Control = regexp.MustCompile(`^MSH(?:\|[^|]*){8}\|([^|]*)`)

// forgetfulArchive accepts every message but those of one application, to which it says
// nothing.
func forgetfulArchive(t *testing.T) (address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				c := mllp.NewConn(conn, 1<<30)
				for {
					m, err := c.Receive()
					if err != nil {
						return
					}
					id := hl7Control.FindSubmatch(m[:min(len(m), 200)])
					if id != nil && c.Send([]byte("MSH|^~\\&|ARCHIVE|PACS|HIS|WARD|20261101||ACK|9|P|2.5\rMSA|AA|"+string(id[1])+"\r")) != nil {
						return
					}
				}
			}()
		}
	}()
	return ln.Addr().String()
}

// selfSigned writes a certificate and its key into a file.
func selfSigned(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "gateway.pem")
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// answered are how many records the server of httpTarget has, whose answer is larger than
// what the kernel takes of it.
const answered = 2000

// httpTarget is a server with records, whose honest clients ask for health and metrics, on
// connections of their own.
func httpTarget(network string, encrypted bool) func(*testing.T) *target {
	return func(t *testing.T) *target {
		s := start(t, t.TempDir(), "--http", "127.0.0.1:0,tls=on")
		conn := s.dialTCP()
		for i := range answered {
			frame := steadyFrame(i)
			if _, err := fmt.Fprintf(conn, "%d %s", len(frame), frame); err != nil {
				t.Fatal(err)
			}
		}
		conn.Close()
		s.awaitStored(answered)
		address, scheme := s.ports.HTTP[0], "http"
		if encrypted {
			address, scheme = s.ports.HTTP[1], "https"
		}
		if network == "unix" {
			address = s.ports.Socket
		}
		client := &http.Client{Timeout: honestPatience, Transport: &http.Transport{
			DisableKeepAlives: true, TLSClientConfig: unverified,
			DialContext: func(context.Context, string, string) (net.Conn, error) {
				return dialFrom(honestHost, network, address, false)
			},
		}}
		get := ask
		if network == "unix" && soak() {
			get = askAgain
		}
		at := &target{pid: s.cmd.Process.Pid, work: func(int) error {
			for _, page := range []string{"/healthz", "/readyz", "/metrics"} {
				if err := get(client, scheme+"://localhost"+page); err != nil {
					return err
				}
			}
			return nil
		}}
		at.raw, at.dial = dialers(network, address, encrypted)
		at.done = func(int) { s.wantSteady(answered) }
		return at
	}
}
