package trust_test

import (
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"arr/trust"
)

// Keys that openssl encrypted, each beside its certificate as a pair of files and in one.
func TestEncryptedKeys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const p8 = "openssl pkcs8 -topk8 -in key.pem -passout pass:secret1 -out "
	for _, line := range []string{
		"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -subj /CN=openssl",
		p8 + "default",
		p8 + "aes-128-sha-1 -v2 aes-128-cbc -v2prf hmacWithSHA1",
		p8 + "aes-192-sha-224 -v2 aes-192-cbc -v2prf hmacWithSHA224",
		p8 + "aes-256-sha-384 -v2 aes-256-cbc -v2prf hmacWithSHA384",
		p8 + "3des-sha-512 -v2 des3 -v2prf hmacWithSHA512 -iter 1000",
		p8 + "scrypt -scrypt",
		p8 + "version-1 -v1 PBE-SHA1-3DES",
		"openssl ec -in key.pem -aes256 -passout pass:secret1 -out older",
		"openssl ec -in key.pem -des3 -passout pass:secret1 -out older-3des",
	} {
		tool(t, dir, line)
	}
	cert, err := os.ReadFile(filepath.Join(dir, "cert.pem"))
	if err != nil {
		t.Fatal(err)
	}
	const unread = `encrypted in a way that can't be read: convert it with "openssl pkcs8 -topk8 -v2 aes-256-cbc`
	for _, test := range []struct{ file, right, wrong, none string }{
		{"key.pem", "", "", ""},
		{"default", "", "the password is wrong", "no password is given"},
		{"aes-128-sha-1", "", "the password is wrong", "no password is given"},
		{"aes-192-sha-224", "", "the password is wrong", "no password is given"},
		{"aes-256-sha-384", "", "the password is wrong", "no password is given"},
		{"3des-sha-512", "", "the password is wrong", "no password is given"},
		{"older", "", "the password is wrong", "no password is given"},
		{"older-3des", "", "the password is wrong", "no password is given"},
		{"scrypt", unread, unread, "no password is given"},
		{"version-1", unread, unread, "no password is given"},
	} {
		path := filepath.Join(dir, test.file)
		key, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		both := writeTo(t, filepath.Join(dir, "both"), key, cert)
		for password, want := range map[string]string{"secret1": test.right, "wrong": test.wrong, "": test.none} {
			given := trust.Password{Text: password}
			_, err := trust.Pair{Cert: filepath.Join(dir, "cert.pem"), Key: path, Password: given}.Load()
			checkPeer(t, test.file+" as a pair, password "+password, want, err)
			_, err = trust.Store{File: both, Password: given}.Pairs()
			checkPeer(t, test.file+" in a store, password "+password, want, err)
			if password != "" {
				_, err = trust.Store{File: both, Password: trust.Password{Text: "the store's"}, KeyPassword: given}.Pairs()
				checkPeer(t, test.file+" in a store with a password of its own, "+password, want, err)
			}
		}
	}
}

// A file can't keep the server busy by having its password hashed for hours.
func TestEncryptedKeyIterations(t *testing.T) {
	type derivation struct {
		Salt       []byte
		Iterations int
	}
	type algorithm[T any] struct {
		ID     asn1.ObjectIdentifier
		Params T
	}
	type both struct {
		Derivation algorithm[derivation]
		Encryption algorithm[[]byte]
	}
	type encrypted struct {
		Scheme algorithm[both]
		Data   []byte
	}
	pkcs5 := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5}
	for iterations, want := range map[int]string{1: "the password is wrong", 20_000_000: "hashed too often", 0: "hashed too often"} {
		der, err := asn1.Marshal(encrypted{algorithm[both]{append(slices.Clip(pkcs5), 13), both{
			algorithm[derivation]{append(slices.Clip(pkcs5), 12), derivation{[]byte("salt"), iterations}},
			algorithm[[]byte]{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}, make([]byte, 16)},
		}}, make([]byte, 32)})
		if err != nil {
			t.Fatal(err)
		}
		file := writeTo(t, filepath.Join(t.TempDir(), "key"), pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}))
		_, err = trust.Store{File: file, Password: trust.Password{Text: "secret1"}}.Pairs()
		checkPeer(t, fmt.Sprint(iterations, " iterations"), want, err)
	}
}
