package trust_test

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"arr/trust"
)

func TestAllow(t *testing.T) {
	dir := t.TempDir()
	ca := issue(t, nil, "CA", asCA)
	file := writeTo(t, filepath.Join(dir, "clients.pem"), ca.certPEM())
	pacs := issue(t, ca, "PACS", func(c *x509.Certificate) {
		c.DNSNames, c.IPAddresses = []string{"pacs.example"}, []net.IP{net.ParseIP("2001:db8::1")}
	})
	stranger := issue(t, nil, "PACS", nil)
	sum := sha256.Sum256(pacs.cert.Raw)
	for _, test := range []struct {
		name   string
		allow  []string
		client *identity
		want   string // part of the server's error
	}{
		{"no list", nil, pacs, ""},
		{"fingerprint", []string{"sha256:" + hex.EncodeToString(sum[:])}, pacs, ""},
		{"subject", []string{"name:other.example", "subject:cn=pacs"}, pacs, ""},
		{"name", []string{"name:PACS.example"}, pacs, ""},
		{"address", []string{"name:2001:0db8::0001"}, pacs, ""},
		{"another", []string{"name:other.example", "subject:CN=PAC", "sha256:" + strings.Repeat("00", 32)}, pacs, "is not on the list of those that may connect"},
		{"on the list and not believed", []string{"subject:CN=PACS"}, stranger, "not installed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := given(t)
			server := tlsConfig(t, s, trust.Clients{Auth: trust.RequiredClientCert, Believed: trust.Store{File: file}, Allow: test.allow})
			conf := &tls.Config{InsecureSkipVerify: true, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				return test.client.shown(), nil
			}}
			_, err, _ := handshake(t, server, conf)
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
	s := given(t)
	for _, bad := range []string{"sha256:12", "subject:", "CN=PACS", ""} {
		_, err := s.TLSConfig(trust.Profile{}, trust.Clients{Auth: trust.RequiredClientCert, Believed: trust.Store{File: file}, Allow: []string{bad}})
		if err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
