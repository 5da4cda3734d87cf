package config

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Setting is one key of the configuration.
type Setting struct {
	// Key is its name in a file, and after -- its flag.
	Key string
	// Repeated says that it takes several values, Switch that it is true or false.
	Repeated, Switch bool

	field string // of Config
	// fallback are the values that hold where nobody gives any.
	fallback []string
	// set takes checked values: one unless Repeated. get gives them back.
	set func(c *Config, values []string) error
	get func(c *Config) []string
}

// Env is the setting's environment variable. The values of a repeated setting stand in
// it with blanks between them.
func (s *Setting) Env() string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(s.Key, "-", "_"))
}

const envPrefix = "ARR_"

// fileKey names the file itself, and so can't stand in it.
const fileKey = "config"

// Settings are all there are, in the order of their manual.
func Settings() []Setting {
	return []Setting{
		text("data", "Data", "/var/lib/arr", func(c *Config) *string { return &c.Data }, notEmpty),
		text(fileKey, "File", "", func(c *Config) *string { return &c.File }, nil),
		listeners("tls", "TLS", ":6514", func(c *Config) *[]Listener { return &c.TLS }, append([]string{proxyKey}, ClientKeys...)...),
		listeners("udp", "UDP", ":514", func(c *Config) *[]Listener { return &c.UDP }),
		listeners("tcp", "TCP", off, func(c *Config) *[]Listener { return &c.TCP }, proxyKey),
		listeners("http", "HTTP", "127.0.0.1:8080", func(c *Config) *[]Listener { return &c.HTTP }, append([]string{tlsKey}, ClientKeys...)...),
		listeners("metrics", "Metrics", off, func(c *Config) *[]Listener { return &c.Metrics }, append([]string{tlsKey}, ClientKeys...)...),
		texts("tls-cert", "TLSCert", func(c *Config) *[]string { return &c.TLSCert }, notEmpty),
		texts("tls-key", "TLSKey", func(c *Config) *[]string { return &c.TLSKey }, notEmpty),
		text("tls-key-password-file", "TLSKeyPasswordFile", "", func(c *Config) *string { return &c.TLSKeyPasswordFile }, nil),
		text("tls-client-ca", "TLSClientCA", "", func(c *Config) *string { return &c.TLSClientCA }, nil),
		text("tls-keystore", "TLSKeystore", "", func(c *Config) *string { return &c.TLSKeystore }, nil),
		text("tls-keystore-password-file", "TLSKeystorePasswordFile", "", func(c *Config) *string { return &c.TLSKeystorePasswordFile }, nil),
		text("tls-keystore-key-password-file", "TLSKeystoreKeyPasswordFile", "", func(c *Config) *string { return &c.TLSKeystoreKeyPasswordFile }, nil),
		text("tls-keystore-alias", "TLSKeystoreAlias", "", func(c *Config) *string { return &c.TLSKeystoreAlias }, nil),
		text("tls-truststore", "TLSTruststore", "", func(c *Config) *string { return &c.TLSTruststore }, nil),
		text("tls-truststore-password-file", "TLSTruststorePasswordFile", "", func(c *Config) *string { return &c.TLSTruststorePasswordFile }, nil),
		texts("tls-allow", "TLSAllow", func(c *Config) *[]string { return &c.TLSAllow }, allowed),
		texts("tls-crl", "TLSCRL", func(c *Config) *[]string { return &c.TLSCRL }, notEmpty),
		texts("tls-name", "TLSName", func(c *Config) *[]string { return &c.TLSName }, serverName),
		text("tls-profile", "TLSProfile", profiles[0], func(c *Config) *string { return &c.TLSProfile }, oneOf(profiles...)),
		texts("tls-suites", "TLSSuites", func(c *Config) *[]string { return &c.TLSSuites }, suiteName),
		text("tls-min", "TLSMin", "", func(c *Config) *string { return &c.TLSMin }, oneOf(tlsVersions...)),
		text("tls-max", "TLSMax", "", func(c *Config) *string { return &c.TLSMax }, oneOf(tlsVersions...)),
		text("ldap", "LDAP", "", func(c *Config) *string { return &c.LDAP }, directoryAddress),
		text("ldap-device", "LDAPDevice", "", func(c *Config) *string { return &c.LDAPDevice }, nil),
		text("ldap-bind-dn", "LDAPBindDN", "", func(c *Config) *string { return &c.LDAPBindDN }, nil),
		text("ldap-password-file", "LDAPPasswordFile", "", func(c *Config) *string { return &c.LDAPPasswordFile }, nil),
		text("ldap-ca", "LDAPCA", "", func(c *Config) *string { return &c.LDAPCA }, nil),
		truth("ldap-plain", "LDAPPlain", func(c *Config) *bool { return &c.LDAPPlain }),
		maxFrame(),
		zone(),
		text("log-format", "LogFormat", "text", func(c *Config) *string { return &c.LogFormat }, oneOf("text", "json")),
		logLevel(),
		truth("data-on-network", "DataOnNetwork", func(c *Config) *bool { return &c.DataOnNetwork }),
	}
}

func text(key, field, fallback string, at func(*Config) *string, check func(string) error) Setting {
	s := Setting{Key: key, field: field}
	if fallback != "" {
		s.fallback = []string{fallback}
	}
	s.set = func(c *Config, values []string) error {
		if check != nil {
			if err := check(values[0]); err != nil {
				return err
			}
		}
		*at(c) = values[0]
		return nil
	}
	s.get = func(c *Config) []string { return []string{*at(c)} }
	return s
}

func texts(key, field string, at func(*Config) *[]string, check func(string) error) Setting {
	return Setting{
		Key: key, field: field, Repeated: true,
		set: func(c *Config, values []string) error {
			for _, v := range values {
				if err := check(v); err != nil {
					return err
				}
			}
			*at(c) = values
			return nil
		},
		get: func(c *Config) []string { return *at(c) },
	}
}

func notEmpty(s string) error {
	if s == "" {
		return errors.New("it is empty: write a path")
	}
	return nil
}

// allowed leaves it to who checks certificates to read what stands after the colon.
func allowed(s string) error {
	kind, value, _ := strings.Cut(s, ":")
	if value == "" {
		return fmt.Errorf("%q names nobody: write sha256:FINGERPRINT, subject:CN=... or name:HOST", s)
	}
	return oneOf("sha256", "subject", "name")(kind)
}

func serverName(s string) error {
	if _, err := netip.ParseAddr(s); err != nil && !validName(s) {
		return fmt.Errorf("%q is neither a host name in ASCII nor an IP address: write it without port or scheme, an international name in its xn-- form", s)
	}
	return nil
}

// directoryAddress leaves it to who asks the directory to read the rest.
func directoryAddress(s string) error {
	if s != "" && !strings.HasPrefix(s, "ldaps://") && !strings.HasPrefix(s, "ldap://") {
		return fmt.Errorf("%q is no address of a directory: write ldaps://host/dc=dcm4che,dc=org", s)
	}
	return nil
}

// tlsVersions are what tls-min and tls-max take.
var tlsVersions = []string{"1.0", "1.1", "1.2", "1.3"}

// suiteName leaves it to who speaks TLS to know the suites.
func suiteName(s string) error {
	if !strings.HasPrefix(s, "TLS_") && !strings.HasPrefix(s, "SSL_") {
		return fmt.Errorf("%q is no name of a cipher suite: write one as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", s)
	}
	return nil
}

func oneOf(words ...string) func(string) error {
	return func(s string) error {
		if slices.Contains(words, s) {
			return nil
		}
		return fmt.Errorf("%q is none of its values: write one of %s", s, strings.Join(words, ", "))
	}
}

// off in place of addresses means none.
const off = "off"

func listeners(key, field, fallback string, at func(*Config) *[]Listener, allowed ...string) Setting {
	return Setting{
		Key: key, field: field, Repeated: true, fallback: []string{fallback},
		set: func(c *Config, values []string) error {
			if len(values) == 1 && values[0] == off {
				*at(c) = nil
				return nil
			}
			var ls []Listener
			for _, v := range values {
				if v == off {
					return errors.New("it is off and has addresses: leave one of them")
				}
				l, err := ParseListener(v, allowed...)
				if err != nil {
					return err
				}
				ls = append(ls, l)
			}
			*at(c) = ls
			return nil
		},
		get: func(c *Config) []string {
			if len(*at(c)) == 0 {
				return []string{off}
			}
			var values []string
			for _, l := range *at(c) {
				values = append(values, l.String())
			}
			return values
		},
	}
}

// What max-frame may be: a study's message is some tens of KiB long, and a frame is
// held in memory as a whole.
const (
	minFrame = 64 << 10
	topFrame = 128 << 20
)

func maxFrame() Setting {
	return Setting{
		Key: "max-frame", field: "MaxFrame", fallback: []string{"16MiB"},
		set: func(c *Config, values []string) error {
			n, err := ParseSize(values[0])
			if err != nil {
				return err
			}
			if n < minFrame || n > topFrame {
				return fmt.Errorf("it is out of range: write a size from %s to %s", formatSize(minFrame), formatSize(topFrame))
			}
			c.MaxFrame = n
			return nil
		},
		get: func(c *Config) []string { return []string{formatSize(c.MaxFrame)} },
	}
}

func zone() Setting {
	return Setting{
		Key: "zone", field: "Zone", fallback: []string{"Local"},
		set: func(c *Config, values []string) error {
			z, err := time.LoadLocation(values[0])
			if err != nil || values[0] == "" {
				return fmt.Errorf("%q is not a time zone that this machine knows: write a name as Europe/Vienna, UTC or Local", values[0])
			}
			c.Zone = z
			return nil
		},
		get: func(c *Config) []string { return []string{c.Zone.String()} },
	}
}

func logLevel() Setting {
	check := oneOf("debug", "info", "warn", "error")
	return Setting{
		Key: "log-level", field: "LogLevel", fallback: []string{"info"},
		set: func(c *Config, values []string) error {
			if err := check(values[0]); err != nil {
				return err
			}
			return c.LogLevel.UnmarshalText([]byte(values[0]))
		},
		get: func(c *Config) []string { return []string{strings.ToLower(c.LogLevel.String())} },
	}
}

func truth(key, field string, at func(*Config) *bool) Setting {
	return Setting{
		Key: key, field: field, Switch: true, fallback: []string{"false"},
		set: func(c *Config, values []string) error {
			b, err := strconv.ParseBool(values[0])
			if err != nil {
				return fmt.Errorf("%q is neither true nor false", values[0])
			}
			*at(c) = b
			return nil
		},
		get: func(c *Config) []string { return []string{strconv.FormatBool(*at(c))} },
	}
}
