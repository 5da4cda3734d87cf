package main

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"arr/trust"
)

// tlsFlags are the flags that say how a command speaks TLS to somebody: whom to believe,
// what to present and which versions and suites. Its text stands before their names, so
// that a command that speaks TLS to several has each flag for each of them.
type tlsFlags string

// repositoryTLS are the flags for repositories.
const repositoryTLS tlsFlags = ""

// flags gives the flags; others says who is believed and presented to.
func (p tlsFlags) flags(others string) []cli.Flag {
	var all []cli.Flag
	add := func(name, usage string) {
		all = append(all, &cli.StringFlag{Name: string(p) + name, Usage: strings.ReplaceAll(usage, "OTHERS", others)})
	}
	addSome := func(name, usage string) {
		all = append(all, &cli.StringSliceFlag{Name: string(p) + name, Usage: strings.ReplaceAll(usage, "OTHERS", others)})
	}
	add("ca", "believe OTHERS by the certificates in PEM `FILE`")
	add("cert", "present the certificate in PEM `FILE` to OTHERS")
	add("key", "the private key of --"+string(p)+"cert in PEM `FILE`")
	add("key-password-file", "the password of --"+string(p)+"key, if it is encrypted, is in `FILE` (else in $"+p.variable("key-password")+")")
	add("tls-keystore", "present a certificate with its key in PKCS#12 or JKS `FILE` to OTHERS")
	add("tls-keystore-alias", "take the key of this `ALIAS` alone")
	add("tls-keystore-password-file", "the keystore's password is in `FILE` (else in $"+p.variable("tls-keystore-password")+")")
	add("tls-keystore-key-password-file", "the keys' password is in `FILE`, where that is another")
	add("tls-truststore", "believe OTHERS by the certificates in PKCS#12 or JKS `FILE`")
	add("tls-truststore-password-file", "the trust store's password is in `FILE` (else in $"+p.variable("tls-truststore-password")+")")
	addSome("tls-crl", "certificate revocation lists are in `FILE`; may be given again")
	addSome("tls-tolerate", "let certificates of OTHERS have a `FAULT`: sha1, cn-only, self-signed or expired; may be given again")
	add("tls-profile", "speak the TLS profile `NAME` with OTHERS, as arr serve's --tls-profile (default bcp195)")
	addSome("tls-suites", "offer the cipher `SUITE` instead of the profile's; may be given again")
	add("tls-min", "speak no TLS before `VERSION`: 1.0, 1.1, 1.2 or 1.3")
	add("tls-max", "speak no TLS after `VERSION`")
	return all
}

// variable is the environment variable of a password.
func (p tlsFlags) variable(key string) string { return passwordVariable(string(p) + key) }

// given says whether any of the flags is.
func (p tlsFlags) given(c *cli.Context) bool {
	return slices.ContainsFunc(p.flags(""), func(f cli.Flag) bool { return c.IsSet(f.Names()[0]) })
}

// text gives a flag's value.
func (p tlsFlags) text(c *cli.Context, name string) string { return c.String(string(p) + name) }

// client reads the flags for who connects.
func (p tlsFlags) client(c *cli.Context) (*speaker, error) {
	if err := p.check(c); err != nil {
		return nil, err
	}
	profile, err := p.profile(c)
	if err != nil {
		return nil, err
	}
	s := &speaker{files: p.files(c), read: func() (identity, error) { return p.identity(c) }}
	profile.Apply(&s.config)
	return s, s.load()
}

// files are those that the flags name.
func (p tlsFlags) files(c *cli.Context) []string {
	all := slices.Clone(c.StringSlice(string(p) + "tls-crl"))
	for _, name := range []string{"ca", "cert", "key", "key-password-file", "tls-keystore", "tls-keystore-password-file",
		"tls-keystore-key-password-file", "tls-truststore", "tls-truststore-password-file"} {
		if file := p.text(c, name); file != "" {
			all = append(all, file)
		}
	}
	return all
}

// identity reads what is presented and who is believed.
func (p tlsFlags) identity(c *cli.Context) (i identity, err error) {
	if i.servers, err = p.believed(c); err != nil {
		return i, err
	}
	if pair := p.pair(c); pair.Cert != "" {
		loaded, err := pair.Load()
		if err != nil {
			return i, fmt.Errorf("--%scert: %w", p, err)
		}
		i.certificates = []tls.Certificate{loaded}
	}
	if store := p.keystore(c); store.File != "" {
		if i.certificates, err = store.Pairs(); err != nil {
			return i, fmt.Errorf("--%stls-keystore: %w", p, err)
		}
	}
	return i, nil
}

// believed reads whose certificates are believed.
func (p tlsFlags) believed(c *cli.Context) (s trust.Servers, err error) {
	s = trust.Servers{Now: time.Now, Where: fmt.Sprintf("a file for --%sca (that of an arr lies in DIR/keys/ca.pem)", p)}
	for key, store := range map[string]trust.Store{"ca": {File: p.text(c, "ca")}, "tls-truststore": p.truststore(c)} {
		if store.File == "" {
			continue
		}
		s.Where = store.File
		if s.Believed, err = store.Certificates(); err != nil {
			return s, fmt.Errorf("--%s%s: %w", p, key, err)
		}
	}
	if s.Tolerate, err = trust.FaultsNamed(c.StringSlice(string(p) + "tls-tolerate")); err != nil {
		return s, fmt.Errorf("--%stls-tolerate: %w", p, err)
	}
	if s.Tolerate&(trust.FaultSHA1|trust.FaultExpired) != 0 && len(s.Believed) == 0 {
		return s, fmt.Errorf("--%[1]stls-tolerate: sha1 and expired are tolerated under a CA that is named, and none is: name it with --%[1]sca", p)
	}
	if s.Revoked, err = trust.RevocationLists(c.StringSlice(string(p) + "tls-crl")); err != nil {
		return s, fmt.Errorf("--%stls-crl: %w", p, err)
	}
	return s, nil
}

// check finds flags that do not go together.
func (p tlsFlags) check(c *cli.Context) error {
	if (p.text(c, "cert") == "") != (p.text(c, "key") == "") {
		return fmt.Errorf("--%[1]scert and --%[1]skey go together", p)
	}
	if p.text(c, "tls-truststore") != "" && p.text(c, "ca") != "" || p.text(c, "tls-keystore") != "" && p.text(c, "cert") != "" {
		return fmt.Errorf("--%[1]stls-truststore is another --%[1]sca, and --%[1]stls-keystore another --%[1]scert: leave one of them", p)
	}
	return nil
}

// pair names the files of --cert and --key.
func (p tlsFlags) pair(c *cli.Context) trust.Pair {
	return trust.Pair{Cert: p.text(c, "cert"), Key: p.text(c, "key"), Password: p.password(c, "key-password")}
}

func (p tlsFlags) keystore(c *cli.Context) trust.Store {
	return trust.Store{
		File:        p.text(c, "tls-keystore"),
		Alias:       p.text(c, "tls-keystore-alias"),
		Password:    p.password(c, "tls-keystore-password"),
		KeyPassword: p.password(c, "tls-keystore-key-password"),
	}
}

func (p tlsFlags) truststore(c *cli.Context) trust.Store {
	return trust.Store{File: p.text(c, "tls-truststore"), Password: p.password(c, "tls-truststore-password")}
}

func (p tlsFlags) password(c *cli.Context, key string) trust.Password {
	return password(string(p)+key, p.text(c, key+"-file"))
}

// profile is what --tls-profile says, changed as --tls-suites, --tls-min and --tls-max say.
func (p tlsFlags) profile(c *cli.Context) (trust.Profile, error) {
	profile, err := trust.ProfileNamed(p.text(c, "tls-profile"))
	if err != nil {
		return profile, fmt.Errorf("--%stls-profile: %w", p, err)
	}
	return profile.With(c.StringSlice(string(p)+"tls-suites"), p.text(c, "tls-min"), p.text(c, "tls-max"))
}
