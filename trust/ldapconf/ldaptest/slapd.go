package ldaptest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arr/e2e/peertest"
)

//go:embed dicom.schema
var schema []byte

//go:embed stock.ldif
var stock string

// Base is the DN that all lies below, Admin the user who may write, and Password his.
const (
	Base     = "dc=dcm4che,dc=org"
	Admin    = "cn=admin," + Base
	Password = "secret"
)

// Server is a directory. Anonymous users may read it.
type Server struct {
	// LDAP and LDAPS are its addresses as URLs with Base.
	LDAP, LDAPS string
	// CA is a file with the certificate to believe, PasswordFile one with Password.
	CA, PasswordFile string

	t         testing.TB
	dir       string
	program   string
	modify    string // the path of ldapmodify
	addresses string // as slapd takes them
	process   *exec.Cmd
	exited    chan struct{} // closed once process has ended and log is whole
	log       bytes.Buffer
}

// Start starts a directory with what a stock archive has. Its certificate is for localhost.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, dir: t.TempDir(), program: peertest.Program(t, "slapd"), modify: peertest.Program(t, "ldapmodify")}
	s.CA, s.PasswordFile = filepath.Join(s.dir, "server.pem"), filepath.Join(s.dir, "password")
	s.write("dicom.schema", schema)
	s.write("password", []byte(Password+"\n"))
	s.certificate()
	if err := os.Mkdir(filepath.Join(s.dir, "db"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.write("slapd.conf", []byte(s.configuration()))
	plain, secure := freeAddress(t), freeAddress(t)
	s.addresses = "ldap://" + plain + "/ ldaps://" + secure + "/"
	local := strings.NewReplacer("127.0.0.1", "localhost")
	s.LDAP, s.LDAPS = "ldap://"+local.Replace(plain)+"/"+Base, "ldaps://"+local.Replace(secure)+"/"+Base
	t.Cleanup(s.Stop)
	s.Resume()
	s.Modify(stock)
	return s
}

func (s *Server) write(name string, b []byte) {
	if err := os.WriteFile(filepath.Join(s.dir, name), b, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *Server) configuration() string {
	// Debian's packages have the schemas that ours builds on, and the database.
	schemas, modules := peertest.File(s.t, "slapd", "/etc/ldap/schema"), peertest.File(s.t, "slapd", "/usr/lib/ldap")
	lines := []string{
		"include " + schemas + "/core.schema",
		"include " + schemas + "/cosine.schema",
		"include " + s.dir + "/dicom.schema",
		"modulepath " + modules,
		"moduleload back_mdb",
		"pidfile " + s.dir + "/slapd.pid",
		"TLSCertificateFile " + s.dir + "/server.pem",
		"TLSCertificateKeyFile " + s.dir + "/server.key",
		"database mdb",
		"suffix \"" + Base + "\"",
		"rootdn \"" + Admin + "\"",
		"rootpw " + Password,
		"directory " + s.dir + "/db",
		"access to * by * read",
	}
	return strings.Join(lines, "\n") + "\n"
}

// certificate makes one that is its own CA.
func (s *Server) certificate() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		s.t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		s.t.Fatal(err)
	}
	s.write("server.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	s.write("server.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
}

// freeAddress gives one of the loopback that nobody has at the moment.
func freeAddress(t testing.TB) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// patience is how long slapd may take to start or to stop.
const patience = 20 * time.Second

// Resume starts the directory again after Stop, with what it held, and waits until it answers.
func (s *Server) Resume() {
	s.t.Helper()
	s.process = exec.Command(s.program, "-f", filepath.Join(s.dir, "slapd.conf"), "-h", s.addresses, "-d", "0")
	s.process.Stdout, s.process.Stderr = &s.log, &s.log
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	exited := make(chan struct{})
	s.exited = exited
	go func(p *exec.Cmd) {
		defer close(exited)
		_ = p.Wait() // it ends because it was asked to, or does not listen
	}(s.process)
	address := strings.TrimSuffix(strings.TrimPrefix(strings.Fields(s.addresses)[1], "ldaps://"), "/")
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return
		}
		select {
		case <-exited:
			if strings.Contains(s.log.String(), "ermission denied") {
				s.t.Skipf("slapd may not read a test's directory, as AppArmor's profile has it:\n%s", s.log.String())
			}
			s.t.Fatalf("slapd ended\n%s", s.log.String())
		default:
		}
		if time.Now().After(deadline) {
			s.Stop()
			s.t.Fatalf("slapd does not listen after %s\n%s", patience, s.log.String())
		}
	}
}

// Stop has the directory be away. What it holds stays.
func (s *Server) Stop() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Signal(os.Interrupt)
	timer := time.AfterFunc(patience, func() { _ = s.process.Process.Kill() })
	defer timer.Stop()
	<-s.exited
	s.process = nil
}

// Modify makes changes that are written as LDIF, as the user Admin.
func (s *Server) Modify(ldif string) {
	s.t.Helper()
	if out, err := s.TryModify(ldif); err != nil {
		s.t.Fatalf("ldapmodify: %v\n%s", err, out)
	}
}

// TryModify is Modify that gives what ldapmodify printed, and its fault.
func (s *Server) TryModify(ldif string) (string, error) {
	address, _, _ := strings.Cut(strings.TrimPrefix(s.LDAP, "ldap://"), "/")
	c := exec.Command(s.modify, "-x", "-H", fmt.Sprintf("ldap://%s", address), "-D", Admin, "-w", Password)
	c.Stdin = strings.NewReader(ldif)
	c.Env = append(os.Environ(), "LDAPNOINIT=1")
	out, err := c.CombinedOutput()
	return string(out), err
}
