package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"arr/trust"
)

// senderTLSFlags are the flags of commands that send, which say whom to trust, what to
// present and how to speak TLS.
func senderTLSFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "ca", Usage: "trust the certificates in PEM `FILE` alone, instead of the system's"},
		&cli.StringFlag{Name: "cert", Usage: "present the certificate in PEM `FILE`"},
		&cli.StringFlag{Name: "key", Usage: "the certificate's private key in PEM `FILE`"},
		&cli.StringFlag{Name: "tls-keystore", Usage: "present a certificate with its key in PKCS#12 or JKS `FILE`"},
		&cli.StringFlag{Name: "tls-keystore-alias", Usage: "take the key of this `ALIAS` alone"},
		&cli.StringFlag{Name: "tls-keystore-password-file", Usage: "the keystore's password is in `FILE` (else in $ARR_TLS_KEYSTORE_PASSWORD)"},
		&cli.StringFlag{Name: "tls-keystore-key-password-file", Usage: "the keys' password is in `FILE`, where that is another"},
		&cli.StringFlag{Name: "tls-truststore", Usage: "trust the certificates in PKCS#12 or JKS `FILE` alone"},
		&cli.StringFlag{Name: "tls-truststore-password-file", Usage: "the trust store's password is in `FILE` (else in $ARR_TLS_TRUSTSTORE_PASSWORD)"},
		&cli.StringFlag{Name: "tls-profile", Usage: "speak the TLS profile `NAME`, as arr serve's --tls-profile (default bcp195)"},
		&cli.StringSliceFlag{Name: "tls-suites", Usage: "offer the cipher `SUITE` instead of the profile's; may be given again"},
		&cli.StringFlag{Name: "tls-min", Usage: "speak no TLS before `VERSION`: 1.0, 1.1, 1.2 or 1.3"},
		&cli.StringFlag{Name: "tls-max", Usage: "speak no TLS after `VERSION`"},
	}
}

// senderTLS reads what senderTLSFlags say.
func senderTLS(c *cli.Context) (*tls.Config, error) {
	config := &tls.Config{}
	if ca := c.String("ca"); ca != "" {
		b, err := os.ReadFile(ca)
		if err != nil {
			return nil, fmt.Errorf("--ca: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(b) {
			return nil, fmt.Errorf("--ca %s holds no certificate in PEM", ca)
		}
	}
	cert, key := c.String("cert"), c.String("key")
	if (cert == "") != (key == "") {
		return nil, errors.New("--cert and --key go together")
	}
	if cert != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return nil, fmt.Errorf("--cert %s, --key %s: %w", cert, key, err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	if err := senderStores(c, config); err != nil {
		return nil, err
	}
	profile, err := trust.ProfileNamed(c.String("tls-profile"))
	if err != nil {
		return nil, fmt.Errorf("--tls-profile: %w", err)
	}
	if profile, err = profile.With(c.StringSlice("tls-suites"), c.String("tls-min"), c.String("tls-max")); err != nil {
		return nil, err
	}
	profile.Apply(config)
	return config, nil
}

// senderStores reads the keystore and the trust store that were named.
func senderStores(c *cli.Context, config *tls.Config) (err error) {
	if c.IsSet("tls-truststore") && c.IsSet("ca") || c.IsSet("tls-keystore") && c.IsSet("cert") {
		return errors.New("--tls-truststore is another --ca, and --tls-keystore another --cert: leave one of them")
	}
	if file := c.String("tls-truststore"); file != "" {
		s := trust.Store{File: file, Password: password("tls-truststore-password", c.String("tls-truststore-password-file"))}
		if config.RootCAs, err = s.Pool(); err != nil {
			return fmt.Errorf("--tls-truststore: %w", err)
		}
	}
	if file := c.String("tls-keystore"); file != "" {
		s := trust.Store{
			File:        file,
			Alias:       c.String("tls-keystore-alias"),
			Password:    password("tls-keystore-password", c.String("tls-keystore-password-file")),
			KeyPassword: password("tls-keystore-key-password", c.String("tls-keystore-key-password-file")),
		}
		if config.Certificates, err = s.Pairs(); err != nil {
			return fmt.Errorf("--tls-keystore: %w", err)
		}
	}
	return nil
}
