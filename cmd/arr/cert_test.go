package main

import (
	"path/filepath"
	"testing"
)

func TestCertInspect(t *testing.T) {
	dir := t.TempDir()
	r := startServer(t, dir)
	keys := filepath.Join(dir, "keys")
	for _, test := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{[]string{r.ports.TLS[0]}, 0, "speaks TLS 1.3 with TLS_AES_128_GCM_SHA256\n  subject", ""},
		{[]string{filepath.Join(keys, "server-rsa.pem")}, 0, "A key with its certificate\n", ""},
		{[]string{filepath.Join(keys, "ca-key.pem")}, 0, "A key without a certificate\n", ""},
		{[]string{filepath.Join(keys, "ca.p12"), "--password-file", writeFile(t, "password", "changeit\n")}, 0, "A trusted certificate\n", ""},
		{[]string{filepath.Join(keys, "ca.p12")}, exitFailed, "", "the password is wrong"},
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
