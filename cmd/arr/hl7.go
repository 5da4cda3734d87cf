package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"arr/api"
	"arr/emitter"
	"arr/mllp"
)

const hl7Description = `Stands in front of an archive that does not audit the HL7 messages it receives: each
connection that comes in has one to the archive, the archive's acknowledgements go back
unchanged, and the audit messages that are owed go to the repositories, with the outcome
that the archive acknowledged. Without --forward it acknowledges everything itself, for an
interface engine that sends copies.

HL7 traffic never waits for auditing. Audit messages are kept in --spool, on disk, until
they have arrived, even if it takes days or arr is restarted; what can't be kept there is
counted in /metrics and logged. Where the archive can't be reached, connections are closed
and nothing is acknowledged.

Examples:
   arr hl7 --listen :2575 --forward archive:2575 --to tls://arr.example --ca ca.pem --spool /var/spool/arr-hl7
   arr hl7 --listen :2575 --listen-cert hl7.pem --listen-key hl7.key --to udp://localhost:5514 --spool spool`

func hl7Command() *cli.Command {
	return &cli.Command{
		Name:        "hl7",
		Usage:       "audit the HL7 messages that an archive receives, as a proxy before it",
		UsageText:   "arr hl7 --listen ADDRESS [--forward HOST:PORT] --to tls://HOST:PORT --spool DIR [FLAGS]",
		Description: hl7Description,
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "listen", Usage: "take HL7 messages over MLLP at `ADDRESS`"},
			&cli.StringFlag{Name: "listen-cert", Usage: "take them over TLS, with the certificate in PEM `FILE`"},
			&cli.StringFlag{Name: "listen-key", Usage: "the private key of --listen-cert in PEM `FILE`"},
			&cli.StringFlag{Name: "forward", Usage: "hand them over to the archive at `HOST:PORT`"},
			&cli.StringSliceFlag{Name: "to", Usage: "send audit messages to `URL` tls://host:6514, tcp://host:514 or udp://host:514; may be given again"},
			&cli.StringFlag{Name: "spool", Usage: "keep audit messages in `DIR` until they have arrived"},
			&cli.StringFlag{Name: "metrics", Usage: "answer /metrics over HTTP at `ADDRESS`"},
		}, slices.Concat(mapperFlags(), repositoryTLS.flags("repositories"))...),
		Action: func(c *cli.Context) error {
			g, err := newGateway(c)
			if err != nil {
				return &exitError{exitUsage, err}
			}
			return g.run(c.Context)
		},
	}
}

// gateway is one run of arr hl7.
type gateway struct {
	log          *slog.Logger
	listen       string
	listenTLS    *tls.Config
	metrics      string
	proxy        mllp.Proxy
	repositories []emitter.Repository
	spool        string
	auditor      auditor
	say          func(format string, args ...any)
}

func newGateway(c *cli.Context) (*gateway, error) {
	for _, name := range []string{"listen", "spool"} {
		if c.String(name) == "" {
			return nil, fmt.Errorf("hl7: --%s is missing: see \"arr hl7 --help\"", name)
		}
	}
	if len(c.StringSlice("to")) == 0 {
		return nil, errors.New("hl7: where audit messages go is not said: give --to tls://host:6514")
	}
	if c.Args().Present() {
		return nil, errors.New("hl7: it takes no arguments, but flags alone")
	}
	g := &gateway{
		log: slog.New(slog.NewTextHandler(c.App.ErrWriter, nil)), listen: c.String("listen"),
		metrics: c.String("metrics"), spool: c.String("spool"),
		say: func(format string, args ...any) { fmt.Fprintf(c.App.Writer, format, args...) },
	}
	g.proxy.Log = g.log
	if to := c.String("forward"); to != "" {
		g.proxy.Dial = func(ctx context.Context) (net.Conn, error) {
			d := net.Dialer{Timeout: 10 * time.Second}
			return d.DialContext(ctx, "tcp", to)
		}
	}
	if cert, key := c.String("listen-cert"), c.String("listen-key"); cert != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return nil, fmt.Errorf("hl7: --listen-cert %s, --listen-key %s: %w", cert, key, err)
		}
		g.listenTLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	}
	if err := g.audit(c); err != nil {
		return nil, err
	}
	return g, nil
}

// audit reads how audit messages are made and where they go.
func (g *gateway) audit(c *cli.Context) error {
	dialect, err := emitter.ParseDialect(c.String("dialect"))
	if err != nil {
		return fmt.Errorf("hl7: --dialect: %w", err)
	}
	mapper, err := newMapper(c, dialect)
	if err != nil {
		return fmt.Errorf("hl7: %w", err)
	}
	g.auditor = auditor{log: g.log, mapper: mapper}
	speak, err := repositoryTLS.client(c)
	if err != nil {
		return fmt.Errorf("hl7: %w", err)
	}
	for _, url := range c.StringSlice("to") {
		to, err := emitter.ParseTarget(url)
		if err != nil {
			return fmt.Errorf("hl7: --to: %w", err)
		}
		name := repositoryName(to)
		if slices.ContainsFunc(g.repositories, func(r emitter.Repository) bool { return r.Name == name }) {
			return fmt.Errorf("hl7: --to %s is given twice", to)
		}
		g.repositories = append(g.repositories, emitter.Repository{
			Name: name, To: to, Dialer: emitter.Dialer{TLS: speak.to(to.Host)},
			Header: emitter.Header{Dialect: dialect, Hostname: mapper.Host, App: "arr-hl7", ProcID: mapper.ProcID},
		})
	}
	return nil
}

// repositoryName is what the spool of a target is called.
func repositoryName(to emitter.Target) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' {
			return r
		}
		return '-'
	}, strings.ToLower(to.Network+"-"+to.Host+"-"+to.Port))
}

// stopPatience is how long repositories may take, once arr hl7 stops, to take what
// waits for them. The rest stays in the spool.
const stopPatience = 5 * time.Second

// run serves until ctx ends; then it lets exchanges under way end, audits them, and sends
// what it can.
func (g *gateway) run(ctx context.Context) (err error) {
	ln, err := listenTCP(ctx, "listen", g.listen)
	if err != nil {
		return err
	}
	address := ln.Addr()
	if g.listenTLS != nil {
		ln = tls.NewListener(ln, g.listenTLS)
	}
	defer ln.Close()
	logger, err := emitter.Open(emitter.Options{Dir: filepath.Clean(g.spool), Repositories: g.repositories, Notify: g.tell})
	if err != nil {
		return fmt.Errorf("hl7: %w", err)
	}
	g.auditor.start(logger)
	defer func() {
		g.auditor.stop()
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
		defer cancel()
		err = errors.Join(err, logger.Close(limited))
	}()
	g.proxy.Exchanged = g.auditor.take
	ctx, failed := context.WithCancel(ctx)
	defer failed()
	serving := group{failed: failed}
	if g.metrics != "" {
		m, err := listenTCP(ctx, "metrics", g.metrics)
		if err != nil {
			return err
		}
		serving.begin(func() error { return api.Serve(ctx, m, g.metricsHandler(logger), g.log) })
		g.say("metrics on http://%s/metrics\n", m.Addr())
	}
	serving.begin(func() error { return g.proxy.Serve(ctx, ln) })
	g.say("HL7 messages are taken on %s\n", address)
	return serving.Wait()
}

// tell logs what happens to repositories and spools.
func (g *gateway) tell(e emitter.Event) {
	attrs := []any{slog.String("repository", e.Repository)}
	if e.Err != nil {
		attrs = append(attrs, slog.Any("error", e.Err))
	}
	if e.Messages > 0 {
		attrs = append(attrs, slog.Int64("messages", e.Messages))
	}
	if e.Bytes > 0 {
		attrs = append(attrs, slog.Int64("bytes", e.Bytes))
	}
	switch e.Kind {
	case emitter.Away:
		g.log.Warn("the repository takes no audit messages; they wait in the spool", attrs...)
	case emitter.Back:
		g.log.Info("the repository takes audit messages again", attrs...)
	case emitter.Full:
		g.log.Error("the spool is full: audit messages are lost, HL7 traffic goes on", attrs...)
	case emitter.Failing:
		g.log.Error("the spool can't be opened or written: audit messages are lost until it can, HL7 traffic goes on", attrs...)
	case emitter.Room, emitter.Working:
		g.log.Warn("the spool takes audit messages again; those counted here are lost", attrs...)
	case emitter.Expired:
		g.log.Error("audit messages waited for too long and are given up", attrs...)
	case emitter.Damaged:
		g.log.Error("a part of the spool can't be read; its file is kept with the ending .damaged", attrs...)
	}
}
