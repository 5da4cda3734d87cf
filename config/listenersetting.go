package config

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// The settings that may follow an address.
const (
	tlsKey          = "tls"
	clientCAKey     = "client-ca"
	clientAuthKey   = "client-auth"
	clientVerifyKey = "client-verify"
	allowKey        = "allow"
	crlKey          = "crl"
	tolerateKey     = "tolerate"
	profileKey      = "profile"
	proxyKey        = "proxy"
)

// ClientKeys are the settings of an address that say how TLS is spoken there and whose
// certificates are believed.
var ClientKeys = []string{clientCAKey, clientAuthKey, clientVerifyKey, allowKey, crlKey, tolerateKey, profileKey}

// profiles are the TLS profiles, the default first.
var profiles = []string{"bcp195", "nondowngrading", "extended", "bcp195-2015", "aes", "basic"}

// listenerSetting is one of them. get gives "" where set was not called.
type listenerSetting struct {
	key string
	set func(l *Listener, value string) error
	get func(l *Listener) string
}

// listenerSettings are all, in the order in which they are written.
var listenerSettings = []listenerSetting{
	{tlsKey, setTLS, getTLS},
	word(clientCAKey, func(l *Listener) *string { return &l.CA }, notEmpty),
	word(clientAuthKey, func(l *Listener) *string { return (*string)(&l.Auth) },
		oneOf(string(RequireClients), string(OptionalClients), string(NoClients))),
	words(clientVerifyKey, func(l *Listener) *[]string { return &l.Verify }, oneOf("chain", "installed")),
	words(allowKey, func(l *Listener) *[]string { return &l.Allow }, allowed),
	words(crlKey, func(l *Listener) *[]string { return &l.CRL }, notEmpty),
	words(tolerateKey, func(l *Listener) *[]string { return &l.Tolerate }, oneOf("sha1", "cn-only", "self-signed", "expired")),
	word(profileKey, func(l *Listener) *string { return &l.Profile }, profileName),
	{proxyKey, setProxy, getProxy},
}

// word is a setting of one value.
func word(key string, at func(*Listener) *string, check func(string) error) listenerSetting {
	return listenerSetting{key,
		func(l *Listener, value string) error {
			*at(l) = value
			return check(value)
		},
		func(l *Listener) string { return *at(l) },
	}
}

// words is a setting of several values, which stand there with | between them.
func words(key string, at func(*Listener) *[]string, check func(string) error) listenerSetting {
	return listenerSetting{key,
		func(l *Listener, value string) error {
			*at(l) = strings.Split(value, "|")
			for _, v := range *at(l) {
				if err := check(v); err != nil {
					return err
				}
			}
			return nil
		},
		func(l *Listener) string { return strings.Join(*at(l), "|") },
	}
}

func profileName(s string) error {
	if !slices.Contains(profiles, s) {
		return fmt.Errorf("it is no TLS profile: did you mean %q? (of %s)", nearest(s, profiles), strings.Join(profiles, ", "))
	}
	return nil
}

func setTLS(l *Listener, value string) error {
	l.TLS = value == "on"
	return oneOf("on", "off")(value)
}

func getTLS(l *Listener) string {
	if l.TLS {
		return "on"
	}
	return ""
}

func setProxy(l *Listener, value string) error {
	for part := range strings.SplitSeq(value, "|") {
		p, err := parseNetwork(part)
		if err != nil {
			return fmt.Errorf("%q is not a network: write 10.0.0.0/8 or 192.0.2.1, several with | between them", part)
		}
		l.Proxy = append(l.Proxy, p)
	}
	return nil
}

func getProxy(l *Listener) string {
	var texts []string
	for _, p := range l.Proxy {
		texts = append(texts, p.String())
	}
	return strings.Join(texts, "|")
}

// parseNetwork reads a prefix or an address, which is a network of one.
func parseNetwork(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.WithZone("").Prefix(a.BitLen())
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err
}
