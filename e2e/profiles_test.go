package e2e

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"arr/e2e/peertest"
)

// peerPatience is how long a program may take to connect or to answer.
const peerPatience = 20 * time.Second

// offer is one version and suite, and the profiles that have it.
type offer struct {
	version, suite string
	profiles       []string
	// options has the other program speak this alone: openssl or, where that lacks the
	// suite, gnutls.
	options []string
	gnutls  bool
}

func (o *offer) String() string { return o.version + " " + o.suite }

// offers reads the table of versions and suites by profile that docs/conformance.md has.
func offers(t *testing.T) (profiles []string, all []*offer) {
	t.Helper()
	doc, err := os.ReadFile("../docs/conformance.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(doc)) {
		cells := strings.FieldsFunc(strings.TrimSpace(line), func(r rune) bool { return r == '|' })
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case len(cells) < 3:
		case cells[0] == "version" && cells[1] == "suite":
			profiles = cells[2:]
		case strings.HasPrefix(cells[0], "TLS 1.") && len(cells) == 2+len(profiles):
			o := &offer{version: cells[0], suite: cells[1]}
			for i, p := range profiles {
				if cells[2+i] == "yes" {
					o.profiles = append(o.profiles, p)
				}
			}
			o.setOptions(t)
			all = append(all, o)
		}
	}
	if len(profiles) != 6 || len(all) < 20 {
		t.Fatalf("the table has %d profiles and %d rows", len(profiles), len(all))
	}
	return profiles, all
}

// setOptions finds out how the other program is told to offer this alone.
func (o *offer) setOptions(t *testing.T) {
	t.Helper()
	minor := strings.TrimPrefix(o.version, "TLS 1.")
	flag := map[string]string{"0": "-tls1", "1": "-tls1_1", "2": "-tls1_2", "3": "-tls1_3"}[minor]
	if minor == "3" {
		o.options = []string{flag, "-ciphersuites", o.suite}
		return
	}
	out, err := exec.Command(peertest.Program(t, "openssl"), "ciphers", "-convert", o.suite).Output()
	if err != nil {
		t.Fatal(err)
	}
	_, name, _ := strings.Cut(strings.TrimSpace(string(out)), ": ")
	if name == "(NONE)" {
		// Debian's openssl has no 3DES.
		o.gnutls = true
		o.options = []string{"--priority", "NONE:+VERS-TLS1." + minor + ":+3DES-CBC:+RSA:+SHA1:+COMP-NULL:+SIGN-ALL:+GROUP-ALL:+CTYPE-X509"}
		return
	}
	o.options = []string{flag, "-cipher", name + ":@SECLEVEL=0"}
}

// identity is a CA and a certificate that it issued, with RSA keys, made by openssl.
type identity struct{ ca, cert, key string }

// newIdentity makes one whose certificate names localhost or, with options of openssl in its
// place, what they say.
func newIdentity(t *testing.T, name string, options ...string) identity {
	t.Helper()
	if len(options) == 0 {
		options = []string{"-addext", "subjectAltName=DNS:localhost"}
	}
	dir := t.TempDir()
	in := func(file string) string { return filepath.Join(dir, file) }
	openssl(t, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "10", "-subj", "/CN=CA of "+name, "-keyout", in("ca.key"), "-out", in("ca.pem"))
	openssl(t, append([]string{"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "10", "-subj", "/CN=" + name, "-addext", "basicConstraints=CA:FALSE",
		"-CA", in("ca.pem"), "-CAkey", in("ca.key"), "-keyout", in("key.pem"), "-out", in("cert.pem")}, options...)...)
	return identity{in("ca.pem"), in("cert.pem"), in("key.pem")}
}

func openssl(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command(peertest.Program(t, "openssl"), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("openssl %q: %v\n%s", args, err, out)
	}
	return string(out)
}

func needPeers(t *testing.T) {
	t.Helper()
	needBinary(t)
	peertest.Program(t, "openssl")
	peertest.Program(t, "gnutls-cli")
	peertest.Program(t, "gnutls-serv")
}

// TestProfilesReceive has openssl and gnutls send a frame by each version and suite alone to
// each profile's port, with a client certificate, which is demanded. What is stored is what
// the documentation says.
func TestProfilesReceive(t *testing.T) {
	needPeers(t)
	profiles, all := offers(t)
	client := newIdentity(t, "archive")
	var flags []string
	for _, p := range profiles {
		flags = append(flags, "--tls", "127.0.0.1:0,client-auth=require,client-ca="+client.ca+",profile="+p)
	}
	s := start(t, t.TempDir(), flags...)
	var want []string
	t.Run("each", func(t *testing.T) {
		for _, o := range all {
			for i, p := range profiles {
				if slices.Contains(o.profiles, p) {
					want = append(want, o.String()+" "+p)
				}
				address := s.ports.TLS[1+i]
				t.Run(o.String()+" "+p, func(t *testing.T) {
					t.Parallel()
					o.send(t, address, client, o.String()+" "+p)
				})
			}
		}
	})
	var got []string
	for _, frame := range splitFrames(t, mustArr(t, "", "query", "transport:tls", "--format", "raw", "--data", s.dir)) {
		_, text, _ := strings.Cut(frame, " - - - ")
		got = append(got, text)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("stored are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// send sends a frame that holds a text.
func (o *offer) send(t *testing.T, address string, client identity, text string) {
	t.Helper()
	args := append([]string{"openssl", "s_client", "-connect", address, "-cert", client.cert, "-key", client.key}, o.options...)
	if o.gnutls {
		host, port, _ := net.SplitHostPort(address)
		args = append([]string{"gnutls-cli", "--insecure", "--port", port, host, "--x509certfile", client.cert, "--x509keyfile", client.key}, o.options...)
	}
	frame := "<85>1 - host app - - - " + text
	peer := exec.CommandContext(t.Context(), peertest.Program(t, args[0]), args[1:]...)
	peer.Stdin = strings.NewReader(fmt.Sprintf("%d %s", len(frame), frame))
	peer.WaitDelay = peerPatience
	// Whether it got through is seen by what is stored.
	_ = peer.Run()
}

// TestProfilesSend has arr emit send by each profile to receivers of openssl and gnutls that
// take one version and suite alone, and demand a client certificate.
func TestProfilesSend(t *testing.T) {
	needPeers(t)
	profiles, all := offers(t)
	server, client := newIdentity(t, "receiver"), newIdentity(t, "arr")
	file := message(t)
	for _, o := range all {
		if strings.Contains(o.suite, "_ECDSA_") {
			continue // the receivers have RSA certificates
		}
		t.Run(o.String(), func(t *testing.T) {
			t.Parallel()
			address := o.receive(t, server, client)
			for _, p := range profiles {
				r := arr(t, "", "emit", "--to", "tls://"+address, "--ca", server.ca, "--cert", client.cert, "--key", client.key, "--tls-profile", p, file)
				handed := strings.Contains(r.stderr, "1 message handed over")
				if handed != slices.Contains(o.profiles, p) {
					t.Errorf("profile %s: exit code %d: %s", p, r.code, r.stderr)
				}
			}
		})
	}
}

// receive starts a program that takes the offer alone, and gives its address.
func (o *offer) receive(t *testing.T, server, client identity) string {
	t.Helper()
	args := append([]string{"openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", server.cert, "-key", server.key,
		"-Verify", "1", "-verify_return_error", "-CAfile", client.ca}, o.options...)
	port := ""
	if o.gnutls {
		port = freePort(t)
		args = append([]string{"gnutls-serv", "--quiet", "--port", port, "--x509certfile", server.cert, "--x509keyfile", server.key,
			"--require-client-cert", "--x509cafile", client.ca}, o.options...)
	}
	peer := exec.CommandContext(t.Context(), peertest.Program(t, args[0]), args[1:]...)
	peer.WaitDelay = time.Second
	// openssl ends with its standard input.
	if _, err := peer.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := peer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := peer.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		peer.Process.Kill()
		_ = peer.Wait() // it was killed
	})
	if o.gnutls {
		return awaitListener(t, port)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if address, ok := strings.CutPrefix(lines.Text(), "ACCEPT 127.0.0.1:"); ok {
			return "localhost:" + address
		}
	}
	t.Fatalf("openssl does not listen for %s", o)
	return ""
}

// awaitListener waits until somebody listens at a port.
func awaitListener(t *testing.T, port string) string {
	t.Helper()
	for deadline := time.Now().Add(peerPatience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			conn.Close()
			return "localhost:" + port
		}
	}
	t.Fatalf("nobody listens at port %s", port)
	return ""
}
