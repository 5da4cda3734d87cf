package trust

import (
	"strings"
	"testing"
)

// Whatever a file holds, it is either refused or each of its entries can be used.
func FuzzParseStore(f *testing.F) {
	f.Fuzz(func(t *testing.T, file []byte) {
		entries, err := parseStore(file, "changeit", "", "")
		if err != nil && entries != nil {
			t.Errorf("error %v with %d entries", err, len(entries))
		}
		for i := range entries {
			switch {
			case entries[i].key != nil:
				_, err := entries[i].pair()
				if err == nil && len(entries[i].chain) == 0 {
					t.Error("a key without a certificate is a pair")
				}
			case len(entries[i].chain) != 1:
				t.Errorf("%d certificates in one trusted entry", len(entries[i].chain))
			}
		}
	})
}

// Whatever a file of revocation lists holds, it is refused or has one.
func FuzzParseRevoked(f *testing.F) {
	f.Add([]byte("-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n"))
	f.Add([]byte{0x30, 0x03, 0x02, 0x01, 0x01})
	f.Fuzz(func(t *testing.T, file []byte) {
		lists, err := parseRevoked(file)
		if err == nil && (len(lists) == 0 || lists[0] == nil) {
			t.Error("neither a list nor an error")
		}
	})
}

// An entry of the list of allowed clients names somebody, or is refused: what is taken for
// an entry and is none would let everybody in.
func FuzzParseAllowed(f *testing.F) {
	for _, s := range []string{"", "name:pacs.example", "subject:CN=PACS", "sha256:00", "sha256:" + strings.Repeat("00", 32)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseAllowed([]string{text})
		if err == nil && len(a.fingerprints)+len(a.subjects)+len(a.names)+len(a.addresses) != 1 {
			t.Errorf("%q names %v", text, a)
		}
	})
}

// Whatever an encrypted key says of its encryption, it is refused or decrypted.
func FuzzDecryptPKCS8(f *testing.F) {
	f.Add([]byte{0x30, 0x03, 0x02, 0x01, 0x01})
	f.Fuzz(func(t *testing.T, der []byte) {
		plain, err := decryptPKCS8(der, "secret1")
		if err != nil && plain != nil {
			t.Errorf("error %v with %d bytes", err, len(plain))
		}
	})
}
