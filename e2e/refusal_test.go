package e2e

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arr/e2e/peertest"
)

// certified gives a certificate with its key and the CA that made it: those of a server
// that has stopped.
func certified(t *testing.T) (pair, ca string) {
	t.Helper()
	s := start(t, t.TempDir())
	s.stop()
	return filepath.Join(s.dir, "keys", "server-ec.pem"), s.caFile()
}

// TestRefusedSender: under TLS 1.3 a sender's handshake and first write succeed, though the
// server refuses its certificate, or that it has none. No message counts as sent then: arr emit
// says so, and arr hl7 keeps it until it is let in.
func TestRefusedSender(t *testing.T) {
	needBinary(t)
	pair, ca := certified(t)
	port, spool := freePort(t), t.TempDir()
	s := start(t, t.TempDir(), "--tls", "127.0.0.1:"+port+",client-auth=require,client-ca="+ca)
	to := []string{"--to", "tls://localhost:" + port, "--ca", s.caFile()}
	message := filepath.Join(s.dir, "login.xml")
	login := mustArr(t, "", "emit", "--event", "login", "--set", "user=jane", "--set", "user-host=192.0.2.7", "--dry-run")
	if err := os.WriteFile(message, []byte(login), 0o600); err != nil {
		t.Fatal(err)
	}
	stranger, _ := certified(t)
	for _, shown := range [][]string{nil, {"--cert", stranger, "--key", stranger}} {
		if r := arr(t, "", append(append([]string{"emit", message}, to...), shown...)...); r.code != 6 || !strings.Contains(r.stderr, "tls: ") {
			t.Errorf("arr emit with %q exits with %d: %s", shown, r.code, r.stderr)
		}
	}

	flags := append([]string{"--forward", hl7Archive(t), "--spool", spool, "--metrics", "127.0.0.1:0"}, to...)
	g := startGateway(t, flags...)
	c := dialHL7(t, g.address)
	const n = 50
	for i := range n {
		if err := admit(c, i); err != nil {
			t.Fatal(err)
		}
	}
	until(t, 10*time.Second, "arr hl7 says that it is refused", func() bool { return strings.Contains(g.log.String(), "they wait in the spool") })
	until(t, 10*time.Second, "all is in the spool", func() bool { return g.taken() == n })
	g.stop()
	if out := arr(t, "", "query", "--data", s.dir, "NOT event:110113", "--count"); strings.TrimSpace(out.stdout) != "0" {
		t.Errorf("stored of those who were refused: %s", out.stdout)
	}

	g = startGateway(t, append(flags, "--cert", pair, "--key", pair)...)
	until(t, 20*time.Second, "the last admission is found", func() bool {
		return arr(t, "", "query", "--data", s.dir, "patient:HL000049", "--count").code == 0
	})
	g.stop()
	complete(t, asStored(t, s.dir), n)
}

// TestRefusedByOpenSSL: another server's way to refuse.
func TestRefusedByOpenSSL(t *testing.T) {
	needBinary(t)
	openssl := peertest.Program(t, "openssl")
	pair, ca := certified(t)
	stranger, _ := certified(t)
	port := freePort(t)
	cmd := exec.Command(openssl, "s_server", "-accept", "127.0.0.1:"+port, "-cert", pair, "-key", pair,
		"-tls1_3", "-Verify", "2", "-verify_return_error", "-CAfile", ca, "-quiet")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	until(t, 10*time.Second, "openssl listens", func() bool {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	for _, shown := range [][]string{nil, {"--cert", stranger, "--key", stranger}} {
		args := append([]string{"emit", "--to", "tls://localhost:" + port, "--ca", ca, "--event", "login", "--set", "user=jane", "--set", "user-host=192.0.2.7"}, shown...)
		if r := arr(t, "", args...); r.code != 6 || !strings.Contains(r.stderr, "tls: ") {
			t.Errorf("arr emit with %q exits with %d: %s", shown, r.code, r.stderr)
		}
	}
}
