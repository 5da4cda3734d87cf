package trust

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
)

// Terms are what connections of a listener come about by.
type Terms struct {
	Profile Profile
	Auth    ClientAuth
	// Believed are the certificates of CAs, and such of clients themselves.
	Believed []*x509.Certificate
	// Ways are those by which a certificate may be believed.
	Ways Ways
	// Tolerate are the faults that are passed over.
	Tolerate Faults
	// Where is what people put a certificate into so that it is believed, for errors.
	Where string
}

// Listener is the TLS configuration of one listener, which follows the certificates behind
// it, and whose Terms can be replaced while it is served.
type Listener struct {
	source  *Source
	allow   *allowList
	revoked *revoked
	// lists looks after the files of revoked; nil without any.
	lists  *watched
	terms  atomic.Pointer[Terms]
	latest atomic.Pointer[tls.Config]
}

// Listener makes one, which serves nothing before Set. allow and crls are as in Clients. The
// error says what can't be used.
func (s *Source) Listener(allow, crls []string) (*Listener, error) {
	allowed, err := parseAllowed(allow)
	if err != nil {
		return nil, err
	}
	l := &Listener{source: s, allow: allowed, revoked: &revoked{paths: crls, now: s.now, log: s.log}}
	if len(crls) > 0 {
		l.lists = &watched{what: "certificate revocation lists", paths: crls, load: l.revoked.load}
		if err := s.watch(l.lists); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners = append(s.listeners, l)
	return l, nil
}

// Set replaces the terms. Connections that are open stay; those to come, sessions that are
// resumed among them, have the new ones.
func (l *Listener) Set(t Terms) {
	if t.Profile.Name == "" {
		t.Profile = profiles[0]
	}
	conf := &tls.Config{GetCertificate: l.source.certificate, Time: l.source.now}
	t.Profile.Apply(conf)
	if t.Auth != NoClientCert {
		conf.ClientAuth = tls.RequestClientCert
		if t.Auth == RequiredClientCert {
			conf.ClientAuth = tls.RequireAnyClientCert
		}
		check := &verifier{who: "client", believed: newBelieved(t.Believed), ways: t.Ways, tolerate: t.Tolerate,
			allow: l.allow, revoked: l.revoked.check, now: l.source.now, where: t.Where}
		conf.VerifyConnection = check.verifyClient
		if t.Tolerate&FaultSelfSigned == 0 {
			conf.ClientCAs = check.believed.hints
		}
	}
	l.latest.Store(conf)
	before := l.terms.Swap(&t)
	if before == nil || before.Profile.Weakness() != t.Profile.Weakness() {
		l.source.admit(t.Profile)
	}
	if t.Tolerate != 0 && (before == nil || before.Tolerate != t.Tolerate) {
		l.source.log.Warn("faults of client certificates are passed over at an address: install these certificates themselves, or have them made anew",
			slog.String("faults", t.Tolerate.String()))
	}
}

// Close has the Source forget the listener, once nobody listens with it any more. Its terms
// stay, for who is just connecting.
func (l *Listener) Close() {
	s := l.source
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners = slices.DeleteFunc(s.listeners, func(o *Listener) bool { return o == l })
	s.files = slices.DeleteFunc(s.files, func(w *watched) bool { return w == l.lists })
}

// Config gives the configuration to listen with.
func (l *Listener) Config() *tls.Config {
	// What is asked for once a client has said hello is a field, so each replacement is a
	// configuration of its own; sessions are resumed by this one's keys.
	conf := l.latest.Load().Clone()
	conf.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return l.latest.Load(), nil }
	return conf
}

// TLSConfig gives the configuration of one listener: it speaks p, always serves the latest
// certificates and believes the latest client CAs. The error says what of c can't be used.
func (s *Source) TLSConfig(p Profile, c Clients) (*tls.Config, error) {
	terms := Terms{Profile: p, Auth: c.Auth, Ways: c.Ways, Tolerate: c.Tolerate, Where: c.Believed.File}
	if c.Auth == NoClientCert {
		c = Clients{}
	} else if c.Believed.File == "" {
		return nil, errNoBelieved
	}
	l, err := s.Listener(c.Allow, c.CRLs)
	if err != nil {
		return nil, err
	}
	if c.Auth == NoClientCert {
		l.Set(terms)
		return l.Config(), nil
	}
	err = s.watch(&watched{what: "file of client CAs", paths: c.Believed.paths(), load: func(files [][]byte) (err error) {
		terms := terms
		if terms.Believed, err = c.Believed.certificates(files); err != nil {
			return fmt.Errorf("client CAs %w", err)
		}
		l.Set(terms)
		return nil
	}})
	if err != nil {
		return nil, err
	}
	return l.Config(), nil
}

// admit says what is wrong with a profile that somebody chose.
func (s *Source) admit(p Profile) {
	if weak := p.Weakness(); weak != "" {
		s.log.Warn("a TLS profile that is no longer safe is served: give it a port of its own, and renew who needs it",
			slog.String("profile", p.Name), slog.String("weak", weak))
	}
	if !slices.ContainsFunc(*s.certs.Load(), func(c tls.Certificate) bool { return p.Suits(c.Leaf) }) {
		s.log.Warn("no peer can connect by this TLS profile: its suites need a certificate of another kind, EC or RSA",
			slog.String("profile", p.Name))
	}
}

// weak names the profiles being served that are not safe.
func (s *Source) weak() (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.listeners {
		if t := l.terms.Load(); t != nil && t.Profile.Weakness() != "" && !slices.Contains(names, t.Profile.Name) {
			names = append(names, t.Profile.Name)
		}
	}
	return names
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
