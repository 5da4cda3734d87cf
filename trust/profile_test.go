package trust_test

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"arr/trust"
)

func profile(t testing.TB, name string) trust.Profile {
	t.Helper()
	p, err := trust.ProfileNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestProfileNamed(t *testing.T) {
	if p := profile(t, ""); p.Name != "bcp195" || p.Weakness() != "" {
		t.Errorf("the default is %q with the weakness %q", p.Name, p.Weakness())
	}
	_, err := trust.ProfileNamed("b13")
	if err == nil || !strings.Contains(err.Error(), "write one of bcp195, nondowngrading, extended, bcp195-2015, aes, basic") {
		t.Errorf("error %v", err)
	}
	weak := map[string]string{
		"bcp195-2015": "TLS 1.0, TLS_RSA_WITH_AES_128_CBC_SHA, TLS_RSA_WITH_3DES_EDE_CBC_SHA",
		"aes":         "TLS 1.0, TLS_RSA_WITH_AES_128_CBC_SHA, TLS_RSA_WITH_3DES_EDE_CBC_SHA",
		"basic":       "TLS 1.0, TLS_RSA_WITH_3DES_EDE_CBC_SHA",
	}
	for _, p := range trust.Profiles() {
		if got := p.Weakness(); got != weak[p.Name] {
			t.Errorf("%s: weakness %q, want %q", p.Name, got, weak[p.Name])
		}
	}
}

func TestProfileWith(t *testing.T) {
	tests := []struct {
		name        string
		base        string
		suites      []string
		first, last string
		want        []uint16 // first and last version, then suites
		err         string
	}{
		{"nothing", "basic", nil, "", "", []uint16{tls.VersionTLS10, tls.VersionTLS12, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}, ""},
		{"versions", "aes", nil, "1.2", "1.2", []uint16{tls.VersionTLS12, tls.VersionTLS12,
			tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}, ""},
		{"suites, one as Java has it", "", []string{"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "SSL_RSA_WITH_3DES_EDE_CBC_SHA"}, "1.1", "1.2",
			[]uint16{tls.VersionTLS11, tls.VersionTLS12, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}, ""},
		{"1.3 alone", "nondowngrading", nil, "1.3", "", []uint16{tls.VersionTLS13, tls.VersionTLS13,
			tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384}, ""},
		{"unknown suite", "", []string{"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"}, "", "", nil, "is not known here"},
		{"suite of 1.3", "", []string{"TLS_AES_128_GCM_SHA256"}, "", "", nil, "whose suites can't be chosen"},
		{"unknown version", "", nil, "3.0", "", nil, `"3.0" is no version of TLS: write one of 1.0, 1.1, 1.2, 1.3`},
		{"no version left", "", nil, "1.3", "1.2", nil, "the first, TLS 1.3, comes after the last, TLS 1.2"},
		{"no suite for a version", "", nil, "1.0", "", nil, "let the versions begin with TLS 1.2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, err := profile(t, test.base).With(test.suites, test.first, test.last)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want %q", err, test.err)
				}
				return
			}
			if got := slices.Concat([]uint16{p.Min, p.Max}, p.Suites); err != nil || !slices.Equal(got, test.want) {
				t.Errorf("%x, %v; want %x", got, err, test.want)
			}
		})
	}
}

// Who serves a profile that is not safe, or that nobody can connect by, is told.
func TestProfileWarnings(t *testing.T) {
	dir := t.TempDir()
	ec := pairFiles(t, dir, issue(t, nil, "localhost", nil))
	for name, want := range map[string]string{
		"bcp195": "", "extended": "", "aes": "no peer can connect", "basic": "weak=\"TLS 1.0, TLS_RSA_WITH_3DES_EDE_CBC_SHA\"",
	} {
		var log bytes.Buffer
		s := open(t, trust.Options{Dir: filepath.Join(dir, "keys"), Pairs: []trust.Pair{ec}, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if _, err := s.TLSConfig(profile(t, name), trust.Clients{}); err != nil {
			t.Fatal(err)
		}
		if weak := s.Stats().Weak; (len(weak) > 0) != (profile(t, name).Weakness() != "") {
			t.Errorf("%s: the weak profiles are %q", name, weak)
		}
		if got := log.String(); !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("%s: log %q, want %q in it", name, got, want)
		}
	}
}
