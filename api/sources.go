package api

import (
	"cmp"
	"slices"
	"time"
)

// A monitoring system keeps every series that it was ever shown, and senders call themselves
// what they like. So /metrics names maxKnownSeries known sources, and others only while there
// are no more than maxNewSeries of them; the rest stands together.
const (
	maxKnownSeries = 500
	maxNewSeries   = 100
	// longSilent is how long a source that is silent keeps its place before those that are
	// not: one that has just fallen silent is what an alarm is for.
	longSilent = 30 * 24 * time.Hour
)

// maxGathering bounds who asks for figures of all sources at once: each takes the more
// memory the more sources there are.
const maxGathering = 2

// sources gives the figures of sources to those whose turn it is.
func (s *Server) sources() []Source {
	s.gathering.wait(maxGathering)
	defer s.gathering.give()
	return s.Sources()
}

func (e *exposition) sources(list []Source, now time.Time) {
	e.gauge("arr_sources", "Senders that are told apart.", float64(len(list)))
	named, rest := namedSources(list, now)
	const name = "arr_source_last_arrival_timestamp_seconds"
	e.family(name, "gauge", "When a source was last heard of.")
	for _, s := range named {
		e.sample(name, seconds(s.Last), "source", s.ID, "hostname", s.Hostname, "cert", s.Cert)
	}
	if rest != nil {
		e.sample(name, seconds(rest.Last), "source", "(others)", "hostname", "", "cert", "")
	}
	e.sourceClocks("arr_source_clock_drift_seconds", "How far a source's clock is behind ours.", named, func(s *Source) *float64 { return s.Drift })
	e.sourceClocks("arr_source_delay_seconds", "How late a source reports events.", named, func(s *Source) *float64 { return s.Delay })
}

func (e *exposition) sourceClocks(name, help string, named []*Source, of func(*Source) *float64) {
	e.family(name, "gauge", help)
	for _, s := range named {
		if v := of(s); v != nil {
			e.sample(name, *v, "source", s.ID, "hostname", s.Hostname, "cert", s.Cert)
		}
	}
}

// namedSources are those that have series of their own, and the one of the rest that was
// heard of last.
func namedSources(list []Source, now time.Time) (named []*Source, rest *Source) {
	var known, fresh, others []*Source
	for i := range list {
		switch s := &list[i]; {
		case s.Together:
			others = append(others, s)
		case s.Known:
			known = append(known, s)
		default:
			fresh = append(fresh, s)
		}
	}
	silent := func(s *Source) int {
		if now.Sub(s.Last) > longSilent {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(known, func(a, b *Source) int {
		return cmp.Or(cmp.Compare(silent(a), silent(b)), a.First.Compare(b.First))
	})
	n := min(len(known), maxKnownSeries)
	named, others = known[:n:n], append(others, known[n:]...)
	if len(fresh) <= maxNewSeries {
		named = append(named, fresh...)
	} else {
		others = append(others, fresh...)
	}
	for _, s := range others {
		rest = later(rest, s)
	}
	return named, rest
}

func later(a, b *Source) *Source {
	if a == nil || b.Last.After(a.Last) {
		return b
	}
	return a
}
