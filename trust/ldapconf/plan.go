package ldapconf

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// Wanted is a repository that an archive is to send to over TLS.
type Wanted struct {
	// Device is the repository's device name, Archive the archive's.
	Device, Archive string
	// Host and Port are what the archive connects to.
	Host string
	Port int
	// Certificates are those by which the archive believes the repository.
	Certificates []*x509.Certificate
	// ClientAuth has the repository ask for the archive's certificate.
	ClientAuth bool
}

// The suites and versions of the repository's connection: those that Java and crypto/tls have in
// common and BCP 195 recommends. The archive needs those of TLS 1.2, which is its default.
var (
	suites12 = []string{
		"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
		"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
	}
	suites13 = []string{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"}
	versions = []string{"TLSv1.2", "TLSv1.3"}
)

// connectionName is what connections are called that are made.
const connectionName = "syslog-tls"

// Plan reads the directory and gives the changes that have the archive send to the repository,
// none where it does already, and notes on what no change in the directory can do. The error
// says what could not be reached or is not there.
func (d *Directory) Plan(ctx context.Context, w Wanted, now time.Time) (changes []Change, notes []string, err error) {
	s, err := d.read(ctx, now, w.Archive, w.Device)
	if err != nil {
		return nil, nil, err
	}
	return s.plan(w)
}

// Apply makes changes in the directory one after the other and calls did after each. The error
// says which could not be made; those before it are made.
func (d *Directory) Apply(ctx context.Context, changes []Change, did func(Change)) error {
	return d.visit(ctx, func(l *ldap.Conn) error {
		for i := range changes {
			if err := changes[i].apply(l); err != nil {
				return fmt.Errorf("writing %s: %w: does the user of --ldap-bind-dn have the right to?", changes[i].DN, err)
			}
			did(changes[i])
		}
		return nil
	})
}

// planning collects the changes to a snapshot.
type planning struct {
	*Snapshot
	wanted     Wanted
	changes    []Change
	notes      notes
	repository string // the DN of the repository's device
	connection string // the DN of its connection
}

func (s *Snapshot) plan(w Wanted) ([]Change, []string, error) {
	p := &planning{Snapshot: s, wanted: w, repository: s.deviceDN(w.Device)}
	if key(p.repository) == key(s.deviceDN(w.Archive)) {
		return nil, nil, errors.New("the repository and the archive have the same device name: give another with --ldap-device")
	}
	archive := s.device(s.deviceDN(w.Archive), &p.notes)
	if archive == nil {
		return nil, nil, fmt.Errorf("there is no device %q", w.Archive)
	}
	p.device(archive)
	p.receiving()
	logger := p.logger(archive)
	p.sending(archive, logger)
	p.trust(archive)
	p.prove()
	return p.changes, p.notes, nil
}

func attribute(name string, values ...string) Attribute { return Attribute{name, values} }

func (p *planning) add(dn, why string, attributes ...Attribute) {
	p.changes = append(p.changes, Change{DN: dn, Why: why, Add: attributes})
}

// want has an entry hold attributes: their values besides others, or instead of them.
func (p *planning) want(dn, why string, attributes ...Modification) {
	e := p.with(p.changes).entry(dn)
	c := Change{DN: dn, Why: why}
	for _, m := range attributes {
		var missing []string
		for _, v := range m.Values {
			if !holds(e.all(m.Name), m.Name, v) {
				missing = append(missing, v)
			}
		}
		switch {
		case m.Replace && (len(missing) > 0 || len(e.all(m.Name)) != len(m.Values)):
			c.Modify = append(c.Modify, m)
		case !m.Replace && len(missing) > 0:
			c.Modify = append(c.Modify, Modification{Attribute: Attribute{m.Name, missing}})
		}
	}
	if len(c.Modify) > 0 {
		p.changes = append(p.changes, c)
	}
}

// holds says whether a value is among others by the attribute's way of comparing.
func holds(values []string, name, value string) bool {
	switch name {
	case attrClass, attrHost, attrInstalled, attrClientAuth:
		return contains(values, value)
	case attrConnections, attrAuthorized, attrRepository:
		return slices.ContainsFunc(values, func(v string) bool { return key(v) == key(value) })
	}
	return slices.Contains(values, value)
}

func only(name string, values ...string) Modification {
	return Modification{Replace: true, Attribute: Attribute{name, values}}
}

func also(name string, values ...string) Modification {
	return Modification{Attribute: Attribute{name, values}}
}

// device is the repository's, which carries the certificate that archives believe.
func (p *planning) device(archive *device) {
	var ders []string
	for _, c := range p.wanted.Certificates {
		ders = append(ders, string(c.Raw))
	}
	const why = "the repository: a device that carries the certificate to believe"
	if p.entry(p.repository) == nil {
		p.add(p.repository, why,
			attribute(attrClass, classTop, classDevice, classPKIUser),
			attribute(attrDevice, p.wanted.Device), attribute(attrInstalled, "TRUE"), attribute(attrCertificate, ders...))
	} else {
		p.want(p.repository, why, also(attrClass, classPKIUser), only(attrInstalled, "TRUE"), only(attrCertificate, ders...))
	}
	if p.wanted.ClientAuth {
		p.want(p.repository, "the repository believes the archive's certificate", also(attrAuthorized, archive.DN))
		if len(archive.all(attrCertificate)) == 0 {
			p.notes.add("%s: it has no %s, so the repository can't believe it: add its certificate in DER, with the object class %s",
				archive.DN, attrCertificate, classPKIUser)
		}
	}
}

// receiving is the repository's connection, and what makes its device a repository.
func (p *planning) receiving() {
	p.connection = below(p.repository, attrName, connectionName)
	needs := "FALSE"
	if p.wanted.ClientAuth {
		needs = "TRUE"
	}
	port := strconv.Itoa(p.wanted.Port)
	suites := slices.Concat(suites12, suites13)
	const why = "its connection: where it takes audit messages in, with modern suites"
	if p.entry(p.connection) == nil {
		p.add(p.connection, why,
			attribute(attrClass, classTop, classConnection, classDcmConnection), attribute(attrName, connectionName),
			attribute(attrHost, p.wanted.Host), attribute(attrPort, port), attribute(attrBind, "0.0.0.0"),
			attribute(attrProtocol, protocolTLS), attribute(attrSuite, suites...), attribute(attrVersion, versions...),
			attribute(attrClientAuth, needs), attribute(attrInstalled, "TRUE"))
	} else {
		p.want(p.connection, why, also(attrClass, classDcmConnection), only(attrHost, p.wanted.Host), only(attrPort, port),
			only(attrProtocol, protocolTLS), only(attrSuite, suites...), only(attrVersion, versions...),
			only(attrClientAuth, needs), only(attrInstalled, "TRUE"))
	}
	repository := below(p.repository, attrName, repositoryName)
	const that = "what makes the device a repository"
	if p.entry(repository) == nil {
		p.add(repository, that, attribute(attrClass, classTop, classRepository), attribute(attrName, repositoryName),
			attribute(attrConnections, p.connection), attribute(attrInstalled, "TRUE"))
		return
	}
	p.want(repository, that, also(attrConnections, p.connection), only(attrInstalled, "TRUE"))
}

// logger has the archive's audit logger lead to the repository, and gives its DN.
func (p *planning) logger(archive *device) string {
	const why = "the archive's audit logger leads to the repository"
	if len(archive.loggers) == 0 {
		dn := below(archive.DN, attrName, "Audit Logger")
		p.add(dn, why, attribute(attrClass, classTop, classLogger), attribute(attrName, "Audit Logger"),
			attribute(attrConnections, below(archive.DN, attrName, connectionName)), attribute(attrRepository, p.repository))
		return dn
	}
	logger := archive.loggers[0]
	for _, l := range archive.loggers[1:] {
		if key(l.first(attrRepository)) == key(p.repository) {
			logger = l
			continue
		}
		p.notes.add("%s: the archive has several audit loggers, and this one stays as it is", l.DN)
	}
	if logger.first(attrRetry) == "" {
		p.notes.add("%s: it has no %s, so that the archive loses what it can't send at once: set it to 60 (seconds)", logger.DN, attrRetry)
	}
	modifications := []Modification{only(attrRepository, p.repository)}
	if !logger.truth(attrInstalled, true) {
		modifications = append(modifications, only(attrInstalled, "TRUE"))
	}
	p.want(logger.DN, why, modifications...)
	return logger.DN
}

// sending has the connection that the logger sends from fit the repository's.
func (p *planning) sending(archive *device, logger string) {
	var own *connection
	for _, c := range archive.referenced(p.with(p.changes).entry(logger), new(notes)) {
		if c.protocol == protocolTLS && own == nil {
			own = &c
		}
	}
	const why = "the connection that the archive sends from needs a suite and a version of the repository's"
	if own == nil {
		dn := below(archive.DN, attrName, connectionName)
		host := p.wanted.Archive
		if len(archive.connections) > 0 {
			host = archive.connections[0].first(attrHost)
		}
		if p.entry(dn) == nil {
			p.add(dn, why, attribute(attrClass, classTop, classConnection, classDcmConnection), attribute(attrName, connectionName),
				attribute(attrHost, host), attribute(attrClientBind, "0.0.0.0"), attribute(attrProtocol, protocolTLS),
				attribute(attrSuite, suites12...), attribute(attrInstalled, "TRUE"))
		} else {
			p.want(dn, why, also(attrClass, classDcmConnection), only(attrProtocol, protocolTLS), also(attrSuite, suites12...), only(attrInstalled, "TRUE"))
		}
		p.want(logger, "the archive's audit logger may send from it", also(attrConnections, dn))
		return
	}
	modifications := []Modification{also(attrSuite, suites12...)}
	if len(common(own.versions, versions)) == 0 {
		modifications = append(modifications, also(attrVersion, versions[0]))
	}
	if !own.truth(attrInstalled, true) {
		modifications = append(modifications, only(attrInstalled, "TRUE"))
	}
	p.want(own.DN, why, modifications...)
}

// trust has the archive believe the repository's certificate.
func (p *planning) trust(archive *device) {
	if store := archive.first(attrTrustStore); store != "" && archive.is(classDcmDevice) {
		p.notes.add("%s: the archive believes what its trust store holds (%s), whatever the directory says: "+
			"import the certificate there, as \"keytool -importcert -alias arr -file ca.pem -keystore STORE\" does", archive.DN, attrTrustStore)
	} else if len(archive.all(attrAuthorized)) == 0 {
		p.notes.add("%s: from now on the archive believes no certificates but those of the devices that %s names, and Java's own no longer: name its other peers there, too",
			archive.DN, attrAuthorized)
	}
	p.want(archive.DN, "the archive believes the repository's certificate", also(attrAuthorized, p.repository))
}

// prove finds the repository as the archive will, and notes what is still in the way.
func (p *planning) prove() {
	after := p.with(p.changes)
	after.Device = p.wanted.Archive
	sender, err := after.Sender()
	if err == nil {
		for _, r := range sender.Routes {
			if r.Transport == TLS && r.Repository == p.wanted.Device && r.Port == p.wanted.Port {
				return
			}
			p.notes.add("the archive will send to %s by %s first, from its connection %q to %q: set %s of one of them to FALSE", r.Repository, r.Transport, r.Own, r.Remote, attrInstalled)
		}
		return
	}
	p.notes.add("the archive still finds no repository: %v", err)
	p.notes = append(p.notes, sender.Notes...)
}
