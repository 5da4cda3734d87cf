package ldapconf

import (
	"fmt"
	"slices"
	"strings"
)

// Sender is where a device's audit loggers send to.
type Sender struct {
	// Routes has one for each logger that found its repository.
	Routes []Route
	// Believed are the certificates of the entries that the device refers to, and References
	// the DNs of these entries.
	Believed   []Certificate
	References []string
	// Notes say what was passed over, and what to change.
	Notes []string
}

// Route is the pair of connections that a logger sends by.
type Route struct {
	// Logger and Repository are the logger's and the repository device's names, Own and Remote
	// the connections'.
	Logger, Repository, Own, Remote string
	Transport                       Transport
	// Host and Port are the repository's.
	Host string
	Port int
	// Suites and Versions are those that both connections have, in the order of the own one.
	Suites, Versions []string
	// CheckName says that the repository's certificate must carry Host
	// (dcmTLSEndpointIdentificationAlgorithm).
	CheckName bool
}

// Sender follows the device's audit loggers to their repositories. The error says that none
// leads to one.
func (s *Snapshot) Sender() (*Sender, error) {
	var n notes
	d := s.device(s.deviceDN(s.Device), &n)
	if d == nil {
		return &Sender{}, fmt.Errorf("the directory has no device %q", s.Device)
	}
	out := &Sender{Believed: s.believed(d, &n), References: d.all(attrAuthorized)}
	for _, logger := range d.loggers {
		if !logger.truth(attrInstalled, true) {
			n.add("%s: it is not installed, since it has %s FALSE", logger.DN, attrInstalled)
			continue
		}
		if r, ok := s.route(d, logger, &n); ok {
			out.Routes = append(out.Routes, r)
		}
	}
	out.Notes = n
	if len(d.loggers) == 0 {
		return out, fmt.Errorf("the device %q is no sender: it has no child of class %s", d.name, classLogger)
	}
	if len(out.Routes) == 0 {
		return out, fmt.Errorf("no audit logger of the device %q leads to a repository", d.name)
	}
	return out, nil
}

// route takes the first pair that fits, the repository's connections in the outer loop.
func (s *Snapshot) route(d *device, logger *Entry, n *notes) (Route, bool) {
	dn := logger.first(attrRepository)
	to := s.device(dn, n)
	switch {
	case dn == "":
		n.add("%s: it has no %s", logger.DN, attrRepository)
		return Route{}, false
	case to == nil:
		n.add("%s: its %s %s leads to no device: correct it", logger.DN, attrRepository, dn)
		return Route{}, false
	case to.repository == nil:
		n.add("%s: it is no repository: it needs a child \"cn=%s\"", to.DN, repositoryName)
		return Route{}, false
	}
	own, remotes := d.referenced(logger, n), to.referenced(to.repository, n)
	if len(own) == 0 || len(remotes) == 0 {
		n.add("%s and %s: one of them refers to no connection (%s)", logger.DN, to.repository.DN, attrConnections)
	}
	for _, remote := range remotes {
		if !remote.installed || remote.port() == 0 {
			why := "it has no " + attrPort
			if !remote.installed {
				why = "it is not installed, since " + to.whyNotInstalled()
			}
			n.add("%s: nothing is sent there: %s", remote.DN, why)
			continue
		}
		for i := range own {
			if why := d.unfit(&own[i], &remote); why != "" {
				n.add("%s: nothing is sent from it to %s: %s", own[i].DN, remote.DN, why)
				continue
			}
			t, _ := remote.transport()
			r := Route{
				Logger: logger.first(attrName), Repository: to.name, Own: own[i].name, Remote: remote.name,
				Transport: t, Host: remote.first(attrHost), Port: remote.port(),
			}
			if t == TCP {
				n.add(plain, remote.DN)
			}
			if t == TLS {
				r.Suites, r.Versions = common(own[i].suites, remote.suites), common(own[i].versions, remote.versions)
				r.CheckName = own[i].dcm(attrCheckName) != ""
			}
			return r, true
		}
	}
	return Route{}, false
}

// unfit says why two connections are no pair; "" where they are.
func (d *device) unfit(own, remote *connection) string {
	_, syslog := remote.transport()
	switch {
	case !own.installed:
		return "it is not installed, since " + d.whyNotInstalled()
	case own.protocol != remote.protocol:
		return fmt.Sprintf("it is for %s, the other one for %s", own.protocol, remote.protocol)
	case !syslog:
		return fmt.Sprintf("they are for %s, not for syslog", own.protocol)
	case own.protocol == protocolUDP:
		return ""
	case len(own.suites) == 0 && len(remote.suites) == 0:
		return ""
	case len(own.suites) == 0 || len(remote.suites) == 0:
		return fmt.Sprintf("one has cipher suites (%s) and the other has none", attrSuite)
	case len(common(own.suites, remote.suites)) == 0:
		return fmt.Sprintf("they have no cipher suite in common: %s here, %s there", strings.Join(own.suites, " "), strings.Join(remote.suites, " "))
	case !slices.ContainsFunc(own.versions, func(v string) bool { return slices.Contains(remote.versions, v) }):
		return fmt.Sprintf("they have no version of TLS in common (%s): %s here, %s there", attrVersion, strings.Join(own.versions, " "), strings.Join(remote.versions, " "))
	}
	return ""
}
