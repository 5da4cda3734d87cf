package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

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
	status := func(want string) {
		t.Helper()
		if stdout, stderr, _ := commandLine(t, "status", "--data", a.dir); !strings.Contains(stdout, want) {
			t.Errorf("arr status lacks %q:\n%s%s", want, stdout, stderr)
		}
	}
	status("LDAP         read ")
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
	status("LDAP         can't be read or used: what it said ")
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
	a.Modify(connection("plain", freePort(t), "SYSLOG_TLS"))
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

// A connection that another takes the place of at the same address stays as strict.
func TestServeRenamedByLDAP(t *testing.T) {
	a := newDirectedArchive(t)
	node := newNode(t)
	a.Modify("dn: dicomDeviceName=dcm4chee-arc," + ldapDevices + "\nchangetype: modify\nadd: objectClass\nobjectClass: pkiUser\n-\n" +
		"add: userCertificate;binary\nuserCertificate;binary:: " + base64.StdEncoding.EncodeToString(node.pair.Leaf.Raw) + "\n")
	a.apply(t, "--client-auth")
	r := a.serve(t)
	a.Modify("dn: cn=syslog-tls,dicomDeviceName=arr," + ldapDevices + "\nchangetype: modrdn\nnewrdn: cn=renamed\ndeleteoldrdn: 1\n\n" +
		"dn: cn=Audit Record Repository,dicomDeviceName=arr," + ldapDevices + "\nchangetype: modify\nreplace: dicomNetworkConnectionReference\n" +
		"dicomNetworkConnectionReference: cn=renamed,dicomDeviceName=arr," + ldapDevices + "\n")
	hangUp(t)
	get(t, "http://"+r.ports.Metrics[0]+"/metrics", "arr_ldap_reads_total 2\n")
	if err := a.dial(t, nil, nil); err == nil {
		t.Error("who shows no certificate may connect")
	}
	if err := a.dial(t, nil, &node.pair); err != nil {
		t.Errorf("who is believed: %v", err)
	}
}

// connection is LDIF that adds a connection to arr's device and its repository.
func connection(name, port, protocol string) string {
	dn := "cn=" + name + ",dicomDeviceName=arr," + ldapDevices
	return "dn: " + dn + "\nchangetype: add\nobjectClass: dicomNetworkConnection\nobjectClass: dcmNetworkConnection\n" +
		"cn: " + name + "\ndicomHostname: 127.0.0.1\ndicomPort: " + port + "\ndcmProtocol: " + protocol + "\n\n" +
		"dn: cn=Audit Record Repository,dicomDeviceName=arr," + ldapDevices + "\nchangetype: modify\nadd: dicomNetworkConnectionReference\n" +
		"dicomNetworkConnectionReference: " + dn + "\n\n"
}

// The directory says which transports there are, whatever flags say: what it has not
// installed is off, and what it does not know is as flags have it.
func TestServeTransportsByLDAP(t *testing.T) {
	a := newDirectedArchive(t)
	a.apply(t)
	a.change("dicomInstalled", "FALSE")
	tcp, udp := freePort(t), freePort(t)
	a.Modify(connection("plain", tcp, "SYSLOG_TLS") + connection("udp", udp, "SYSLOG_UDP"))
	r := a.serve(t)
	if len(r.ports.TLS) != 0 || !slices.Equal(r.ports.TCP, []string{"127.0.0.1:" + tcp}) || !slices.Equal(r.ports.UDP, []string{"127.0.0.1:" + udp}) {
		t.Errorf("it listens at %+v", r.ports)
	}
	r.send(t, loginFrame)
	if _, stderr, code := commandLine(t, "emit", "--to", "udp://127.0.0.1:"+udp, writeFile(t, "a.xml", "<AuditMessage/>")); code != 0 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	metrics := "http://" + r.ports.Metrics[0] + "/metrics"
	get(t, metrics, `arr_frames_received_total{transport="tcp"} 1`)
	get(t, metrics, `arr_frames_received_total{transport="udp"} 1`)

	moved := freePort(t)
	a.Modify("dn: cn=udp,dicomDeviceName=arr," + ldapDevices + "\nchangetype: modify\nreplace: dicomPort\ndicomPort: " + moved + "\n")
	hangUp(t)
	get(t, metrics, "arr_ldap_reads_total 2\n")
	if _, stderr, code := commandLine(t, "emit", "--to", "udp://127.0.0.1:"+moved, writeFile(t, "a.xml", "<AuditMessage/>")); code != 0 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	get(t, metrics, `arr_frames_received_total{transport="udp"} 2`)
	_, log, _ := r.stop()
	for _, want := range []string{"setting=tls", "setting=tcp", "setting=udp", "it is plain TCP", "it is not installed"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
}

func pemOf(c *tls.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Leaf.Raw}))
}
