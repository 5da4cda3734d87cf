package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"arr/api"
	"arr/config"
	"arr/trust"
	"arr/trust/ldapconf"
)

// ldapCopy is where in the data directory the last good copy of an LDAP directory lies.
const ldapCopy = "ldap.json"

// followed says that a setting and the directory contradict each other.
const followed = "the LDAP directory says something else than a setting, and is followed: leave the setting, or change the directory"

// saysWhyNot goes behind what a directory lacks.
const saysWhyNot = `"arr ldap check" says what was found, and why not more`

// ldapProfile is what the TLS profile is called that a directory lists.
const ldapProfile = "ldap"

// directed has listeners follow what an LDAP directory says of arr's device. Nil follows none.
type directed struct {
	cfg *config.Config
	// configured are the addresses as they are configured, whose settings count where the
	// directory says nothing.
	configured addresses
	trust      *trust.Source
	log        *slog.Logger
	follower   *ldapconf.Source
	// move listens at other addresses. It is there before the follower runs.
	move func(addresses) error

	// listeners are those of TLS by their address, used all addresses that are listened at.
	// Their owner is openDirected, then the follower, as is that of said and saidBefore:
	// what was logged of this state of the directory, and of the one before.
	listeners        map[string]*trust.Listener
	used             addresses
	said, saidBefore map[string]bool
	// expiry is when the first of the certificates expires that the directory has believed,
	// in seconds since 1970; 0 without any.
	expiry atomic.Int64
}

// addresses are where syslog is taken in.
type addresses struct{ tls, tcp, udp []config.Listener }

// openDirected reads the directory that cfg names, or its copy, and puts what it says of
// addresses into cfg. It gives nil where cfg names none.
func openDirected(ctx context.Context, cfg *config.Config, source *trust.Source, log *slog.Logger) (*directed, error) {
	if cfg.LDAP == "" {
		return nil, nil
	}
	dir, err := directoryOf(cfg)
	if err != nil {
		return nil, err
	}
	if cfg.LDAPPlain {
		log.Warn("the LDAP directory is read without TLS: whoever is on the way can read the password, and have other certificates believed")
	}
	d := &directed{cfg: cfg, configured: addresses{cfg.TLS, cfg.TCP, cfg.UDP}, trust: source, log: log}
	d.follower, err = ldapconf.Open(ctx, ldapconf.Options{
		Directory: dir, Device: cfg.LDAPDevice, Copy: filepath.Join(cfg.Data, ldapCopy), Use: d.use, Log: log,
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// directoryOf is the directory that a configuration names.
func directoryOf(cfg *config.Config) (ldapconf.Directory, error) {
	d, err := ldapconf.ParseURL(cfg.LDAP)
	if err != nil {
		return d, fmt.Errorf("--ldap: %w", err)
	}
	d.CA, d.Plain, d.BindDN = trust.Store{File: cfg.LDAPCA}, cfg.LDAPPlain, cfg.LDAPBindDN
	d.Password = password("ldap-password", cfg.LDAPPasswordFile)
	return d, nil
}

// use has the listeners follow what was read. It changes nothing where that can't be used.
func (d *directed) use(s *ldapconf.Snapshot) error {
	d.saidBefore, d.said = d.said, map[string]bool{}
	r, err := s.Receiver()
	for _, n := range r.Notes {
		d.say(n)
	}
	if err != nil {
		return fmt.Errorf("%w: %s", err, saysWhyNot)
	}
	before, listeners, terms := d.listeners, map[string]*trust.Listener{}, map[string]trust.Terms{}
	for _, l := range r.Listeners {
		if l.Transport != ldapconf.TLS || err != nil {
			continue
		}
		if terms[l.Address], err = d.terms(r, l); err != nil {
			err = fmt.Errorf("%s: %w", l.DN, err)
		} else if listeners[l.Address] = before[l.Address]; listeners[l.Address] == nil {
			listeners[l.Address], err = d.listener(l.Address, terms[l.Address])
		}
	}
	if err == nil {
		d.listeners = listeners
		err = d.take(r, before == nil)
	}
	if err != nil {
		d.listeners = before
		closeMissing(listeners, before)
		return err
	}
	for address, l := range listeners {
		l.Set(terms[address])
	}
	closeMissing(before, listeners)
	d.expiry.Store(0)
	if first, ok := firstToExpire(r.Believed); ok {
		d.expiry.Store(first.Unix())
	}
	return nil
}

// listener makes the listener of an address that is new.
func (d *directed) listener(address string, t trust.Terms) (*trust.Listener, error) {
	clients := d.cfg.Clients(samePort(d.configured.tls, address))
	l, err := d.trust.Listener(clients.Allow, clients.CRL)
	if err == nil {
		l.Set(t)
	}
	return l, err
}

// closeMissing closes the listeners that are not among others.
func closeMissing(all, others map[string]*trust.Listener) {
	for address, l := range all {
		if others[address] == nil && l != nil {
			l.Close()
		}
	}
}

// take has syslog taken in at the directory's addresses: from the start, or by a move.
func (d *directed) take(r *ldapconf.Receiver, first bool) error {
	wanted := addresses{
		tls: wantedAt(r, ldapconf.TLS, d.configured.tls),
		tcp: wantedAt(r, ldapconf.TCP, d.configured.tcp),
		udp: wantedAt(r, ldapconf.UDP, d.configured.udp),
	}
	switch {
	case first:
		d.conflicts(r)
		d.cfg.TLS, d.cfg.TCP, d.cfg.UDP = wanted.tls, wanted.tcp, wanted.udp
	case !same(d.used.tls, wanted.tls) || !same(d.used.tcp, wanted.tcp) || !same(d.used.udp, wanted.udp):
		if err := d.move(wanted); err != nil {
			return err
		}
		d.log.Info("the LDAP directory has other addresses, which are listened at from now on", slog.String("device", d.cfg.LDAPDevice))
	}
	d.used = wanted
	return nil
}

// same says whether addresses are listened at alike.
func same(a, b []config.Listener) bool {
	return slices.EqualFunc(a, b, func(x, y config.Listener) bool { return x.Address == y.Address })
}

// wantedAt are the addresses of a transport: those of the directory, or as they are configured
// where it has none.
func wantedAt(r *ldapconf.Receiver, t ldapconf.Transport, configured []config.Listener) []config.Listener {
	if slices.Contains(r.Off, t) {
		return nil
	}
	var found []config.Listener
	for _, l := range r.Listeners {
		if l.Transport != t {
			continue
		}
		c := config.Listener{Address: l.Address, Proxy: samePort(configured, l.Address).Proxy}
		c.Auth = config.NoClients
		if l.NeedClientCert {
			c.Auth = config.RequireClients
		}
		found = append(found, c)
	}
	if found == nil {
		return configured
	}
	return found
}

// say logs what people can change in the directory, unless it was so before.
func (d *directed) say(note string) {
	if !d.said[note] && !d.saidBefore[note] {
		d.log.Warn("what the LDAP directory says of arr needs a look", slog.String("device", d.cfg.LDAPDevice), slog.String("note", note))
	}
	d.said[note] = true
}

// terms are what the directory says of one listener, and the configuration where it says nothing.
func (d *directed) terms(r *ldapconf.Receiver, l ldapconf.Listener) (t trust.Terms, err error) {
	profile, clients, err := speech(d.cfg, samePort(d.configured.tls, l.Address))
	if err != nil {
		return t, err
	}
	t.Ways, t.Tolerate, t.Where = clients.Ways, clients.Tolerate, clients.Believed.File
	var lacking []string
	if t.Profile, lacking, err = trust.Offered(ldapProfile, l.Suites, orVersions(l.Versions, profile)); err != nil {
		return t, err
	}
	for _, name := range lacking {
		if slices.Contains(l.Suites, name) || slices.Contains(l.Versions, name) {
			d.say(l.DN + ": " + name + " is not spoken")
		}
	}
	if !l.NeedClientCert {
		return t, nil
	}
	t.Auth = trust.RequiredClientCert
	switch {
	case len(r.References) > 0:
		t.Where = fmt.Sprintf("the LDAP directory, as userCertificate;binary of an entry that the device %q refers to", d.cfg.LDAPDevice)
		for _, c := range r.Believed {
			t.Believed = append(t.Believed, c.Certificate)
		}
		if len(t.Believed) == 0 {
			err = errors.New("it asks for client certificates, and none of the entries that its device refers to holds one that can be read")
		}
	case t.Where != "":
		t.Believed, err = clients.Believed.Certificates()
	default:
		err = errors.New("it asks for client certificates (dcmTLSNeedClientAuth, which is TRUE where it is missing), and nothing says which are believed: " +
			"add dicomAuthorizedNodeCertificateReference to its device, set --tls-client-ca, or set dcmTLSNeedClientAuth to FALSE")
	}
	return t, err
}

// orVersions are the versions that a directory lists, or those of the profile where it lists none.
func orVersions(listed []string, p trust.Profile) []string {
	if len(listed) > 0 {
		return listed
	}
	return p.Versions()
}

// conflicts logs which settings the directory overrides.
func (d *directed) conflicts(r *ldapconf.Receiver) {
	overridden := map[string]bool{
		"tls-client-ca": len(r.References) > 0, "tls-truststore": len(r.References) > 0,
	}
	for _, t := range r.Off {
		overridden[string(t)] = true
	}
	for _, l := range r.Listeners {
		overridden[string(l.Transport)] = true
		if l.Transport == ldapconf.TLS {
			overridden["tls-profile"], overridden["tls-suites"] = true, true
		}
		if l.Versions != nil {
			overridden["tls-min"], overridden["tls-max"] = true, true
		}
	}
	for _, s := range config.Settings() {
		if overridden[s.Key] && d.cfg.Given(s.Key) {
			d.log.Warn(followed, slog.String("setting", s.Key), slog.String("device", d.cfg.LDAPDevice))
		}
	}
}

// samePort is the configured address with the same port, with the settings behind it; none
// has no settings.
func samePort(configured []config.Listener, address string) config.Listener {
	_, port, _ := net.SplitHostPort(address)
	for _, c := range configured {
		if _, p, _ := net.SplitHostPort(c.Address); p == port {
			return c
		}
	}
	return config.Listener{}
}

// firstToExpire is when the first of some certificates does.
func firstToExpire(certs []ldapconf.Certificate) (first time.Time, ok bool) {
	for _, c := range certs {
		if !ok || c.NotAfter.Before(first) {
			first, ok = c.NotAfter, true
		}
	}
	return first, ok
}

// tls is how an address is served: as the directory says, or as it is configured.
func (d *directed) tls(cfg *config.Config, source *trust.Source, c config.Listener) (*tls.Config, error) {
	if d == nil || d.listeners[c.Address] == nil {
		return tlsConfig(cfg, source, c)
	}
	return d.listeners[c.Address].Config(), nil
}

// hasUDP says whether the directory has chosen the addresses for UDP.
func (d *directed) hasUDP() bool { return d != nil && !same(d.used.udp, d.configured.udp) }

// run follows the directory until ctx ends, and has move called where its addresses change.
func (d *directed) run(ctx context.Context, move func(addresses) error) {
	if d == nil {
		return
	}
	d.move = move
	d.follower.Run(ctx)
}

// reload has the directory read at once.
func (d *directed) reload() {
	if d != nil {
		d.follower.Reload()
	}
}

// figures are what /metrics shows of the directory, nil where none is followed.
func (d *directed) figures() *api.Directory {
	if d == nil {
		return nil
	}
	st := d.follower.Stats()
	f := &api.Directory{CopyInUse: st.CopyInUse, LastSuccess: st.LastSuccess, Reads: st.Reads, Failures: st.Failures}
	if at := d.expiry.Load(); at != 0 {
		f.Expiry = time.Unix(at, 0)
	}
	return f
}
