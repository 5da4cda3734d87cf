package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/urfave/cli/v2"

	"arr/emitter"
	"arr/store/durable"
	"arr/trust"
	"arr/trust/ldapconf"
)

// toDirectory in place of a URL of --to stands for the repositories that a directory leads to.
const toDirectory = "ldap"

// destination is a repository with how TLS is spoken to it.
type destination struct {
	to  emitter.Target
	tls *tls.Config
	// name is what its spool is called, wherever it is.
	name string
}

// directedSender finds repositories by what an LDAP directory says of a device's audit
// loggers, and follows it. Nil finds none.
type directedSender struct {
	device string
	speak  *speaker
	// set says whether a flag was given.
	set      func(flag string) bool
	log      *slog.Logger
	follower *ldapconf.Source
	// routes are those that are sent by. Their owner is openDirectedSender, then the follower.
	routes []ldapconf.Route
	// servers are whom the directory has believed, nil where flags say it.
	servers atomic.Pointer[trust.Servers]
}

// openDirectedSender reads the directory that the flags name, and gives nil where there is none or
// --to names other repositories alone. dir is where a copy is kept, "" keeps none.
func openDirectedSender(c *cli.Context, to []string, speak *speaker, log *slog.Logger, dir string) (*directedSender, error) {
	cfg, err := directoryConfig(c)
	if err != nil {
		return nil, err
	}
	wanted := len(to) == 0 && cfg.LDAP != "" || slices.ContainsFunc(to, isDirectory)
	switch {
	case wanted && cfg.LDAP == "":
		return nil, errors.New("--to ldap: where the directory is is not said: give --ldap and --ldap-device")
	case !wanted && c.IsSet("ldap"):
		return nil, errors.New("--ldap and --to go together where one --to is ldap: leave one of them")
	case !wanted:
		return nil, nil
	}
	d := &directedSender{device: cfg.LDAPDevice, speak: speak, set: c.IsSet, log: log}
	o := ldapconf.Options{Device: cfg.LDAPDevice, Use: d.use, Log: log}
	if o.Directory, err = directoryOf(cfg); err != nil {
		return nil, err
	}
	if dir != "" {
		if err := durable.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("making the spool's directory: %w", err)
		}
		o.Copy = filepath.Join(dir, ldapCopy)
	}
	if d.follower, err = ldapconf.Open(c.Context, o); err != nil {
		return nil, &exitError{exitFailed, err}
	}
	return d, nil
}

// isDirectory says whether a value of --to stands for the directory.
func isDirectory(to string) bool {
	return to == toDirectory || strings.HasPrefix(to, toDirectory+",")
}

// use takes what was read: at first the routes, later whom to believe alone, since a spool
// belongs to an address.
func (d *directedSender) use(s *ldapconf.Snapshot) error {
	found, err := s.Sender()
	if err != nil {
		return fmt.Errorf("%w: %s", err, saysWhyNot)
	}
	for _, r := range found.Routes {
		if r.Transport == ldapconf.TCP && d.routes == nil {
			d.log.Warn("the LDAP directory has messages sent over plain TCP, which anybody on the way can read: add cipher suites to both connections",
				slog.String("repository", r.Repository))
		}
		if !overTLS(r) {
			continue
		}
		p, _, err := trust.Offered(ldapProfile, r.Suites, r.Versions)
		if err != nil {
			return fmt.Errorf("connections %q and %q: %w", r.Own, r.Remote, err)
		}
		if weak := p.Weakness(); weak != "" && d.routes == nil {
			d.log.Warn("the LDAP directory has TLS spoken as is no longer safe: add suites and versions of today to both connections",
				slog.String("repository", r.Repository), slog.String("weak", weak))
		}
	}
	if len(found.References) > 0 && len(found.Believed) == 0 && slices.ContainsFunc(found.Routes, overTLS) {
		return errors.New("none of the entries that the device refers to (dicomAuthorizedNodeCertificateReference) holds a certificate that can be read")
	}
	if d.routes == nil {
		d.routes = found.Routes
		d.conflicts(found)
	} else if !slices.EqualFunc(d.routes, found.Routes, sameRoute) {
		d.log.Warn("the LDAP directory leads to another repository, or by other suites: restart to send so", slog.String("device", d.device))
	}
	var servers *trust.Servers
	if len(found.Believed) > 0 {
		servers = &trust.Servers{}
		*servers = d.speak.now.Load().servers
		servers.Where = fmt.Sprintf("the LDAP directory, as userCertificate;binary of an entry that the device %q refers to", d.device)
		servers.Believed = nil
		for _, c := range found.Believed {
			servers.Believed = append(servers.Believed, c.Certificate)
		}
	}
	d.servers.Store(servers)
	return nil
}

func overTLS(r ldapconf.Route) bool { return r.Transport == ldapconf.TLS }

// sameRoute says whether messages go the same way.
func sameRoute(a, b ldapconf.Route) bool {
	return a.Transport == b.Transport && a.Host == b.Host && a.Port == b.Port && slices.Equal(a.Suites, b.Suites) && slices.Equal(a.Versions, b.Versions)
}

// conflicts logs which flags the directory overrides.
func (d *directedSender) conflicts(found *ldapconf.Sender) {
	var overridden []string
	if len(found.References) > 0 {
		overridden = append(overridden, "ca", "tls-truststore")
	}
	if slices.ContainsFunc(found.Routes, overTLS) {
		overridden = append(overridden, "tls-profile", "tls-suites", "tls-min", "tls-max")
	}
	for _, flag := range overridden {
		if d.set(flag) {
			d.log.Warn(followed, slog.String("setting", flag), slog.String("device", d.device))
		}
	}
}

// destinations are the repositories that the directory leads to.
func (d *directedSender) destinations() (all []destination) {
	if d == nil {
		return nil
	}
	for _, r := range d.routes {
		to := emitter.Target{Network: string(r.Transport), Host: r.Host, Port: strconv.Itoa(r.Port)}
		all = append(all, destination{to: to, tls: d.config(r), name: spoolName("ldap-" + r.Repository)})
	}
	return all
}

// config is how TLS is spoken by a route.
func (d *directedSender) config(r ldapconf.Route) *tls.Config {
	conf := d.speak.to(r.Host)
	if !overTLS(r) {
		return conf
	}
	if p, _, err := trust.Offered(ldapProfile, r.Suites, r.Versions); err == nil { // use has looked
		p.Apply(conf)
	}
	byFlags := conf.VerifyConnection
	conf.VerifyConnection = func(cs tls.ConnectionState) error {
		servers := d.servers.Load()
		if servers == nil {
			return byFlags(cs)
		}
		of := *servers
		of.CheckName = r.CheckName
		return verifyServer(of, r.Host, cs)
	}
	return conf
}

// run follows the directory until ctx ends.
func (d *directedSender) run(ctx context.Context) {
	if d != nil {
		d.follower.Run(ctx)
	}
}

// reload has the directory read at once.
func (d *directedSender) reload() {
	if d != nil {
		d.follower.Reload()
	}
}

// onlyDestination is the one repository of who sends to one.
func (d *directedSender) onlyDestination() (destination, error) {
	all := d.destinations()
	for _, o := range all[1:] {
		if o.to != all[0].to {
			return o, fmt.Errorf("the audit loggers of the device %q lead to several repositories, as %s and %s: choose one with --to", d.device, all[0].to, o.to)
		}
	}
	return all[0], nil
}
