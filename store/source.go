package store

import (
	"maps"
	"time"

	"arr/audit"
)

// Source is what the store counts of one sender. A sender is told by what it calls
// itself (AuditSourceID and syslog HOSTNAME) and by its client certificate, never by its
// address alone: relays, NAT and balancers share and change addresses.
type Source struct {
	// ID is the AuditSourceID, "" for frames that carry no audit message, and Hostname the
	// syslog HOSTNAME, both as audit.Name has them.
	ID       string `json:"id"`
	Hostname string `json:"hostname"`
	Cert     string `json:"cert"` // SHA-256 fingerprint in hex, "" for none
	// First and Last are arrivals, in microseconds since the Unix epoch.
	First int64 `json:"first"`
	Last  int64 `json:"last"`
	// Peer is the address that the last record came from.
	Peer      string                  `json:"peer"`
	Transport string                  `json:"transport"`
	Records   int64                   `json:"records"`
	Bytes     int64                   `json:"bytes"`
	Classes   [audit.NumClasses]int64 `json:"classes"`
	// Dialects counts records by the dialect that they are in, Deviations by what they do
	// otherwise than A.5.1 in it: a finding's code, and its path without numbers.
	Dialects   map[string]int64 `json:"dialects,omitempty"`
	Deviations map[string]int64 `json:"deviations,omitempty"`
	// Running is the window of arrivals that the source's clock is being read in, Complete
	// the one before.
	Running  Clock `json:"running"`
	Complete Clock `json:"complete"`
}

// sourceKey tells sources apart.
type sourceKey struct{ id, hostname, cert string }

func (s *Source) key() sourceKey { return sourceKey{s.ID, s.Hostname, s.Cert} }

// String is the catalog's key: audit.Name leaves no NUL in the parts.
func (k sourceKey) String() string { return k.id + "\x00" + k.hostname + "\x00" + k.cert }

// others stands for what is counted together, since there is too much of it to be told
// apart: as the id of a source, and as what records do otherwise than A.5.1.
const others = "(others)"

// manySources is where sources are counted together. Those of one certificate that are too
// many have a place of their own beside it.
var manySources = sourceKey{id: others}

func (k sourceKey) together() bool { return k.id == others && k.hostname == "" }

// Together reports whether s is not one sender but those that are not told apart.
func (s *Source) Together() bool { return s.key().together() }

// standing is how little a source can have been made up: the higher, the less.
type standing int

const (
	newcomer  standing = iota // of no certificate, and not long known
	longKnown                 // of no certificate, but heard of over longKnownSpan
	certified                 // told by its certificate, or arr itself
)

// A source is long known once it has sent longKnownRecords over longKnownSpan.
const (
	longKnownSpan    = int64(24 * time.Hour / time.Microsecond)
	longKnownRecords = 10
)

func (s *Source) standing() standing {
	switch {
	case s.Cert != "", s.Transport == audit.TransportSelf.String():
		return certified
	case s.Records >= longKnownRecords && s.Last-s.First >= longKnownSpan:
		return longKnown
	}
	return newcomer
}

// Known reports whether s is more than a name that anybody could have sent a moment ago:
// its certificate was believed, or it is long known.
func (s *Source) Known() bool { return s.standing() > newcomer && !s.Together() }

// clone copies s with its counts.
func (s *Source) clone() *Source {
	c := *s
	c.Dialects, c.Deviations = maps.Clone(s.Dialects), maps.Clone(s.Deviations)
	return &c
}

// count takes a record and what it deviates in into s.
func (s *Source) count(r *audit.Record, deviations []string) {
	s.First, s.Last = min(s.First, r.Received), max(s.Last, r.Received)
	s.Peer, s.Transport = r.Peer, r.Transport.String()
	if !s.Together() { // many clocks have no drift
		s.tick(r)
	}
	s.Records++
	s.Bytes += int64(len(r.Frame))
	if int(r.Class) < len(s.Classes) {
		s.Classes[r.Class]++
	}
	if r.Class == audit.InDialect {
		s.Dialects = counted(s.Dialects, r.Dialect, 1)
	}
	for _, d := range deviations {
		s.Deviations = counted(s.Deviations, d, 1)
	}
}

// absorb takes what was counted of o into s, all but its clock.
func (s *Source) absorb(o *Source) {
	if o.Last >= s.Last {
		s.Peer, s.Transport = o.Peer, o.Transport
	}
	s.First, s.Last = min(s.First, o.First), max(s.Last, o.Last)
	s.Records += o.Records
	s.Bytes += o.Bytes
	for i, n := range o.Classes {
		s.Classes[i] += n
	}
	for what, n := range o.Dialects {
		s.Dialects = counted(s.Dialects, what, n)
	}
	for what, n := range o.Deviations {
		s.Deviations = counted(s.Deviations, what, n)
	}
}

// maxCounted bounds what is told apart of one source.
const maxCounted = 100

// counted counts n more of what; under others, where that would be too many to tell apart.
func counted(counts map[string]int64, what string, n int64) map[string]int64 {
	if counts == nil {
		counts = map[string]int64{}
	}
	room := maxCounted
	if counts[others] > 0 {
		room++
	}
	if counts[what] == 0 && len(counts) >= room {
		what = others
	}
	counts[what] += n
	return counts
}
