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

// ldapProfile is what the TLS profile is called that a directory lists.
const ldapProfile = "ldap"

// directed has listeners follow what an LDAP directory says of arr's device. Nil follows none.
type directed struct {
	cfg *config.Config
	// tls are the addresses of TLS as they are configured, whose settings count where the
	// directory says nothing.
	tls      []config.Listener
	trust    *trust.Source
	log      *slog.Logger
	follower *ldapconf.Source
	// listeners are those of TLS by their address, addresses what is listened at, and said
	// what was logged of the directory. Their owner is openDirected, then the follower.
	listeners map[string]*trust.Listener
	addresses []string
	said      map[string]bool
	// expiry is when the first of the certificates expires that the directory has believed,
	// in seconds since 1970; 0 without any.
	expiry atomic.Int64
}

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
	d := &directed{cfg: cfg, tls: cfg.TLS, trust: source, log: log, said: map[string]bool{}}
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
	r, err := s.Receiver()
	for _, n := range r.Notes {
		d.say(n)
	}
	if err != nil {
		return err
	}
	terms := map[string]trust.Terms{}
	for _, l := range r.Listeners {
		if l.Transport != ldapconf.TLS {
			continue
		}
		if terms[l.Address], err = d.terms(r, l); err != nil {
			return fmt.Errorf("%s: %w", l.DN, err)
		}
	}
	if d.listeners == nil {
		if err := d.begin(r, terms); err != nil {
			return err
		}
	} else if !slices.Equal(d.addresses, addressesOf(r)) {
		d.say("it has other addresses than those that are listened at: restart arr serve to use them")
	}
	for address, t := range terms {
		if l := d.listeners[address]; l != nil {
			l.Set(t)
		}
	}
	d.expiry.Store(0)
	if first, ok := firstToExpire(r.Believed); ok {
		d.expiry.Store(first.Unix())
	}
	return nil
}

// say logs once what people can change in the directory.
func (d *directed) say(note string) {
	if !d.said[note] {
		d.said[note] = true
		d.log.Warn("the LDAP directory is used but for this", slog.String("device", d.cfg.LDAPDevice), slog.String("note", note))
	}
}

// terms are what the directory says of one listener, and the configuration where it says nothing.
func (d *directed) terms(r *ldapconf.Receiver, l ldapconf.Listener) (t trust.Terms, err error) {
	profile, clients, err := speech(d.cfg, samePort(d.tls, l.Address))
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

// begin puts the directory's addresses in place of the configuration's, and makes the
// listeners of TLS.
func (d *directed) begin(r *ldapconf.Receiver, terms map[string]trust.Terms) error {
	listeners := map[string]*trust.Listener{}
	for address := range terms {
		of := d.cfg.Clients(samePort(d.tls, address))
		l, err := d.trust.Listener(of.Allow, of.CRL)
		if err != nil {
			return err
		}
		listeners[address] = l
	}
	d.listeners, d.addresses = listeners, addressesOf(r)
	d.conflicts(r)
	for _, t := range []struct {
		transport ldapconf.Transport
		at        *[]config.Listener
	}{{ldapconf.TLS, &d.cfg.TLS}, {ldapconf.UDP, &d.cfg.UDP}, {ldapconf.TCP, &d.cfg.TCP}} {
		var found []config.Listener
		for _, l := range r.Listeners {
			if l.Transport != t.transport {
				continue
			}
			c := config.Listener{Address: l.Address, Proxy: samePort(*t.at, l.Address).Proxy}
			c.Auth = config.NoClients
			if l.NeedClientCert {
				c.Auth = config.RequireClients
			}
			found = append(found, c)
		}
		if found != nil || slices.Contains(r.Off, t.transport) {
			*t.at = found
		}
	}
	return nil
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

// addressesOf are the addresses of a repository with their transports.
func addressesOf(r *ldapconf.Receiver) (all []string) {
	for _, l := range r.Listeners {
		all = append(all, string(l.Transport)+" "+l.Address)
	}
	return all
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

// config is how an address of TLS is served that the directory names; nil for others.
func (d *directed) config(address string) *tls.Config {
	if d == nil || d.listeners[address] == nil {
		return nil
	}
	return d.listeners[address].Config()
}

// run follows the directory until ctx ends.
func (d *directed) run(ctx context.Context) error {
	if d == nil {
		return nil
	}
	return d.follower.Run(ctx)
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
