package mllp_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"testing"
	"time"

	"arr/mllp"
)

func TestTLS(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	p := serve(t, &mllp.Proxy{Dial: archive(t, answering(func(string) []string { return []string{ack("AA", "1")} }))},
		&tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	conn, err := tls.Dial("tcp", p.addr, &tls.Config{RootCAs: roots})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c := mllp.NewConn(conn, limit)
	send(t, c, adt("1", ""))
	if got := receive(t, c); got != ack("AA", "1") {
		t.Errorf("received %q", got)
	}
	// Plain text on a port for TLS ends the connection.
	plain, _ := p.connect()
	plain.Send([]byte(adt("2", "")))
	if m, err := plain.Receive(); err == nil {
		t.Errorf("received %q", m)
	}
	if s := p.Stats(); s.Messages != 1 || s.Accepted != 2 {
		t.Errorf("%+v", s)
	}
}
