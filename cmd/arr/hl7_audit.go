package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"arr/audit"
	"arr/emitter"
	"arr/emitter/hl7"
	"arr/mllp"
)

// What may wait to be audited, in messages and in bytes; and how many messages are
// spooled with one fsync.
const (
	maxWaiting      = 4096
	maxWaitingBytes = 256 << 20
	auditBatch      = 256
)

// auditor makes audit messages of exchanges, in a goroutine of its own, so that no
// HL7 connection waits for it.
type auditor struct {
	log *slog.Logger
	// mapper belongs to run's goroutine.
	mapper  *hl7.Mapper
	logger  *emitter.Logger
	waiting chan mllp.Exchange
	bytes   atomic.Int64
	running sync.WaitGroup

	// exchanges counts the HL7 messages that came to an end, messages the audit
	// messages that were owed for them, unaudited the exchanges that were not audited,
	// since too many waited or they could not be mapped, and lost the calls that a spool
	// refused.
	exchanges, messages, unaudited, lost atomic.Int64
}

func (a *auditor) start(logger *emitter.Logger) {
	a.logger, a.waiting = logger, make(chan mllp.Exchange, maxWaiting)
	a.running.Go(a.run)
}

// stop audits what waits. Nothing may be taken any more.
func (a *auditor) stop() {
	close(a.waiting)
	a.running.Wait()
}

// take never waits: what is too much is not audited, and that is logged.
func (a *auditor) take(x mllp.Exchange) {
	a.exchanges.Add(1)
	size := sizeOf(x)
	if a.bytes.Add(size) <= maxWaitingBytes || len(a.waiting) == 0 {
		select {
		case a.waiting <- x:
			return
		default:
		}
	}
	a.bytes.Add(-size)
	a.unaudited.Add(1)
	a.log.Error("an HL7 message is not audited, since too many wait for the disk", slog.Any("peer", x.Sender))
}

func sizeOf(x mllp.Exchange) int64 {
	n := len(x.Message)
	for _, a := range x.Answers {
		n += len(a)
	}
	return int64(n)
}

func (a *auditor) run() {
	for x := range a.waiting {
		batch := a.audit(nil, x)
	more:
		for len(batch) < auditBatch {
			select {
			case x, ok := <-a.waiting:
				if !ok {
					break more
				}
				batch = a.audit(batch, x)
			default:
				break more
			}
		}
		if err := a.logger.Log(batch...); err != nil {
			a.lost.Add(1)
			// A spool's own trouble is told of once for as long as it lasts.
			var size *emitter.SizeError
			if errors.As(err, &size) {
				a.log.Error("an audit message is lost", slog.Any("error", err))
			}
		}
	}
}

// audit appends the audit messages of an exchange. A fault of the mapper's costs them,
// not the traffic.
func (a *auditor) audit(batch []*audit.Message, x mllp.Exchange) (all []*audit.Message) {
	a.bytes.Add(-sizeOf(x))
	all = batch
	defer func() {
		if recover() != nil {
			a.unaudited.Add(1)
			// What is recovered could hold a part of the message: the place must do.
			a.log.Error("an HL7 message is not audited, since the mapping failed; please report this", slog.String("stack", string(debug.Stack())))
		}
	}()
	e := hl7.Exchange{Message: x.Message, Ack: x.Verdict(), Err: x.Err}
	if host, _, err := net.SplitHostPort(x.Sender.String()); err == nil {
		e.Peer = host
	}
	owed := a.mapper.Audit(&e)
	a.messages.Add(int64(len(owed)))
	for i := range owed {
		all = append(all, &owed[i])
	}
	return all
}

// metricsHandler answers /metrics in Prometheus' text format.
func (g *gateway) metricsHandler(logger *emitter.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		line := func(name string, value int64) { fmt.Fprintf(w, "arr_hl7_%s %d\n", name, value) }
		s, a := g.proxy.Stats(), &g.auditor
		line("connections", s.Connections)
		line("connections_accepted_total", s.Accepted)
		line("connections_rejected_total", s.Rejected)
		line("archive_unreachable_total", s.Unreachable)
		line("messages_total", s.Messages)
		line("answers_total", s.Answers)
		line("exchanges_total", a.exchanges.Load())
		line("audit_messages_total", a.messages.Load())
		line("unaudited_total", a.unaudited.Load())
		line("spool_failures_total", a.lost.Load())
		for _, r := range logger.Stats() {
			one := func(name string, value int64) {
				line(fmt.Sprintf("repository_%s{repository=%q}", name, r.Repository), value)
			}
			one("taken_total", r.Taken)
			one("sent_total", r.Sent)
			one("refused_total", r.Refused)
			one("oversized_total", r.Oversized)
			one("expired_total", r.Expired)
			one("failures_total", r.Failures)
			one("waiting_bytes", r.WaitingBytes)
			one("away", number(r.Away))
			one("spooling", number(r.Spooling))
		}
	})
	return mux
}

// number is how a truth is written in figures.
func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
