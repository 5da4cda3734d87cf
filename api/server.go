package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"arr/answer"
	"arr/audit"
	"arr/query"
)

// Store is what questions are asked of.
type Store interface {
	query.Searcher
	// Position is how many records are stored: the number of the next one.
	Position() uint64
	// Follow calls fn with each record from number from on, in order, each once it is
	// durable, waiting for those to come; a record is valid until fn returns. It ends
	// with ctx's error, fn's, or its own.
	Follow(ctx context.Context, from uint64, fn func(*audit.Record) error) error
}

// Server answers requests. Its exported fields are set before the first request and not
// changed after. Store, NewReader and the functions that give figures must be set,
// Certificates, Trust, Directory and Ready need not.
type Server struct {
	Store Store
	// NewReader gives a reader of frames for one request's goroutine.
	NewReader func() answer.Reader
	// Indent lays XML out for reading; nil leaves it as it came.
	Indent func(xml []byte) []byte
	// These give figures; they are called by any number of goroutines. Disk may take
	// its time: it is asked once a minute.
	Receiving func() Receiving
	Storing   func() Storing
	Sources   func() []Source
	Disk      func() (Disk, error)
	// Free is what the disk has left at this moment; nil is what Disk said last.
	Free         func() (int64, error)
	Certificates func() []Certificate
	Trust        func() Trust
	// Directory gives nil where no LDAP directory is read.
	Directory func() *Directory
	// Ready says why records can't be taken in, nil where they can. Nil is always ready.
	Ready func() error
	// Version is the program's, Started when it began.
	Version string
	Started time.Time
	// Now is the clock; nil is time.Now. Zone is the zone of dates in questions that name
	// none; nil is time.Local.
	Now  func() time.Time
	Zone *time.Location
	// Log takes one line a request, at level debug; nil is slog.Default.
	Log *slog.Logger
	// MaxSearches is how many searches run at once, 16 if 0; others wait their turn.
	MaxSearches int

	searches  slots
	gathering slots
	follows   slots
	latency   stopwatch
	failed    atomic.Uint64
	lacking   atomic.Uint64 // answers that were incomplete
	growth    growth
	disk      atomic.Pointer[Disk] // written by Run's goroutine
}

// maxFollows is how many questions are followed at once.
const maxFollows = 64

// drainTimeout is how long answers that are being written may take to end once the
// server stops.
const drainTimeout = 10 * time.Second

func (s *Server) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

func (s *Server) log() *slog.Logger {
	if s.Log == nil {
		return slog.Default()
	}
	return s.Log
}

func (s *Server) zone() *time.Location {
	if s.Zone == nil {
		return time.Local
	}
	return s.Zone
}

// Handler answers everything.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", index)
	mux.HandleFunc("POST /api/v1/query", atWork(s.serveQuery))
	mux.HandleFunc("GET /api/v1/records/{id}", atWork(s.serveRecord))
	mux.HandleFunc("GET /api/v1/status", atWork(s.serveStatus))
	s.health(mux)
	return s.guard(mux)
}

// HealthHandler answers /metrics, /healthz and /readyz alone, under any host's name: what
// it says is meant for other machines.
func (s *Server) HealthHandler() http.Handler {
	mux := http.NewServeMux()
	s.health(mux)
	return mux
}

func (s *Server) health(mux *http.ServeMux) {
	mux.HandleFunc("GET /metrics", s.serveMetrics)
	mux.HandleFunc("GET /healthz", serveHealthz)
	mux.HandleFunc("GET /readyz", s.serveReadyz)
}

// index names what can be asked, for whoever opens the address in a browser.
func index(w http.ResponseWriter, _ *http.Request) {
	plain(w, http.StatusOK, `arr, an audit record repository

POST /api/v1/query         {"question":"patient:P1000000","since":"30d","limit":50}
GET  /api/v1/records/{id}  one record; ?format=json, raw, xml or text
GET  /api/v1/status        sources, rates, classes, store, days until full
GET  /metrics              figures for Prometheus
GET  /healthz              whether the process runs
GET  /readyz               whether it takes records`)
}

// Serve answers on l until ctx ends: then it takes no new requests, lets the answers
// under way end, for drainTimeout at most, and returns nil. It closes l, which may be a
// Marker.
func Serve(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	if log == nil {
		log = slog.Default()
	}
	at := &place{}
	at.marker, _ = l.(Marker)
	srv := &http.Server{
		Handler:           inPieces(h),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(context.Background(), servingKey{}, ctx)
		},
		ConnContext: at.welcome,
	}
	drained := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.Background(), drainTimeout)
		defer cancel()
		err := srv.Shutdown(grace)
		if err != nil {
			err = errors.Join(err, srv.Close())
		}
		drained <- err
	})
	err := srv.Serve(l)
	if !stop() {
		if late := <-drained; late != nil {
			log.Warn("answers were cut off at the end", slog.Any("error", late))
		}
		return nil
	}
	return fmt.Errorf("serve HTTP on %s: %w", l.Addr(), err)
}

// servingKey is where a request's context has the context of Serve, whose end tells an
// answer without end to stop.
type servingKey struct{}

// serving gives the context that ends when the server stops.
func serving(ctx context.Context) context.Context {
	if of, ok := ctx.Value(servingKey{}).(context.Context); ok {
		return of
	}
	return ctx
}

// Run notes how the store grows and what the disk has left, until ctx ends.
func (s *Server) Run(ctx context.Context) {
	tick := time.NewTicker(samplePeriod)
	defer tick.Stop()
	for i := 0; ; i++ {
		s.growth.note(s.now(), s.Storing().Records)
		if i%diskEvery == 0 {
			s.measure()
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// diskNow is the disk as it was measured last, with what is free now, or nil.
func (s *Server) diskNow() *Disk {
	last := s.disk.Load()
	if last == nil || s.Free == nil {
		return last
	}
	free, err := s.Free()
	if err != nil {
		return last // which a log line tells of when it is measured next
	}
	d := *last
	if d.DaysUntilFull > 0 && d.Free > 0 {
		d.DaysUntilFull *= float64(free) / float64(d.Free)
	}
	d.Free = free
	return &d
}

// diskEvery is how many sample periods pass between two looks at the disk, which walk
// over the data directory's files.
const diskEvery = 6

func (s *Server) measure() {
	d, err := s.Disk()
	if err != nil {
		s.log().Warn("the disk's figures are missing from status and metrics", slog.Any("error", err))
		s.disk.Store(nil)
		return
	}
	s.disk.Store(&d)
}
