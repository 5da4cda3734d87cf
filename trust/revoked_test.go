package trust_test

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"arr/trust"
)

// revocationList is one in DER that parent signed.
func revocationList(t testing.TB, parent *identity, due time.Time, serials ...int64) []byte {
	t.Helper()
	return revocationListBy(t, parent, x509.ECDSAWithSHA256, due, serials...)
}

func revocationListBy(t testing.TB, parent *identity, algorithm x509.SignatureAlgorithm, due time.Time, serials ...int64) []byte {
	t.Helper()
	template := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: due.Add(-24 * time.Hour), NextUpdate: due, SignatureAlgorithm: algorithm}
	for _, n := range serials {
		template.RevokedCertificateEntries = append(template.RevokedCertificateEntries,
			x509.RevocationListEntry{SerialNumber: big.NewInt(n), RevocationTime: template.ThisUpdate})
	}
	b, err := x509.CreateRevocationList(rand.Reader, template, parent.cert, parent.key)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRevocationLists(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ca := issue(t, nil, "CA", func(c *x509.Certificate) { asCA(c); c.KeyUsage |= x509.KeyUsageCRLSign })
		// It has the CA's name and not its key.
		forger := issue(t, nil, "CA", func(c *x509.Certificate) { asCA(c); c.KeyUsage |= x509.KeyUsageCRLSign })
		between := issue(t, ca, "between", func(c *x509.Certificate) { asCA(c); c.SerialNumber = big.NewInt(7) })
		pacs := issue(t, ca, "PACS", func(c *x509.Certificate) { c.SerialNumber = big.NewInt(4711) })
		below := issue(t, between, "below", nil)
		pinned := issue(t, ca, "pinned", func(c *x509.Certificate) { c.SerialNumber = big.NewInt(4712) })
		dir := t.TempDir()
		believed := writeTo(t, filepath.Join(dir, "clients.pem"), ca.certPEM(), pinned.certPEM())
		path := filepath.Join(dir, "crl")
		soon := time.Now().Add(time.Hour)
		inPEM := func(der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}) }

		writeTo(t, path, revocationList(t, ca, soon))
		var log bytes.Buffer
		s := open(t, trust.Options{Pairs: []trust.Pair{pairFiles(t, dir, issue(t, nil, "localhost", nil))}, Log: slog.New(slog.NewTextHandler(&log, nil))})
		server := tlsConfig(t, s, trust.Clients{Auth: trust.RequiredClientCert, Believed: trust.Store{File: believed}, CRLs: []string{path}})
		running(t, s)
		for _, step := range []struct {
			name   string
			crl    []byte
			client *tls.Certificate
			want   string // part of the server's error
			log    string // part of what is logged
		}{
			{"nobody is revoked", nil, pacs.shown(), "", ""},
			{"revoked", revocationList(t, ca, soon, 4711), pacs.shown(), `"CN=PACS" was revoked by its issuer`, ""},
			{"revoked, signed with SHA-1", revocationListBy(t, ca, x509.ECDSAWithSHA1, soon, 4711), pacs.shown(), `"CN=PACS" was revoked by its issuer`, ""},
			{"forged with SHA-1", revocationListBy(t, forger, x509.ECDSAWithSHA1, soon, 4711), pacs.shown(), "", ""},
			{"another is", inPEM(revocationList(t, ca, soon, 1, 2)), pacs.shown(), "", ""},
			{"the CA between is", revocationList(t, ca, soon, 7), below.shown(between), `"CN=between" was revoked`, ""},
			{"installed itself", revocationList(t, ca, soon, 4712), pinned.shown(), "", ""},
			{"forged", revocationList(t, forger, soon, 4711), pacs.shown(), "", ""},
			{"out of date", revocationList(t, ca, time.Now().Add(-time.Hour), 4711), pacs.shown(), "was revoked", "is out of date"},
			{"broken: the last stays", []byte("broken"), pacs.shown(), "was revoked", "there is none in it"},
		} {
			if step.crl != nil {
				writeTo(t, path, step.crl)
				aMinuteLater()
			}
			conf := &tls.Config{InsecureSkipVerify: true, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				return step.client, nil
			}}
			_, err, _ := handshake(t, server, conf)
			if step.want == "" && err != nil || step.want != "" && (err == nil || !strings.Contains(err.Error(), step.want)) {
				t.Errorf("%s: error %v, want %q", step.name, err, step.want)
			}
			if !strings.Contains(log.String(), step.log) {
				t.Errorf("%s: the log lacks %q: %s", step.name, step.log, &log)
			}
		}
	})
}

// A handshake costs the same however many certificates a CA has revoked.
func TestLongRevocationList(t *testing.T) {
	ca := issue(t, nil, "CA", func(c *x509.Certificate) { asCA(c); c.KeyUsage |= x509.KeyUsageCRLSign })
	server := issue(t, ca, "server", func(c *x509.Certificate) { c.SerialNumber = big.NewInt(7) })
	revoked := issue(t, ca, "revoked", func(c *x509.Certificate) { c.SerialNumber = big.NewInt(1_000) })
	cost := func(entries int64) (perCheck time.Duration) {
		var serials []int64
		for n := range entries {
			serials = append(serials, 1_000+n)
		}
		lists, err := trust.RevocationLists([]string{writeTo(t, filepath.Join(t.TempDir(), "crl"), revocationList(t, ca, time.Now().Add(time.Hour), serials...))})
		if err != nil {
			t.Fatal(err)
		}
		conf := &tls.Config{}
		trust.Servers{Believed: []*x509.Certificate{ca.cert}, Revoked: lists, Now: time.Now}.Apply(conf)
		shown, refused := tls.ConnectionState{PeerCertificates: []*x509.Certificate{server.cert}}, tls.ConnectionState{PeerCertificates: []*x509.Certificate{revoked.cert}}
		if err := conf.VerifyConnection(refused); err == nil {
			t.Errorf("of %d entries: the revoked one is believed", entries)
		}
		const checks = 100
		before := cpuTime(t)
		for range checks {
			if err := conf.VerifyConnection(shown); err != nil {
				t.Fatal(err)
			}
			if err := conf.VerifyConnection(refused); err == nil {
				t.Fatal("the revoked one is believed")
			}
		}
		return (cpuTime(t) - before) / checks
	}
	short, long := cost(10), cost(100_000)
	t.Logf("%v of CPU time with 10 entries, %v with 100,000", short, long)
	if long > 3*short {
		t.Errorf("a check costs %v with 10 entries and %v with 100,000", short, long)
	}
}

// cpuTime is the processor time that this process has taken.
func cpuTime(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
