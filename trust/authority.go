package trust

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"arr/store/durable"
)

const (
	serverYears = 2
	// renewBefore is what must be left of a server certificate's life.
	renewBefore = 30 * 24 * time.Hour
	// clockSkew is how far behind a sender's clock may be.
	clockSkew = time.Hour
	// worthwhile is how much longer than the old a renewed certificate must last:
	// near the CA's end it would be made anew every minute for nothing.
	worthwhile = 24 * time.Hour
)

// keyKind is one of the server certificates that an authority makes.
type keyKind struct {
	file     string
	usage    x509.KeyUsage
	generate func() (crypto.Signer, error)
}

// keyKinds in the order of preference. An RSA certificate may encipher keys, too,
// for the suites without forward secrecy that PS3.15 B.3 names.
var keyKinds = []keyKind{
	{"server-ec.pem", x509.KeyUsageDigitalSignature, newEC},
	{"server-rsa.pem", x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, newRSA},
}

func newEC() (crypto.Signer, error)  { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }
func newRSA() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) }

// authority is a local CA and the server certificates that it issued. One goroutine
// uses it at a time, but for public.
type authority struct {
	dir   string
	names []string
	log   *slog.Logger
	// cert is replaced, never changed, so that others may look at it meanwhile.
	cert atomic.Pointer[x509.Certificate]
}

func (a *authority) path(file string) string { return filepath.Join(a.dir, file) }

// openAuthority reads the CA in dir, or makes one where there is none.
func openAuthority(dir string, names []string, now time.Time, log *slog.Logger) (*authority, error) {
	a := &authority{dir: dir, names: names, log: log}
	if err := durable.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the directory for keys: %w", err)
	}
	b, err := os.ReadFile(a.path("ca.pem"))
	if errors.Is(err, fs.ErrNotExist) {
		if err = mayBegin(dir); err == nil {
			b, err = a.makeCA(now)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("opening the local CA: %w", err)
	}
	return a, a.useCA(b)
}

func (a *authority) public() CA {
	return CA{
		PEM:      a.path("ca.pem"),
		PKCS12:   a.path("ca.p12"),
		Password: pkcs12.DefaultPassword,
		SHA256:   fingerprint(a.cert.Load()),
	}
}

// fingerprint is a certificate's SHA-256 as openssl prints it.
func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
}

// certificates gives the server certificates to serve in place of have (nil: what
// the files hold), and how many of them are new. With an error, those that could not
// be made are the old ones, or missing where there are none.
func (a *authority) certificates(have []tls.Certificate, now time.Time) (certs []tls.Certificate, made int, err error) {
	err = a.correctCA(now)
	names := serverNames(a.names)
	for i, kind := range keyKinds {
		var old *tls.Certificate
		if i < len(have) {
			old = &have[i]
		} else {
			old = a.loadServer(kind)
		}
		why := a.unfit(old, names, now)
		if why == "" {
			certs = append(certs, *old)
			continue
		}
		c, issueErr := a.issue(kind, old, names, now)
		switch {
		case issueErr == nil:
			a.log.Info("made a server certificate",
				slog.String("file", a.path(kind.file)), slog.String("why", why), slog.Time("expires", c.Leaf.NotAfter))
			certs = append(certs, c)
			made++
		case old != nil:
			certs = append(certs, *old)
		}
		if issueErr != nil {
			err = errors.Join(err, fmt.Errorf("making the server certificate %s (%s): %w", a.path(kind.file), why, issueErr))
		}
	}
	return certs, made, err
}

// loadServer reads a server certificate, nil where it can't be used.
func (a *authority) loadServer(kind keyKind) *tls.Certificate {
	b, err := os.ReadFile(a.path(kind.file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var c tls.Certificate
	if err == nil {
		c, err = tls.X509KeyPair(b, b)
	}
	if err == nil {
		err = c.Leaf.CheckSignatureFrom(a.cert.Load())
	}
	if err != nil {
		a.log.Warn("a server certificate of our own can't be used and is made anew",
			slog.String("file", a.path(kind.file)), slog.Any("error", err))
		return nil
	}
	return &c
}

// unfit says why c has to be made anew, "" if it has not. A name that the machine no
// longer has does not make it unfit: addresses come and go.
func (a *authority) unfit(c *tls.Certificate, names []string, now time.Time) string {
	if c == nil {
		return "there is none"
	}
	if c.Leaf.NotAfter.Sub(now) < renewBefore {
		return "it expires soon"
	}
	if now.Before(c.Leaf.NotBefore) {
		return "it is not valid yet, since the clock was ahead when it was made"
	}
	for _, name := range names {
		if !carries(c.Leaf, name) {
			return "it does not name " + name
		}
	}
	return ""
}

// template is the certificate that would replace old (nil: there is none). It is an
// error if it would not last longer.
func (a *authority) template(kind keyKind, old *tls.Certificate, now time.Time) (*x509.Certificate, error) {
	t := &x509.Certificate{
		Subject:               pkix.Name{CommonName: commonName(hostname())},
		NotBefore:             now.Add(-clockSkew),
		NotAfter:              now.AddDate(serverYears, 0, 0),
		KeyUsage:              kind.usage,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	end := a.cert.Load().NotAfter
	if !t.NotAfter.After(end) {
		return t, nil
	}
	t.NotAfter = end
	expiring := old != nil && old.Leaf.NotAfter.Sub(now) < renewBefore
	if t.NotAfter.Before(now) || expiring && t.NotAfter.Sub(old.Leaf.NotAfter) < worthwhile {
		return nil, fmt.Errorf("the local CA ends on %s: move the files away from %s, start the server again and install its new CA with the senders",
			end.Format(time.DateOnly), a.dir)
	}
	return t, nil
}

// issue makes a key and a certificate for names in place of old and writes both.
func (a *authority) issue(kind keyKind, old *tls.Certificate, names []string, now time.Time) (tls.Certificate, error) {
	var none tls.Certificate
	template, err := a.template(kind, old, now)
	if err != nil {
		return none, err
	}
	setNames(template, names)
	caKey, err := a.caKey()
	if err != nil {
		return none, err
	}
	key, err := kind.generate()
	if err != nil {
		return none, fmt.Errorf("making a key: %w", err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert.Load(), key.Public(), caKey)
	if err != nil {
		return none, fmt.Errorf("signing: %w", err)
	}
	keyPEM, err := encodeKey(key)
	if err != nil {
		return none, err
	}
	// Key and certificate in one file change together.
	both := append(keyPEM, encodeCertificate(der)...)
	if err := durable.WriteFile(a.path(kind.file), both, 0o600); err != nil {
		return none, err
	}
	return tls.X509KeyPair(both, both)
}

func encodeKey(key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encoding a key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

func encodeCertificate(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
