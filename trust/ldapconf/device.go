package ldapconf

import (
	"crypto/x509"
	"fmt"

	"arr/audit"
)

// Transport is how frames go over a connection.
type Transport string

// The transports. dcm4che speaks plain TCP where a connection for SYSLOG_TLS has no suites.
const (
	TLS Transport = "tls"
	TCP Transport = "tcp"
	UDP Transport = "udp"
)

// Certificate is one that the directory has devices believe.
type Certificate struct {
	*x509.Certificate
	// DN is the entry that holds it.
	DN string
}

// notes are what to tell people: what was passed over, and what to change.
type notes []string

// add keeps what the directory holds from ending a line or ruling a terminal.
func (n *notes) add(format string, args ...any) {
	*n = append(*n, audit.Visible(fmt.Sprintf(format, args...)))
}

// device is a dicomDevice with what lies below it.
type device struct {
	*Entry
	name        string
	installed   bool
	connections []connection
	loggers     []*Entry
	repository  *Entry
}

// connection is a dicomNetworkConnection.
type connection struct {
	*Entry
	name string
	// installed takes the device into account (PS3.15 H.1.1.2: it is inherited).
	installed bool
	protocol  string
	suites    []string
	// versions are those that are listed; listed is nil where the default holds.
	versions, listed []string
}

// defaultVersions are what dcm4che speaks where dcmTLSProtocol is missing.
var defaultVersions = []string{"TLSv1.2"}

// device reads the entry of this DN; nil where there is none.
func (s *Snapshot) device(dn string, n *notes) *device {
	e := s.entry(dn)
	if e == nil || !e.is(classDevice) {
		return nil
	}
	d := &device{Entry: e, name: e.first(attrDevice), installed: e.truth(attrInstalled, true)}
	for _, c := range s.children(dn, classConnection) {
		d.connections = append(d.connections, d.connection(c, n))
	}
	d.loggers = s.children(dn, classLogger)
	if r := s.entry(below(dn, attrName, repositoryName)); r != nil && r.is(classRepository) {
		d.repository = r
	}
	return d
}

func (d *device) connection(e *Entry, n *notes) connection {
	c := connection{Entry: e, name: e.first(attrName), protocol: "DICOM", suites: e.all(attrSuite), versions: defaultVersions}
	c.installed = d.installed && e.truth(attrInstalled, true)
	if !e.is(classDcmConnection) {
		if e.first(attrProtocol) != "" {
			n.add("%s: its dcm attributes are passed over, as dcm4che does: add the object class %s", e.DN, classDcmConnection)
		}
		return c
	}
	if p := e.first(attrProtocol); p != "" {
		c.protocol = p
	}
	if c.listed = e.all(attrVersion); len(c.listed) > 0 {
		c.versions = c.listed
	}
	return c
}

// dcm reads an attribute that counts only with the auxiliary class.
func (c *connection) dcm(name string) string {
	if !c.is(classDcmConnection) {
		return ""
	}
	return c.first(name)
}

// plain is the note on a connection for SYSLOG_TLS that speaks no TLS.
const plain = "%s: it has no " + attrSuite + ", so it is plain TCP that anybody on the way can read: add suites to have TLS"

// transport says how syslog goes over the connection, ok false where it does not.
func (c *connection) transport() (t Transport, ok bool) {
	switch {
	case c.protocol == protocolUDP:
		return UDP, true
	case c.protocol == protocolTLS && len(c.suites) > 0:
		return TLS, true
	case c.protocol == protocolTLS:
		return TCP, true
	}
	return "", false
}

// The values of dcmProtocol that are syslog's.
const (
	protocolTLS = "SYSLOG_TLS"
	protocolUDP = "SYSLOG_UDP"
)

// whyNotInstalled says in words what keeps one of the device's connections from being so.
func (d *device) whyNotInstalled() string {
	if !d.installed {
		return fmt.Sprintf("its device %q has %s FALSE", d.name, attrInstalled)
	}
	return fmt.Sprintf("it has %s FALSE", attrInstalled)
}

// referenced gives the device's connections that an entry refers to, in the entry's order.
func (d *device) referenced(e *Entry, n *notes) (found []connection) {
	for _, dn := range e.all(attrConnections) {
		at := -1
		for i := range d.connections {
			if key(d.connections[i].DN) == key(dn) {
				at = i
			}
		}
		if at < 0 {
			n.add("%s: its %s %s is no connection of the device: correct it", e.DN, attrConnections, dn)
			continue
		}
		found = append(found, d.connections[at])
	}
	return found
}

// believed gives the certificates of the entries that a device refers to.
func (s *Snapshot) believed(d *device, n *notes) (certs []Certificate) {
	if url := d.first(attrTrustStore); url != "" && d.is(classDcmDevice) {
		n.add("%s: %s is not read, since it is a file of another program; %s counts, and what flags say", d.DN, attrTrustStore, attrAuthorized)
	}
	for _, dn := range d.all(attrAuthorized) {
		e := s.entry(dn)
		if e == nil {
			n.add("%s: its %s %s leads to no entry: correct it", d.DN, attrAuthorized, dn)
			continue
		}
		ders := e.all(attrCertificate)
		if len(ders) == 0 {
			n.add("%s: it has no %s, so nobody is believed by it: add the certificate in DER", e.DN, attrCertificate)
		}
		for i, der := range ders {
			cert, err := x509.ParseCertificate([]byte(der))
			if err != nil {
				n.add("%s: certificate %d of its %s can't be read (%v): replace it with one in DER", e.DN, i+1, attrCertificate, err)
				continue
			}
			certs = append(certs, Certificate{cert, e.DN})
		}
	}
	return certs
}
