package trust

import (
	"bytes"
	"crypto"
	"crypto/sha1" // the digest of JKS files
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/pavlo-v-chernykh/keystore-go/v4"
	"software.sslmate.com/src/go-pkcs12"
)

// storeEntry is a key with its certificates, or a certificate that is trusted.
type storeEntry struct {
	alias string
	key   crypto.Signer // nil of a trusted certificate
	// chain begins with the key's own certificate.
	chain []*x509.Certificate
}

// pair has the entry as crypto/tls takes it.
func (e *storeEntry) pair() (tls.Certificate, error) {
	if len(e.chain) == 0 {
		return tls.Certificate{}, fmt.Errorf("the key %q has no certificate: import it with its chain", e.alias)
	}
	public, ok := e.key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(e.chain[0].PublicKey) {
		return tls.Certificate{}, fmt.Errorf("the key %q is not that of its certificate: import both again", e.alias)
	}
	c := tls.Certificate{PrivateKey: e.key, Leaf: e.chain[0]}
	for _, cert := range e.chain {
		c.Certificate = append(c.Certificate, cert.Raw)
	}
	return c, nil
}

var errPassword = errors.New("the password is wrong, or the file is damaged")

// parseStore reads a PKCS#12 or JKS file, PEM, or certificates in DER. What it is is told
// by its first bytes: keytool writes PKCS#12 into files that people call .jks. An empty
// keyPassword means that keys have the store's. Only keys named by alias, if that is not
// empty, are decrypted.
func parseStore(b []byte, password, keyPassword, alias string) ([]storeEntry, error) {
	if keyPassword == "" {
		keyPassword = password
	}
	var entries []storeEntry
	var err error
	switch {
	case bytes.HasPrefix(b, []byte{0xFE, 0xED, 0xFE, 0xED}):
		entries, err = parseJKS(b, password, keyPassword, alias)
	case bytes.HasPrefix(b, []byte{0xCE, 0xCE, 0xCE, 0xCE}):
		err = errors.New(`it is a JCEKS store: convert it with "keytool -importkeystore -deststoretype pkcs12"`)
	case bytes.HasPrefix(b, []byte{0x30, 0x80}):
		err = errors.New("it is BER, and only DER can be read: " + convertToPEM)
	case len(b) > 0 && b[0] == 0x30:
		entries, err = parseDER(b, password)
	case bytes.Contains(b, []byte("-----BEGIN ")):
		entries, err = parsePEM(b, keyPassword)
	default:
		err = errors.New("it is neither PKCS#12 nor JKS nor PEM nor a certificate in DER: is it the right file?")
	}
	if errors.Is(err, errPassword) && password == "" {
		return nil, errors.New("it has a password, and none was given: put it into a file, and name that, too")
	}
	if err != nil {
		return nil, err
	}
	if alias != "" {
		entries = slices.DeleteFunc(entries, func(e storeEntry) bool { return !strings.EqualFold(e.alias, alias) })
	}
	return entries, nil
}

// parseJKS checks the digest first, which depends on the password: the library allots
// memory as the file says, and only what keytool wrote can be believed there.
func parseJKS(b []byte, password, keyPassword, alias string) ([]storeEntry, error) {
	if len(b) < sha1.Size {
		return nil, errors.New("it is cut off: bring it back from a backup")
	}
	h := sha1.New()
	for _, u := range utf16.Encode([]rune(password)) {
		h.Write([]byte{byte(u >> 8), byte(u)})
	}
	h.Write([]byte("Mighty Aphrodite"))
	body := b[:len(b)-sha1.Size]
	h.Write(body)
	if subtle.ConstantTimeCompare(h.Sum(nil), b[len(body):]) != 1 {
		return nil, errPassword
	}
	ks := keystore.New(keystore.WithOrderedAliases())
	if err := ks.Load(bytes.NewReader(b), []byte(password)); err != nil {
		return nil, fmt.Errorf("reading it as JKS: %w", err)
	}
	var entries []storeEntry
	for _, name := range ks.Aliases() {
		e := storeEntry{alias: name}
		var certs []keystore.Certificate
		switch {
		case alias != "" && !strings.EqualFold(name, alias):
			continue
		case ks.IsPrivateKeyEntry(name):
			entry, err := ks.GetPrivateKeyEntry(name, []byte(keyPassword))
			if err != nil {
				return nil, fmt.Errorf("the key %q can't be decrypted: its password is another than the store's, or wrong", name)
			}
			if e.key, err = parseKey(entry.PrivateKey); err != nil {
				return nil, fmt.Errorf("the key %q: %w", name, err)
			}
			certs = entry.CertificateChain
		default:
			entry, err := ks.GetTrustedCertificateEntry(name)
			if err != nil {
				return nil, fmt.Errorf("the entry %q: %w", name, err)
			}
			certs = []keystore.Certificate{entry.Certificate}
		}
		for _, c := range certs {
			cert, err := x509.ParseCertificate(c.Content)
			if err != nil {
				return nil, fmt.Errorf("the entry %q: its certificate can't be read: %w", name, err)
			}
			e.chain = append(e.chain, cert)
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// parseDER reads certificates one after another, or PKCS#12.
func parseDER(b []byte, password string) ([]storeEntry, error) {
	if certs, err := x509.ParseCertificates(b); err == nil {
		return trusted(certs), nil
	}
	if !affordable(b) {
		return nil, errors.New(`checking its password would take too long: have it made anew, with "keytool -importkeystore" or "openssl pkcs12 -export"`)
	}
	certs, trustErr := pkcs12.DecodeTrustStore(b, password)
	if trustErr == nil {
		return trusted(certs), nil
	}
	if errors.Is(trustErr, pkcs12.ErrIncorrectPassword) {
		return nil, errPassword
	}
	//lint:ignore SA1019 DecodeChain takes no file with several keys, and parseKey reads the old encodings
	blocks, err := pkcs12.ToPEM(b, password) //nolint:staticcheck // as above
	if err == nil {
		return joinBlocks(blocks)
	}
	// One key may be laid out otherwise, and stand with certificates that are trusted.
	key, first, others, err := pkcs12.DecodeChain(b, password)
	if err != nil {
		return nil, fmt.Errorf("reading it as PKCS#12: %w: %s", err, convertToPEM)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("its key can't sign: make an EC or RSA one")
	}
	return join([]storeEntry{{key: signer}}, append([]*x509.Certificate{first}, others...)), nil
}

// convertToPEM brings over several keys and certificates without any, which "openssl pkcs12
// -export" does not.
const convertToPEM = `convert it with "openssl pkcs12 -in FILE -nodes -out all.pem", and name all.pem`

// maxIterations bounds how often a password may be hashed: keytool has it done 10,000
// times, and ten million take some seconds.
const maxIterations = 10_000_000

// affordable says whether the iterations of a PKCS#12 file's MAC are few enough. All that
// comes after is covered by the MAC, and so was written by who knows the password.
func affordable(pfx []byte) bool {
	var outer struct {
		Version  int
		AuthSafe asn1.RawValue
		MacData  asn1.RawValue `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(pfx, &outer); err != nil {
		return true // the library says what is wrong
	}
	return smallIntegers(outer.MacData.Bytes)
}

// smallIntegers says whether none of the integers in DER is above maxIterations; which of
// them count iterations depends on the kind of MAC.
func smallIntegers(der []byte) bool {
	for len(der) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(der, &v)
		if err != nil {
			return true
		}
		var n int64
		if v.Class == asn1.ClassUniversal && v.Tag == asn1.TagInteger {
			if _, err := asn1.Unmarshal(v.FullBytes, &n); err != nil || n > maxIterations {
				return false
			}
		}
		if v.IsCompound && !smallIntegers(v.Bytes) {
			return false
		}
		der = rest
	}
	return true
}

func trusted(certs []*x509.Certificate) (entries []storeEntry) {
	for _, c := range certs {
		entries = append(entries, storeEntry{chain: []*x509.Certificate{c}})
	}
	return entries
}

func parsePEM(b []byte, password string) ([]storeEntry, error) {
	b, err := decryptPEM(b, password)
	if err != nil {
		return nil, err
	}
	var blocks []*pem.Block
	for {
		var block *pem.Block
		if block, b = pem.Decode(b); block == nil {
			return joinBlocks(blocks)
		}
		blocks = append(blocks, block)
	}
}

// joinBlocks reads keys and certificates, and joins them.
func joinBlocks(blocks []*pem.Block) ([]storeEntry, error) {
	var entries []storeEntry
	var certs []*x509.Certificate
	for _, block := range blocks {
		switch {
		case block.Type == "CERTIFICATE":
			cert, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, fmt.Errorf("certificate %d of the file can't be read: %w: take it out or have it made anew", len(certs)+1, err)
			}
			certs = append(certs, cert)
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			key, err := parseKey(block.Bytes)
			if err != nil {
				return nil, err
			}
			entries = append(entries, storeEntry{alias: block.Headers["friendlyName"], key: key})
		}
	}
	return join(entries, certs), nil
}

// join finds each key's certificate and those above it. The other certificates are trusted.
func join(keys []storeEntry, certs []*x509.Certificate) []storeEntry {
	others := slices.Clone(certs)
	for i := range keys {
		public, ok := keys[i].key.Public().(interface{ Equal(crypto.PublicKey) bool })
		own := slices.IndexFunc(certs, func(c *x509.Certificate) bool { return ok && public.Equal(c.PublicKey) })
		if own >= 0 {
			keys[i].chain = chainOf(certs[own], certs)
		}
		others = slices.DeleteFunc(others, func(c *x509.Certificate) bool { return slices.Contains(keys[i].chain, c) })
	}
	return append(keys, trusted(others)...)
}

// chainOf puts above leaf who issued it, as far as certs go.
func chainOf(leaf *x509.Certificate, certs []*x509.Certificate) []*x509.Certificate {
	chain := []*x509.Certificate{leaf}
	for last := leaf; !bytes.Equal(last.RawIssuer, last.RawSubject); {
		i := slices.IndexFunc(certs, func(c *x509.Certificate) bool {
			return bytes.Equal(c.RawSubject, last.RawIssuer) && !slices.Contains(chain, c)
		})
		if i < 0 {
			break
		}
		last = certs[i]
		chain = append(chain, last)
	}
	return chain
}

// parseKey reads a key as PKCS#8, PKCS#1 and SEC 1 have it.
func parseKey(der []byte) (crypto.Signer, error) {
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		if k, e := x509.ParsePKCS1PrivateKey(der); e == nil {
			return k, nil
		}
		if k, e := x509.ParseECPrivateKey(der); e == nil {
			return k, nil
		}
		return nil, fmt.Errorf("its key can't be read: %w: make an EC or RSA one", err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("its key can't sign: make an EC or RSA one")
	}
	return signer, nil
}
