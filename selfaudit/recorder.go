package selfaudit

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"arr/audit"
	"arr/emitter"
)

const (
	// interval is how often a peer's refusals are recorded.
	interval = time.Minute
	// maxPeers bounds how many peers are recorded within an interval, and maxWaiting how
	// many alerts wait to be stored.
	maxPeers   = 4096
	maxWaiting = 256
	// sweepEvery is how often peers that are out of their interval are looked for.
	sweepEvery = time.Second
	// patience is how long storing may take once the end has come.
	patience = 5 * time.Second
)

// Options are what a Recorder needs. All but Handler may be left zero.
type Options struct {
	// Handler stores the messages.
	Handler audit.Handler
	// Host is the machine's name.
	Host string
	// Log is told what could not be recorded; nil is slog.Default().
	Log *slog.Logger
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Refusal is a connection that was refused.
type Refusal struct {
	// Peer is the address, without a port, of who was refused, and URI what it connected to.
	Peer, URI string
	// Reason says in a sentence why, and what to do.
	Reason string
}

// Stats is what a Recorder counts: alerts that were stored, and refusals that should have had
// one and have not.
type Stats struct{ Recorded, Dropped uint64 }

// Recorder records refusals. New makes one.
type Recorder struct {
	handler audit.Handler
	host    string
	log     *slog.Logger
	now     func() time.Time
	waiting chan alert
	// builder and header are of Run's goroutine.
	builder emitter.Builder
	header  emitter.Header

	recorded, dropped atomic.Uint64

	mu    sync.Mutex
	peers map[string]*peer
	// swept is when old peers were last looked for, which takes its time.
	swept time.Time
}

// peer is one that was refused.
type peer struct {
	last time.Time // when an alert was made of it
	more uint64    // refusals since
}

// alert is a refusal with those of its peer that had none of their own before.
type alert struct {
	Refusal
	at   time.Time
	more uint64
}

// New makes a Recorder, which records once Run runs.
func New(o Options) *Recorder {
	r := &Recorder{handler: o.Handler, host: o.Host, log: o.Log, now: o.Now,
		waiting: make(chan alert, maxWaiting), peers: make(map[string]*peer)}
	if r.log == nil {
		r.log = slog.Default()
	}
	if r.now == nil {
		r.now = time.Now
	}
	id := "arr"
	if r.host != "" {
		id += "@" + r.host
	}
	r.builder = emitter.Builder{Source: audit.AuditSource{ID: id}, Now: r.now}
	r.header = emitter.Header{Hostname: r.host, App: "arr", ProcID: strconv.Itoa(os.Getpid()), Now: r.now}
	return r
}

// Stats gives the counters as they stand.
func (r *Recorder) Stats() Stats {
	return Stats{Recorded: r.recorded.Load(), Dropped: r.dropped.Load()}
}

// Refused notes a refusal. It never waits.
func (r *Recorder) Refused(x Refusal) {
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.peers[x.Peer]
	if p != nil && within(now, p.last, interval) {
		p.more++
		return
	}
	if p == nil {
		if !r.room(now) {
			r.dropped.Add(1)
			return
		}
		p = &peer{}
	}
	select {
	case r.waiting <- alert{Refusal: x, at: now, more: p.more}:
		*p = peer{last: now}
		r.peers[x.Peer] = p
	default:
		r.dropped.Add(1)
	}
}

// room makes room for another peer, if it can. Its caller holds mu.
func (r *Recorder) room(now time.Time) bool {
	if len(r.peers) < maxPeers {
		return true
	}
	if within(now, r.swept, sweepEvery) {
		return false
	}
	r.swept = now
	for name, p := range r.peers {
		if !within(now, p.last, interval) {
			delete(r.peers, name)
		}
	}
	return len(r.peers) < maxPeers
}

// within says whether now comes less than d after t. A clock that was set back has gone by.
func within(now, t time.Time, d time.Duration) bool {
	since := now.Sub(t)
	return since >= 0 && since < d
}

// Run stores alerts until ctx ends, then those that wait, and returns.
func (r *Recorder) Run(ctx context.Context) {
	storing, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(patience, giveUp) })()
	for {
		select {
		case a := <-r.waiting:
			r.record(storing, a)
			continue
		case <-ctx.Done():
		}
		select {
		case a := <-r.waiting:
			r.record(storing, a)
		default:
			return
		}
	}
}

// record stores an alert.
func (r *Recorder) record(ctx context.Context, a alert) {
	frame, err := r.frame(a)
	if err == nil {
		entry := audit.Entry{Received: a.at.UnixMicro(), Transport: audit.TransportSelf, Frame: frame}
		err = r.handler.HandleFrames(ctx, []audit.Entry{entry})
	}
	if err != nil {
		r.dropped.Add(1)
		r.log.Error("a refused connection is missing from the audit trail: look at the disk",
			slog.String("peer", a.Peer), slog.Any("error", err))
		return
	}
	r.recorded.Add(1)
}

// frame is an alert as a frame.
func (r *Recorder) frame(a alert) ([]byte, error) {
	text := a.Reason
	if a.more > 0 {
		text += fmt.Sprintf("; %d more refusals of this peer came after the one recorded before", a.more)
	}
	m, err := r.builder.SecurityAlert("110126", emitter.Process("arr", r.host), emitter.At(a.at), emitter.Failed("4", text),
		emitter.With(emitter.Process(a.Peer, a.Peer)), emitter.About(emitter.AlertSubject(a.URI, text)))
	if err != nil {
		return nil, err
	}
	return r.header.Append(nil, emitter.AppendXML(nil, m, emitter.DialectIHE)), nil
}
