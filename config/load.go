package config

import (
	"fmt"
	"slices"
	"strings"
)

// Sources are where settings come from beside the file that one of them names.
type Sources struct {
	// Environ is as os.Environ gives it.
	Environ []string
	// Flags has the values of each flag that was given, by its key.
	Flags map[string][]string
}

// given are the values of a setting with where they stand, for people: "--tls",
// "ARR_TLS", "line 3 of /etc/arr.toml".
type given struct {
	values []string
	origin string
}

// Load reads the file that s names, if any, and puts everything together. The error
// says where the fault is and what to write there.
func Load(s Sources) (*Config, error) {
	settings := Settings()
	merged, ignored := fromEnviron(settings, s.Environ)
	for key, values := range s.Flags {
		merged[key] = given{values, "--" + key}
	}
	if path := merged[fileKey].values; len(path) == 1 && path[0] != "" {
		file, err := fromFile(settings, path[0])
		if err != nil {
			return nil, err
		}
		for key, g := range file {
			if _, ok := merged[key]; !ok {
				merged[key] = g
			}
		}
	}
	c := &Config{origins: map[string]string{}, ignored: ignored}
	for _, setting := range settings {
		if err := c.apply(&setting, merged); err != nil {
			return nil, err
		}
	}
	return c, c.validate()
}

// apply sets one setting from what was given, or from its default.
func (c *Config) apply(s *Setting, merged map[string]given) error {
	g, ok := merged[s.Key]
	if !ok {
		if s.fallback == nil {
			return nil
		}
		g = given{s.fallback, "default"}
	}
	if !s.Repeated && len(g.values) != 1 {
		return fmt.Errorf("%s (%s): it has %d values: write one", s.Key, g.origin, len(g.values))
	}
	if err := s.set(c, g.values); err != nil {
		return fmt.Errorf("%s (%s): %w", s.Key, g.origin, err)
	}
	if ok {
		c.origins[s.Key] = g.origin
	}
	return nil
}

// fromEnviron reads the variables of settings. An empty one counts as absent, since
// container files leave them so.
func fromEnviron(settings []Setting, environ []string) (found map[string]given, ignored []string) {
	found = map[string]given{}
	var names []string
	for i := range settings {
		names = append(names, settings[i].Env())
	}
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, envPrefix) || strings.TrimSpace(value) == "" {
			continue
		}
		i := slices.Index(names, name)
		// A password is a setting's only as a file, but the environment may have it.
		if strings.HasSuffix(name, "_PASSWORD") && slices.Contains(names, name+"_FILE") {
			continue
		}
		if i < 0 {
			ignored = append(ignored, fmt.Sprintf("%s is not a setting: did you mean %s?", name, nearest(name, names)))
			continue
		}
		values := []string{value}
		if settings[i].Repeated {
			values = strings.Fields(value)
		}
		found[settings[i].Key] = given{values, name}
	}
	return found, ignored
}

// validate checks what no setting can check alone.
func (c *Config) validate() error {
	if len(c.TLSKey) > 0 && len(c.TLSKey) != len(c.TLSCert) {
		return fmt.Errorf("%s: there are %d of tls-key and %d of tls-cert: give each certificate its key, in the same order",
			c.where("tls-key"), len(c.TLSKey), len(c.TLSCert))
	}
	for _, pair := range [][2]string{{"tls-keystore", "tls-cert"}, {"tls-truststore", "tls-client-ca"}} {
		if c.Given(pair[0]) && c.Given(pair[1]) {
			return fmt.Errorf("%s: %s is there, too: leave one of them", c.where(pair[0]), c.where(pair[1]))
		}
	}
	if err := c.validateLDAP(); err != nil {
		return err
	}
	if err := c.validateClients(); err != nil {
		return err
	}
	for _, l := range c.HTTP {
		if !loopback(l.Address) {
			return fmt.Errorf("%s: %s can be reached from other machines, and there is no access control yet: write 127.0.0.1:PORT, and for monitoring use metrics",
				c.where("http"), l.Address)
		}
	}
	return nil
}

// validateClients checks that what is said of client certificates has an effect.
func (c *Config) validateClients() error {
	asked := false
	for _, of := range []struct {
		key       string
		listeners []Listener
	}{{"tls", c.TLS}, {"http", c.HTTP}, {"metrics", c.Metrics}} {
		for _, l := range of.listeners {
			clients, overTLS := c.Clients(l), of.key == "tls" || l.TLS
			switch {
			case !overTLS && l.String() != l.Address:
				return fmt.Errorf("%s: %s has settings for TLS and speaks none: add tls=on", c.where(of.key), l.Address)
			case !overTLS:
				continue
			case clients.Auth != NoClients && clients.CA == "":
				return fmt.Errorf("%s: %s asks for client certificates, and nothing says which are believed: add client-ca=FILE to it, or set tls-client-ca",
					c.where(of.key), l.Address)
			case clients.Auth == NoClients && len(l.Verify)+len(l.Allow)+len(l.CRL)+len(l.Tolerate) > 0:
				return fmt.Errorf("%s: %s says which client certificates are believed, and asks for none: add client-ca=FILE to it, and client-auth=require",
					c.where(of.key), l.Address)
			}
			asked = asked || clients.Auth != NoClients
		}
	}
	key := "tls-allow"
	if len(c.TLSCRL) > 0 {
		key = "tls-crl"
	}
	// Whom a directory's connections ask for certificates, it says itself.
	if len(c.TLSAllow)+len(c.TLSCRL) > 0 && !asked && c.LDAP == "" {
		return fmt.Errorf("%s: no address asks for client certificates: set tls-client-ca or tls-truststore, and client-auth=require", c.where(key))
	}
	return nil
}

// validateLDAP checks that what belongs to the directory goes together.
func (c *Config) validateLDAP() error {
	switch {
	case c.LDAP != "" && c.LDAPDevice == "":
		return fmt.Errorf("%s: it is not said which device arr is there: set ldap-device", c.where("ldap"))
	case c.LDAPPlain && !strings.HasPrefix(c.LDAP, "ldap://"):
		return fmt.Errorf("%s: it is for an ldap:// address alone: leave it", c.where("ldap-plain"))
	case c.LDAPPasswordFile != "" && c.LDAPBindDN == "":
		return fmt.Errorf("%s: it is not said whose password it is: set ldap-bind-dn", c.where("ldap-password-file"))
	}
	for _, key := range []string{"ldap-device", "ldap-bind-dn", "ldap-ca"} {
		if c.LDAP == "" && c.Given(key) {
			return fmt.Errorf("%s: there is no directory: set ldap to its address, or leave it", c.where(key))
		}
	}
	return nil
}

// where names a setting and says where it stands.
func (c *Config) where(key string) string {
	if o := c.origins[key]; o != "" {
		return fmt.Sprintf("%s (%s)", key, o)
	}
	return key
}
