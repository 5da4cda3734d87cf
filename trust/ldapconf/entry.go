package ldapconf

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// The attributes that are read or written, as the schema spells them. Those that begin with
// dcm count only where the entry has dcm4che's auxiliary class.
const (
	attrClass       = "objectClass"
	attrName        = "cn"
	attrDevice      = "dicomDeviceName"
	attrInstalled   = "dicomInstalled"
	attrHost        = "dicomHostname"
	attrPort        = "dicomPort"
	attrSuite       = "dicomTLSCipherSuite"
	attrConnections = "dicomNetworkConnectionReference"
	attrAuthorized  = "dicomAuthorizedNodeCertificateReference"
	attrCertificate = "userCertificate;binary"
	attrProtocol    = "dcmProtocol"
	attrVersion     = "dcmTLSProtocol"
	attrClientAuth  = "dcmTLSNeedClientAuth"
	attrCheckName   = "dcmTLSEndpointIdentificationAlgorithm"
	attrBind        = "dcmBindAddress"
	attrClientBind  = "dcmClientBindAddress"
	attrTrustStore  = "dcmTrustStoreURL"
	attrRepository  = "dcmAuditRecordRepositoryDeviceReference"
	attrRetry       = "dcmAuditLoggerRetryInterval"
)

// attributes are what is asked for, and all that is.
var attributes = []string{
	attrClass, attrName, attrDevice, attrInstalled, attrHost, attrPort, attrSuite, attrConnections, attrAuthorized,
	attrCertificate, attrProtocol, attrVersion, attrClientAuth, attrCheckName, attrBind, attrTrustStore, attrRepository, attrRetry,
}

// asked gives the name that an attribute was asked for by; ok is false for what was not asked
// for. Some directories give certificates back without the option ";binary" (RFC 4523
// section 2.1 has them with it).
func asked(name string) (attribute string, ok bool) {
	for _, a := range attributes {
		if base, _, _ := strings.Cut(a, ";"); strings.EqualFold(name, a) || strings.EqualFold(name, base) {
			return a, true
		}
	}
	return "", false
}

// The object classes of the schema.
const (
	classTop           = "top"
	classRoot          = "dicomConfigurationRoot"
	classDevice        = "dicomDevice"
	classDcmDevice     = "dcmDevice"
	classConnection    = "dicomNetworkConnection"
	classDcmConnection = "dcmNetworkConnection"
	classLogger        = "dcmAuditLogger"
	classRepository    = "dcmAuditRecordRepository"
	classPKIUser       = "pkiUser"
)

// repositoryName is the fixed name of the entry that makes a device a repository.
const repositoryName = "Audit Record Repository"

// Entry is an entry of the directory with the attributes that are read.
type Entry struct {
	DN string
	// attributes are the values by the attribute's name in lower case; values of
	// certificates are bytes.
	attributes map[string][]string
}

func newEntry(dn string) *Entry { return &Entry{DN: dn, attributes: map[string][]string{}} }

func (e *Entry) set(name string, values ...string) { e.attributes[strings.ToLower(name)] = values }

func (e *Entry) all(name string) []string { return e.attributes[strings.ToLower(name)] }

func (e *Entry) first(name string) string {
	if values := e.all(name); len(values) > 0 {
		return values[0]
	}
	return ""
}

func (e *Entry) is(class string) bool { return contains(e.all(attrClass), class) }

// truth reads a Boolean (RFC 4517 section 3.3.3); missing says what none means.
func (e *Entry) truth(name string, missing bool) bool {
	if v := e.first(name); v != "" {
		return strings.EqualFold(v, "TRUE")
	}
	return missing
}

// port reads dicomPort; 0 is a connection that nobody can connect to.
func (e *Entry) port() int {
	n, err := strconv.ParseUint(e.first(attrPort), 10, 16)
	if err != nil {
		return 0
	}
	return int(n)
}

// contains says whether a value is among others without regard to case.
func contains(values []string, value string) bool {
	return slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, value) })
}

// common gives what stands in both, in the order of the first.
func common(a, b []string) []string {
	var both []string
	for _, v := range a {
		if slices.Contains(b, v) {
			both = append(both, v)
		}
	}
	return both
}

// key is a name by which equal DNs are equal: without case and without blanks around commas
// and equality signs.
func key(dn string) string {
	parsed, err := ldap.ParseDN(dn)
	if err != nil {
		return strings.ToLower(strings.TrimSpace(dn))
	}
	return strings.ToLower(parsed.String())
}

// childOf says whether an entry lies right below another.
func childOf(child, parent string) bool {
	c, err := ldap.ParseDN(child)
	if err != nil || len(c.RDNs) == 0 {
		return false
	}
	return strings.ToLower((&ldap.DN{RDNs: c.RDNs[1:]}).String()) == key(parent)
}

// below is the DN of an entry under another.
func below(parent, attribute, value string) string {
	return attribute + "=" + ldap.EscapeDN(value) + "," + parent
}
