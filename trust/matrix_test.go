package trust_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arr/e2e/peertest"
	"arr/trust"
)

// combination is one version and suite that a peer offers, and nothing else.
type combination struct {
	version uint16
	// suite is IANA's name, openssl and gnutls what these programs call it; without
	// openssl's, gnutls has to do.
	suite, openssl, gnutls string
}

func combinations() []combination {
	all := []combination{
		{tls.VersionTLS13, "TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256", ""},
		{tls.VersionTLS13, "TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384", ""},
		{tls.VersionTLS13, "TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256", ""},
		{tls.VersionTLS12, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256", ""},
		{tls.VersionTLS12, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384", ""},
		{tls.VersionTLS12, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305", ""},
		{tls.VersionTLS12, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256", ""},
		{tls.VersionTLS12, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384", ""},
		{tls.VersionTLS12, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305", ""},
		{tls.VersionTLS12, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "DHE-RSA-AES128-GCM-SHA256", ""},
		{tls.VersionTLS12, "TLS_RSA_WITH_AES_128_GCM_SHA256", "AES128-GCM-SHA256", ""},
		{tls.VersionTLS12, "TLS_RSA_WITH_AES_256_CBC_SHA", "AES256-SHA", ""},
	}
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS11, tls.VersionTLS10} {
		all = append(all,
			combination{v, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA", ""},
			combination{v, "TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA", ""},
			// Debian's openssl has no 3DES.
			combination{v, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "", "+3DES-CBC:+RSA"})
	}
	return all
}

// options are what the program is told to offer this combination alone.
func (c combination) options() []string {
	if c.openssl == "" {
		return []string{"--priority", fmt.Sprintf("NONE:+VERS-TLS1.%d:%s:+SHA1:+COMP-NULL:+SIGN-ALL:+GROUP-ALL:+CTYPE-X509", c.version-tls.VersionTLS10, c.gnutls)}
	}
	flag := map[uint16]string{tls.VersionTLS10: "-tls1", tls.VersionTLS11: "-tls1_1", tls.VersionTLS12: "-tls1_2", tls.VersionTLS13: "-tls1_3"}[c.version]
	if c.version == tls.VersionTLS13 {
		return []string{flag, "-ciphersuites", c.openssl}
	}
	return []string{flag, "-cipher", c.openssl + ":@SECLEVEL=0"}
}

// is says whether a connection came about by the combination.
func (c combination) is(cs tls.ConnectionState) bool {
	return cs.Version == c.version && tls.CipherSuiteName(cs.CipherSuite) == c.suite
}

// patience is how long a program may take to connect or to answer.
const patience = 10 * time.Second

// TestProfileMatrix has openssl and gnutls offer every version and suite alone to every
// profile, as senders and as receivers. The documentation's table is what must come out.
func TestProfileMatrix(t *testing.T) {
	peertest.Program(t, "openssl")
	peertest.Program(t, "gnutls-cli")
	peertest.Program(t, "gnutls-serv")
	dir := t.TempDir()
	s := open(t, trust.Options{Dir: dir, Log: discard})
	var b strings.Builder
	b.WriteString("| version | suite |")
	var servers []*tls.Config
	for _, p := range trust.Profiles() {
		fmt.Fprintf(&b, " %s |", p.Name)
		servers = append(servers, tlsConfigOf(t, s, p))
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(servers)) + "\n")
	rows := make([]string, len(combinations()))
	t.Run("each", func(t *testing.T) {
		for i, c := range combinations() {
			t.Run(fmt.Sprint(tls.VersionName(c.version), " ", c.suite), func(t *testing.T) {
				t.Parallel()
				rows[i] = c.row(t, dir, s, servers)
			})
		}
	})
	b.WriteString(strings.Join(rows, ""))
	t.Logf("versions and suites by profile:\n%s", b.String())
	doc, err := os.ReadFile("../docs/conformance.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(doc), b.String()) {
		t.Error("docs/conformance.md has another table")
	}
}

// row is the combination's line of the table.
func (c combination) row(t *testing.T, dir string, s *trust.Source, servers []*tls.Config) string {
	row := fmt.Sprintf("| %s | %s |", tls.VersionName(c.version), c.suite)
	sent := c.sending(t, dir, s)
	for i, p := range trust.Profiles() {
		row += fmt.Sprintf(" %s |", map[[2]bool]string{
			{true, true}: "yes", {true, false}: "receives", {false, true}: "sends", {}: "-",
		}[[2]bool{c.received(t, servers[i]), sent[p.Name]}])
	}
	return row + "\n"
}

func tlsConfigOf(t testing.TB, s *trust.Source, p trust.Profile) *tls.Config {
	t.Helper()
	conf, err := s.TLSConfig(p, trust.Clients{})
	if err != nil {
		t.Fatal(err)
	}
	return conf
}

// received says whether a sender that offers the combination gets through to server.
func (c combination) received(t testing.TB, server *tls.Config) bool {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if err := ln.(*net.TCPListener).SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(ln.Addr().String())
	args := append([]string{"openssl", "s_client", "-connect", ln.Addr().String()}, c.options()...)
	if c.openssl == "" {
		args = append([]string{"gnutls-cli", "--insecure", "--port", port, host}, c.options()...)
	}
	peer := exec.CommandContext(t.Context(), peertest.Program(t, args[0]), args[1:]...)
	if err := peer.Start(); err != nil {
		t.Fatal(err)
	}
	defer peer.Wait()
	defer peer.Process.Kill()
	conn, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	tc := tls.Server(conn, server)
	return tc.Handshake() == nil && c.is(tc.ConnectionState())
}

// sending says by which profiles a sender gets through to a receiver that takes the
// combination alone.
func (c combination) sending(t testing.TB, dir string, s *trust.Source) map[string]bool {
	t.Helper()
	address := c.receiver(t, dir)
	ca, _ := s.CA()
	got := map[string]bool{}
	for _, p := range trust.Profiles() {
		conf := &tls.Config{RootCAs: pool(t, ca.PEM), ServerName: "localhost"}
		p.Apply(conf)
		conn, err := tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", address, conf)
		if err != nil {
			continue
		}
		got[p.Name] = c.is(conn.ConnectionState())
		conn.Close()
	}
	return got
}

// receiver starts a program that takes the combination alone, with the certificates in
// dir, and gives its address.
func (c combination) receiver(t testing.TB, dir string) string {
	t.Helper()
	ec, rsa := filepath.Join(dir, "server-ec.pem"), filepath.Join(dir, "server-rsa.pem")
	args := append([]string{"openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", rsa, "-dcert", ec, "-dkey", ec}, c.options()...)
	port := ""
	if c.openssl == "" {
		port = freePort(t)
		args = append([]string{"gnutls-serv", "--echo", "--port", port, "--x509certfile", rsa, "--x509keyfile", rsa}, c.options()...)
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
		peer.Wait()
	})
	if c.openssl != "" {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if address, ok := strings.CutPrefix(lines.Text(), "ACCEPT "); ok {
				return address
			}
		}
		t.Fatalf("%s does not listen for %s", args[0], c.suite)
	}
	// gnutls does not say in time where it listens.
	address := "127.0.0.1:" + port
	for range 200 {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return address
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("%s does not listen for %s", args[0], c.suite)
	return ""
}

// freePort is one that nobody has at the moment.
func freePort(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
