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
	Address string
	// TLS says that HTTP is spoken over TLS there.
	TLS bool
	// Clients are whose certificates are asked for and believed, as far as the address
	// itself says it: Config.Clients has all.
	Clients
	// Profile is the name of the address's own TLS profile, "" for that of TLSProfile.
	Profile string
	// Proxy are the networks whose PROXY protocol headers are believed.
	Proxy []netip.Prefix
}

// Clients says whose certificates an address of TLS asks for and believes.
type Clients struct {
	// CA is the file with whom to believe.
	CA   string
	Auth ClientAuth
	// Verify are the ways in which a certificate may be believed, none for all of them.
	Verify []string
	// Allow are those of the believed that may connect, none for all of them.
	Allow []string
	// CRL are files with certificate revocation lists.
	CRL []string
	// Tolerate are the faults of certificates that are passed over.
	Tolerate []string
}

// String gives l as ParseListener reads it.
func (l Listener) String() string {
	s := l.Address
	for _, setting := range listenerSettings {
		if value := setting.get(&l); value != "" {
			s += "," + setting.key + "=" + escaper.Replace(value)
		}
	}
	return s
}

// ParseListener reads an address and the settings after it, of which only those named
// by allowed are taken. A comma or backslash in a value has a backslash in front.
func ParseListener(s string, allowed ...string) (Listener, error) {
	parts := splitCommas(s)
	l := Listener{Address: strings.TrimSpace(parts[0])}
	if err := checkAddress(l.Address); err != nil {
		return Listener{}, err
	}
	var seen []string
	for _, part := range parts[1:] {
		key, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		switch {
		case !slices.Contains(allowed, key):
			return Listener{}, fmt.Errorf("%q is not a setting of this kind of address: %s", key, choice(key, allowed))
		case !ok || value == "":
			return Listener{}, fmt.Errorf("%s lacks its value: write %s=VALUE after the comma", key, key)
		case slices.Contains(seen, key):
			return Listener{}, fmt.Errorf("%s stands there twice: leave one", key)
		}
		seen = append(seen, key)
		at := slices.IndexFunc(listenerSettings, func(s listenerSetting) bool { return s.key == key })
		if err := listenerSettings[at].set(&l, value); err != nil {
			return Listener{}, fmt.Errorf("%s=%s: %w", key, value, err)
		}
	}
	return l, nil
}

var escaper = strings.NewReplacer(`\`, `\\`, ",", `\,`)

// splitCommas cuts s at its commas, but for those that escaper has escaped.
func splitCommas(s string) (parts []string) {
	var part strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], `\,`), strings.HasPrefix(s[i:], `\\`):
			i++
			part.WriteByte(s[i])
		case s[i] == ',':
			parts = append(parts, part.String())
			part.Reset()
		default:
			part.WriteByte(s[i])
		}
	}
	return append(parts, part.String())
}

// choice says what can be written in place of key.
func choice(key string, allowed []string) string {
	if len(allowed) == 0 {
		return "it takes none, leave the comma and what follows away"
	}
	return fmt.Sprintf("did you mean %q? (of %s)", nearest(key, allowed), strings.Join(allowed, ", "))
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
