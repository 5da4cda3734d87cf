package trust_test

import (
	"crypto/tls"
	"crypto/x509"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arr/trust"
)

// Kinds of keys, as openssl is asked for them.
const (
	p256    = "-newkey ec -pkeyopt ec_paramgen_curve:P-256"
	p384    = "-newkey ec -pkeyopt ec_paramgen_curve:P-384"
	p521    = "-newkey ec -pkeyopt ec_paramgen_curve:P-521"
	ed25519 = "-newkey ed25519"
	rsa1024 = "-newkey rsa:1024"
	rsa2048 = "-newkey rsa:2048"
	rsa3072 = "-newkey rsa:3072"
	rsa4096 = "-newkey rsa:4096"

	sanOption = "-addext subjectAltName=DNS:localhost,IP:127.0.0.1"
)

// oddCertificate is one that openssl makes, signed by its CA or, where bySelf says so, by
// itself.
type oddCertificate struct {
	name    string
	options string
	// late has it expired.
	bySelf, late bool
	// receiver and sender are parts of why each refuses it by default, "" where it
	// believes it.
	receiver, sender string
	// tolerate has it believed by both.
	tolerate string
}

func oddCertificates() []oddCertificate {
	const anyUse = sanOption + " " + p256
	return []oddCertificate{
		{name: "P-256", options: anyUse},
		{name: "P-384", options: sanOption + " " + p384},
		{name: "P-521", options: sanOption + " " + p521},
		{name: "Ed25519", options: sanOption + " " + ed25519},
		{name: "RSA 1024", options: sanOption + " " + rsa1024},
		{name: "RSA 2048", options: sanOption + " " + rsa2048},
		{name: "RSA 3072", options: sanOption + " " + rsa3072},
		{name: "RSA 4096", options: sanOption + " " + rsa4096},
		{name: "server usage alone", options: anyUse + " -addext extendedKeyUsage=serverAuth"},
		{name: "client usage alone", options: anyUse + " -addext extendedKeyUsage=clientAuth"},
		{name: "another usage alone", options: anyUse + " -addext extendedKeyUsage=codeSigning"},
		{name: "an unknown extension", options: anyUse + " -addext 1.3.6.1.4.1.99999.1=DER:0500"},
		{name: "an unknown critical extension", options: anyUse + " -addext 1.3.6.1.4.1.99999.1=critical,DER:0500"},
		{name: "common name alone", options: p256, tolerate: "cn-only",
			sender: "it names its owner in the subject alone: have it made anew with a subject alternative name, put the certificate itself into"},
		{name: "expired", options: anyUse, late: true, tolerate: "expired", receiver: "renew it, or set the clocks right, or say tolerate=expired behind",
			sender: "renew it, or set the clocks right, or say --tls-tolerate expired"},
		{name: "SHA-1", options: sanOption + " " + rsa2048 + " -sha1", tolerate: "sha1",
			receiver: "is signed with ECDSA-SHA1, which is forged too easily: have it made anew, or put the client's certificate itself into",
			sender:   "or say --tls-tolerate sha1"},
		{name: "SHA-1 and expired", options: anyUse + " -sha1", late: true, tolerate: "sha1 expired", receiver: "tolerate=", sender: "--tls-tolerate "},
		{name: "self-signed", options: anyUse, bySelf: true, tolerate: "self-signed", receiver: "it is signed by itself and not installed", sender: "it is signed by itself and not installed"},
		{name: "self-signed, SHA-1, expired", options: p256 + " -sha1", late: true, bySelf: true, tolerate: "self-signed sha1 expired cn-only",
			receiver: "not installed", sender: "not installed"},
	}
}

// make has openssl make the certificate and its key, and gives both, and its file.
func (o *oddCertificate) make(t *testing.T, dir string) (*tls.Certificate, string) {
	t.Helper()
	own := t.TempDir()
	by := " -CA " + filepath.Join(dir, "ca.pem") + " -CAkey " + filepath.Join(dir, "ca.key")
	line := "openssl req -x509 -nodes -days 10 -subj /CN=localhost -keyout key.pem -out cert.pem -addext basicConstraints=CA:FALSE " + o.options
	if !o.bySelf && !o.late {
		line += by
	}
	tool(t, own, line)
	if o.late {
		line = "openssl x509 -in cert.pem -out cert.pem -days -1"
		if o.bySelf {
			by = " -signkey key.pem"
		}
		if strings.Contains(o.options, "-sha1") {
			line += " -sha1"
		}
		tool(t, own, line+by+" -set_serial 7")
	}
	file := filepath.Join(own, "cert.pem")
	pair, err := tls.LoadX509KeyPair(file, filepath.Join(own, "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return &pair, file
}

// TestOddCertificates has a receiver judge clients, and a sender judge servers, by
// certificates as they are met: by default, tolerant, and with the certificate itself
// installed.
func TestOddCertificates(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tool(t, dir, "openssl req -x509 -nodes -days 10 -subj /CN=CA -keyout ca.key -out ca.pem "+p256+
		" -addext keyUsage=critical,keyCertSign,cRLSign")
	ca := filepath.Join(dir, "ca.pem")
	s := given(t)
	for _, odd := range oddCertificates() {
		t.Run(odd.name, func(t *testing.T) {
			t.Parallel()
			pair, file := odd.make(t, dir)
			faults, err := trust.FaultsNamed(strings.Fields(odd.tolerate))
			if err != nil {
				t.Fatal(err)
			}
			for _, how := range []struct {
				name             string
				file             string
				tolerate         trust.Faults
				receiver, sender string
			}{
				{"by default", ca, 0, odd.receiver, odd.sender},
				{"tolerant", ca, faults, "", ""},
				{"installed", file, 0, "", ""},
				{"tolerant of another CA's", believable(t), faults &^ trust.FaultSelfSigned, "put the", "put the"},
			} {
				checkPeer(t, "receiver "+how.name, how.receiver, received(t, s, pair, trust.Clients{Believed: trust.Store{File: how.file}, Tolerate: how.tolerate}))
				checkPeer(t, "sender "+how.name, how.sender, sent(t, pair, trust.Servers{Believed: certificates(t, how.file), Tolerate: how.tolerate, Host: "localhost", Where: how.file}))
			}
		})
	}
}

// believable is the file of a CA that issued nothing.
func believable(t *testing.T) string {
	t.Helper()
	return writeTo(t, filepath.Join(t.TempDir(), "ca.pem"), issue(t, nil, "CA", asCA).certPEM())
}

func checkPeer(t *testing.T, who, want string, err error) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("%s: %v", who, err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("%s: error %v, want %q", who, err, want)
	}
}

// received is why a receiver refuses a client's certificate.
func received(t *testing.T, s *trust.Source, pair *tls.Certificate, clients trust.Clients) error {
	t.Helper()
	clients.Auth = trust.RequiredClientCert
	_, err, _ := handshake(t, tlsConfig(t, s, clients), &tls.Config{InsecureSkipVerify: true,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return pair, nil }})
	return err
}

// sent is why a sender refuses a server's certificate.
func sent(t *testing.T, pair *tls.Certificate, servers trust.Servers) error {
	t.Helper()
	servers.Now = time.Now
	conf := &tls.Config{ServerName: servers.Host}
	servers.Apply(conf)
	_, _, err := handshake(t, &tls.Config{Certificates: []tls.Certificate{*pair}}, conf)
	return err
}

func certificates(t *testing.T, file string) []*x509.Certificate {
	t.Helper()
	certs, err := trust.Store{File: file}.Certificates()
	if err != nil {
		t.Fatal(err)
	}
	return certs
}
