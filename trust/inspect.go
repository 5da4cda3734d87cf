package trust

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Entry is what a store holds under one alias, or what a peer presents.
type Entry struct {
	// Alias is "" where the file gives none.
	Alias string
	// Key says that the private key is there, too.
	Key bool
	// Chain begins with the entry's own certificate. It is empty for a key without one.
	Chain []*x509.Certificate
}

// Entries gives everything in the store, in its order. The error says what can't be read.
func (s Store) Entries() ([]Entry, error) {
	files, err := s.read()
	if err != nil {
		return nil, err
	}
	all, err := s.entries(files)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, e := range all {
		entries = append(entries, Entry{Alias: e.alias, Key: e.key != nil, Chain: e.chain})
	}
	return entries, nil
}

// Fact is one line on a certificate.
type Fact struct{ Name, Text string }

// Facts describes a certificate in words, at the given time: who it names, for how long,
// its key and usages, the profiles that it suits as a server's, and what may cause trouble.
func Facts(c *x509.Certificate, now time.Time) []Fact {
	issuer := c.Issuer.String()
	if selfIssued(c) {
		issuer += " (itself)"
	}
	facts := []Fact{
		{"subject", c.Subject.String()},
		{"issuer", issuer},
		{"names", orNone(names(c))},
		{"valid", c.NotBefore.UTC().Format(time.RFC3339) + " to " + c.NotAfter.UTC().Format(time.RFC3339)},
		{"key", keyText(c)},
		{"signed with", c.SignatureAlgorithm.String()},
		{"usages", orNone(usages(c))},
		{"SHA-256", fingerprint(c)},
	}
	var suited []string
	for _, p := range profiles {
		if p.Suits(c) {
			suited = append(suited, p.Name)
		}
	}
	facts = append(facts, Fact{"TLS profiles", orNone(suited)})
	for _, text := range oddities(c, now) {
		facts = append(facts, Fact{"note", text})
	}
	return facts
}

func selfIssued(c *x509.Certificate) bool { return bytes.Equal(c.RawIssuer, c.RawSubject) }

func orNone(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}

func names(c *x509.Certificate) []string {
	all := slices.Concat(c.DNSNames, c.EmailAddresses)
	for _, ip := range c.IPAddresses {
		all = append(all, ip.String())
	}
	for _, u := range c.URIs {
		all = append(all, u.String())
	}
	return all
}

func keyText(c *x509.Certificate) string {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA, %d bits", key.N.BitLen())
	case *ecdsa.PublicKey:
		return "EC, " + key.Params().Name
	}
	return c.PublicKeyAlgorithm.String()
}

// keyUsages are RFC 5280's words (4.2.1.3), in the order of their bits.
var keyUsages = []string{"digital signature", "content commitment", "key encipherment", "data encipherment",
	"key agreement", "certificate signing", "CRL signing", "encipher only", "decipher only"}

// extUsages are the extended ones of RFC 5280 4.2.1.12.
var extUsages = map[x509.ExtKeyUsage]string{
	x509.ExtKeyUsageAny: "any use", x509.ExtKeyUsageServerAuth: "server authentication", x509.ExtKeyUsageClientAuth: "client authentication",
	x509.ExtKeyUsageCodeSigning: "code signing", x509.ExtKeyUsageEmailProtection: "e-mail protection",
	x509.ExtKeyUsageTimeStamping: "time stamping", x509.ExtKeyUsageOCSPSigning: "OCSP signing",
}

func usages(c *x509.Certificate) (words []string) {
	for i, word := range keyUsages {
		if c.KeyUsage&(1<<i) != 0 {
			words = append(words, word)
		}
	}
	for _, u := range c.ExtKeyUsage {
		if word := extUsages[u]; word != "" {
			words = append(words, word)
		}
	}
	for _, oid := range c.UnknownExtKeyUsage {
		words = append(words, oid.String())
	}
	if c.IsCA {
		words = append(words, "CA")
	}
	return words
}

// oddities are what peers refuse certificates for.
func oddities(c *x509.Certificate, now time.Time) (notes []string) {
	note := func(odd bool, text string) {
		if odd {
			notes = append(notes, text)
		}
	}
	note(now.After(c.NotAfter), "it has expired")
	note(now.Before(c.NotBefore), "it is not valid yet")
	note(now.Before(c.NotAfter) && c.NotAfter.Sub(now) < renewBefore, "it expires soon")
	note(weakSignature(c) && !selfIssued(c), "its signature is forged too easily: it has to be installed itself to be believed")
	note(selfIssued(c) && !c.IsCA, "it is signed by itself: it has to be installed itself to be believed")
	note(len(names(c)) == 0 && !c.IsCA, "it names its owner in the subject alone: who compares names refuses it as a server's")
	note(c.IsCA && (len(names(c)) > 0 || len(c.ExtKeyUsage) > 0),
		"it calls itself a CA, though it looks like a machine's: where it is installed, whoever it issues to is believed, unless client-verify=installed is said")
	if key, ok := c.PublicKey.(*rsa.PublicKey); ok {
		note(key.N.BitLen() < 2048, "its key is shorter than BCP 195 allows, 2048 bits")
	}
	note(len(c.ExtKeyUsage) > 0 && !slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageClientAuth) && !slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageAny),
		"it is not made for clients: arr believes it all the same, others may not")
	return notes
}

// weakSignature says whether crypto/x509 does not verify the certificate's signature.
func weakSignature(c *x509.Certificate) bool {
	switch c.SignatureAlgorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

// Suits says whether a server can speak the profile with this certificate.
func (p Profile) Suits(c *x509.Certificate) bool {
	may := func(u x509.KeyUsage) bool { return c.KeyUsage == 0 || c.KeyUsage&u != 0 }
	if p.Max == tls.VersionTLS13 && may(x509.KeyUsageDigitalSignature) {
		return true
	}
	for _, id := range p.Suites {
		name := tls.CipherSuiteName(id)
		kind, use := x509.RSA, x509.KeyUsageDigitalSignature
		switch {
		case strings.Contains(name, "_ECDSA_"):
			kind = x509.ECDSA
		case strings.HasPrefix(name, "TLS_RSA_"):
			use = x509.KeyUsageKeyEncipherment
		}
		if c.PublicKeyAlgorithm == kind && may(use) {
			return true
		}
	}
	return false
}
