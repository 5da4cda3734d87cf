package trust_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"arr/trust"
)

// served is the name of the certificate that a client gets.
func served(t testing.TB, server *tls.Config) string {
	t.Helper()
	cs, _, err := handshake(t, server, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	return cs.PeerCertificates[0].Subject.CommonName
}

func TestReplacedFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		var log strings.Builder
		pair := pairFiles(t, dir, issue(t, nil, "first", nil))
		s := open(t, trust.Options{Pairs: []trust.Pair{pair}, Log: slog.New(slog.NewTextHandler(&log, nil))})
		server := tlsConfig(t, s, trust.Clients{})
		running(t, s)
		if got := served(t, server); got != "first" {
			t.Fatalf("served %q", got)
		}
		if _, ok := s.CA(); ok {
			t.Error("there is a CA of our own beside certificates that were given")
		}

		second := issue(t, nil, "second", nil)
		writeTo(t, pair.Cert, second.certPEM())
		aMinuteLater() // the key is still the first one's
		aMinuteLater()
		if got, st := served(t, server), s.Stats(); got != "first" || st.Failures != 1 {
			t.Errorf("served %q with %+v, want the first certificate and one failure", got, st)
		}
		if n := strings.Count(log.String(), "is refused"); n != 1 {
			t.Errorf("the fault was logged %d times, want once:\n%s", n, &log)
		}
		s.Reload()
		synctest.Wait()
		if n := strings.Count(log.String(), "is refused"); n != 2 {
			t.Errorf("after Reload the fault was logged %d times, want twice", n)
		}

		writeTo(t, pair.Key, second.keyPEM(t))
		s.Reload()
		synctest.Wait()
		if got, st := served(t, server), s.Stats(); got != "second" || st.Loads != 2 {
			t.Errorf("served %q with %+v, want the second certificate", got, st)
		}
	})
}

func TestGivenFiles(t *testing.T) {
	id := issue(t, nil, "given", nil)
	cert, key := id.certPEM(), id.keyPEM(t)
	encrypted := pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")})
	tests := []struct {
		name      string
		cert, key []byte
		want      string // of the error
	}{
		{"two files", cert, key, ""},
		{"one file", append(key[:len(key):len(key)], cert...), nil, ""},
		{"DER", id.cert.Raw, key, "the certificate's file is not PEM: convert it"},
		{"key in DER", cert, []byte{0x30, 0x01}, "the key's file is not PEM: convert it"},
		{"encrypted key", cert, encrypted, "its key is encrypted, and no password is given"},
		{"no key", cert, nil, "server certificate"},
		{"another's key", cert, issue(t, nil, "other", nil).keyPEM(t), "private key does not match"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			pair := trust.Pair{Cert: writeTo(t, filepath.Join(dir, "cert"), test.cert)}
			if test.key != nil {
				pair.Key = writeTo(t, filepath.Join(dir, "key"), test.key)
			}
			s, err := trust.Open(trust.Options{Pairs: []trust.Pair{pair}, Log: discard})
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("error %v, want %q", err, test.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := served(t, tlsConfig(t, s, trust.Clients{})); got != "given" {
				t.Errorf("served %q", got)
			}
		})
	}
	_, err := trust.Open(trust.Options{Pairs: []trust.Pair{{Cert: filepath.Join(t.TempDir(), "none")}}})
	if err == nil || !strings.Contains(err.Error(), "reading the server certificate") {
		t.Errorf("a missing file: %v", err)
	}
}

// A certificate that fits the name asked for goes before one that comes first.
func TestServerName(t *testing.T) {
	dir := t.TempDir()
	var pairs []trust.Pair
	for _, name := range []string{"a.example.org", "b.example.org"} {
		id := issue(t, nil, name, func(c *x509.Certificate) { c.DNSNames = []string{name} })
		pairs = append(pairs, trust.Pair{Cert: writeTo(t, filepath.Join(dir, name), id.keyPEM(t), id.certPEM())})
	}
	server := tlsConfig(t, open(t, trust.Options{Pairs: pairs}), trust.Clients{})
	for _, name := range []string{"a.example.org", "b.example.org"} {
		cs, _, err := handshake(t, server, &tls.Config{InsecureSkipVerify: true, ServerName: name})
		if err != nil || cs.PeerCertificates[0].Subject.CommonName != name {
			t.Errorf("%s: served %v, %v", name, cs.PeerCertificates[0].Subject, err)
		}
	}
}
