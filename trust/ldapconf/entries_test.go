package ldapconf_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"arr/trust/ldapconf"
)

const devices = "cn=Devices,cn=DICOM Configuration,dc=dcm4che,dc=org"

// snapshot makes one of entries as LDIF writes them, whose DNs lack what lies above the
// devices. A value after "::" is in base64.
func snapshot(t testing.TB, device, text string) *ldapconf.Snapshot {
	t.Helper()
	type entry struct {
		DN         string              `json:"dn"`
		Attributes map[string][]string `json:"attributes"`
		Binary     map[string][]string `json:"binary"`
	}
	var entries []*entry
	for line := range strings.Lines(strings.ReplaceAll(text, "DEVICES", devices)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case name == "":
		case name == "dn":
			entries = append(entries, &entry{DN: value, Attributes: map[string][]string{}, Binary: map[string][]string{}})
		case strings.HasSuffix(name, ":"):
			e, name := entries[len(entries)-1], strings.TrimSuffix(name, ":")
			e.Binary[name] = append(e.Binary[name], value)
		default:
			e := entries[len(entries)-1]
			e.Attributes[name] = append(e.Attributes[name], value)
		}
	}
	b, err := json.Marshal(map[string]any{
		"version": 1, "base": ldapconf.DefaultBase, "device": device, "devices": devices, "read": read, "entries": entries,
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := ldapconf.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// certificate makes one for people to believe.
func certificate(t testing.TB, name string) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func der(c *x509.Certificate) string { return base64.StdEncoding.EncodeToString(c.Raw) }

// missing gives those of the texts that stand in none of the notes.
func missing(notes []string, texts []string) (lacking []string) {
	all := strings.Join(notes, "\n")
	for _, text := range texts {
		if !strings.Contains(all, text) {
			lacking = append(lacking, text)
		}
	}
	return lacking
}
