package trust

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
)

// Profile is the versions and suites that TLS is spoken with. The zero value is bcp195,
// the default.
type Profile struct {
	// Name is what it is chosen by.
	Name string
	// Min and Max are the first and the last version, as crypto/tls has them.
	Min, Max uint16
	// Suites are those of TLS 1.0 to 1.2. TLS 1.3 has its own, which can't be chosen.
	Suites []uint16
}

// Suites of which several profiles consist.
var (
	rsaGCM    = []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384}
	ecGCM     = []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384}
	chaCha    = []uint16{tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256}
	aesCBC    = []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}
	tripleDES = []uint16{tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}
)

// profiles are those of PS3.15 Annex B, each with its clause, the default first. Each is less
// what crypto/tls lacks, of which docs/conformance.md has a list. B.13 demands such suites
// from every server, so that it can't be one of them.
var profiles = []Profile{
	{"bcp195", tls.VersionTLS12, tls.VersionTLS13, slices.Concat(ecGCM, rsaGCM, chaCha)},          // B.12
	{"nondowngrading", tls.VersionTLS12, tls.VersionTLS13, rsaGCM},                                // B.10
	{"extended", tls.VersionTLS12, tls.VersionTLS12, slices.Concat(ecGCM, rsaGCM)},                // B.11
	{"bcp195-2015", tls.VersionTLS10, tls.VersionTLS13, slices.Concat(rsaGCM, aesCBC, tripleDES)}, // B.9
	{"aes", tls.VersionTLS10, tls.VersionTLS12, slices.Concat(aesCBC, tripleDES)},                 // B.3
	{"basic", tls.VersionTLS10, tls.VersionTLS12, tripleDES},                                      // B.1
}

// Profiles gives all that have a name, the default first.
func Profiles() []Profile { return slices.Clone(profiles) }

// ProfileNamed finds a profile; "" is the default. The error lists the names.
func ProfileNamed(name string) (Profile, error) {
	var names []string
	for _, p := range profiles {
		if p.Name == name || name == "" {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return Profile{}, fmt.Errorf("%q is no TLS profile: write one of %s", name, strings.Join(names, ", "))
}

// With gives the profile with other suites and versions; nil and "" leave what it has.
// Suites are named as IANA does, or as Java with SSL_ in front; versions as "1.2". The
// error says what is not known or does not fit together.
func (p Profile) With(suites []string, first, last string) (Profile, error) {
	if p.Name == "" {
		p = profiles[0]
	}
	if len(suites) > 0 {
		p.Suites = nil
		for _, name := range suites {
			id, err := suiteNamed(name)
			if err != nil {
				return p, err
			}
			p.Suites = append(p.Suites, id)
		}
	}
	for _, v := range []struct {
		to   *uint16
		text string
	}{{&p.Min, first}, {&p.Max, last}} {
		i := slices.Index(versions, v.text)
		if i < 0 && v.text != "" {
			return p, fmt.Errorf("%q is no version of TLS: write one of %s", v.text, strings.Join(versions, ", "))
		}
		if i >= 0 {
			*v.to = tls.VersionTLS10 + uint16(i)
		}
	}
	if p.Min > p.Max {
		return p, fmt.Errorf("no version of TLS is left: the first, %s, comes after the last, %s", tls.VersionName(p.Min), tls.VersionName(p.Max))
	}
	return p, p.checkSuites()
}

// checkSuites finds versions that would be offered without any suite for them.
func (p Profile) checkSuites() error {
	var newest uint16
	for _, s := range tlsSuites() {
		if slices.Contains(p.Suites, s.ID) {
			if slices.Contains(s.SupportedVersions, p.Min) {
				return nil
			}
			newest = max(newest, slices.Min(s.SupportedVersions))
		}
	}
	if p.Min == tls.VersionTLS13 {
		return nil
	}
	return fmt.Errorf("none of the suites can be used with %s: let the versions begin with %s, or add a suite", tls.VersionName(p.Min), tls.VersionName(newest))
}

// versions in words, from TLS 1.0 on.
var versions = []string{"1.0", "1.1", "1.2", "1.3"}

// tlsSuites are all that crypto/tls has, those that it calls insecure among them.
func tlsSuites() []*tls.CipherSuite {
	return slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites())
}

func suiteNamed(name string) (uint16, error) {
	for _, s := range tlsSuites() {
		if s.Name != ianaName(name) {
			continue
		}
		if slices.Contains(s.SupportedVersions, tls.VersionTLS13) {
			return 0, fmt.Errorf("%s is a suite of TLS 1.3, whose suites can't be chosen: leave it away, they are all used where TLS 1.3 is", name)
		}
		return s.ID, nil
	}
	return 0, fmt.Errorf("the suite %q is not known here: write a name as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256; there are no DHE, CCM and Camellia ones", name)
}

// Weakness says in words what of the profile is no longer held to be safe, "" for
// nothing: versions before TLS 1.2 (RFC 8996), suites without forward secrecy or
// authenticated encryption (RFC 9325).
func (p Profile) Weakness() string {
	var weak []string
	if p.Min != 0 && p.Min < tls.VersionTLS12 {
		weak = append(weak, tls.VersionName(p.Min))
	}
	for _, id := range p.Suites {
		if !slices.Contains(profiles[0].Suites, id) {
			weak = append(weak, tls.CipherSuiteName(id))
		}
	}
	return strings.Join(weak, ", ")
}

// Apply has a configuration speak the profile, as a server or as a client.
func (p Profile) Apply(conf *tls.Config) {
	if p.Name == "" {
		p = profiles[0]
	}
	conf.MinVersion, conf.MaxVersion, conf.CipherSuites = p.Min, p.Max, slices.Clone(p.Suites)
}
