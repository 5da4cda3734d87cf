package trust

import (
	"crypto/x509"
	"encoding/hex"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
)

// serverNames are the names that a server certificate of our own carries:
// those of the loopback, of the machine, and given.
func serverNames(given []string) []string {
	names := []string{"localhost", "127.0.0.1", "::1", hostname()}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		addrs = nil // the names that are known otherwise still serve
	}
	passing := temporaryAddresses()
	for _, a := range addrs {
		// A link-local address is of no use in a certificate: its zone is the
		// sender's.
		if ip, ok := a.(*net.IPNet); ok && ip.IP.IsGlobalUnicast() && !slices.ContainsFunc(passing, ip.IP.Equal) {
			names = append(names, ip.IP.String())
		}
	}
	var unique []string
	for _, n := range append(names, given...) {
		if n != "" && !slices.Contains(unique, n) {
			unique = append(unique, n)
		}
	}
	return unique
}

// temporaryAddresses are the machine's addresses of RFC 8981, which change every day:
// nobody sends to them, and a certificate would be made anew as often.
func temporaryAddresses() []net.IP {
	const temporary = 0x01 // IFA_F_TEMPORARY
	b, err := os.ReadFile("/proc/net/if_inet6")
	if err != nil {
		return nil // no IPv6 here
	}
	var ips []net.IP
	for line := range strings.Lines(string(b)) {
		// address, interface number, prefix length, scope, flags, name
		f := strings.Fields(line)
		if len(f) < 5 {
			continue
		}
		flags, err := strconv.ParseUint(f[4], 16, 32)
		ip, hexErr := hex.DecodeString(f[0])
		if err == nil && hexErr == nil && flags&temporary != 0 {
			ips = append(ips, ip)
		}
	}
	return ips
}

// hostname is the machine's, "" where it has none that a certificate can carry.
func hostname() string {
	name, err := os.Hostname()
	if err != nil || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return ""
	}
	return name
}

// commonName cuts name to what X.520 allows (ub-common-name).
func commonName(name string) string {
	return strings.TrimSpace(name[:min(len(name), 64)])
}

// setNames puts names into c as subject alternative names.
func setNames(c *x509.Certificate, names []string) {
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, n)
		}
	}
}

// carries says whether c has exactly this name.
func carries(c *x509.Certificate, name string) bool {
	if ip := net.ParseIP(name); ip != nil {
		return slices.ContainsFunc(c.IPAddresses, ip.Equal)
	}
	return slices.ContainsFunc(c.DNSNames, func(n string) bool { return strings.EqualFold(n, name) })
}
