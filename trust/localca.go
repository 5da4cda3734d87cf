package trust

import (
	"crypto"
	"crypto/rand"
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
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"arr/store/durable"
)

const caYears = 10

// mayBegin is an error where there is no CA's certificate but something that was made with
// one: another CA would take its place, whom nobody knows who knew the one before.
func mayBegin(dir string) error {
	names := []string{"ca.p12"}
	for _, kind := range keyKinds {
		names = append(names, kind.file)
	}
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("ca.pem is missing, with which %s was made: bring it back from a backup, or remove %s to have another CA made", name, dir)
		}
	}
	return nil
}

// makeCA writes the key first, so that a certificate never stands there without the
// key it was made for.
func (a *authority) makeCA(now time.Time) ([]byte, error) {
	key, err := newEC()
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	keyPEM, err := encodeKey(key)
	if err != nil {
		return nil, err
	}
	if err := durable.WriteFile(a.path("ca-key.pem"), keyPEM, 0o600); err != nil {
		return nil, err
	}
	return a.certifyCA(key, &x509.Certificate{
		Subject:   pkix.Name{CommonName: commonName("arr local CA " + hostname())},
		NotBefore: now.Add(-clockSkew),
		NotAfter:  now.AddDate(caYears, 0, 0),
	})
}

// certifyCA makes the CA's certificate, with the subject and the dates of a template, and
// writes it.
func (a *authority) certifyCA(key crypto.Signer, template *x509.Certificate) ([]byte, error) {
	template.IsCA, template.BasicConstraintsValid, template.MaxPathLenZero = true, true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("making its certificate: %w", err)
	}
	certPEM := encodeCertificate(der)
	if err := durable.WriteFile(a.path("ca.pem"), certPEM, 0o644); err != nil {
		return nil, err
	}
	a.log.Info("made a local CA", slog.String("file", a.path("ca.pem")), slog.Time("expires", template.NotAfter))
	return certPEM, nil
}

// correctCA has the CA's certificate made anew where it is not valid yet: then the clock
// was ahead when it was made, or is behind now. Name and key stay, so that what they signed
// and who has installed the old certificate go on as they did; and since it may be now that
// the clock is wrong, the new one lasts no shorter than the old.
func (a *authority) correctCA(now time.Time) error {
	old := a.cert.Load()
	if !now.Before(old.NotBefore) {
		return nil
	}
	key, err := a.caKey()
	if err != nil {
		return fmt.Errorf("the local CA is not valid before %s, set the clock right or have it made anew: %w", old.NotBefore.Format(time.DateOnly), err)
	}
	// The next start makes the trust store where it is missing.
	if err := os.RemoveAll(a.path("ca.p12")); err != nil {
		return fmt.Errorf("removing the local CA's old trust store: %w", err)
	}
	end := now.AddDate(caYears, 0, 0)
	if end.Before(old.NotAfter) {
		end = old.NotAfter
	}
	certPEM, err := a.certifyCA(key, &x509.Certificate{Subject: old.Subject, NotBefore: now.Add(-clockSkew), NotAfter: end})
	if err != nil {
		return fmt.Errorf("making the local CA anew, which is not valid before %s: %w", old.NotBefore.Format(time.DateOnly), err)
	}
	if err := a.useCA(certPEM); err != nil {
		return err
	}
	a.log.Warn("the local CA's certificate was not valid yet and has been made anew with the same key: senders that refuse the old one need the new one",
		slog.String("file", a.path("ca.pem")), slog.Time("old begins", old.NotBefore))
	return nil
}

// useCA has the CA be the one whose certificate stands in a file.
func (a *authority) useCA(file []byte) error {
	block, _ := pem.Decode(file)
	if block == nil {
		return fmt.Errorf("opening the local CA: %s is not PEM: bring it back from a backup", a.path("ca.pem"))
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return fmt.Errorf("opening the local CA: %s: %w: bring it back from a backup", a.path("ca.pem"), err)
	}
	a.cert.Store(cert)
	return a.makeTrustStore()
}

// makeTrustStore writes ca.p12 where it is missing. Its encryption is the old one,
// which any Java and openssl reads; there is nothing secret in it.
func (a *authority) makeTrustStore() error {
	path := a.path("ca.p12")
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	b, err := pkcs12.LegacyDES.EncodeTrustStore([]*x509.Certificate{a.cert.Load()}, pkcs12.DefaultPassword)
	if err != nil {
		return fmt.Errorf("making the trust store %s: %w", path, err)
	}
	return durable.WriteFile(path, b, 0o644)
}

// caKey is read when it is needed, so that it need not lie in memory or even in
// the directory.
func (a *authority) caKey() (crypto.Signer, error) {
	pair, err := tls.LoadX509KeyPair(a.path("ca.pem"), a.path("ca-key.pem"))
	if err != nil {
		return nil, fmt.Errorf("loading the local CA's key: %w: bring %s back from where it is kept", err, a.path("ca-key.pem"))
	}
	signer, ok := pair.PrivateKey.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("loading the local CA's key: the key in %s can't sign", a.path("ca-key.pem"))
	}
	return signer, nil
}
