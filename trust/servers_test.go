package trust_test

import (
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arr/trust"
)

// A listener's terms are replaced while it is served: open connections stay, those to come
// have the new ones.
func TestListenerTerms(t *testing.T) {
	first, second := issue(t, nil, "first", nil), issue(t, nil, "second", nil)
	dir := t.TempDir()
	l, err := open(t, trust.Options{Dir: dir, Log: discard}).Listener(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	terms := trust.Terms{Auth: trust.RequiredClientCert, Where: "the directory", Believed: []*x509.Certificate{first.cert}}
	l.Set(terms)
	server := l.Config()
	connect := func(i *identity) error {
		client := &tls.Config{RootCAs: pool(t, dir+"/ca.pem"), ServerName: "localhost"}
		client.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return i.shown(), nil }
		_, err, _ := handshake(t, server, client)
		return err
	}
	if err := connect(first); err != nil {
		t.Errorf("who is believed: %v", err)
	}
	if err := connect(second); err == nil || !strings.Contains(err.Error(), "the directory") {
		t.Errorf("who is not believed: %v", err)
	}
	terms.Believed = []*x509.Certificate{second.cert}
	l.Set(terms)
	if err := connect(second); err != nil {
		t.Errorf("who is believed after the change: %v", err)
	}
	if err := connect(first); err == nil {
		t.Error("who is believed no longer connects")
	}
}

// A listener that is closed is none of those that are served.
func TestListenerClose(t *testing.T) {
	s := open(t, trust.Options{Dir: t.TempDir(), Log: discard})
	for range 2 {
		l, err := s.Listener(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		l.Set(trust.Terms{Profile: profile(t, "aes")})
		if weak := s.Stats().Weak; len(weak) != 1 || weak[0] != "aes" {
			t.Errorf("weak profiles are %q", weak)
		}
		l.Close()
		if weak := s.Stats().Weak; len(weak) != 0 {
			t.Errorf("weak profiles are %q after its end", weak)
		}
	}
}

// A sender believes installed certificates, and by CAs those that carry the host's name.
func TestServers(t *testing.T) {
	ca := issue(t, nil, "hospital CA", func(c *x509.Certificate) {
		asCA(c)
		c.KeyUsage |= x509.KeyUsageCRLSign
	})
	named := func(c *x509.Certificate) {
		c.DNSNames, c.IPAddresses, c.SerialNumber = []string{"arr.example"}, []net.IP{net.IPv4(192, 0, 2, 1)}, big.NewInt(7)
	}
	server := issue(t, ca, "arr", named)
	expired := issue(t, nil, "old", func(c *x509.Certificate) {
		named(c)
		c.NotBefore, c.NotAfter = time.Now().Add(-3*time.Hour), time.Now().Add(-time.Hour)
	})
	bare := issue(t, ca, "bare.example", nil)
	only := func(i *identity) []*x509.Certificate { return []*x509.Certificate{i.cert} }
	revoked, err := trust.RevocationLists([]string{writeTo(t, filepath.Join(t.TempDir(), "crl"), revocationList(t, ca, time.Now().Add(time.Hour), 7))})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		servers trust.Servers
		shown   *identity
		want    string // part of the error
	}{
		{"by its CA", trust.Servers{Believed: only(ca), Host: "arr.example"}, server, ""},
		{"by its CA and address", trust.Servers{Believed: only(ca), Host: "192.0.2.1"}, server, ""},
		{"by its CA, another name", trust.Servers{Believed: only(ca), Host: "other.example"}, server, "arr.example, not other.example"},
		{"by its CA, another address", trust.Servers{Believed: only(ca), Host: "192.0.2.2"}, server, "192.0.2.2"},
		{"installed, another name", trust.Servers{Believed: only(server), Host: "other.example"}, server, ""},
		{"installed, another name, which is checked", trust.Servers{Believed: only(server), Host: "other.example", CheckName: true}, server, "arr.example, not other.example"},
		{"installed and expired", trust.Servers{Believed: only(expired), Host: "arr.example", CheckName: true}, expired, ""},
		{"of nobody", trust.Servers{Believed: only(expired), Host: "arr.example"}, server, "put the issuer's certificate, or the certificate itself, into the directory"},
		{"by none of the system's CAs", trust.Servers{Host: "arr.example"}, server, "or the certificate itself, into the directory"},
		{"common name", trust.Servers{Believed: only(ca), Host: "BARE.example", Tolerate: trust.FaultCNOnly}, bare, ""},
		{"another common name", trust.Servers{Believed: only(ca), Host: "localhost", Tolerate: trust.FaultCNOnly}, bare, `its common name is "bare.example", not "localhost"`},
		{"revoked", trust.Servers{Believed: only(ca), Host: "arr.example", Revoked: revoked}, server, "was revoked"},
	}
	for _, test := range tests {
		test.servers.Where = "the directory"
		checkPeer(t, test.name, test.want, sent(t, test.shown.shown(), test.servers))
	}
}
