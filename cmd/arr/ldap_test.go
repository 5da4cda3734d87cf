package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"arr/trust"
	"arr/trust/ldapconf/ldaptest"
)

const ldapDevices = "cn=Devices,cn=DICOM Configuration,dc=dcm4che,dc=org"

// directedArchive is a stock archive's directory, and a data directory whose CA it has been
// told to believe at a port of its own.
type directedArchive struct {
	*ldaptest.Server
	dir, port string
	// admin and reader are the flags to write and to read the directory.
	admin, reader []string
}

func newDirectedArchive(t *testing.T) *directedArchive {
	t.Helper()
	s := ldaptest.Start(t)
	a := &directedArchive{Server: s, dir: t.TempDir()}
	if _, err := trust.Open(trust.Options{Dir: filepath.Join(a.dir, keysDir), Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	a.port = freePort(t)
	a.reader = []string{"--ldap", s.LDAPS, "--ldap-ca", s.CA}
	a.admin = append([]string{"--ldap-bind-dn", ldaptest.Admin, "--ldap-password-file", s.PasswordFile}, a.reader...)
	return a
}

// freePort is a port of the loopback that nobody has at the moment.
func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)
}

// apply writes what the archive needs to send here.
func (a *directedArchive) apply(t *testing.T, flags ...string) (stdout string) {
	t.Helper()
	args := slices.Concat([]string{"ldap", "ldif", "--apply", "--ldap-device", "arr", "--archive", "dcm4chee-arc", "--data", a.dir,
		"--host", "localhost", "--port", a.port}, a.admin, flags)
	stdout, stderr, code := commandLine(t, args...)
	if code != 0 {
		t.Fatalf("%q exits with %d: %s", args, code, stderr)
	}
	return stdout
}

// change replaces an attribute of the repository's connection.
func (a *directedArchive) change(attribute, value string) {
	a.Modify(fmt.Sprintf("dn: cn=syslog-tls,dicomDeviceName=arr,%s\nchangetype: modify\nreplace: %[2]s\n%[2]s: %[3]s\n", ldapDevices, attribute, value))
}

// serve runs arr serve by the directory.
func (a *directedArchive) serve(t *testing.T, flags ...string) *running {
	t.Helper()
	a.change("dcmBindAddress", "127.0.0.1")
	return startServer(t, a.dir, slices.Concat(a.reader, []string{"--ldap-device", "arr"}, flags)...)
}

// The commands print what a stock archive lacks, write it, and say so; a second time there is
// nothing to do.
func TestLDAPCommands(t *testing.T) {
	a := newDirectedArchive(t)
	check := func(device string, flags ...string) (string, int) {
		stdout, stderr, code := commandLine(t, slices.Concat([]string{"ldap", "check", "--ldap-device", device}, a.reader, flags)...)
		return stdout + stderr, code
	}
	lacks := func(what, text string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s lacks %q:\n%s", what, w, text)
			}
		}
	}
	out, code := check("dcm4chee-arc")
	lacks("a stock archive", out, `"Audit Logger" sends to udp://127.0.0.1:514, device "logstash" (from connection "syslog" to "syslog")`, "is no repository")
	if code != 0 {
		t.Errorf("a stock archive: exit code %d", code)
	}
	if out, code = check("arr"); code != exitFailed {
		t.Errorf("a device that is missing: exit code %d", code)
	}
	lacks("a device that is missing", out, `there are "dcm4chee-arc", "logstash"`)

	ldif, stderr, code := commandLine(t, slices.Concat([]string{"ldap", "ldif", "--ldap-device", "arr", "--archive", "dcm4chee-arc",
		"--data", a.dir, "--host", "localhost", "--port", a.port}, a.reader)...)
	lacks("the LDIF", ldif, "changetype: add", "dicomInstalled: TRUE", "userCertificate;binary:: MII", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "dicomPort: "+a.port)
	if code != 0 {
		t.Errorf("ldif: exit code %d: %s", code, stderr)
	}
	lacks("what was applied", a.apply(t), "added    dicomDeviceName=arr,", "changed  cn=syslog-tls,dicomDeviceName=dcm4chee-arc,", "changed  dicomDeviceName=dcm4chee-arc,")
	if out := a.apply(t); !strings.HasSuffix(out, "\nnothing to change\n") || strings.Contains(out, "added  ") || strings.Contains(out, "changed  ") {
		t.Errorf("a second time: %s", out)
	}

	out, code = check("arr")
	lacks("the repository", out, "it listens at :"+a.port+", and senders reach it by tls://localhost:"+a.port, "TLSv1.2 TLSv1.3", "client certificates  not asked for", "is no sender: it has no child of class dcmAuditLogger")
	if code != 0 {
		t.Errorf("the repository: exit code %d", code)
	}
	out, _ = check("dcm4chee-arc", "--format", "json")
	var report directoryReport
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatal(err)
	}
	if c := report.Sender.Connections; len(c) != 1 || c[0].Address != "tls://localhost:"+a.port || !slices.Equal(c[0].Versions, []string{"TLSv1.2"}) || len(c[0].Suites) != 4 {
		t.Errorf("the archive: %s", out)
	}
	if b := report.Believed; len(b) != 1 || b[0].DN != "dicomDeviceName=arr,"+ldapDevices {
		t.Errorf("the archive believes %+v", b)
	}
	a.change("dicomTLSCipherSuite", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256\ndicomTLSCipherSuite: SSL_RSA_WITH_3DES_EDE_CBC_SHA")
	out, _ = check("arr")
	lacks("suites of another kind", out, "not spoken by arr    TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 TLSv1.3", "no longer safe       TLS_RSA_WITH_3DES_EDE_CBC_SHA")
	a.change("dicomPort", "0")
	if out, code = check("arr"); code != exitNothing {
		t.Errorf("a device that does nothing: exit code %d", code)
	}
	lacks("a device that does nothing", out, "Passed over", "it has no dicomPort from 1 to 65535")
}

func TestLDAPFaults(t *testing.T) {
	for args, want := range map[string]string{
		"ldap":                        `say what to do: "arr ldap check" or "arr ldap ldif"`,
		"ldap check":                  "arr ldap takes no arguments, but --ldap URL",
		"emit --to ldap a.xml":        "where the directory is is not said: give --ldap",
		"ldap check --ldap ldaps://a": "set ldap-device",
		"ldap check --ldap ldaps://a/b --ldap-device b":                            "no distinguished name",
		"ldap check --ldap ldaps://a --ldap-device b --format xml":                 "write text or json",
		"ldap ldif --ldap ldaps://a --ldap-device b":                               "give --archive NAME",
		"ldap ldif --ldap ldaps://a --ldap-device b --archive c":                   "give --host NAME",
		"ldap ldif --ldap ldaps://a --ldap-device b --archive c --host d --port 0": "0 is no port",
	} {
		if _, stderr, code := commandLine(t, strings.Fields(args)...); code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("arr %s exits with %d: %s", args, code, stderr)
		}
	}
	args := []string{"ldap", "ldif", "--ldap", "ldaps://a", "--ldap-device", "b", "--archive", "c", "--host", "d", "--data", t.TempDir()}
	if _, stderr, code := commandLine(t, args...); code != exitFailed || !strings.Contains(stderr, "name arr's data directory with --data") {
		t.Errorf("without a certificate: exit code %d: %s", code, stderr)
	}
}
