package config

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// ClientAuth says whether an address of TLS asks for client certificates.
type ClientAuth string

// The modes; "" means OptionalClients where there is a file of believed CAs, else
// NoClients.
const (
	NoClients       ClientAuth = "none"
	OptionalClients ClientAuth = "optional"
	RequireClients  ClientAuth = "require"
)

// Listener is an address to listen on, with settings of its own.
type Listener struct {
	// Address is HOST:PORT. HOST is a name, an IP address, or empty for all the
	// machine's addresses; PORT is a number.
	Address    string
	ClientCA   string
	ClientAuth ClientAuth
	// Profile is the name of the address's own TLS profile, "" for that of TLSProfile.
	Profile string
	// Proxy are the networks whose PROXY protocol headers are believed.
	Proxy []netip.Prefix
}

// The settings that may follow an address.
const (
	clientCAKey   = "client-ca"
	clientAuthKey = "client-auth"
	profileKey    = "profile"
	proxyKey      = "proxy"
)

// profiles are the TLS profiles, the default first.
var profiles = []string{"bcp195", "nondowngrading", "extended", "bcp195-2015", "aes", "basic"}

// String gives l as ParseListener reads it.
func (l Listener) String() string {
	s := l.Address
	if l.ClientCA != "" {
		s += "," + clientCAKey + "=" + l.ClientCA
	}
	if l.ClientAuth != "" {
		s += "," + clientAuthKey + "=" + string(l.ClientAuth)
	}
	if l.Profile != "" {
		s += "," + profileKey + "=" + l.Profile
	}
	for i, p := range l.Proxy {
		if i == 0 {
			s += "," + proxyKey + "="
		} else {
			s += "|"
		}
		s += p.String()
	}
	return s
}

// ParseListener reads an address and the settings after it, of which only those named
// by allowed are taken.
func ParseListener(s string, allowed ...string) (Listener, error) {
	address, rest, more := strings.Cut(s, ",")
	l := Listener{Address: strings.TrimSpace(address)}
	if err := checkAddress(l.Address); err != nil {
		return Listener{}, err
	}
	var seen []string
	for more {
		var setting string
		setting, rest, more = strings.Cut(rest, ",")
		key, value, ok := strings.Cut(strings.TrimSpace(setting), "=")
		switch {
		case !slices.Contains(allowed, key):
			return Listener{}, fmt.Errorf("%q is not a setting of this kind of address: %s", key, choice(key, allowed))
		case !ok || value == "":
			return Listener{}, fmt.Errorf("%s lacks its value: write %s=VALUE after the comma", key, key)
		case slices.Contains(seen, key):
			return Listener{}, fmt.Errorf("%s stands there twice: leave one", key)
		}
		seen = append(seen, key)
		if err := l.set(key, value); err != nil {
			return Listener{}, err
		}
	}
	return l, nil
}

// choice says what can be written in place of key.
func choice(key string, allowed []string) string {
	if len(allowed) == 0 {
		return "it takes none, leave the comma and what follows away"
	}
	return fmt.Sprintf("did you mean %q? (of %s)", nearest(key, allowed), strings.Join(allowed, ", "))
}

func (l *Listener) set(key, value string) error {
	switch key {
	case clientCAKey:
		l.ClientCA = value
	case clientAuthKey:
		l.ClientAuth = ClientAuth(value)
		switch l.ClientAuth {
		case NoClients, OptionalClients, RequireClients:
		default:
			return fmt.Errorf("%s=%s: write %s, %s or %s", key, value, RequireClients, OptionalClients, NoClients)
		}
	case profileKey:
		if !slices.Contains(profiles, value) {
			return fmt.Errorf("%s=%s: it is no TLS profile: did you mean %q? (of %s)", key, value, nearest(value, profiles), strings.Join(profiles, ", "))
		}
		l.Profile = value
	case proxyKey:
		for part := range strings.SplitSeq(value, "|") {
			p, err := parseNetwork(part)
			if err != nil {
				return fmt.Errorf("%s=%s: %q is not a network: write 10.0.0.0/8 or 192.0.2.1, several with | between them", key, value, part)
			}
			l.Proxy = append(l.Proxy, p)
		}
	}
	return nil
}

// parseNetwork reads a prefix or an address, which is a network of one.
func parseNetwork(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.WithZone("").Prefix(a.BitLen())
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err
}

func checkAddress(s string) error {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		if _, numErr := strconv.ParseUint(s, 10, 16); numErr == nil {
			return fmt.Errorf("%q is not an address: write :%s for this port on all the machine's addresses", s, s)
		}
		return fmt.Errorf("%q is not an address: write HOST:PORT, :PORT, [IPV6]:PORT, or off", s)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%q has no port: after the last colon write a number from 0 (pick one) to 65535", s)
	}
	if _, err := netip.ParseAddr(host); err != nil && !validName(host) && host != "" {
		return fmt.Errorf("%q has no host: before the port write a name, an IP address, or nothing", s)
	}
	return nil
}

// validName says whether s can be a DNS name, of a host or, with an asterisk in front,
// in a certificate.
func validName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(strings.TrimPrefix(s, "*."), "."), ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for _, c := range []byte(label) {
			if c != '-' && c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
				return false
			}
		}
	}
	return true
}

// loopback says whether an address can only be reached from this machine.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
