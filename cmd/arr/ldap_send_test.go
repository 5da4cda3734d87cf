package main

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"arr/trust"
	"arr/trust/ldapconf/ldaptest"
)

// believe has the directory carry the certificates of a file for arr's device.
func (a *directedArchive) believe(t *testing.T, file string) {
	t.Helper()
	certs, err := trust.Store{File: file}.Certificates()
	if err != nil {
		t.Fatal(err)
	}
	a.Modify("dn: dicomDeviceName=arr," + ldapDevices + "\nchangetype: modify\nreplace: userCertificate;binary\nuserCertificate;binary:: " +
		base64.StdEncoding.EncodeToString(certs[0].Raw) + "\n")
}

// The repository is found as an archive finds it, and believed as the directory says.
func TestEmitByLDAP(t *testing.T) {
	a := newDirectedArchive(t)
	a.apply(t)
	r := a.serve(t)
	message, other := writeFile(t, "a.xml", "<AuditMessage/>"), newNode(t)
	emit := func(flags ...string) (string, int) {
		_, stderr, code := commandLine(t, slices.Concat([]string{"emit", "--ldap-device", "dcm4chee-arc", message}, flags)...)
		return stderr, code
	}
	tests := []struct {
		name  string
		flags []string
		code  int
		want  string
	}{
		{"LDAPS", a.reader, 0, "1 message handed over to tls://localhost:" + a.port},
		{"StartTLS and a password", slices.Concat(a.admin, []string{"--ldap", a.LDAP}), 0, "1 message handed over"},
		{"plain", []string{"--ldap", a.LDAP, "--ldap-plain"}, 0, "1 message handed over"},
		{"flags that say something else", slices.Concat(a.reader, []string{"--ca", other.ca, "--tls-max", "1.1", "--tls-min", "1.0", "--tls-suites", "TLS_RSA_WITH_AES_128_CBC_SHA"}), 0, "setting=ca"},
		{"--to ldap", slices.Concat(a.reader, []string{"--to", "ldap"}), 0, "1 message handed over"},
		{"--to something else", slices.Concat(a.reader, []string{"--to", "tls://localhost:1"}), exitUsage, "leave one of them"},
		{"no directory", []string{"--to", "ldap", "--ldap-device", ""}, exitUsage, "there is no directory"},
		{"a device that does not send", slices.Concat(a.reader, []string{"--ldap-device", "logstash"}), exitFailed, `"logstash" is no sender`},
		{"a device that is missing", slices.Concat(a.reader, []string{"--ldap-device", "arc"}), exitFailed, `there is no device "arc"`},
	}
	stored := 0
	for _, test := range tests {
		stderr, code := emit(test.flags...)
		if code != test.code || !strings.Contains(stderr, test.want) {
			t.Errorf("%s: exit code %d: %s", test.name, code, stderr)
		}
		if code == 0 {
			stored++
		}
	}
	get(t, "http://"+r.ports.Metrics[0]+"/metrics", `arr_frames_received_total{transport="tls"} 5`)
	if stored != 5 {
		t.Errorf("%d messages were handed over", stored)
	}
	a.believe(t, other.ca)
	if stderr, code := emit(a.reader...); code != exitFailed || !strings.Contains(stderr, "the LDAP directory, as userCertificate;binary") {
		t.Errorf("another certificate in the directory: exit code %d: %s", code, stderr)
	}
	a.Stop()
	if stderr, code := emit(a.reader...); code != exitFailed || !strings.Contains(stderr, "connecting") {
		t.Errorf("without the directory: exit code %d: %s", code, stderr)
	}
	a.Resume()
	a.believe(t, filepath.Join(a.dir, keysDir, "ca.pem"))
	for password, want := range map[string]int{ldaptest.Password: 0, "wrong": exitFailed} {
		t.Setenv("ARR_LDAP_PASSWORD", password)
		if stderr, code := emit(append([]string{"--ldap-bind-dn", ldaptest.Admin}, a.reader...)...); code != want {
			t.Errorf("a password in the environment: exit code %d: %s", code, stderr)
		}
	}
	t.Setenv("ARR_LDAP", a.LDAPS)
	if stderr, code := emit("--to", "tls://localhost:"+a.port, "--ca", filepath.Join(a.dir, keysDir, "ca.pem")); code != 0 {
		t.Errorf("--to where the environment names a directory: exit code %d: %s", code, stderr)
	}
}

// The gateway finds its repository by the directory, goes on by a copy in its spool, and
// believes another certificate once the directory has it.
func TestHL7ByLDAP(t *testing.T) {
	a := newDirectedArchive(t)
	a.apply(t)
	r := a.serve(t)
	spool, archive := filepath.Join(t.TempDir(), "spool"), hl7Archive(t, "127.0.0.1:0", "AA")
	args := slices.Concat([]string{"--forward", archive, "--spool", spool, "--ldap-device", "dcm4chee-arc", "--to", "ldap,pipelined=1", "--metrics", "127.0.0.1:0"}, a.reader)
	var address string
	answered := func(message string) {
		t.Helper()
		if _, err := exchangeHL7(t, address, message); err != nil {
			t.Fatal(err)
		}
	}
	received := "http://" + r.ports.Metrics[0] + "/metrics"

	var stop func() int
	var stdout, stderr *lockedText
	address, stdout, stderr, stop = startHL7(t, args...)
	answered(hl7Message("1", "P1"))
	get(t, received, `arr_frames_received_total{transport="tls"} 1`)
	metrics := strings.Fields(stdout.String()[strings.Index(stdout.String(), "http://"):])[0]
	get(t, metrics, "arr_hl7_ldap_copy_in_use 0\n")

	// Another certificate: the repository is not believed any more, and messages wait.
	other := newNode(t)
	a.believe(t, other.ca)
	hangUp(t)
	get(t, metrics, "arr_hl7_ldap_reads_total 2\n")
	answered(hl7Message("2", "P2"))
	get(t, metrics, `arr_hl7_repository_away{repository="ldap-arr"} 1`)
	a.believe(t, filepath.Join(a.dir, keysDir, "ca.pem"))
	hangUp(t)
	get(t, received, `arr_frames_received_total{transport="tls"} 2`)
	if code := stop(); code != 0 {
		t.Errorf("exit code %d: %s", code, stderr)
	}

	a.Stop()
	address, _, stderr, stop = startHL7(t, args...)
	answered(hl7Message("3", "P3"))
	get(t, received, `arr_frames_received_total{transport="tls"} 3`)
	if code := stop(); code != 0 || !strings.Contains(stderr.String(), "what it said before is used") {
		t.Errorf("by the copy: exit code %d: %s", code, stderr)
	}
	a.Resume()
	if _, err := os.Stat(filepath.Join(spool, ldapCopy)); err != nil {
		t.Error(err)
	}
}
