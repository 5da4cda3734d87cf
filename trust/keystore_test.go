package trust_test

import (
	"crypto/tls"
	"encoding/asn1"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"arr/e2e/peertest"
	"arr/trust"

	"software.sslmate.com/src/go-pkcs12"
)

// tool runs a program in dir, or skips the test where it is missing.
func tool(t testing.TB, dir, line string) {
	t.Helper()
	args := strings.Fields(line)
	cmd := exec.CommandContext(t.Context(), peertest.Program(t, args[0]), args[1:]...)
	cmd.Dir = dir
	// keytool is gone before compiling itself well pays.
	cmd.Env = append(os.Environ(), "JAVA_TOOL_OPTIONS=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
}

// Names say nothing: keytool writes PKCS#12 into what people call .jks.
func TestStoresOfKeytoolAndOpenSSL(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const key = "keytool -genkeypair -validity 100 -storepass secret1 "
	for _, line := range []string{
		key + "-keystore old.p12 -storetype JKS -alias rsa -keyalg RSA -dname CN=rsa -keypass another1",
		key + "-keystore modern.jks -alias rsa -keyalg RSA -dname CN=rsa",
		key + "-keystore modern.jks -alias ec -keyalg EC -groupname secp256r1 -dname CN=ec",
		"keytool -J-Dkeystore.pkcs12.legacy -importkeystore -noprompt -srckeystore modern.jks -srcstorepass secret1 -destkeystore legacy.bin -deststorepass secret1 -deststoretype PKCS12",
		"keytool -exportcert -keystore modern.jks -storepass secret1 -alias ec -file ec.der",
		"keytool -importcert -noprompt -keystore trust.jks -storepass secret1 -alias ec -file ec.der",
		"keytool -importcert -noprompt -keystore trust.old -storetype JKS -storepass secret1 -alias ec -file ec.der",
		"openssl pkcs12 -in modern.jks -passin pass:secret1 -nodes -out all.pem",
		"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -subj /CN=openssl",
		"openssl pkcs12 -export -in cert.pem -inkey key.pem -passout pass:secret1 -out openssl.p12",
		"openssl pkcs12 -export -legacy -in cert.pem -inkey key.pem -passout pass:secret1 -out openssl-legacy.p12",
		"openssl pkcs12 -export -nokeys -in cert.pem -passout pass:secret1 -out certs.p12",
		key + "-keystore both.p12 -alias z -keyalg RSA -dname CN=z",
		"keytool -importcert -noprompt -keystore both.p12 -storepass secret1 -alias ec -file ec.der",
		"openssl pkcs8 -topk8 -in key.pem -passout pass:secret1 -out encrypted.pem",
		"keytool -genseckey -keystore secret.jceks -storetype JCEKS -storepass secret1 -alias k -keyalg AES -keysize 128",
	} {
		tool(t, dir, line)
	}
	writeTo(t, filepath.Join(dir, "ber.p12"), []byte{0x30, 0x80, 0x02, 0x01, 0x03})
	writeTo(t, filepath.Join(dir, "cut.jks"), []byte{0xFE, 0xED, 0xFE, 0xED, 0, 0})
	writeTo(t, filepath.Join(dir, "text"), []byte("no store"))
	password := func(name, text string) trust.Password {
		return trust.Password{File: writeTo(t, filepath.Join(dir, name), []byte(text+"\n"))}
	}
	secret, another := password("password", "secret1"), password("another", "another1")
	tests := []struct {
		store trust.Store
		want  string // subjects of the keys' certificates, or part of the error
	}{
		{trust.Store{File: "old.p12", Password: secret, KeyPassword: another}, "CN=rsa"},
		{trust.Store{File: "old.p12", Password: secret}, `the key "rsa" can't be decrypted: its password is another than the store's`},
		{trust.Store{File: "old.p12", Password: another}, "the password is wrong, or the file is damaged"},
		{trust.Store{File: "modern.jks", Password: secret}, "CN=ec CN=rsa"},
		{trust.Store{File: "modern.jks", Password: trust.Password{Text: "secret1"}, Alias: "EC"}, "CN=ec"},
		{trust.Store{File: "modern.jks", Password: secret, Alias: "nobody"}, `there is no key with the alias "nobody"`},
		{trust.Store{File: "modern.jks", Password: another}, "the password is wrong"},
		{trust.Store{File: "legacy.bin", Password: secret}, "CN=ec CN=rsa"},
		{trust.Store{File: "openssl.p12", Password: secret}, "CN=openssl"},
		{trust.Store{File: "openssl-legacy.p12", Password: secret}, "CN=openssl"},
		{trust.Store{File: "all.pem"}, "CN=ec CN=rsa"},
		{trust.Store{File: "both.p12", Password: secret}, "CN=z"},
		{trust.Store{File: "both.p12"}, "it has a password, and none was given"},
		{trust.Store{File: "certs.p12", Password: secret}, `private key missing: convert it with "openssl pkcs12 -in FILE -nodes -out all.pem", and name all.pem`},
		{trust.Store{File: "key.pem"}, "has no certificate"},
		{trust.Store{File: "encrypted.pem"}, "decrypt it with"},
		{trust.Store{File: "trust.jks", Password: secret}, "there is no key in it: is it a trust store?"},
		{trust.Store{File: "secret.jceks", Password: secret}, "keytool -importkeystore"},
		{trust.Store{File: "ber.p12", Password: secret}, "it is BER, and only DER can be read: convert it with"},
		{trust.Store{File: "cut.jks", Password: secret}, "cut off"},
		{trust.Store{File: "text", Password: secret}, "neither PKCS#12 nor JKS"},
	}
	for _, test := range tests {
		test.store.File = filepath.Join(dir, test.store.File)
		got := ""
		pairs, err := test.store.Pairs()
		if err != nil {
			got = err.Error()
		}
		var subjects []string
		for _, p := range pairs {
			subjects = append(subjects, p.Leaf.Subject.String())
		}
		slices.Sort(subjects)
		if err == nil && strings.Join(subjects, " ") != test.want || err != nil && !strings.Contains(got, test.want) {
			t.Errorf("%s: %q %s, want %s", filepath.Base(test.store.File), subjects, got, test.want)
		}
		if strings.Contains(got, "secret1") || strings.Contains(got, "another1") {
			t.Errorf("%s: the error tells the password: %s", filepath.Base(test.store.File), got)
		}
	}
	for name, want := range map[string]int{"trust.jks": 1, "trust.old": 1, "ec.der": 1, "modern.jks": 2, "both.p12": 2} {
		certs, err := (trust.Store{File: filepath.Join(dir, name), Password: secret}).Certificates()
		if err != nil || len(certs) != want {
			t.Errorf("%s: %d certificates, %v, want %d", name, len(certs), err, want)
		}
	}
}

// A store is served and read again with its password; what can't be used changes nothing.
func TestStoreReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		write := func(name, password string) {
			id := issue(t, nil, name, nil)
			b, err := pkcs12.Modern.Encode(id.key, id.cert, nil, password)
			if err != nil {
				t.Fatal(err)
			}
			writeTo(t, filepath.Join(dir, "store"), b)
			writeTo(t, filepath.Join(dir, "password"), []byte(password))
		}
		write("first", "one")
		s := open(t, trust.Options{Log: discard, Stores: []trust.Store{{
			File: filepath.Join(dir, "store"), Password: trust.Password{File: filepath.Join(dir, "password")}}}})
		server := tlsConfig(t, s, trust.Clients{})
		running(t, s)
		served := func() string {
			cs, _, err := handshake(t, server, &tls.Config{InsecureSkipVerify: true})
			if err != nil {
				t.Fatal(err)
			}
			return cs.PeerCertificates[0].Subject.CommonName
		}
		write("second", "two")
		aMinuteLater()
		if got := served(); got != "second" {
			t.Errorf("%s is served after the store changed", got)
		}
		if err := os.WriteFile(filepath.Join(dir, "password"), []byte("wrong"), 0o600); err != nil {
			t.Fatal(err)
		}
		aMinuteLater()
		if got, st := served(), s.Stats(); got != "second" || st.Failures != 1 {
			t.Errorf("%s is served with a wrong password: %+v", got, st)
		}
	})
}

// A file can't keep the server busy by having its password hashed for hours.
func TestStoreIterations(t *testing.T) {
	type mac struct {
		Salt       []byte
		Iterations int
	}
	type pfx struct {
		Version  int
		AuthSafe struct{ Content int }
		MacData  mac
	}
	for n, want := range map[int]string{10_000: "reading it as PKCS#12", 2_000_000_000: "checking its password would take too long"} {
		b, err := asn1.Marshal(pfx{Version: 3, MacData: mac{[]byte("salt"), n}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = trust.Store{File: writeTo(t, filepath.Join(t.TempDir(), "store"), b)}.Pairs()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d iterations: error %v, want %q", n, err, want)
		}
	}
}
