package main

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"software.sslmate.com/src/go-pkcs12"

	"arr/config"
	"arr/trust"
)

// config and trust know the same profiles, the same one by default.
func TestProfileNames(t *testing.T) {
	for i, p := range trust.Profiles() {
		flags := map[string][]string{"tls": {":6514,profile=" + p.Name}}
		if i > 0 {
			flags["tls-profile"] = []string{p.Name}
		}
		cfg, err := config.Load(config.Sources{Flags: flags})
		if err != nil {
			t.Error(err)
			continue
		}
		if own, err := profileOf(cfg, cfg.TLS[0]); err != nil || own.Name != p.Name {
			t.Errorf("profile=%s is %q, %v", p.Name, own.Name, err)
		}
		if other, err := profileOf(cfg, config.Listener{}); err != nil || other.Name != p.Name {
			t.Errorf("tls-profile %s is %q, %v", p.Name, other.Name, err)
		}
	}
	_, err := config.Load(config.Sources{Flags: map[string][]string{"tls": {":6514,profile=eas"}}})
	if err == nil || !strings.Contains(err.Error(), `did you mean "aes"?`) {
		t.Errorf("error %v", err)
	}
}

// A stock dcm4chee offers one suite, with TLS 1.2. The default port refuses it and says
// what helps, which is a port of its own.
func TestStockArchive(t *testing.T) {
	dir := t.TempDir()
	r := startServer(t, dir, "--tls", "127.0.0.1:0,profile=aes")
	message := writeFile(t, "a.xml", "<AuditMessage/>")
	send := func(port string) (string, int) {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), []string{"arr", "emit", "--to", "tls://" + port, "--ca", filepath.Join(dir, "keys", "ca.pem"),
			"--tls-suites", "TLS_RSA_WITH_AES_128_CBC_SHA", "--tls-min", "1.2", "--tls-max", "1.2", message}, nil, &stdout, &stderr)
		return stderr.String(), code
	}
	if stderr, code := send(r.ports.TLS[0]); code != exitFailed {
		t.Errorf("the default port: exit code %d: %s", code, stderr)
	}
	if stderr, code := send(r.ports.TLS[1]); code != 0 {
		t.Errorf("the port with profile=aes: exit code %d: %s", code, stderr)
	}
	get(t, "http://"+r.ports.Metrics[0]+"/metrics", `arr_tls_weak_profile{profile="aes"} 1`)
	_, log, _ := r.stop()
	for _, want := range []string{"a TLS profile that is no longer safe is served", "profile=aes",
		"no common cipher suite", "TLS_RSA_WITH_AES_128_CBC_SHA", "open a port with profile=aes"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
}

// A keystore and a trust store, with passwords from a file, the environment and systemd's
// credentials.
func TestServeStores(t *testing.T) {
	keys, credentials := t.TempDir(), t.TempDir()
	if _, err := trust.Open(trust.Options{Dir: keys, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(filepath.Join(keys, "server-ec.pem"), filepath.Join(keys, "server-ec.pem"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := pkcs12.Modern.Encode(pair.PrivateKey, pair.Leaf, nil, "key store")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(credentials, "tls-truststore-password"), []byte("changeit\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := writeFile(t, "keys.jks", string(store))
	flags := []string{"--tls-keystore", file, "--tls-truststore", filepath.Join(keys, "ca.p12")}
	t.Setenv("CREDENTIALS_DIRECTORY", credentials)
	for _, from := range []string{"file", "environment"} {
		all := flags
		if from == "file" {
			all = append(all, "--tls-keystore-password-file", writeFile(t, "password", "key store\n"))
		} else {
			t.Setenv("ARR_TLS_KEYSTORE_PASSWORD", "key store")
		}
		r := startServer(t, t.TempDir(), all...)
		conf := &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{pair}}
		conn, err := tls.Dial("tcp", r.ports.TLS[0], conf)
		if err != nil {
			t.Fatalf("password from the %s: %v", from, err)
		}
		if !conn.ConnectionState().PeerCertificates[0].Equal(pair.Leaf) {
			t.Errorf("password from the %s: another certificate is served", from)
		}
		conn.Close()
		if _, stderr, code := r.stop(); code != 0 || strings.Contains(stderr, "is not a setting") || strings.Contains(stderr, "key store") {
			t.Errorf("password from the %s: exit code %d: %s", from, code, stderr)
		}
	}
}

// A sender shows a key from one store and believes another's CA.
func TestEmitStores(t *testing.T) {
	dir, client := t.TempDir(), t.TempDir()
	if _, err := trust.Open(trust.Options{Dir: client, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(filepath.Join(client, "server-ec.pem"), filepath.Join(client, "server-ec.pem"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := pkcs12.LegacyDES.Encode(pair.PrivateKey, pair.Leaf, nil, "secret")
	if err != nil {
		t.Fatal(err)
	}
	r := startServer(t, dir, "--tls", "127.0.0.1:0,client-auth=require,client-ca="+filepath.Join(client, "ca.pem"))
	message, file, ca := writeFile(t, "a.xml", "<AuditMessage/>"), writeFile(t, "keys", string(store)), filepath.Join(dir, "keys", "ca.p12")
	secret, public := writeFile(t, "secret", "secret"), writeFile(t, "public", "changeit")
	for _, test := range []struct {
		flags []string
		code  int
		want  string
	}{
		{[]string{"--tls-keystore", file, "--tls-keystore-password-file", secret, "--tls-truststore", ca, "--tls-truststore-password-file", public}, 0, "handed over"},
		{[]string{"--tls-truststore", ca, "--tls-truststore-password-file", public}, exitFailed, ""},
		{[]string{"--tls-keystore", file, "--tls-keystore-password-file", public}, exitUsage, "--tls-keystore: "},
		{[]string{"--tls-truststore", ca, "--tls-truststore-password-file", secret}, exitUsage, "the password is wrong"},
		{[]string{"--tls-truststore", ca, "--ca", filepath.Join(dir, "keys", "ca.pem")}, exitUsage, "leave one of them"},
	} {
		var stdout, stderr bytes.Buffer
		args := append([]string{"arr", "emit", "--to", "tls://" + r.ports.TLS[1], message}, test.flags...)
		if code := run(t.Context(), args, nil, &stdout, &stderr); code != test.code || !strings.Contains(stderr.String(), test.want) {
			t.Errorf("arr emit %q exits with %d: %s", test.flags, code, &stderr)
		}
	}
}

func TestEmitProfile(t *testing.T) {
	for flags, want := range map[string]string{
		"--tls-profile=b13":         "is no TLS profile",
		"--tls-suites=TLS_NONE":     "is not known here",
		"--tls-min=1.3 --tls-max=1": `"1" is no version of TLS`,
	} {
		var stdout, stderr bytes.Buffer
		args := append([]string{"arr", "emit", "--to", "tls://localhost:1", "a.xml"}, strings.Fields(flags)...)
		if code := run(t.Context(), args, nil, &stdout, &stderr); code != exitUsage || !strings.Contains(stderr.String(), want) {
			t.Errorf("%s: exit code %d, %s", flags, code, &stderr)
		}
	}
}
