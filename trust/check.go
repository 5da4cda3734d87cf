package trust

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"software.sslmate.com/src/go-pkcs12"
)

// Check reads the files that Open made in dir, changes nothing, and gives what is wrong
// with them: a certificate that the CA did not sign, a key that is another certificate's,
// a file that can't be read. A file that is not there is no fault: Open makes it, and the
// CA's key may be kept elsewhere.
func Check(dir string) error {
	b, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if errors.Is(err, fs.ErrNotExist) {
		return mayBegin(dir)
	}
	if err != nil {
		return fmt.Errorf("reading the CA: %w", err)
	}
	ca, err := parseCA(b)
	if err != nil {
		return fmt.Errorf("ca.pem: %w", err)
	}
	errs := []error{checkTrustStore(filepath.Join(dir, "ca.p12"), ca), checkKey(filepath.Join(dir, "ca-key.pem"), ca)}
	for _, kind := range keyKinds {
		errs = append(errs, checkServer(filepath.Join(dir, kind.file), ca))
	}
	return errors.Join(errs...)
}

func parseCA(b []byte) (*x509.Certificate, error) {
	block, rest := pem.Decode(b)
	if block == nil || block.Type != "CERTIFICATE" || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("holds no single certificate in PEM")
	}
	ca, err := x509.ParseCertificate(block.Bytes)
	if err == nil {
		err = ca.CheckSignatureFrom(ca)
	}
	return ca, err
}

// read gives a file's bytes, nil where there is none.
func read(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}

func checkTrustStore(path string, ca *x509.Certificate) error {
	b, err := read(path)
	if b == nil || err != nil {
		return err
	}
	certs, err := pkcs12.DecodeTrustStore(b, pkcs12.DefaultPassword)
	if err == nil && (len(certs) != 1 || !certs[0].Equal(ca)) {
		err = errors.New("does not hold the certificate of ca.pem")
	}
	if err != nil {
		return fmt.Errorf("ca.p12: %w", err)
	}
	return nil
}

func checkKey(path string, ca *x509.Certificate) error {
	b, err := read(path)
	if b == nil || err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(encodeCertificate(ca.Raw), b)
	if err == nil {
		err = checkEncoding(pair, b)
	}
	if err != nil {
		return fmt.Errorf("ca-key.pem: %w", err)
	}
	return nil
}

func checkServer(path string, ca *x509.Certificate) error {
	b, err := read(path)
	if b == nil || err != nil {
		return err
	}
	pair, err := parsePair(b, b, "")
	if err == nil {
		err = errors.Join(pair.Leaf.CheckSignatureFrom(ca), checkEncoding(pair, b))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return nil
}

// checkEncoding says whether the key in a file is written as Open writes it: reading
// passes over parts of an encoded key.
func checkEncoding(pair tls.Certificate, file []byte) error {
	want, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		return err
	}
	for {
		var block *pem.Block
		if block, file = pem.Decode(file); block == nil {
			return errors.New("holds no key")
		}
		if block.Type == "PRIVATE KEY" {
			if !bytes.Equal(block.Bytes, want) {
				return errors.New("the key is not as it was written")
			}
			return nil
		}
	}
}
