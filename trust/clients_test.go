package trust_test

import (
	"crypto/tls"
	"crypto/x509"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arr/trust"
)

func TestClientCertificates(t *testing.T) {
	ca := issue(t, nil, "hospital CA", asCA)
	between := issue(t, ca, "department CA", asCA)
	otherCA := issue(t, nil, "another CA", asCA)
	expire := func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(-3*time.Hour), time.Now().Add(-time.Hour)
	}
	serverOnly := func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }
	oddUsage := func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning} }
	weak := func(c *x509.Certificate) { c.SignatureAlgorithm = x509.SHA1WithRSA }
	rsaCA := sign(t, nil, newRSAKey(t), "RSA CA", asCA)

	pinned := issue(t, nil, "pinned", nil)
	pinnedExpired := issue(t, otherCA, "pinned and expired", expire)
	dir := t.TempDir()
	cas := writeTo(t, filepath.Join(dir, "cas.pem"), ca.certPEM(), rsaCA.certPEM())
	withPinned := writeTo(t, filepath.Join(dir, "pinned.pem"), ca.certPEM(), pinned.certPEM(), pinnedExpired.certPEM())

	s := given(t)
	tests := []struct {
		name   string
		file   string
		auth   trust.ClientAuth
		client *tls.Certificate // nil: none is shown
		want   []string         // parts of the server's error
	}{
		{"not asked for", "", trust.NoClientCert, nil, nil},
		{"optional and absent", cas, trust.OptionalClientCert, nil, nil},
		{"required and absent", cas, trust.RequiredClientCert, nil, []string{"client didn't provide a certificate"}},
		{"without extended key usage", cas, trust.RequiredClientCert, issue(t, ca, "pacs", nil).shown(), nil},
		{"server usage only", cas, trust.RequiredClientCert, issue(t, ca, "pacs", serverOnly).shown(), nil},
		{"another usage", cas, trust.OptionalClientCert, issue(t, ca, "pacs", oddUsage).shown(), nil},
		{"with the CA between", cas, trust.RequiredClientCert, issue(t, between, "pacs", nil).shown(between), nil},
		{"without the CA between", cas, trust.RequiredClientCert, issue(t, between, "pacs", nil).shown(),
			[]string{`issuer "CN=department CA" is not believed`, "cas.pem", "certificates between"}},
		{"another CA", cas, trust.RequiredClientCert, issue(t, otherCA, "pacs", nil).shown(),
			[]string{`client certificate "CN=pacs", SHA-256 `, `issuer "CN=another CA" is not believed: put`, "cas.pem"}},
		{"another CA, optional", cas, trust.OptionalClientCert, issue(t, otherCA, "pacs", nil).shown(), []string{"is not believed"}},
		{"expired", cas, trust.RequiredClientCert, issue(t, ca, "pacs", expire).shown(), []string{"is valid from", "renew it, or set the clocks right"}},
		{"SHA-1", cas, trust.RequiredClientCert, sign(t, rsaCA, newRSAKey(t), "pacs", weak).shown(), []string{"signed with SHA1-RSA", "cas.pem"}},
		{"not pinned", cas, trust.RequiredClientCert, pinned.shown(), []string{"signed by itself and not installed: put the certificate itself into", "cas.pem"}},
		{"pinned", withPinned, trust.RequiredClientCert, pinned.shown(), nil},
		{"pinned and expired", withPinned, trust.RequiredClientCert, pinnedExpired.shown(), nil},
		{"a chain beside pinned ones", withPinned, trust.RequiredClientCert, issue(t, ca, "pacs", nil).shown(), nil},
		{"issued by a pinned one that is no CA", withPinned, trust.RequiredClientCert, issue(t, pinned, "forged", nil).shown(), []string{"client certificate"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := tlsConfig(t, s, trust.Clients{Auth: test.auth, Believed: trust.Store{File: test.file}})
			for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
				client := &tls.Config{InsecureSkipVerify: true, MaxVersion: version}
				if test.client != nil {
					client.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return test.client, nil }
				}
				_, err, clientErr := handshake(t, server, client)
				if (err == nil) != (test.want == nil) || (clientErr == nil) != (test.want == nil) {
					t.Fatalf("TLS %x: server says %v, client says %v, want %q", version, err, clientErr, test.want)
				}
				for _, part := range test.want {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("TLS %x: error %q lacks %q", version, err, part)
					}
				}
			}
		})
	}
}

// A client that holds several certificates shows the one that the hints fit.
func TestHints(t *testing.T) {
	ca, otherCA := issue(t, nil, "hospital CA", asCA), issue(t, nil, "another CA", asCA)
	selfSigned, foreign := issue(t, nil, "self-signed", nil), issue(t, otherCA, "foreign", nil)
	tests := []struct {
		name   string
		file   [][]byte
		client *identity
		shown  bool
	}{
		{"a CA's", [][]byte{ca.certPEM()}, issue(t, ca, "pacs", nil), true},
		{"another CA's", [][]byte{ca.certPEM()}, foreign, false},
		{"pinned and self-signed", [][]byte{ca.certPEM(), selfSigned.certPEM()}, selfSigned, true},
		{"pinned of an unknown issuer", [][]byte{ca.certPEM(), foreign.certPEM()}, foreign, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			s := given(t)
			server := tlsConfig(t, s, trust.Clients{Auth: trust.OptionalClientCert, Believed: trust.Store{File: writeTo(t, filepath.Join(dir, "f"), test.file...)}})
			shown := false
			verify := server.VerifyConnection
			inner, err := server.GetConfigForClient(nil)
			if err != nil {
				t.Fatal(err)
			}
			inner = inner.Clone()
			inner.VerifyConnection = func(cs tls.ConnectionState) error {
				shown = len(cs.PeerCertificates) > 0
				return verify(cs)
			}
			_, serverErr, _ := handshake(t, inner, &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{*test.client.shown()}})
			if serverErr != nil || shown != test.shown {
				t.Errorf("certificate shown: %v, error %v; want %v", shown, serverErr, test.shown)
			}
		})
	}
}

func TestReplacedClientCAs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		ca, newCA := issue(t, nil, "CA", asCA), issue(t, nil, "new CA", asCA)
		file := writeTo(t, filepath.Join(dir, "cas.pem"), ca.certPEM())
		s := given(t)
		server := tlsConfig(t, s, trust.Clients{Auth: trust.RequiredClientCert, Believed: trust.Store{File: file}})
		running(t, s)
		accepts := func(c *tls.Config) bool {
			_, err, _ := handshake(t, server, c)
			return err == nil
		}
		client := func(i *identity) *tls.Config {
			return &tls.Config{
				InsecureSkipVerify: true, Certificates: []tls.Certificate{*i.shown()},
				ServerName: "localhost", ClientSessionCache: tls.NewLRUClientSessionCache(1),
			}
		}
		old, young := client(issue(t, ca, "old", nil)), client(issue(t, newCA, "young", nil))
		if !accepts(old) || accepts(young) {
			t.Fatal("at first only the old client should be accepted")
		}

		writeTo(t, file, []byte("damaged"))
		aMinuteLater()
		if !accepts(old) || s.Stats().Failures != 1 {
			t.Errorf("a damaged file took effect, or was not counted: %+v", s.Stats())
		}

		writeTo(t, file, newCA.certPEM())
		aMinuteLater()
		if accepts(old) || !accepts(young) {
			t.Error("the new file did not take effect, or a ticket lets the old client in")
		}
	})
}

func TestClientsFile(t *testing.T) {
	dir := t.TempDir()
	s := given(t)
	tests := []struct{ name, file, want string }{
		{"none", "", "name one as client-ca"},
		{"missing", filepath.Join(dir, "none"), "reading the file of client CAs"},
		{"no PEM", writeTo(t, filepath.Join(dir, "der"), []byte{0x30}), "reading it as PKCS#12"},
		{"broken", writeTo(t, filepath.Join(dir, "broken"), []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")), "certificate 1 of the file can't be read"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := s.TLSConfig(trust.Profile{}, trust.Clients{Auth: trust.RequiredClientCert, Believed: trust.Store{File: test.file}})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}
