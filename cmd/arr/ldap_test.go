package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
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
	if out := a.apply(t); !strings.HasSuffix(out, "(seconds)\nnothing to change\n") || strings.Contains(out, "added") {
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
		"ldap check":                  "it takes no arguments, but --ldap URL",
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

// connect connects to the server by TLS 1.2, in which it judges the client in the handshake.
func (a *directedArchive) connect(t *testing.T, suites []uint16, client *tls.Certificate) (*tls.Conn, error) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(a.dir, keysDir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	conf := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "localhost", CipherSuites: suites, MaxVersion: tls.VersionTLS12}
	conf.RootCAs.AppendCertsFromPEM(b)
	if client != nil {
		conf.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return client, nil }
	}
	return tls.Dial("tcp", "127.0.0.1:"+a.port, conf)
}

// dial says whether a connection comes about.
func (a *directedArchive) dial(t *testing.T, suites []uint16, client *tls.Certificate) error {
	t.Helper()
	conn, err := a.connect(t, suites, client)
	if err == nil {
		conn.Close()
	}
	return err
}

// A server listens as its directory says, follows changes there without dropping a
// connection, and goes on by its copy while the directory is away.
func TestServeByLDAP(t *testing.T) {
	a := newDirectedArchive(t)
	a.apply(t)
	firstNode, secondNode := newNode(t), newNode(t)
	first, second := &firstNode.pair, &secondNode.pair
	believe := func(c *tls.Certificate) {
		t.Helper()
		a.Modify("dn: dicomDeviceName=dcm4chee-arc," + ldapDevices + "\nchangetype: modify\nreplace: userCertificate;binary\nuserCertificate;binary:: " +
			base64.StdEncoding.EncodeToString(c.Leaf.Raw) + "\n")
	}
	a.Modify("dn: dicomDeviceName=dcm4chee-arc," + ldapDevices + "\nchangetype: modify\nadd: objectClass\nobjectClass: pkiUser\n")
	believe(first)
	a.apply(t, "--client-auth")

	r := a.serve(t, "--tls-suites", "TLS_RSA_WITH_AES_128_CBC_SHA")
	if !slices.Equal(r.ports.TLS, []string{"127.0.0.1:" + a.port}) || len(r.ports.UDP) != 1 {
		t.Fatalf("it listens at %+v", r.ports)
	}
	metrics := "http://" + r.ports.Metrics[0] + "/metrics"
	get(t, metrics, "arr_ldap_copy_in_use 0\n")
	get(t, metrics, "arr_ldap_certificate_expiry_timestamp_seconds ")
	modern := []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}
	if err := a.dial(t, modern, first); err != nil {
		t.Errorf("who the directory has believed: %v", err)
	}
	if err := a.dial(t, modern, second); err == nil {
		t.Error("who it has not believed may connect")
	}
	if err := a.dial(t, []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}, first); err == nil {
		t.Error("a suite that the directory does not list is spoken, since a flag has it")
	}

	// Another certificate in the directory; a connection that is open stays.
	believe(second)
	hangUp(t)
	get(t, metrics, "arr_ldap_reads_total 2\n")
	if err := a.dial(t, modern, second); err != nil {
		t.Errorf("whose certificate replaces another's: %v", err)
	}
	if err := a.dial(t, modern, first); err == nil {
		t.Error("whose certificate was replaced may connect")
	}
	a.Stop()
	hangUp(t)
	get(t, metrics, "arr_ldap_copy_in_use 1\n")
	if err := a.dial(t, modern, second); err != nil {
		t.Errorf("while the directory is away: %v", err)
	}
	_, log, _ := r.stop()
	for _, want := range []string{"the LDAP directory says something else than a setting", "setting=tls-suites", "the LDAP directory can't be used, what it said before is used",
		"what changed in the LDAP directory is used"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}

	// The directory is still away when the server starts again.
	r = startServer(t, a.dir, slices.Concat(a.reader, []string{"--ldap-device", "arr"})...)
	get(t, "http://"+r.ports.Metrics[0]+"/metrics", "arr_ldap_copy_in_use 1\n")
	if err := a.dial(t, modern, second); err != nil {
		t.Errorf("after a start without the directory: %v", err)
	}
	r.stop()
	a.Resume()

	// What can't be used at the start is refused with the remedy; there is a copy, so it is used.
	a.Modify("dn: dicomDeviceName=arr," + ldapDevices + "\nchangetype: modify\ndelete: dicomAuthorizedNodeCertificateReference\n")
	r = a.serve(t)
	if err := a.dial(t, modern, second); err != nil {
		t.Errorf("by the copy: %v", err)
	}
	_, log, _ = r.stop()
	if !strings.Contains(log, "add dicomAuthorizedNodeCertificateReference to its device") {
		t.Errorf("the log does not say what is wrong:\n%s", log)
	}
	if err := os.Remove(filepath.Join(a.dir, ldapCopy)); err != nil {
		t.Fatal(err)
	}
	_, stderr, code := commandLine(t, slices.Concat([]string{"serve", "--data", a.dir, "--ldap-device", "arr"}, a.reader)...)
	if code != exitFailed || !strings.Contains(stderr, "add dicomAuthorizedNodeCertificateReference to its device") || !strings.Contains(stderr, "there is no copy of it") {
		t.Errorf("without a copy: exit code %d: %s", code, stderr)
	}
	// A file of flags says who is believed where the directory does not.
	ca := writeFile(t, "clients.pem", pemOf(second))
	r = a.serve(t, "--tls-client-ca", ca)
	if err := a.dial(t, modern, second); err != nil {
		t.Errorf("by a file: %v", err)
	}
	r.stop()
}

// hangUp has all that runs in this process read again what it has read.
func hangUp(t *testing.T) {
	t.Helper()
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
}

// A server moves to another address that the directory has. Connections to the old one stay,
// nobody else gets one there; an address that can't be had is refused.
func TestServeMovesByLDAP(t *testing.T) {
	a := newDirectedArchive(t)
	a.apply(t)
	r := a.serve(t)
	metrics := "http://" + r.ports.Metrics[0] + "/metrics"
	open, err := a.connect(t, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	old := a.port
	a.port = freePort(t)
	a.change("dicomPort", a.port)
	hangUp(t)
	get(t, metrics, "arr_ldap_reads_total 2\n")
	if err := a.dial(t, nil, nil); err != nil {
		t.Errorf("the new address: %v", err)
	}
	if conn, err := net.Dial("tcp", "127.0.0.1:"+old); err == nil {
		conn.Close()
		t.Error("the old address still takes connections")
	}
	if _, err := fmt.Fprintf(open, "%d %s", len(loginFrame), loginFrame); err != nil {
		t.Error(err)
	}
	get(t, metrics, `arr_frames_received_total{transport="tls"} 1`)
	b, err := os.ReadFile(filepath.Join(a.dir, portsFile))
	if err != nil || !strings.Contains(string(b), "127.0.0.1:"+a.port) {
		t.Errorf("%s holds %s, %v", portsFile, b, err)
	}

	a.change("dcmBindAddress", "192.0.2.1")
	hangUp(t)
	get(t, metrics, "arr_ldap_failures_total 1\n")
	if err := a.dial(t, nil, nil); err != nil {
		t.Errorf("while another address can't be had: %v", err)
	}
	a.change("dcmBindAddress", "127.0.0.1")
	a.change("dicomInstalled", "FALSE")
	a.Modify("dn: cn=plain,dicomDeviceName=arr," + ldapDevices + "\nchangetype: add\nobjectClass: dicomNetworkConnection\nobjectClass: dcmNetworkConnection\n" +
		"cn: plain\ndicomHostname: 127.0.0.1\ndicomPort: " + freePort(t) + "\ndcmProtocol: SYSLOG_TLS\n\n" +
		"dn: cn=Audit Record Repository,dicomDeviceName=arr," + ldapDevices + "\nchangetype: modify\nadd: dicomNetworkConnectionReference\n" +
		"dicomNetworkConnectionReference: cn=plain,dicomDeviceName=arr," + ldapDevices + "\n")
	hangUp(t)
	get(t, metrics, "arr_ldap_reads_total 3\n")
	if err := a.dial(t, nil, nil); err == nil {
		t.Error("a connection that is not installed is listened at")
	}
	open.Close()
	if _, log, code := r.stop(); code != 0 || !strings.Contains(log, "set dcmBindAddress to 0.0.0.0") {
		t.Errorf("exit code %d: %s", code, log)
	}
}

func pemOf(c *tls.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Leaf.Raw}))
}
