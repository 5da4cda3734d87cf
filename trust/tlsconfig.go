package trust

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
)

// TLSConfig gives the configuration of one listener: it speaks p, always serves the latest
// certificates and believes the latest client CAs. It must be called before Run. The error
// says what of c can't be used.
func (s *Source) TLSConfig(p Profile, c Clients) (*tls.Config, error) {
	conf := &tls.Config{GetCertificate: s.certificate, Time: s.now}
	if p.Name == "" {
		p = profiles[0]
	}
	p.Apply(conf)
	s.admit(p)
	switch c.Auth {
	case NoClientCert:
		return conf, nil
	case OptionalClientCert:
		conf.ClientAuth = tls.RequestClientCert
	case RequiredClientCert:
		conf.ClientAuth = tls.RequireAnyClientCert
	}
	if c.Believed.File == "" {
		return nil, errors.New("client certificates are asked for, but no file says which are believed: name one as client-ca")
	}
	allow, err := parseAllowed(c.Allow)
	if err != nil {
		return nil, err
	}
	lists := &revoked{paths: c.CRLs, now: s.now, log: s.log}
	if len(c.CRLs) > 0 {
		if err := s.watch(&watched{what: "certificate revocation lists", paths: c.CRLs, load: lists.load}); err != nil {
			return nil, err
		}
	}
	check := &clients{allow: allow, revoked: lists, store: c.Believed, now: s.now}
	conf.VerifyConnection = check.verify
	// What clients are told of whom we believe is a plain field, so each new file
	// makes a new configuration.
	template := conf.Clone()
	var latest atomic.Pointer[tls.Config]
	err = s.watch(&watched{what: "file of client CAs", paths: c.Believed.paths(), load: func(files [][]byte) error {
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

// admit says what is wrong with a profile that somebody chose.
func (s *Source) admit(p Profile) {
	if weak := p.Weakness(); weak != "" {
		if !slices.Contains(s.weak, p.Name) {
			s.weak = append(s.weak, p.Name)
		}
		s.log.Warn("a TLS profile that is no longer safe is served: give it a port of its own, and renew who needs it",
			slog.String("profile", p.Name), slog.String("weak", weak))
	}
	if !slices.ContainsFunc(*s.certs.Load(), func(c tls.Certificate) bool { return p.Suits(c.Leaf) }) {
		s.log.Warn("no peer can connect by this TLS profile: its suites need a certificate of another kind, EC or RSA",
			slog.String("profile", p.Name))
	}
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
