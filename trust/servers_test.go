package trust_test

import (
	"crypto/tls"
	"crypto/x509"
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

// A sender believes installed certificates, and by CAs those that carry the host's name.
func TestServers(t *testing.T) {
	ca := issue(t, nil, "hospital CA", asCA)
	named := func(c *x509.Certificate) { c.DNSNames = []string{"arr.example"} }
	server := issue(t, ca, "arr", named)
	expired := issue(t, nil, "old", func(c *x509.Certificate) {
		named(c)
		c.NotBefore, c.NotAfter = time.Now().Add(-3*time.Hour), time.Now().Add(-time.Hour)
	})
	tests := []struct {
		name     string
		believed *identity
		shown    *identity
		host     string
		check    bool
		want     string // part of the error
	}{
		{"by its CA", ca, server, "arr.example", false, ""},
		{"by its CA, another name", ca, server, "other.example", false, "arr.example, not other.example"},
		{"installed, another name", server, server, "other.example", false, ""},
		{"installed, another name, which is checked", server, server, "other.example", true, "arr.example, not other.example"},
		{"installed and expired", expired, expired, "arr.example", true, ""},
		{"of nobody", expired, server, "arr.example", false, "put it, or its issuer's, into the directory"},
	}
	for _, test := range tests {
		conf := &tls.Config{ServerName: test.host}
		trust.Servers{Believed: []*x509.Certificate{test.believed.cert}, Host: test.host, CheckName: test.check, Where: "the directory", Now: time.Now}.Apply(conf)
		_, _, err := handshake(t, &tls.Config{Certificates: []tls.Certificate{*test.shown.shown()}}, conf)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}
