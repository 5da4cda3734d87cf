package trust_test

import (
	"crypto/x509"
	"path/filepath"
	"testing"
	"time"

	"arr/trust"
)

// A device's certificate that is installed is believed itself, and makes nobody else
// believed, however old its form is and whatever is tolerated.
func TestInstalledIsNoCA(t *testing.T) {
	s := given(t)
	weak := func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA1 }
	late := func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(-3*time.Hour), time.Now().Add(-time.Hour)
	}
	signer := func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCertSign }
	for _, device := range []*identity{version1(t, "version 1"), issue(t, nil, "version 3", nil), issue(t, nil, "may sign", signer)} {
		file := writeTo(t, filepath.Join(t.TempDir(), "clients.pem"), device.certPEM())
		// Its key signs for others, and for another with its own name.
		name := device.cert.Subject.CommonName
		others := []*identity{issue(t, device, "forged", nil), issue(t, device, "forged", weak), issue(t, device, "forged", late),
			issue(t, device, name, nil), issue(t, device, "forged CA", asCA)}
		for _, faults := range []trust.Faults{0, trust.FaultSHA1 | trust.FaultExpired} {
			check := func(who *identity, want string, above ...*identity) {
				t.Helper()
				text := name + " shows " + who.cert.Subject.CommonName
				checkPeer(t, "receiver "+text, want, received(t, s, who.shown(above...), trust.Clients{Believed: trust.Store{File: file}, Tolerate: faults}))
				checkPeer(t, "sender "+text, want, sent(t, who.shown(above...), trust.Servers{Believed: certificates(t, file), Tolerate: faults, Where: file}))
			}
			check(device, "")
			for _, other := range others {
				check(other, "certificate", device)
			}
			above := others[len(others)-1]
			check(issue(t, above, "below", nil), "certificate", above, device)
		}
		checkPeer(t, "what helps", "is installed, but is no CA by what it says of itself: put the client's certificate itself into",
			received(t, s, others[0].shown(), trust.Clients{Believed: trust.Store{File: file}}))
	}
}
