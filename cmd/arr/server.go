package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"arr/answer"
	"arr/api"
	"arr/config"
	"arr/parser"
	"arr/receiver"
	"arr/selfaudit"
	"arr/store"
	"arr/trust"
)

// drainTimeout is how long senders may take to hand over what is under way once the
// server stops. With what answers and sealing may take, it ends within 30 s.
const drainTimeout = 10 * time.Second

// stallPatience is how long the store may be unable to write before /readyz says so.
const stallPatience = 30 * time.Second

// server is the rooms of a running arr serve.
type server struct {
	log       *slog.Logger
	dir       string
	store     *store.Store
	source    *trust.Source
	listeners *listeners
	receiver  *receiver.Server
	api       *api.Server
	own       *selfaudit.Recorder
	directory *directed
}

func newServer(cfg *config.Config, log *slog.Logger, st *store.Store, source *trust.Source, l *listeners) *server {
	s := &server{log: log, dir: cfg.Data, store: st, source: source, listeners: l}
	s.receiver = &receiver.Server{Handler: st, Log: log, MaxFrame: int(cfg.MaxFrame), MaxConns: connections()}
	s.own = selfaudit.New(selfaudit.Options{Handler: st, Host: hostname(), Log: log})
	s.receiver.Refused = func(r receiver.Refusal) {
		s.own.Refused(selfaudit.Refusal{Peer: r.Peer, URI: "tls://" + r.Local, Reason: r.Reason})
	}
	shapes := &parser.Cache{}
	s.api = &api.Server{
		Store:        st,
		NewReader:    func() answer.Reader { return parser.New(parser.Options{Zone: cfg.Zone, Cache: shapes}) },
		Indent:       indentXML,
		Receiving:    func() api.Receiving { return receivingFigures(s.receiver) },
		Storing:      func() api.Storing { return storingFigures(st) },
		Sources:      func() []api.Source { return sourceFigures(st) },
		Disk:         func() (api.Disk, error) { return diskFigures(st) },
		Free:         st.Free,
		Certificates: func() []api.Certificate { return certificateFigures(source) },
		Trust:        func() api.Trust { return trustFigures(source, s.own) },
		Ready:        func() error { return st.Ready(stallPatience) },
		Version:      version(),
		Started:      time.Now(),
		Log:          log,
	}
	return s
}

// follow has the server follow a directory. It comes before run.
func (s *server) follow(d *directed) {
	s.directory, s.api.Directory = d, d.figures
}

// group runs things side by side. The first that fails has everything stopped.
type group struct {
	errgroup.Group
	failed context.CancelFunc
}

func (g *group) begin(f func() error) {
	g.Go(func() error {
		err := f()
		if err != nil {
			g.failed()
		}
		return err
	})
}

// tend is begin for what can't fail.
func (g *group) tend(f func()) {
	g.begin(func() error {
		f()
		return nil
	})
}

// run serves until ctx ends or something fails for good. Then it has the receivers hand
// over what is under way, lets answers end, and closes the store, in that order. It
// calls ready once everything is served.
func (s *server) run(ctx context.Context, ready func() error) error {
	ctx, fail := context.WithCancel(ctx)
	defer fail()
	// Who serves goes on when ctx ends, until it is its turn to stop.
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	receiving, answering, following := group{failed: fail}, group{failed: fail}, group{failed: fail}
	s.answer(serving, &answering)
	s.receiveAt(serving, &receiving, s.listeners)
	err := ready()
	if err != nil {
		fail()
	} else {
		s.log.Info("ready", slog.String("version", version()), slog.String("data", s.dir))
	}
	following.tend(func() {
		s.directory.run(ctx, func(to addresses) error { return s.move(serving, &receiving, to) })
	})
	<-ctx.Done()
	s.log.Info("stopping")
	// Nothing moves, and so nothing writes down ports, once they are removed.
	err = errors.Join(err, following.Wait(), removePorts(s.dir), notify("STOPPING=1"))
	drain, cancel := context.WithTimeout(serving, drainTimeout)
	defer cancel()
	if late := s.receiver.Shutdown(drain); late != nil {
		s.log.Warn("connections were cut off, since their senders or the disk took too long", slog.Any("error", late))
	}
	stop()
	// A receiver that was cut off may wait for the store until that is closed.
	return errors.Join(err, answering.Wait(), closeStore(s.store), receiving.Wait())
}

// receiveAt serves what syslog comes in by.
func (s *server) receiveAt(ctx context.Context, g *group, at *listeners) {
	for _, l := range at.tls {
		s.begin(ctx, g, s.receiver.ServeTLS, l)
	}
	for _, l := range at.tcp {
		s.begin(ctx, g, s.receiver.ServeTCP, l)
	}
	for _, c := range at.udp {
		g.tend(func() { s.receiver.ServeUDP(ctx, c.UDPConn) })
	}
}

// begin serves a stream until it is moved or the server stops.
func (s *server) begin(ctx context.Context, g *group, serve func(context.Context, net.Listener, receiver.ListenerOptions) error, l stream) {
	g.begin(func() error {
		err := serve(ctx, l, l.options)
		if errors.Is(err, net.ErrClosed) {
			return nil // move alone closes a listener that is served
		}
		return err
	})
}

// answer serves all that questions come in by, and what has to be looked after meanwhile.
func (s *server) answer(ctx context.Context, g *group) {
	serve := func(l httpListener, h http.Handler) {
		ln := s.receiver.Guard(l, receiver.GuardOptions{TLS: l.tls, MaxConns: api.MaxConns})
		g.begin(func() error { return api.Serve(ctx, ln, h, s.log) })
	}
	all, health := s.api.Handler(), s.api.HealthHandler()
	serve(httpListener{Listener: s.listeners.socket}, all)
	for _, l := range s.listeners.http {
		serve(l, all)
	}
	for _, l := range s.listeners.metrics {
		serve(l, health)
	}
	g.tend(func() { s.api.Run(ctx) })
	g.tend(func() { s.own.Run(ctx) })
	g.tend(func() { s.source.Run(ctx) })
	g.tend(func() { onHangup(ctx, s.log, s.source.Reload, s.directory.reload) })
	g.begin(func() error { return s.watchStore(ctx) })
}

// onHangup has certificates and what else can be read again on SIGHUP, until ctx ends.
func onHangup(ctx context.Context, log *slog.Logger, reload ...func()) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	for {
		select {
		case <-hangup:
			log.Info("reading certificates again")
			for _, f := range reload {
				f()
			}
		case <-ctx.Done():
			return
		}
	}
}

// watchStore returns why the store can't go on, should that happen.
func (s *server) watchStore(ctx context.Context) error {
	select {
	case <-s.store.Failed():
		return s.store.Err()
	case <-ctx.Done():
		return nil
	}
}
