package store

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"maps"
	"slices"
	"sync"

	"arr/audit"
)

// Source is what the store counts of one sender. A sender is told by what it calls
// itself (AuditSourceID and syslog HOSTNAME) and by its client certificate, never by its
// address alone: relays, NAT and balancers share and change addresses.
type Source struct {
	ID       string `json:"id"`       // AuditSourceID, "" for frames that carry no audit message
	Hostname string `json:"hostname"` // syslog HOSTNAME
	Cert     string `json:"cert"`     // SHA-256 fingerprint in hex, "" for none
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

// String is the catalog's key: the parts can't hold a NUL, since neither XML nor a
// syslog header can.
func (k sourceKey) String() string { return k.id + "\x00" + k.hostname + "\x00" + k.cert }

// maxSources bounds what a hostile sender, who calls itself something else each time, can
// make the store remember; those beyond are counted together.
const maxSources = 10000

var manySources = sourceKey{id: "(others)"}

// sourceCounts counts records by source. Its methods may be called from any goroutine.
type sourceCounts struct {
	mu    sync.Mutex
	byKey map[sourceKey]*Source
	dirty map[*Source]bool
	// last is the source of the record before, which most often is the next one's, and
	// lastCert its certificate's fingerprint as a record has it.
	last     *Source
	lastCert string
	// id and hostname are add's scratch.
	id, hostname []byte
	// deviating tells how records deviate. With shapes it is asked of shapes alone: to ask of
	// records that are kept whole takes as long as to parse them.
	deviating *deviations
	shapes    bool
	// slots remembers where the records of a shape have what tells their source.
	slots map[*audit.Shape]sourceSlots
}

// sourceSlots are indices into a record's spans.
type sourceSlots struct{ id, hostname int }

// maxShapes bounds sourceCounts.slots: hostile senders make shapes without end.
const maxShapes = 1024

func newSourceCounts(known []Source, d *deviations) *sourceCounts {
	c := &sourceCounts{byKey: map[sourceKey]*Source{}, dirty: map[*Source]bool{}, deviating: d}
	for i := range known {
		s := known[i]
		c.byKey[s.key()] = &s
	}
	return c
}

const sourceFields = audit.FieldSet(1<<audit.FieldSource | 1<<audit.FieldHostname)

// addAll counts records, and shows each to the functions in also.
func (c *sourceCounts) addAll(recs []*audit.Record, also ...func(*audit.Record)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range recs {
		c.add(r)
		for _, f := range also {
			f(r)
		}
	}
}

// add counts one record; c.mu is held.
func (c *sourceCounts) add(r *audit.Record) {
	c.readSource(r)
	s := c.last
	if s == nil || string(c.id) != s.ID || string(c.hostname) != s.Hostname || r.Cert.SHA256 != c.lastCert {
		s = c.find(sourceKey{string(c.id), string(c.hostname), hex.EncodeToString([]byte(r.Cert.SHA256))}, r.Received)
		if s.ID == string(c.id) {
			c.last, c.lastCert = s, r.Cert.SHA256
		}
	}
	c.dirty[s] = true
	s.First, s.Last = min(s.First, r.Received), max(s.Last, r.Received)
	s.Peer, s.Transport = r.Peer, r.Transport.String()
	s.tick(r)
	s.Records++
	s.Bytes += int64(len(r.Frame))
	if int(r.Class) < len(s.Classes) {
		s.Classes[r.Class]++
	}
	if r.Class == audit.InDialect {
		s.Dialects = counted(s.Dialects, r.Dialect)
		if !c.shapes || !r.Shape.Raw {
			for _, d := range c.deviating.of(r) {
				s.Deviations = counted(s.Deviations, d)
			}
		}
	}
}

// counted counts one more of what, unless that would be too many to tell apart.
func counted(counts map[string]int64, what string) map[string]int64 {
	if counts == nil {
		counts = map[string]int64{}
	}
	if counts[what] > 0 || len(counts) < maxDeviations {
		counts[what]++
	}
	return counts
}

// clone copies s with its counts.
func (s *Source) clone() Source {
	c := *s
	c.Dialects, c.Deviations = maps.Clone(s.Dialects), maps.Clone(s.Deviations)
	return c
}

// readSource sets c.id and c.hostname to r's AuditSourceID and HOSTNAME.
func (c *sourceCounts) readSource(r *audit.Record) {
	at, known := c.slots[r.Shape]
	if !known {
		if at, known = slotsOf(r.Shape); known {
			if c.slots == nil || len(c.slots) >= maxShapes {
				c.slots = map[*audit.Shape]sourceSlots{}
			}
			c.slots[r.Shape] = at
		}
	}
	if known {
		id, hostname := r.Value(at.id), r.Value(at.hostname)
		if bytes.IndexByte(id, '&') < 0 {
			c.id, c.hostname = append(c.id[:0], id...), append(c.hostname[:0], hostname...)
			return
		}
	}
	c.id, c.hostname = c.id[:0], c.hostname[:0]
	r.Each(sourceFields, func(f audit.FieldSet, v []byte) bool {
		if f.Has(audit.FieldSource) && len(c.id) == 0 {
			c.id = append(c.id, v...)
		} else if f.Has(audit.FieldHostname) && len(c.hostname) == 0 {
			c.hostname = append(c.hostname, v...)
		}
		return true
	})
}

// slotsOf finds the slots of a shape that has one for each of the two, and no repeated
// slot before them.
func slotsOf(shape *audit.Shape) (at sourceSlots, ok bool) {
	at = sourceSlots{-1, -1}
	for i := range shape.Slots {
		switch f := shape.Slots[i].Fields; {
		case shape.Slots[i].Joint != nil:
			return at, at.id >= 0 && at.hostname >= 0
		case f.Has(audit.FieldSource) && at.id < 0:
			at.id = i
		case f.Has(audit.FieldHostname) && at.hostname < 0:
			at.hostname = i
		}
	}
	return at, at.id >= 0 && at.hostname >= 0
}

func (c *sourceCounts) find(k sourceKey, received int64) *Source {
	if s := c.byKey[k]; s != nil {
		return s
	}
	if len(c.byKey) >= maxSources && k != manySources {
		return c.find(manySources, received)
	}
	s := &Source{ID: k.id, Hostname: k.hostname, Cert: k.cert, First: received, Last: received}
	c.byKey[k] = s
	return s
}

// reset forgets what was counted since list gave known.
func (c *sourceCounts) reset(known []Source) {
	fresh := newSourceCounts(known, c.deviating)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byKey, c.dirty, c.last = fresh.byKey, fresh.dirty, nil
}

// takeDirty gives copies of the sources that changed since it was last called.
func (c *sourceCounts) takeDirty() []Source {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]Source, 0, len(c.dirty))
	for s := range c.dirty {
		list = append(list, s.clone())
	}
	clear(c.dirty)
	return list
}

// list gives all sources.
func (c *sourceCounts) list() []Source {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]Source, 0, len(c.byKey))
	for _, s := range c.byKey {
		list = append(list, s.clone())
	}
	return list
}

// Sources gives what is known of each sender, the one heard of last first. Records that
// arrived this moment are in it.
func (s *Store) Sources() []Source {
	// The view comes first: a block that is sealed in between is counted in both, which
	// the next call sets right, rather than in none.
	v := s.view.Load()
	counts := newSourceCounts(s.sources.list(), s.sources.deviating)
	counts.shapes = true // the rest comes once its block is sealed
	for _, b := range v.mem {
		counts.addAll(b.visible())
	}
	list := counts.list()
	slices.SortFunc(list, func(a, b Source) int {
		return cmp.Or(cmp.Compare(b.Last, a.Last), cmp.Compare(a.key().String(), b.key().String()))
	})
	return list
}
