package e2e

import (
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"arr/e2e/peertest"
)

// sendBy has openssl send a frame that holds a word, with some options, and gives what it
// printed. Whether the frame got through is seen by what is stored.
func sendBy(t *testing.T, address, word string, options ...string) string {
	t.Helper()
	frame := "<85>1 - host app - - - " + word
	peer := exec.CommandContext(t.Context(), peertest.Program(t, "openssl"), append([]string{"s_client", "-connect", address}, options...)...)
	peer.Stdin = strings.NewReader(fmt.Sprintf("%d %s", len(frame), frame))
	peer.WaitDelay = peerPatience
	out, _ := peer.CombinedOutput()
	return string(out)
}

// A stock dcm4chee offers TLS 1.2 with one suite. The default port refuses it and names the
// remedy, which lets it in.
func TestStockArchive(t *testing.T) {
	needPeers(t)
	s := start(t, t.TempDir(), "--tls", "127.0.0.1:0,profile=aes")
	stock := []string{"-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"}
	if out := sendBy(t, s.ports.TLS[0], "refused", stock...); !strings.Contains(out, "handshake failure") {
		t.Errorf("the default port: %s", out)
	}
	sendBy(t, s.ports.TLS[1], "taken", stock...)
	if got := mustArr(t, "", "query", "transport:tls", "--format", "raw", "--data", s.dir); !strings.HasSuffix(got, "- - - taken") {
		t.Errorf("stored is %q", got)
	}
	for _, said := range []string{
		mustArr(t, "", "status", "--data", s.dir),
		mustArr(t, "", "query", "event:110113 type:110126 transport:self", "--data", s.dir, "--format", "xml"),
	} {
		if !strings.Contains(said, "open a port with profile=aes") || !strings.Contains(said, "TLS_RSA_WITH_AES_128_CBC_SHA") {
			t.Errorf("neither the offer nor the remedy is said: %s", said)
		}
	}
	if s.metric(`arr_tls_weak_profile{profile="aes"}`) != 1 {
		t.Error("the metrics do not tell of the weak profile")
	}
	s.stop()
	if !strings.Contains(s.log.String(), "a TLS profile that is no longer safe is served") {
		t.Errorf("the log does not warn: %s", s.log)
	}
}

// A peer that is refused a thousand times within a minute is recorded once, beside who is not
// refused.
func TestRefusalsAreRecordedOnce(t *testing.T) {
	needBinary(t)
	s := start(t, t.TempDir())
	var done sync.WaitGroup
	for range 10 {
		done.Go(func() {
			for range 100 {
				old := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
				if conn, err := tls.Dial("tcp", s.ports.TLS[0], old); err == nil {
					conn.Close()
					t.Error("TLS 1.1 is spoken")
				}
			}
		})
	}
	done.Wait()
	if n := s.metric(`arr_handshakes_refused_total{cause="tls-version"}`); n != 1000 {
		t.Errorf("%v refusals are counted", n)
	}
	if got := mustArr(t, "", "query", "event:110113", "--count", "--data", s.dir); got != "1\n" {
		t.Errorf("%s records of the refusals", got)
	}
	got := mustArr(t, "", "show", "0", "--data", s.dir)
	for _, want := range []string{"Security Alert", "Node Authentication", "127.0.0.1", "turn on TLS 1.2 or 1.3 at the sender", "conformant"} {
		if !strings.Contains(got, want) {
			t.Errorf("the record lacks %q: %s", want, got)
		}
	}
}

// Each address asks for client certificates and believes them as it is told.
func TestClientCertificateModes(t *testing.T) {
	needPeers(t)
	known, stranger, device := newIdentity(t, "known"), newIdentity(t, "stranger"), newIdentity(t, "device")
	old := newIdentity(t, "old", "-sha1")
	both := filepath.Join(t.TempDir(), "both.pem")
	join(t, both, known.ca, device.cert)
	modes := []struct {
		name, settings string
		taken          string // of none, known, stranger, device, old: those that get through
	}{
		{"none", "", "none known stranger device old"},
		{"optional", ",client-ca=" + known.ca, "none known"},
		{"required", ",client-auth=require,client-ca=" + known.ca, "known"},
		{"pinned", ",client-auth=require,client-ca=" + device.cert, "device"},
		{"both", ",client-auth=require,client-ca=" + both, "known device"},
		{"chains alone", ",client-auth=require,client-verify=chain,client-ca=" + both, "known"},
		{"installed alone", ",client-auth=require,client-verify=installed,client-ca=" + both, "device"},
		{"strict", ",client-auth=require,client-ca=" + old.ca, ""},
		{"tolerant", ",client-auth=require,tolerate=sha1,client-ca=" + old.ca, "old"},
		{"old and pinned", ",client-auth=require,client-ca=" + old.cert, "old"},
		{"listed", ",client-auth=require,allow=subject:CN=device|name:other,client-ca=" + both, "device"},
	}
	var flags []string
	for _, m := range modes {
		flags = append(flags, "--tls", "127.0.0.1:0"+m.settings)
	}
	s := start(t, t.TempDir(), flags...)
	show := func(i identity) []string { return []string{"-cert", i.cert, "-key", i.key} }
	var want []string
	for i, m := range modes {
		for _, who := range []struct {
			name    string
			options []string
		}{{"none", nil}, {"known", show(known)}, {"stranger", show(stranger)}, {"device", show(device)}, {"old", show(old)}} {
			word := strings.ReplaceAll(m.name, " ", "-") + ":" + who.name
			sendBy(t, s.ports.TLS[1+i], word, append(who.options, "-tls1_2", "-cipher", "DEFAULT:@SECLEVEL=0")...)
			if strings.Contains(" "+m.taken+" ", " "+who.name+" ") {
				want = append(want, word)
			}
		}
	}
	var got []string
	for _, frame := range splitFrames(t, mustArr(t, "", "query", "transport:tls", "--format", "raw", "--order", "time", "--data", s.dir)) {
		got = append(got, frame[strings.LastIndexByte(frame, ' ')+1:])
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("stored are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A sender refuses a server whose certificate has but a common name, says what helps, and
// does without where it is told to or has the certificate itself.
func TestServersWithCommonNamesAlone(t *testing.T) {
	needPeers(t)
	server, client := newIdentity(t, "localhost", "-addext", "keyUsage=digitalSignature"), newIdentity(t, "arr")
	o := &offer{version: "TLS 1.3", options: []string{"-tls1_3"}}
	address, file := o.receive(t, server, client), message(t)
	for _, test := range []struct {
		flags []string
		code  int
		says  string
	}{
		{[]string{"--ca", server.ca}, 6, "or say --tls-tolerate cn-only"},
		{[]string{"--ca", server.ca, "--tls-tolerate", "cn-only"}, 0, "1 message handed over"},
		{[]string{"--ca", server.cert}, 0, "1 message handed over"},
		{[]string{"--ca", client.ca, "--tls-tolerate", "cn-only"}, 6, "put the issuer's certificate"},
	} {
		args := append([]string{"emit", "--to", "tls://" + address, "--cert", client.cert, "--key", client.key, file}, test.flags...)
		if r := arr(t, "", args...); r.code != test.code || !strings.Contains(r.stderr, test.says) {
			t.Errorf("arr %q exits with %d: %s", args, r.code, r.stderr)
		}
	}
}

func join(t *testing.T, path string, files ...string) {
	t.Helper()
	var all []byte
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	if err := os.WriteFile(path, all, 0o600); err != nil {
		t.Fatal(err)
	}
}

// The server's encrypted key is opened with a password from a file, HTTPS shows the same
// certificate and demands the client's, and a file that is missing is found before anything
// is made.
func TestKeysAndHTTPS(t *testing.T) {
	needPeers(t)
	server, client := newIdentity(t, "localhost"), newIdentity(t, "officer")
	dir := t.TempDir()
	encrypted, password := filepath.Join(dir, "encrypted.pem"), filepath.Join(dir, "password")
	openssl(t, "pkcs8", "-topk8", "-in", server.key, "-out", encrypted, "-passout", "pass:secret1")
	if err := os.WriteFile(password, []byte("secret1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	keys := []string{"--tls-cert", server.cert, "--tls-key", encrypted, "--tls-key-password-file", password}
	for _, flags := range [][]string{
		{"--tls-cert", server.cert, "--tls-key", encrypted},
		{"--tls-cert", server.cert + ".none"},
		{"--tls", ":0,client-ca=" + client.ca + ".none"},
	} {
		r := arr(t, "", append([]string{"serve", "--data", data}, flags...)...)
		if _, err := os.Stat(data); r.code != 2 || !os.IsNotExist(err) {
			t.Errorf("arr serve %q exits with %d, data directory: %v\n%s", flags, r.code, err, r.stderr)
		}
	}
	s := start(t, data, append(keys, "--http", "127.0.0.1:0,tls=on,client-auth=require,client-ca="+client.ca)...)
	mustArr(t, "", "emit", "--to", "tls://"+localhost(t, s.ports.TLS[0]), "--ca", server.ca, message(t))
	url := "https://" + localhost(t, s.ports.HTTP[1])
	if got := mustArr(t, "", "query", "*", "--count", "--server", url, "--ca", server.ca, "--cert", client.cert, "--key", client.key); got != "1\n" {
		t.Errorf("over HTTPS there are %s records", got)
	}
	if r := arr(t, "", "query", "*", "--server", url, "--ca", server.ca); r.code != 6 || !strings.Contains(r.stderr, "certificate required") {
		t.Errorf("without a certificate: exit code %d, %s", r.code, r.stderr)
	}
	shown := mustArr(t, "", "cert", "inspect", localhost(t, s.ports.HTTP[1]))
	for _, want := range []string{"CN=localhost", "refuses who shows none", "CN=CA of officer"} {
		if !strings.Contains(shown, want) {
			t.Errorf("arr cert inspect lacks %q: %s", want, shown)
		}
	}
	s.stop()
	if log := s.log.String(); strings.Contains(log, "secret1") {
		t.Errorf("the log tells the password: %s", log)
	}
}

// A keystore of keytool's old format, with two keys that have a password of their own, is
// served by its alias; a wrong password is said before anything is made.
func TestKeystoreOfKeytool(t *testing.T) {
	needBinary(t)
	keytool := peertest.Program(t, "keytool")
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	for _, alias := range []string{"first", "second"} {
		cmd := exec.Command(keytool, "-genkeypair", "-storetype", "JKS", "-keystore", in("keys.p12"), "-storepass", "secret1", "-keypass", "secret2",
			"-alias", alias, "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN="+alias)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("keytool: %v\n%s", err, out)
		}
	}
	for name, text := range map[string]string{"store": "secret1\n", "key": "secret2\n"} {
		if err := os.WriteFile(in(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	flags := []string{"--tls-keystore", in("keys.p12"), "--tls-keystore-alias", "second", "--tls-keystore-password-file", in("store")}
	r := arr(t, "", append([]string{"serve", "--data", in("data")}, flags...)...)
	if _, err := os.Stat(in("data")); r.code != 2 || !os.IsNotExist(err) || !strings.Contains(r.stderr, `the key "second" can't be decrypted`) {
		t.Errorf("without the keys' password arr serve exits with %d, data directory: %v\n%s", r.code, err, r.stderr)
	}
	s := start(t, in("data"), append(flags, "--tls-keystore-key-password-file", in("key"))...)
	conn, err := tls.Dial("tcp", s.ports.TLS[0], &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if got := conn.ConnectionState().PeerCertificates[0].Subject.CommonName; got != "second" {
		t.Errorf("%q is served", got)
	}
	shown := mustArr(t, "", "cert", "inspect", in("keys.p12"), "--password-file", in("store"), "--key-password-file", in("key"))
	if !strings.Contains(shown, `A key with its certificate, "first"`) || !strings.Contains(shown, "CN=second (itself)") {
		t.Errorf("arr cert inspect shows %s", shown)
	}
}

// localhost is an address of the loopback by its name.
func localhost(t *testing.T, address string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return net.JoinHostPort("localhost", port)
}

// message is the file of a message.
func message(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "message.xml")
	if err := os.WriteFile(path, []byte("<AuditMessage/>"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
