package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"arr/config"
	"arr/trust"
)

// keysDir is where in the data directory the keys lie.
const keysDir = "keys"

func trustOptions(cfg *config.Config, log *slog.Logger) trust.Options {
	o := trust.Options{Dir: filepath.Join(cfg.Data, keysDir), Names: cfg.TLSName, Log: log}
	for i, cert := range cfg.TLSCert {
		p := trust.Pair{Cert: cert, Password: password("tls-key-password", cfg.TLSKeyPasswordFile)}
		if i < len(cfg.TLSKey) {
			p.Key = cfg.TLSKey[i]
		}
		o.Pairs = append(o.Pairs, p)
	}
	if cfg.TLSKeystore != "" {
		o.Stores = []trust.Store{keystore(cfg)}
	}
	return o
}

// checkTrust says what of the files and settings for TLS can't be used, before anything
// is made.
func checkTrust(cfg *config.Config) error {
	if err := trustOptions(cfg, slog.New(slog.DiscardHandler)).Check(); err != nil {
		return err
	}
	for _, of := range []struct {
		key       string
		listeners []config.Listener
	}{{"tls", cfg.TLS}, {"http", cfg.HTTP}, {"metrics", cfg.Metrics}} {
		for _, l := range of.listeners {
			if of.key != "tls" && !l.TLS {
				continue
			}
			_, clients, err := speech(cfg, l)
			if err == nil {
				err = clients.Check()
			}
			if err != nil {
				return fmt.Errorf("--%s %s: %w", of.key, l.Address, err)
			}
		}
	}
	return nil
}

// clientAuth has what config calls them as trust does.
var clientAuth = map[config.ClientAuth]trust.ClientAuth{
	config.NoClients:       trust.NoClientCert,
	config.OptionalClients: trust.OptionalClientCert,
	config.RequireClients:  trust.RequiredClientCert,
}

// speech is the TLS profile that an address speaks, and the clients that it believes.
func speech(cfg *config.Config, l config.Listener) (trust.Profile, trust.Clients, error) {
	of := cfg.Clients(l)
	clients := trust.Clients{Auth: clientAuth[of.Auth], Believed: believed(cfg, of.CA), Allow: of.Allow, CRLs: of.CRL}
	profile, profileErr := profileOf(cfg, l)
	var waysErr, faultsErr error
	clients.Ways, waysErr = trust.WaysNamed(of.Verify)
	clients.Tolerate, faultsErr = trust.FaultsNamed(of.Tolerate)
	return profile, clients, errors.Join(profileErr, waysErr, faultsErr)
}

// profileOf is the TLS profile that an address speaks.
func profileOf(cfg *config.Config, l config.Listener) (trust.Profile, error) {
	if l.Profile != "" {
		return trust.ProfileNamed(l.Profile)
	}
	p, err := trust.ProfileNamed(cfg.TLSProfile)
	if err != nil {
		return p, err
	}
	return p.With(cfg.TLSSuites, cfg.TLSMin, cfg.TLSMax)
}

// tlsConfig is the configuration of one address.
func tlsConfig(cfg *config.Config, source *trust.Source, l config.Listener) (*tls.Config, error) {
	profile, clients, err := speech(cfg, l)
	if err != nil {
		return nil, err
	}
	return source.TLSConfig(profile, clients)
}
