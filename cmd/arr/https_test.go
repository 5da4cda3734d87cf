package main

import (
	"crypto/tls"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"arr/trust"
)

// HTTPS asks for client certificates as syslog over TLS does, and the commands that ask
// speak it.
func TestHTTPS(t *testing.T) {
	dir, keys := t.TempDir(), t.TempDir()
	if _, err := trust.Open(trust.Options{Dir: keys, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	pair := filepath.Join(keys, "server-ec.pem")
	asking := "tls=on,client-auth=require,client-ca=" + filepath.Join(keys, "ca.p12")
	r := startServer(t, dir, "--tls-truststore-password-file", writeFile(t, "password", "changeit"), "--http", "127.0.0.1:0,"+asking, "--metrics", "127.0.0.1:0,tls=on")
	server, ca := "https://"+r.ports.HTTP[1], filepath.Join(dir, "keys", "ca.pem")
	for _, test := range []struct {
		flags []string
		code  int
		want  string
	}{
		{[]string{"--ca", ca, "--cert", pair, "--key", pair}, exitNothing, ""},
		{[]string{"--ca", ca}, exitFailed, "certificate required"},
		{[]string{"--cert", pair, "--key", pair}, exitFailed, "put the issuer's certificate"},
		{[]string{"--ca", ca + ".none"}, exitUsage, "--ca: "},
	} {
		args := append([]string{"query", "*", "--server", server}, test.flags...)
		if _, stderr, code := commandLine(t, args...); code != test.code || !strings.Contains(stderr, test.want) {
			t.Errorf("arr %q exits with %d: %s", args, code, stderr)
		}
	}
	if stdout, stderr, code := commandLine(t, "status", "--server", server, "--ca", ca, "--cert", pair, "--key", pair); code != 0 || !strings.Contains(stdout, "client-certificate") {
		t.Errorf("arr status exits with %d, and does not tell of the refused: %s%s", code, stdout, stderr)
	}
	// All refusals of this minute are one record.
	stdout, stderr, code := commandLine(t, "query", "event:110113 type:110126 host:127.0.0.1 transport:self conformance:conformant", "--count", "--data", dir)
	if code != 0 || stdout != "1\n" {
		t.Errorf("Security Alerts: exit code %d, %s%s", code, stdout, stderr)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	resp, err := client.Get("https://" + r.ports.Metrics[1] + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	client.CloseIdleConnections()
	get(t, "http://"+r.ports.Metrics[0]+"/metrics", "arr_security_alerts_total 1\n")
	stdout, log, code := r.stop()
	if code != 0 || !strings.Contains(stdout, "HTTP     http://") || !strings.Contains(stdout, server) || !strings.Contains(stdout, "https://"+r.ports.Metrics[1]) {
		t.Errorf("exit code %d, %s", code, stdout)
	}
	if !strings.Contains(log, "cause=client-certificate") {
		t.Errorf("the refusal is not in the log: %s", log)
	}
}
