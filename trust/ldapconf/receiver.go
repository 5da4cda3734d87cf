package ldapconf

import (
	"fmt"
	"net"
	"strconv"
)

// Receiver is what a repository's device says about itself.
type Receiver struct {
	// Listeners are the repository's connections that are installed and have a port.
	Listeners []Listener
	// Off are transports for which there are connections of which none is installed.
	Off []Transport
	// Believed are the certificates of the entries that the device refers to, and References
	// the DNs of these entries.
	Believed   []Certificate
	References []string
	// Notes say what was passed over, and what to change.
	Notes []string
}

// Listener is a connection that a repository takes syslog in by.
type Listener struct {
	// Name is the connection's, DN its entry's.
	Name, DN  string
	Transport Transport
	// Address is what to listen at, HOST:PORT: dcmBindAddress, or dicomHostname where that is
	// missing; all addresses have no host.
	Address string
	// Host and Port are what senders connect to.
	Host string
	Port int
	// Suites are Java's names; Versions, as "TLSv1.2", are nil where none are listed.
	Suites, Versions []string
	// NeedClientCert is dcmTLSNeedClientAuth, which is TRUE where it is missing.
	NeedClientCert bool
}

// Receiver reads the device as a repository. The error says that it is none, or that none of
// its connections can be used.
func (s *Snapshot) Receiver() (*Receiver, error) {
	var n notes
	d := s.device(s.deviceDN(s.Device), &n)
	if d == nil {
		return &Receiver{}, fmt.Errorf("the directory has no device %q", s.Device)
	}
	if d.repository == nil {
		return &Receiver{}, fmt.Errorf("the device %q is no repository: it needs a child \"cn=%s\" of class %s, as \"arr ldap ldif\" prints it",
			d.name, repositoryName, classRepository)
	}
	r := &Receiver{References: d.all(attrAuthorized)}
	shut := !d.repository.truth(attrInstalled, true)
	if shut {
		n.add("%s: it has %s FALSE", d.repository.DN, attrInstalled)
	}
	found, on := map[Transport]bool{}, map[Transport]bool{}
	for _, c := range d.referenced(d.repository, &n) {
		t, ok := c.transport()
		if !ok {
			n.add("%s: it is for %s, not for syslog: set %s to %s or %s", c.DN, c.protocol, attrProtocol, protocolTLS, protocolUDP)
			continue
		}
		found[t] = true
		switch {
		case shut:
			continue
		case !c.installed:
			n.add("%s: it is not installed, since %s", c.DN, d.whyNotInstalled())
			continue
		case c.port() == 0:
			n.add("%s: it has no %s from 1 to 65535", c.DN, attrPort)
			continue
		}
		if on[t] = true; t == TCP {
			n.add(plain, c.DN)
		}
		r.Listeners = append(r.Listeners, c.listener(t))
	}
	for _, t := range []Transport{TLS, TCP, UDP} {
		if found[t] && !on[t] {
			r.Off = append(r.Off, t)
		}
	}
	r.Believed = s.believed(d, &n)
	r.Notes = n
	if len(r.Listeners) == 0 {
		return r, fmt.Errorf("the device %q has no connection that is installed, has a port and is for syslog", d.name)
	}
	return r, nil
}

func (c *connection) listener(t Transport) Listener {
	host := c.dcm(attrBind)
	if host == "" {
		host = c.first(attrHost)
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = ""
	}
	l := Listener{
		Name: c.name, DN: c.DN, Transport: t, Host: c.first(attrHost), Port: c.port(),
		Address: net.JoinHostPort(host, strconv.Itoa(c.port())),
	}
	if t == TLS {
		l.Suites, l.Versions = c.suites, c.listed
		l.NeedClientCert = !c.is(classDcmConnection) || c.truth(attrClientAuth, true)
	}
	return l
}
