package main

import (
	"log/slog"
	"path/filepath"
	"testing"

	"arr/trust"
)

func TestCertInspect(t *testing.T) {
	dir := t.TempDir()
	others := t.TempDir()
	if _, err := trust.Open(trust.Options{Dir: others, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	asking := "127.0.0.1:0,client-ca=" + filepath.Join(others, "ca.pem")
	r := startServer(t, dir, "--tls", asking+",client-auth=require", "--tls", asking+",client-auth=require,profile=extended", "--tls", asking)
	keys := filepath.Join(dir, "keys")
	const demands = "It asks for a client's certificate, and refuses who shows none ("
	for _, test := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{[]string{r.ports.TLS[0]}, 0, "speaks TLS 1.3 with TLS_AES_128_GCM_SHA256\n  subject", ""},
		{[]string{r.ports.TLS[1]}, 0, "speaks TLS 1.3 with TLS_AES_128_GCM_SHA256\n  subject", ""},
		{[]string{r.ports.TLS[1]}, 0, demands, ""},
		{[]string{r.ports.TLS[1]}, 0, "It says that it believes those of\n  CN=arr local CA", ""},
		{[]string{r.ports.TLS[2]}, 0, "speaks TLS 1.2 with TLS_ECDHE_", ""},
		{[]string{r.ports.TLS[2]}, 0, demands, ""},
		{[]string{r.ports.TLS[3]}, 0, "It asks for a client's certificate, and takes who shows none.", ""},
		{[]string{filepath.Join(keys, "server-rsa.pem")}, 0, "A key with its certificate\n", ""},
		{[]string{filepath.Join(keys, "ca-key.pem")}, 0, "A key without a certificate\n", ""},
		{[]string{filepath.Join(keys, "ca.p12"), "--password-file", writeFile(t, "password", "changeit\n")}, 0, "A trusted certificate\n", ""},
		{[]string{filepath.Join(keys, "ca.p12")}, exitFailed, "", "it has a password, and none was given"},
		{[]string{writeFile(t, "text", "text")}, exitFailed, "", "neither PKCS#12 nor JKS"},
		{[]string{filepath.Join(dir, "none")}, exitFailed, "", "no such file"},
		{[]string{r.ports.TCP[0][:len("127.0.0.1:")] + "1"}, exitFailed, "", "does it speak TLS there?"},
		{nil, exitUsage, "", "name one FILE or HOST:PORT"},
	} {
		stdout, stderr, code := commandLine(t, append([]string{"cert", "inspect"}, test.args...)...)
		if code != test.code || !holds(stdout, test.stdout) || !holds(stderr, test.stderr) {
			t.Errorf("arr cert inspect %q exits with %d\nstdout %s\nstderr %s", test.args, code, stdout, stderr)
		}
	}
}
