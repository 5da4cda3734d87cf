package trust_test

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arr/trust"
)

// Each listener believes by chain, by what is installed, or by both.
func TestWays(t *testing.T) {
	dir := t.TempDir()
	ca, other := issue(t, nil, "CA", asCA), issue(t, nil, "another CA", asCA)
	issued, installed := issue(t, ca, "issued", nil), issue(t, other, "installed", nil)
	file := writeTo(t, filepath.Join(dir, "clients.pem"), ca.certPEM(), installed.certPEM())
	s := given(t)
	for _, test := range []struct {
		ways              trust.Ways
		issued, installed string
	}{
		{0, "", ""},
		{trust.ByChain, "", "is not believed"},
		{trust.ByInstalled, "it is not installed, and no chain is believed here", ""},
		{trust.ByChain | trust.ByInstalled, "", ""},
	} {
		peers := trust.Clients{Believed: trust.Store{File: file}, Ways: test.ways}
		checkPeer(t, "issued", test.issued, received(t, s, issued.shown(), peers))
		checkPeer(t, "installed", test.installed, received(t, s, installed.shown(), peers))
	}
	if _, err := trust.WaysNamed([]string{"chain", "path"}); err == nil {
		t.Error(`"path" is a way`)
	}
	if got, err := trust.WaysNamed([]string{"installed"}); err != nil || got != trust.ByInstalled {
		t.Errorf("%v, %v", got, err)
	}
}

// What is tolerated is passed over, and nothing else of a chain is.
func TestTolerantChain(t *testing.T) {
	weak := func(edit func(*x509.Certificate)) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			c.SignatureAlgorithm = x509.ECDSAWithSHA1
			if edit != nil {
				edit(c)
			}
		}
	}
	late := func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(-3*time.Hour), time.Now().Add(-time.Hour)
	}
	early := func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) }
	flat := func(c *x509.Certificate) {
		asCA(c)
		c.MaxPathLenZero = true
	}
	constrained := func(c *x509.Certificate) {
		asCA(c)
		c.PermittedDNSDomains, c.PermittedDNSDomainsCritical = []string{"hospital.example"}, true
	}
	noSigner := func(c *x509.Certificate) {
		asCA(c)
		c.KeyUsage = x509.KeyUsageCRLSign
	}
	ca, lateCA, flatCA, narrow, mute := issue(t, nil, "CA", asCA), issue(t, nil, "late", func(c *x509.Certificate) { asCA(c); late(c) }),
		issue(t, nil, "flat", flat), issue(t, nil, "narrow", constrained), issue(t, nil, "mute", noSigner)
	between := issue(t, ca, "between", weak(asCA))
	under := issue(t, flatCA, "under flat", weak(asCA))
	plain := issue(t, ca, "plain", nil)
	forged := *issue(t, issue(t, nil, "CA", asCA), "forged", weak(nil))
	dir := t.TempDir()
	file := writeTo(t, filepath.Join(dir, "cas.pem"), ca.certPEM(), lateCA.certPEM(), flatCA.certPEM(), narrow.certPEM(), mute.certPEM())
	s := given(t)
	for _, test := range []struct {
		name   string
		client *tls.Certificate
		faults trust.Faults
		want   string
	}{
		{"weak CA between", issue(t, between, "pacs", nil).shown(between), trust.FaultSHA1, ""},
		{"weak CA between, not tolerated", issue(t, between, "pacs", nil).shown(between), trust.FaultExpired, `"CN=between" is signed with ECDSA-SHA1`},
		{"weak CA between, not shown", issue(t, between, "pacs", nil).shown(), trust.FaultSHA1, "show the certificates between"},
		{"late CA", issue(t, lateCA, "pacs", nil).shown(), trust.FaultExpired, ""},
		{"late CA, not tolerated", issue(t, lateCA, "pacs", nil).shown(), trust.FaultSHA1, "renew it"},
		{"all late and weak", issue(t, lateCA, "pacs", weak(late)).shown(), trust.FaultSHA1 | trust.FaultExpired, ""},
		{"not valid yet", issue(t, ca, "pacs", weak(early)).shown(), trust.FaultSHA1 | trust.FaultExpired, "is valid from"},
		{"path too long", issue(t, under, "pacs", nil).shown(under), trust.FaultSHA1, "put the"},
		{"constrained names", issue(t, narrow, "pacs", weak(nil)).shown(), trust.FaultSHA1, "put the"},
		{"CA that may not sign", issue(t, mute, "pacs", weak(nil)).shown(), trust.FaultSHA1, "put the"},
		{"issued by no CA", issue(t, plain, "pacs", weak(nil)).shown(plain), trust.FaultSHA1, "put the"},
		{"forged", forged.shown(), trust.FaultSHA1, "put the"},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkPeer(t, "receiver", test.want, received(t, s, test.client, trust.Clients{Believed: trust.Store{File: file}, Tolerate: test.faults}))
		})
	}
}

// Who has faults passed over is told so at the start.
func TestToleranceIsWarnedOf(t *testing.T) {
	dir := t.TempDir()
	file := writeTo(t, filepath.Join(dir, "clients.pem"), issue(t, nil, "CA", asCA).certPEM())
	var log strings.Builder
	s := open(t, trust.Options{Dir: filepath.Join(dir, "keys"), Log: slog.New(slog.NewTextHandler(&log, nil))})
	clients := trust.Clients{Auth: trust.RequiredClientCert, Believed: trust.Store{File: file}}
	tlsConfig(t, s, clients)
	if strings.Contains(log.String(), "passed over") {
		t.Errorf("nothing is tolerated, and the log says %s", &log)
	}
	clients.Tolerate = trust.FaultSHA1 | trust.FaultSelfSigned
	tlsConfig(t, s, clients)
	if !strings.Contains(log.String(), `faults="sha1 self-signed"`) {
		t.Errorf("the log says %s", &log)
	}
}

// A common name counts for the list of those allowed where that is tolerated.
func TestAllowCommonName(t *testing.T) {
	dir := t.TempDir()
	ca := issue(t, nil, "CA", asCA)
	file := writeTo(t, filepath.Join(dir, "clients.pem"), ca.certPEM())
	s := given(t)
	only := issue(t, ca, "pacs.example", nil)
	named := issue(t, ca, "pacs.example", func(c *x509.Certificate) { c.DNSNames = []string{"other.example"} })
	peers := trust.Clients{Believed: trust.Store{File: file}, Allow: []string{"name:PACS.example"}}
	checkPeer(t, "by default", "not on the list", received(t, s, only.shown(), peers))
	peers.Tolerate = trust.FaultCNOnly
	checkPeer(t, "tolerant", "", received(t, s, only.shown(), peers))
	checkPeer(t, "with a name", "not on the list", received(t, s, named.shown(), peers))
}
