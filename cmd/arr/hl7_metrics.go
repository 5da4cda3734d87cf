package main

import (
	"fmt"
	"net/http"

	"arr/receiver"
)

// metricsHandler answers /metrics in Prometheus' text format.
func (g *gateway) metricsHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		line := func(name string, value int64) { fmt.Fprintf(w, "arr_hl7_%s %d\n", name, value) }
		s, r, a := g.proxy.Stats(), g.guard.Stats(), &g.auditor
		line("connections", s.Connections)
		line("connections_accepted_total", s.Accepted)
		line("connections_rejected_total", int64(r.Refused[receiver.CauseTooMany]))
		line("connections_gave_way_total", int64(r.GaveWay))
		line("handshakes_refused_total", refusedHandshakes(r.Refused))
		line("message_timeouts_total", int64(r.FrameTimeouts))
		line("memory_waits", int64(g.memory.waiting()))
		line("archive_unreachable_total", s.Unreachable)
		line("messages_total", s.Messages)
		line("answers_total", s.Answers)
		line("exchanges_total", a.exchanges.Load())
		line("audit_messages_total", a.messages.Load())
		line("unaudited_total", a.unaudited.Load())
		line("deviating_messages_total", a.deviating.Load())
		line("spool_failures_total", a.lost.Load())
		loads, failures := g.trustReadings()
		line("trust_loads_total", loads)
		line("trust_failures_total", failures)
		if g.directory != nil {
			st := g.directory.follower.Stats()
			line("ldap_copy_in_use", number(st.CopyInUse))
			line("ldap_last_success_timestamp_seconds", st.LastSuccess.Unix())
			line("ldap_reads_total", int64(st.Reads))
			line("ldap_failures_total", int64(st.Failures))
		}
		for _, r := range a.stats() {
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

// refusedHandshakes counts connections that ended before they carried anything, those aside
// for which there was no place.
func refusedHandshakes(all map[receiver.Cause]uint64) int64 {
	n := uint64(0)
	for cause, times := range all {
		if cause != receiver.CauseTooMany {
			n += times
		}
	}
	return int64(n)
}

// trustReadings counts files of keys and trust that were taken and that were refused.
func (g *gateway) trustReadings() (loads, failures int64) {
	if g.source != nil {
		st := g.source.Stats()
		loads, failures = int64(st.Loads), int64(st.Failures)
	}
	for _, s := range g.speakers {
		loads += s.loads.Load()
		failures += s.failures.Load()
	}
	return loads, failures
}

// number is how a truth is written in figures.
func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
