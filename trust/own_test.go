package trust_test

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"arr/trust"

	"software.sslmate.com/src/go-pkcs12"
)

// discard is a log that nobody reads.
var discard = slog.New(slog.DiscardHandler)

func TestFirstStart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	s := open(t, trust.Options{Dir: dir, Names: []string{"arr.example.org", "192.0.2.7"}, Log: discard})
	ca, ok := s.CA()
	if !ok {
		t.Fatal("no CA was made")
	}
	for name, mode := range map[string]fs.FileMode{
		"ca.pem": 0o644, "ca.p12": 0o644, "ca-key.pem": 0o600, "server-ec.pem": 0o600, "server-rsa.pem": 0o600,
	} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode() != mode {
			t.Errorf("%s: mode %v, error %v; want %v", name, info.Mode(), err, mode)
		}
	}

	store, err := os.ReadFile(ca.PKCS12)
	if err != nil {
		t.Fatal(err)
	}
	trusted, err := pkcs12.DecodeTrustStore(store, ca.Password)
	if err != nil || len(trusted) != 1 {
		t.Fatalf("trust store: %d certificates, %v", len(trusted), err)
	}
	if sum := sha256.Sum256(trusted[0].Raw); strings.ReplaceAll(ca.SHA256, ":", "") != fmt.Sprintf("%X", sum) {
		t.Errorf("fingerprint %s is not that of the trust store's certificate", ca.SHA256)
	}
	if years := time.Until(trusted[0].NotAfter).Hours() / 24 / 365; years < 9.9 || years > 10.1 {
		t.Errorf("the CA lasts %.1f years, want 10", years)
	}

	server := tlsConfig(t, s, trust.Clients{})
	for _, name := range []string{"localhost", "127.0.0.1", "::1", "arr.example.org", "192.0.2.7"} {
		cs, _, err := handshake(t, server, &tls.Config{RootCAs: pool(t, ca.PEM), ServerName: name})
		if err != nil {
			t.Errorf("connecting to %s: %v", name, err)
			continue
		}
		if years := time.Until(cs.PeerCertificates[0].NotAfter).Hours() / 24 / 365; years < 1.9 || years > 2.1 {
			t.Errorf("the server's certificate lasts %.1f years, want 2", years)
		}
	}
	if st := s.Stats(); st.Loads != 2 || st.Failures != 0 || len(st.Certificates) != 2 || st.CANotAfter.IsZero() {
		t.Errorf("stats %+v", st)
	}
}

func TestSecondStart(t *testing.T) {
	dir := t.TempDir()
	first, _ := open(t, trust.Options{Dir: dir, Log: discard}).CA()
	s := open(t, trust.Options{Dir: dir, Log: discard})
	if again, _ := s.CA(); again != first {
		t.Errorf("CA %v became %v", first, again)
	}
	if n := s.Stats().Loads; n != 0 {
		t.Errorf("%d certificates were made at the second start, want none", n)
	}
	s = open(t, trust.Options{Dir: dir, Names: []string{"another.example.org"}, Log: discard})
	if n := s.Stats().Loads; n != 2 {
		t.Errorf("%d certificates were made for a new name, want 2", n)
	}
	if again, _ := s.CA(); again != first {
		t.Errorf("CA %v became %v for a new name", first, again)
	}
}

func TestVersionsAndSuites(t *testing.T) {
	s := open(t, trust.Options{Dir: t.TempDir(), Log: discard})
	ca, _ := s.CA()
	server := tlsConfig(t, s, trust.Clients{})
	tests := []struct {
		name     string
		min, max uint16
		suites   []uint16
		server   string
		want     x509.PublicKeyAlgorithm // unknown: refused
	}{
		{"1.3", tls.VersionTLS13, tls.VersionTLS13, nil, "localhost", x509.ECDSA},
		{"1.2", tls.VersionTLS12, tls.VersionTLS12, nil, "localhost", x509.ECDSA},
		{"RSA alone", tls.VersionTLS12, tls.VersionTLS12, []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}, "localhost", x509.RSA},
		{"RSA alone for an unknown name", tls.VersionTLS12, tls.VersionTLS12, []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}, "alias", x509.RSA},
		{"1.1", tls.VersionTLS10, tls.VersionTLS11, nil, "localhost", x509.UnknownPublicKeyAlgorithm},
		{"CBC", tls.VersionTLS12, tls.VersionTLS12, []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA}, "localhost", x509.UnknownPublicKeyAlgorithm},
		{"no forward secrecy", tls.VersionTLS12, tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}, "localhost", x509.UnknownPublicKeyAlgorithm},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			client := &tls.Config{
				RootCAs: pool(t, ca.PEM), ServerName: test.server,
				MinVersion: test.min, MaxVersion: test.max, CipherSuites: test.suites,
				InsecureSkipVerify: test.server == "alias",
			}
			cs, serverErr, clientErr := handshake(t, server, client)
			got := x509.UnknownPublicKeyAlgorithm
			if serverErr == nil && clientErr == nil {
				got = cs.PeerCertificates[0].PublicKeyAlgorithm
			}
			if got != test.want {
				t.Errorf("served %v, want %v (server: %v, client: %v)", got, test.want, serverErr, clientErr)
			}
		})
	}
}

// running runs s in a synctest bubble.
func running(t *testing.T, s *trust.Source) {
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.Run(t.Context())
	}()
	t.Cleanup(func() { <-stopped })
}

// aMinuteLater returns when Run has looked at everything again.
func aMinuteLater() {
	time.Sleep(time.Minute)
	synctest.Wait()
}

// clock is the time of the bubble and as much more as a test has let pass at once: Run
// looks every minute, which would be a million times for two years.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *clock) pass(days int) { c.ahead.Add(int64(days) * int64(24*time.Hour)) }

func TestRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		var c clock
		s := open(t, trust.Options{Dir: dir, Now: c.now, Log: discard})
		ca, _ := s.CA()
		server := tlsConfig(t, s, trust.Clients{})
		running(t, s)
		days := func(n int) { c.pass(n); aMinuteLater() }

		first := s.Stats().Certificates[0].NotAfter
		days(690)
		if got := s.Stats().Certificates[0].NotAfter; !got.Equal(first) {
			t.Errorf("with 40 days left the certificate was renewed")
		}
		days(20)
		if got := s.Stats().Certificates[0].NotAfter; got.Sub(first) < 365*24*time.Hour {
			t.Errorf("with 20 days left the certificate lasts until %v as before", got)
		}
		if _, _, err := handshake(t, server, &tls.Config{RootCAs: pool(t, ca.PEM), ServerName: "localhost", Time: c.now}); err != nil {
			t.Errorf("connecting after the renewal: %v", err)
		}

		// Without the CA's key nothing can be renewed, which is said once.
		key := filepath.Join(dir, "ca-key.pem")
		away := filepath.Join(t.TempDir(), "key")
		if err := os.Rename(key, away); err != nil {
			t.Fatal(err)
		}
		days(715)
		aMinuteLater()
		if st := s.Stats(); st.Failures != 1 || len(st.Certificates) != 2 {
			t.Errorf("without the CA's key: %+v, want one failure and both certificates", st)
		}
		if err := os.Rename(away, key); err != nil {
			t.Fatal(err)
		}
		aMinuteLater()
		if st := s.Stats(); st.Loads != 6 {
			t.Errorf("with the CA's key back: %+v, want the certificates made a third time", st)
		}
	})
}

// What was made while the clock was ahead is not valid once it is right: it is made anew. So
// is what a clock that is behind takes for such, which hurts nobody.
func TestClockAhead(t *testing.T) {
	for _, test := range []struct {
		name         string
		first, later int // days that the clock is ahead at first, and later
	}{
		{"at the first start", 500, 0},
		{"at the first start, by more than the CA's life", 11 * 365, 0},
		{"later", 0, 710},
		{"behind", 0, -9000},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				var c clock
				c.pass(test.first)
				s := open(t, trust.Options{Dir: dir, Now: c.now, Log: discard})
				ca, _ := s.CA()
				installed := pool(t, ca.PEM)
				server := tlsConfig(t, s, trust.Clients{})
				running(t, s)
				c.pass(test.later - test.first)
				aMinuteLater()
				c.pass(-test.later)
				aMinuteLater()
				if _, _, err := handshake(t, server, &tls.Config{RootCAs: pool(t, ca.PEM), ServerName: "localhost", Time: c.now}); err != nil {
					t.Errorf("once the clock is right: %v", err)
				}
				if test.first == 0 {
					if _, _, err := handshake(t, server, &tls.Config{RootCAs: installed, ServerName: "localhost", Time: c.now}); err != nil {
						t.Errorf("by the CA's certificate as it was: %v", err)
					}
				}
				if left := s.Stats().CANotAfter.Sub(c.now()).Hours() / 24 / 365; left < 9.9 {
					t.Errorf("the CA lasts another %.1f years, want 10 at least", left)
				}
				if err := trust.Check(dir); err != nil {
					t.Errorf("what lies in the directory: %v", err)
				}
				if now, _ := s.CA(); now.SHA256 == "" || s.Stats().Failures != 0 {
					t.Errorf("stats %+v", s.Stats())
				}
				again := open(t, trust.Options{Dir: dir, Now: c.now, Log: discard})
				if n := again.Stats().Loads; n != 0 {
					t.Errorf("%d certificates were made at the next start, want none", n)
				}
			})
		})
	}
}

// Without its key a CA that is not valid yet stays, and that is said.
func TestClockAheadWithoutTheCAsKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		var c clock
		c.pass(100)
		var log strings.Builder
		s := open(t, trust.Options{Dir: dir, Now: c.now, Log: slog.New(slog.NewTextHandler(&log, nil))})
		before, _ := s.CA()
		if err := os.Remove(filepath.Join(dir, "ca-key.pem")); err != nil {
			t.Fatal(err)
		}
		running(t, s)
		c.pass(-100)
		aMinuteLater()
		aMinuteLater()
		after, _ := s.CA()
		if st := s.Stats(); st.Failures != 1 || after != before {
			t.Errorf("stats %+v, CA %v, want one failure and %v", st, after, before)
		}
		if !strings.Contains(log.String(), "set the clock right or have it made anew") {
			t.Errorf("the log says %s", &log)
		}
	})
}

// Near the CA's end certificates end with it, and are not made anew every minute.
func TestEndOfTheCA(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		var c clock
		open(t, trust.Options{Dir: dir, Now: c.now, Log: discard})
		c.pass(9 * 365)
		s := open(t, trust.Options{Dir: dir, Now: c.now, Log: discard})
		if st := s.Stats(); st.Loads != 2 || !st.Certificates[0].NotAfter.Equal(st.CANotAfter) {
			t.Fatalf("a year before the CA's end: %+v, want certificates that end with it", st)
		}
		running(t, s)
		c.pass(int(s.Stats().CANotAfter.Sub(c.now()).Hours()/24) - 20)
		aMinuteLater()
		aMinuteLater()
		if st := s.Stats(); st.Loads != 2 || st.Failures != 1 {
			t.Errorf("20 days before the CA's end: %+v, want one failure and nothing made", st)
		}
		c.pass(30)
		if err := os.Remove(filepath.Join(dir, "server-ec.pem")); err != nil {
			t.Fatal(err)
		}
		_, err := trust.Open(trust.Options{Dir: dir, Now: c.now, Log: discard})
		if err == nil || !strings.Contains(err.Error(), "the local CA ends on") {
			t.Errorf("after the CA's end: %v", err)
		}
	})
}

func TestDamage(t *testing.T) {
	tests := []struct {
		name, file, content, want string
	}{
		{"a server certificate is made anew", "server-ec.pem", "damaged", ""},
		{"the CA's certificate is not", "ca.pem", "damaged", "is not PEM: bring it back"},
		{"nor what is no certificate", "ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "bring it back from a backup"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			open(t, trust.Options{Dir: dir, Log: discard})
			writeTo(t, filepath.Join(dir, test.file), []byte(test.content))
			_, err := trust.Open(trust.Options{Dir: dir, Log: discard})
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// TestMissingCA: where the CA's certificate alone is gone, no other CA takes its place, and
// check says why.
func TestMissingCA(t *testing.T) {
	dir := t.TempDir()
	open(t, trust.Options{Dir: dir, Log: discard})
	key, err := os.ReadFile(filepath.Join(dir, "ca-key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "ca.pem")); err != nil {
		t.Fatal(err)
	}
	found := trust.Check(dir)
	_, err = trust.Open(trust.Options{Dir: dir, Log: discard})
	if err == nil || found == nil || !strings.Contains(err.Error(), found.Error()) {
		t.Errorf("check finds %v, opening gives %v", found, err)
	}
	if now, _ := os.ReadFile(filepath.Join(dir, "ca-key.pem")); string(now) != string(key) {
		t.Error("another CA has taken its place")
	}
	for _, name := range []string{"ca.p12", "server-ec.pem", "server-rsa.pem"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	open(t, trust.Options{Dir: dir, Log: discard}) // a start that a crash ended may leave a key
}
