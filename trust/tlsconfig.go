package trust

import (
	"crypto/tls"
	"errors"
	"sync/atomic"
)

// suites are those of TLS 1.2 with forward secrecy and authenticated encryption
// (PS3.15 B.12, without the DHE and CCM ones that crypto/tls lacks). TLS 1.3 has no
// others.
var suites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
}

// TLSConfig gives the configuration of one listener: it always serves the latest
// certificates and believes the latest client CAs. It must be called before Run. The error
// says why c.File can't be used.
func (s *Source) TLSConfig(c Clients) (*tls.Config, error) {
	conf := &tls.Config{
		MinVersion:     tls.VersionTLS12,
		CipherSuites:   suites,
		GetCertificate: s.certificate,
		Time:           s.now,
	}
	switch c.Auth {
	case NoClientCert:
		return conf, nil
	case OptionalClientCert:
		conf.ClientAuth = tls.RequestClientCert
	case RequiredClientCert:
		conf.ClientAuth = tls.RequireAnyClientCert
	}
	if c.File == "" {
		return nil, errors.New("client certificates are asked for, but no file says which are believed: name one as client-ca")
	}
	check := &clients{file: c.File, now: s.now}
	conf.VerifyConnection = check.verify
	// What clients are told of whom we believe is a plain field, so each new file
	// makes a new configuration.
	template := conf.Clone()
	var latest atomic.Pointer[tls.Config]
	err := s.watch(&watched{what: "file of client CAs", paths: []string{c.File}, load: func(files [][]byte) error {
		if err := check.load(files); err != nil {
			return err
		}
		hinting := template.Clone()
		hinting.ClientCAs = check.believed.Load().hints
		latest.Store(hinting)
		return nil
	}})
	if err != nil {
		return nil, err
	}
	conf.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return latest.Load(), nil }
	return conf, nil
}

// certificate chooses the first certificate that the client can use. Many senders ask
// for a name that no certificate has, an alias or an address; they get one that they
// can use otherwise, since most do not compare names.
func (s *Source) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	certs := *s.certs.Load()
	unnamed := *hello
	unnamed.ServerName = ""
	for _, h := range []*tls.ClientHelloInfo{hello, &unnamed} {
		for i := range certs {
			if h.SupportsCertificate(&certs[i]) == nil {
				return &certs[i], nil
			}
		}
	}
	return &certs[0], nil
}
