package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"arr/api"
	"arr/config"
	"arr/emitter"
	"arr/mllp"
	"arr/receiver"
	"arr/trust"
)

const hl7Description = `Stands in front of an archive that does not audit the HL7 messages it receives: each
connection that sends something has one to the archive, the archive's acknowledgements go back
unchanged, and the audit messages that are owed go to the repositories, with the outcome
that the archive acknowledged. Without --forward it acknowledges everything itself, for an
interface engine that sends copies.

Auditing never stops HL7 traffic. Audit messages are kept in --spool, on disk, until
they have arrived, even if it takes days or arr is restarted; what can't be kept there is
counted in /metrics and logged. Where the archive can't be reached, connections are closed
and nothing is acknowledged.

` + repositoryManual + `

Without --to, or with --to ldap, the repositories are those that an LDAP directory leads to, as
dcm4che finds them: by the audit loggers of the device --ldap-device of --ldap.

Settings of an address of --listen-tls follow it after commas, as with arr serve's --tls:
client-ca=FILE, client-auth=require, profile=NAME and the others that "arr config" lists.

Examples:
   arr hl7 --listen :2575 --forward archive:2575 --to tls://arr.example --ca ca.pem --spool /var/spool/arr-hl7
   arr hl7 --listen-tls :2576,client-ca=senders.pem,client-auth=require --listen-cert hl7.pem --listen-key hl7.key
      --forward tls://archive:2576 --forward-ca archive.pem --to tls://arr.example --ca ca.pem --spool spool
   arr hl7 --listen :2575 --forward archive:2575 --spool spool --to tls://arr.example --ca ca.pem
      --to 'udp://siem.example:514,dialect=dcm4che,spool-age=7d,only=event:110110 NOT outcome:success'`

func hl7Command() *cli.Command {
	return &cli.Command{
		Name:        "hl7",
		Usage:       "audit the HL7 messages that an archive receives, as a proxy before it",
		UsageText:   "arr hl7 --listen ADDRESS [--forward HOST:PORT] --to tls://HOST:PORT --spool DIR [FLAGS]",
		Description: hl7Description,
		Flags: append([]cli.Flag{
			&cli.StringSliceFlag{Name: "listen", Usage: "take HL7 messages over MLLP at `ADDRESS`; may be given again"},
			&cli.StringSliceFlag{Name: "listen-tls", Usage: "take them over MLLP with TLS at `ADDRESS`; may be given again"},
			&cli.StringFlag{Name: "forward", Usage: "hand them over to the archive at `HOST:PORT`, or with TLS at tls://HOST:PORT"},
			&cli.StringSliceFlag{Name: "to", Usage: "send audit messages to `URL` tls://host:6514, tcp://host:514 or udp://host:514; may be given again"},
			&cli.StringFlag{Name: "spool", Usage: "keep audit messages in `DIR` until they have arrived"},
			&cli.StringFlag{Name: "metrics", Usage: "answer /metrics over HTTP at `ADDRESS`"},
			&cli.StringFlag{Name: "max-message", Value: "64MiB", Usage: "end connections with a message larger than `SIZE`"},
			&cli.IntFlag{Name: "max-connections", Value: 1024, Usage: "serve `N` senders at a time at each address"},
			&cli.DurationFlag{Name: "drain", Value: 10 * time.Second, Usage: "once a sender or arr hl7 ends, wait up to `TIME` for the archive's answers"},
		}, slices.Concat(mapperFlags(), repositoryTLS.flags("repositories"), directoryFlags(), forwardTLS.flags("the archive"), listenTLS.flags("senders"))...),
		Action: func(c *cli.Context) error {
			g, err := newGateway(c)
			if err != nil {
				return usage(err)
			}
			return g.run(c.Context)
		},
	}
}

// gateway is one run of arr hl7.
type gateway struct {
	log       *slog.Logger
	listeners []hl7Listener
	// source has the certificates of listeners; nil without TLS.
	source *trust.Source
	// speakers speak TLS to repositories and, where that is asked for, to the archive.
	speakers []*speaker
	metrics  string
	proxy    mllp.Proxy
	// guard has the connections of all listeners, memory what their messages take.
	guard    receiver.Server
	memory   *hl7Memory
	maxConns int
	spool    string
	auditor  auditor
	// directory says where audit messages go; nil where flags alone do.
	directory *directedSender
	say       func(format string, args ...any)
}

func newGateway(c *cli.Context) (*gateway, error) {
	if err := noArguments(c); err != nil {
		return nil, err
	}
	g := &gateway{
		log: slog.New(slog.NewTextHandler(c.App.ErrWriter, nil)), metrics: c.String("metrics"), spool: c.String("spool"),
		say: func(format string, args ...any) { fmt.Fprintf(c.App.Writer, format, args...) },
	}
	var err error
	if g.listeners, g.source, err = hl7Listeners(c, g.log); err != nil {
		return nil, err
	}
	if g.spool == "" {
		return nil, errors.New(`--spool is missing: see "arr hl7 --help"`)
	}
	var toArchive *speaker
	if g.proxy.Dial, toArchive, err = archiveDialer(c); err != nil {
		return nil, err
	}
	if err := g.limit(c); err != nil {
		return nil, err
	}
	speak, err := repositoryTLS.client(c)
	if err != nil {
		return nil, err
	}
	g.speakers = append(g.speakers, speak)
	if toArchive != nil {
		g.speakers = append(g.speakers, toArchive)
	}
	if g.directory, err = openDirectedSender(c, c.StringSlice("to"), speak, g.log, g.spool); err != nil {
		return nil, err
	}
	g.auditor.log = g.log
	return g, g.auditor.configure(c, speak, g.directory)
}

// limit reads the limits of the proxy.
func (g *gateway) limit(c *cli.Context) error {
	size, err := config.ParseSize(c.String("max-message"))
	if err = positive(min(size, 1<<31-size), err); err != nil {
		return fmt.Errorf("--max-message: write a size below 2GiB: %w", err)
	}
	for flag, value := range map[string]int64{"max-connections": c.Int64("max-connections"), "drain": int64(c.Duration("drain"))} {
		if err := positive(value, nil); err != nil {
			return fmt.Errorf("--%s: %w", flag, err)
		}
	}
	g.memory = newHL7Memory(int(size))
	g.guard.Log, g.maxConns = g.log, c.Int("max-connections")
	g.proxy.Log, g.proxy.MaxMessage, g.proxy.Drain = g.log, int(size), c.Duration("drain")
	g.proxy.Incoming, g.proxy.Answers = g.memory.incoming, g.memory.answers
	return nil
}

// stopPatience is how long repositories may take, once arr hl7 stops, to take what
// waits for them. The rest stays in the spool.
const stopPatience = 5 * time.Second

// run serves until ctx ends; then it lets exchanges under way end, audits them, and sends
// what it can.
func (g *gateway) run(ctx context.Context) (err error) {
	limitHL7Memory(int64(g.proxy.MaxMessage))
	opened, err := g.listen(ctx)
	if err != nil {
		return err
	}
	if err := g.auditor.start(filepath.Clean(g.spool), g.tell); err != nil {
		return err
	}
	defer func() {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
		defer cancel()
		err = errors.Join(err, g.auditor.stop(limited))
	}()
	g.proxy.Exchanged = g.auditor.take
	ctx, failed := context.WithCancel(ctx)
	defer failed()
	serving := group{failed: failed}
	if opened.metrics != nil {
		metrics := g.guard.Guard(opened.metrics, receiver.GuardOptions{MaxConns: api.MaxConns})
		serving.begin(func() error { return api.Serve(ctx, metrics, g.metricsHandler(), g.log) })
		g.say("metrics on http://%s/metrics\n", opened.metrics.Addr())
	}
	if g.source != nil {
		serving.tend(func() { g.source.Run(ctx) })
	}
	for _, s := range g.speakers {
		serving.tend(func() { s.watch(ctx, g.log) })
	}
	serving.tend(func() { g.directory.run(ctx) })
	serving.tend(func() { onHangup(ctx, g.log, g.reload) })
	for i, ln := range opened.hl7 {
		ln := g.guard.Guard(ln, receiver.GuardOptions{TLS: g.listeners[i].tls, MaxConns: g.maxConns, Waiting: g.memory.waiting})
		serving.begin(func() error { return g.proxy.Serve(ctx, ln) })
		g.say("HL7 messages are taken on %s\n", ln.Addr())
	}
	if err := notify("READY=1"); err != nil {
		g.log.Warn("the supervisor can't be told", slog.Any("error", err))
	}
	return errors.Join(serving.Wait(), notify("STOPPING=1"))
}

// reload has certificates and the directory read again.
func (g *gateway) reload() {
	if g.source != nil {
		g.source.Reload()
	}
	for _, s := range g.speakers {
		s.look(g.log, true)
	}
	g.directory.reload()
}

// hl7Sockets are what a gateway listens on.
type hl7Sockets struct {
	hl7     []net.Listener
	metrics net.Listener
}

// listen opens all sockets, or none.
func (g *gateway) listen(ctx context.Context) (opened hl7Sockets, err error) {
	defer func() {
		if err != nil {
			for _, ln := range opened.hl7 {
				_ = ln.Close()
			}
		}
	}()
	for i := range g.listeners {
		ln, err := listenTCP(ctx, g.listeners[i].key, g.listeners[i].address)
		if err != nil {
			return opened, err
		}
		opened.hl7 = append(opened.hl7, ln)
	}
	if g.metrics != "" {
		opened.metrics, err = listenTCP(ctx, "metrics", g.metrics)
	}
	return opened, err
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
	if errors.Is(e.Err, emitter.ErrUnconfirmed) {
		attrs = append(attrs, slog.String("remedy", "if it never ends connections, add linger=2s to its --to: what it was sent is sent again otherwise"))
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
		g.log.Error("a part of the spool can't be read: the audit messages in it are lost, or it is a write that was cut and nobody was told of. Its file is kept with the ending .damaged", attrs...)
	}
}
