package trust_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"net"
	"strings"
	"testing"
	"time"

	"arr/trust"
)

func TestFacts(t *testing.T) {
	ca := issue(t, nil, "CA", asCA)
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		id   *identity
		want []string // "fact: part of its text"; with a ! in front none such
	}{
		{"CA", ca, []string{"issuer: CN=CA (itself)", "usages: certificate signing, CA", "!note: "}},
		{"server", issue(t, ca, "server", func(c *x509.Certificate) {
			c.DNSNames, c.IPAddresses = []string{"arr.example"}, []net.IP{net.IPv4(192, 0, 2, 1)}
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		}), []string{"subject: CN=server", "issuer: CN=CA", "names: arr.example, 192.0.2.1", "key: EC, P-256", "signed with: ECDSA-SHA256",
			"usages: digital signature, server authentication", "TLS profiles: bcp195, nondowngrading, extended, bcp195-2015", "note: not made for clients"}},
		{"RSA, short, by itself", sign(t, nil, short, "old", func(c *x509.Certificate) { c.KeyUsage |= x509.KeyUsageKeyEncipherment }),
			[]string{"key: RSA, 1024 bits", "TLS profiles: bcp195, nondowngrading, extended, bcp195-2015, aes, basic", "names: none",
				"note: signed by itself", "note: in the subject alone", "note: shorter than BCP 195 allows"}},
		{"RSA for signatures alone", sign(t, ca, newRSAKey(t), "rsa", nil), []string{"!TLS profiles: aes"}},
		{"a device that calls itself a CA", issue(t, nil, "device", func(c *x509.Certificate) { asCA(c); c.DNSNames = []string{"ct1.example"} }),
			[]string{"note: calls itself a CA"}},
		{"expired", issue(t, ca, "late", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }), []string{"note: has expired"}},
		{"not valid yet", issue(t, ca, "early", func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }), []string{"note: not valid yet"}},
		{"soon", issue(t, ca, "soon", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(time.Hour) }), []string{"note: expires soon"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			facts := trust.Facts(test.id.cert, time.Now())
			for _, want := range test.want {
				name, text, _ := strings.Cut(strings.TrimPrefix(want, "!"), ": ")
				found := false
				for _, f := range facts {
					found = found || f.Name == name && strings.Contains(f.Text, text)
				}
				if found == strings.HasPrefix(want, "!") {
					t.Errorf("%q: %t in %q", want, found, facts)
				}
			}
		})
	}
}
