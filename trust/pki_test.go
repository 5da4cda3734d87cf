package trust_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"arr/trust"
)

// identity is a certificate with its key and the CA above it.
type identity struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// issue makes an identity signed by parent, or by itself; edit may change the template.
func issue(t testing.TB, parent *identity, name string, edit func(*x509.Certificate)) *identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return sign(t, parent, key, name, edit)
}

func sign(t testing.TB, parent *identity, key crypto.Signer, name string, edit func(*x509.Certificate)) *identity {
	t.Helper()
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour),
		NotAfter:  time.Now().Add(1000 * time.Hour),
		KeyUsage:  x509.KeyUsageDigitalSignature,
	}
	if edit != nil {
		edit(template)
	}
	issuer, signer := template, key
	if parent != nil {
		issuer, signer = parent.cert, parent.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &identity{cert, key}
}

// version1 is an identity signed by itself with a certificate of X.509 version 1, which has
// no extensions. crypto/x509 makes none.
func version1(t testing.TB, name string) *identity {
	t.Helper()
	like := issue(t, nil, name, nil)
	var made struct {
		Body struct {
			Version        int `asn1:"optional,explicit,tag:0"`
			Serial         *big.Int
			Algorithm      pkix.AlgorithmIdentifier
			Issuer         asn1.RawValue
			Dates, Subject asn1.RawValue
			Key            asn1.RawValue
			Extensions     asn1.RawValue `asn1:"optional,explicit,tag:3"`
		}
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	if _, err := asn1.Unmarshal(like.cert.Raw, &made); err != nil {
		t.Fatal(err)
	}
	made.Body.Version, made.Body.Extensions = 0, asn1.RawValue{}
	body, err := asn1.Marshal(made.Body)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(body)
	if made.Signature.Bytes, err = like.key.Sign(rand.Reader, sum[:], crypto.SHA256); err != nil {
		t.Fatal(err)
	}
	made.Signature.BitLength = 8 * len(made.Signature.Bytes)
	der, err := asn1.Marshal(made)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	if cert.Version != 1 || cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature) != nil {
		t.Fatalf("a certificate of version %d was made, or its signature is wrong", cert.Version)
	}
	return &identity{cert, like.key}
}

func newRSAKey(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func asCA(c *x509.Certificate) {
	c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
}

func (i *identity) certPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.cert.Raw})
}

func (i *identity) keyPEM(t testing.TB) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(i.key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// shown is what a client shows: its certificate and those above it.
func (i *identity) shown(above ...*identity) *tls.Certificate {
	c := &tls.Certificate{Certificate: [][]byte{i.cert.Raw}, PrivateKey: i.key}
	for _, a := range above {
		c.Certificate = append(c.Certificate, a.cert.Raw)
	}
	return c
}

func writeTo(t testing.TB, path string, b ...[]byte) string {
	t.Helper()
	var all []byte
	for _, part := range b {
		all = append(all, part...)
	}
	if err := os.WriteFile(path, all, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t testing.TB, o trust.Options) *trust.Source {
	t.Helper()
	s, err := trust.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// given is a Source of a certificate that it was given, for tests of what else it does: to
// make some takes it long.
func given(t testing.TB) *trust.Source {
	t.Helper()
	return open(t, trust.Options{Pairs: []trust.Pair{pairFiles(t, t.TempDir(), issue(t, nil, "localhost", nil))}, Log: discard})
}

func tlsConfig(t testing.TB, s *trust.Source, c trust.Clients) *tls.Config {
	t.Helper()
	conf, err := s.TLSConfig(trust.Profile{}, c)
	if err != nil {
		t.Fatal(err)
	}
	return conf
}

// handshake gives the connection as the client sees it, and each side's error. The
// client's includes what the server tells it after the handshake, as TLS 1.3 does.
func handshake(t testing.TB, server, client *tls.Config) (cs tls.ConnectionState, serverErr, clientErr error) {
	t.Helper()
	a, b := socketPair(t)
	done := make(chan error, 1)
	go func() {
		defer a.Close()
		s := tls.Server(a, server)
		err := s.Handshake()
		if err == nil {
			_, err = s.Write([]byte("x"))
		}
		done <- err
	}()
	c := tls.Client(b, client)
	clientErr = c.Handshake()
	if clientErr == nil {
		cs = c.ConnectionState()
		_, clientErr = io.ReadFull(c, make([]byte, 1))
	}
	b.Close()
	return cs, <-done, clientErr
}

// socketPair is a connection's two ends. A net.Pipe would not do: in a resumed TLS 1.3
// handshake both sides write at once.
func socketPair(t testing.TB) (server, client net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if client, err = net.Dial("tcp", ln.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = ln.Accept(); err != nil {
		t.Fatal(err)
	}
	return server, client
}

// pool has the certificates of a PEM file.
func pool(t testing.TB, path string) *x509.CertPool {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM(b) {
		t.Fatalf("%s holds no certificate", path)
	}
	return p
}

// pairFiles writes an identity as a certificate's file and a key's.
func pairFiles(t testing.TB, dir string, i *identity) trust.Pair {
	t.Helper()
	return trust.Pair{
		Cert: writeTo(t, filepath.Join(dir, "server.pem"), i.certPEM()),
		Key:  writeTo(t, filepath.Join(dir, "server.key"), i.keyPEM(t)),
	}
}
