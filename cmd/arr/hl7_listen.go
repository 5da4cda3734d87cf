package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"arr/config"
	"arr/trust"
)

// The flags for the archive that arr hl7 hands messages over to, and for those that send
// them to it.
const (
	forwardTLS tlsFlags = "forward-"
	listenTLS  tlsFlags = "listen-"
)

// hl7Listener is an address that HL7 messages are taken at.
type hl7Listener struct {
	key, address string
	// tls is nil for plain MLLP.
	tls *tls.Config
}

// hl7Listeners reads --listen and --listen-tls, and the flags that begin like the latter. The
// source keeps the certificates of TLS up to date; it is nil without TLS.
func hl7Listeners(c *cli.Context, log *slog.Logger) (all []hl7Listener, source *trust.Source, err error) {
	for _, address := range c.StringSlice("listen") {
		l, err := config.ParseListener(address)
		if err != nil {
			return nil, nil, fmt.Errorf("--listen: %w", err)
		}
		all = append(all, hl7Listener{key: "listen", address: l.Address})
	}
	encrypted := c.StringSlice("listen-tls")
	if len(all)+len(encrypted) == 0 {
		return nil, nil, errors.New(`--listen is missing: see "arr hl7 --help"`)
	}
	if len(encrypted) == 0 {
		if listenTLS.given(c) {
			return nil, nil, errors.New("flags that begin with --listen- are for TLS: give the address with --listen-tls, too")
		}
		return all, nil, nil
	}
	settings, err := listenSettings(c)
	if err != nil {
		return nil, nil, err
	}
	if source, err = listenSource(c, log); err != nil {
		return nil, nil, err
	}
	for _, text := range encrypted {
		l, err := config.ParseListener(text, config.ClientKeys...)
		if err == nil {
			var conf *tls.Config
			conf, err = listenConfig(c, source, settings, l)
			all = append(all, hl7Listener{"listen-tls", l.Address, conf})
		}
		if err != nil {
			return nil, nil, fmt.Errorf("--listen-tls %s: %w", text, err)
		}
	}
	return all, source, nil
}

// listenSettings are the flags as arr serve's settings, which hold for addresses that do
// not say otherwise.
func listenSettings(c *cli.Context) (*config.Config, error) {
	if err := listenTLS.check(c); err != nil {
		return nil, err
	}
	if _, err := listenTLS.profile(c); err != nil {
		return nil, err
	}
	p := string(listenTLS)
	return &config.Config{
		TLSClientCA: listenTLS.text(c, "ca"), TLSTruststore: listenTLS.text(c, "tls-truststore"),
		TLSCRL: c.StringSlice(p + "tls-crl"), TLSProfile: listenTLS.text(c, "tls-profile"), TLSSuites: c.StringSlice(p + "tls-suites"),
		TLSMin: listenTLS.text(c, "tls-min"), TLSMax: listenTLS.text(c, "tls-max"),
	}, nil
}

// listenSource loads the certificates that --listen-tls serves.
func listenSource(c *cli.Context, log *slog.Logger) (*trust.Source, error) {
	o := trust.Options{Log: log}
	if pair := listenTLS.pair(c); pair.Cert != "" {
		o.Pairs = []trust.Pair{pair}
	}
	if store := listenTLS.keystore(c); store.File != "" {
		o.Stores = []trust.Store{store}
	}
	if len(o.Pairs)+len(o.Stores) == 0 {
		return nil, errors.New("--listen-tls needs a certificate: give --listen-cert and --listen-key, or --listen-tls-keystore")
	}
	source, err := trust.Open(o)
	if err != nil {
		return nil, fmt.Errorf("--listen-tls: %w", err)
	}
	return source, nil
}

// listenConfig is how one address of --listen-tls speaks TLS.
func listenConfig(c *cli.Context, source *trust.Source, settings *config.Config, l config.Listener) (*tls.Config, error) {
	if len(l.Tolerate) == 0 {
		l.Tolerate = c.StringSlice(string(listenTLS) + "tls-tolerate")
	}
	profile, clients, err := speech(settings, l)
	if err != nil {
		return nil, err
	}
	if store := listenTLS.truststore(c); clients.Believed.File == store.File {
		clients.Believed = store
	}
	return source.TLSConfig(profile, clients)
}

// connectTimeout bounds connecting to the archive, its TLS handshake included.
const connectTimeout = 10 * time.Second

// archiveDialer reads --forward. Without an archive dial is nil, and without TLS to it speak.
func archiveDialer(c *cli.Context) (dial func(context.Context) (net.Conn, error), speak *speaker, err error) {
	scheme, to, hasScheme := strings.Cut(c.String("forward"), "://")
	if !hasScheme {
		scheme, to = "tcp", scheme
	}
	if to == "" && !forwardTLS.given(c) {
		return nil, nil, nil
	}
	if scheme != "tls" && forwardTLS.given(c) {
		return nil, nil, errors.New("flags that begin with --forward- are for TLS to the archive: write --forward tls://HOST:PORT")
	}
	host, _, err := net.SplitHostPort(to)
	if err != nil || scheme != "tls" && scheme != "tcp" {
		return nil, nil, fmt.Errorf("--forward %s: write HOST:PORT, or tls://HOST:PORT", c.String("forward"))
	}
	d := &net.Dialer{Timeout: connectTimeout}
	connect := d.DialContext
	if scheme == "tls" {
		if speak, err = forwardTLS.client(c); err != nil {
			return nil, nil, err
		}
		connect = (&tls.Dialer{NetDialer: d, Config: speak.to(host)}).DialContext
	}
	return func(ctx context.Context) (net.Conn, error) {
		limited, cancel := context.WithTimeout(ctx, connectTimeout)
		defer cancel()
		return connect(limited, "tcp", to)
	}, speak, nil
}
