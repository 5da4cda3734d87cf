package store

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"

	"arr/audit"
)

// sourceTable is what is counted of all sources at one moment. Neither it nor its sources
// are ever changed: who counts on does so in a sourceTally, which makes the next table.
type sourceTable struct{ byKey map[sourceKey]*Source }

// sourceTally counts records on top of a table, which stays as it is. One goroutine uses it.
type sourceTally struct {
	// deviating tells how a record deviates.
	deviating func(*audit.Record) []string
	reader    *sourceReader
	// byKey has the table's sources, and in place of those that were counted on since, the
	// copies in own.
	byKey map[sourceKey]*Source
	own   map[*Source]bool
	// byRaw has the sources in own by what records say of them, as appendRaw writes it.
	byRaw map[string]*Source
	raw   []byte
	// counted is how many deviations were told apart since settle looked at them.
	counted int
}

func (t *sourceTable) tally(reader *sourceReader, deviating func(*audit.Record) []string) *sourceTally {
	byKey := maps.Clone(t.byKey)
	if byKey == nil {
		byKey = map[sourceKey]*Source{}
	}
	return &sourceTally{deviating: deviating, reader: reader, byKey: byKey, own: map[*Source]bool{}, byRaw: map[string]*Source{}}
}

// add counts one record.
func (t *sourceTally) add(r *audit.Record) {
	s := t.source(r)
	before := len(s.Deviations)
	s.count(r, t.deviating(r))
	t.counted += len(s.Deviations) - before
	if t.crowded() {
		t.settle()
	}
}

// source is the tally's own source of a record.
func (t *sourceTally) source(r *audit.Record) *Source {
	id, hostname := t.reader.read(r)
	t.raw = appendRaw(t.raw[:0], id, hostname, r.Cert.SHA256)
	if s := t.byRaw[string(t.raw)]; s != nil {
		return s
	}
	s := t.at(sourceKey{audit.Name(string(id)), audit.Name(string(hostname)), hex.EncodeToString([]byte(r.Cert.SHA256))}, r.Received)
	if len(t.raw) <= maxRaw {
		t.byRaw[string(t.raw)] = s
	}
	return s
}

// maxRaw is how long what is remembered in sourceTally.byRaw may be.
const maxRaw = 2*audit.MaxName + 64

func appendRaw(b, id, hostname []byte, cert string) []byte {
	b = binary.AppendUvarint(b, uint64(len(id)))
	b = append(b, id...)
	b = binary.AppendUvarint(b, uint64(len(hostname)))
	return append(append(b, hostname...), cert...)
}

// at is the tally's own source of a key, made with an arrival where there is none.
func (t *sourceTally) at(k sourceKey, received int64) *Source {
	s := t.byKey[k]
	if t.own[s] {
		return s
	}
	if s == nil {
		s = &Source{ID: k.id, Hostname: k.hostname, Cert: k.cert, First: received, Last: received}
	} else {
		s = s.clone()
	}
	t.byKey[k], t.own[s] = s, true
	return s
}

// addTogether counts a record among those whose source is not told.
func (t *sourceTally) addTogether(r *audit.Record) { t.at(manySources, r.Received).count(r, nil) }

// take takes in a source that was counted elsewhere, and reports whether its name and what
// it counts are such as a tally makes.
func (t *sourceTally) take(s *Source) bool {
	k := sourceKey{audit.Name(s.ID), audit.Name(s.Hostname), audit.Name(s.Cert)}
	plain := k == s.key() && t.byKey[k] == nil
	own := t.at(k, s.First)
	own.absorb(s)
	own.Running, own.Complete = s.Running, s.Complete
	if len(own.Deviations) > 0 {
		bounded := map[string]int64{}
		for what, n := range own.Deviations {
			bounded = counted(bounded, audit.Name(what), n)
		}
		plain = plain && len(s.Deviations) <= maxCounted+1 && maps.Equal(bounded, s.Deviations)
		own.Deviations = bounded
	}
	t.counted += len(own.Deviations)
	if t.crowded() {
		t.settle()
		plain = false
	}
	return plain
}

// table is what the tally has counted, with what it was made on. The tally is at its end.
func (t *sourceTally) table() *sourceTable {
	t.settle()
	return &sourceTable{t.byKey}
}

// changes is what makes a catalog of the table before one of t's.
func (t *sourceTally) changes(before *sourceTable) sourceChanges {
	var c sourceChanges
	for _, s := range t.byKey {
		if t.own[s] {
			c.put = append(c.put, s)
		}
	}
	for k := range before.byKey {
		if t.byKey[k] == nil {
			c.remove = append(c.remove, k)
		}
	}
	return c
}

// sourceChanges is what the catalog is to change of its sources.
type sourceChanges struct {
	put    []*Source
	remove []sourceKey
	// whole has put take the place of all that the catalog has.
	whole bool
}

// whole replaces all that the catalog has of sources by t.
func (t *sourceTable) whole() sourceChanges {
	return sourceChanges{put: slices.Collect(maps.Values(t.byKey)), whole: true}
}

// loadSources brings the sources as they were when the last segment was published into the
// view. Where the catalog has more of them than a table has, or under other names, they are
// written anew with the next segment.
func (s *Store) loadSources() error {
	t, plain, n := (&sourceTable{}).tally(nil, nil), true, 0
	err := s.catalog.eachSource(func(src *Source) {
		n++
		plain = t.take(src) && plain
	})
	table := t.table()
	s.rewriteSources = !plain || len(table.byKey) != n
	s.changeView(func(v *view) { v.sources = table })
	return err
}

// Sources gives what is known of each sender: known ones first, the one heard of last before
// others. Records that arrived this moment are in it. Nobody may change the maps.
//
// It takes no lock that others wait for, and never reads a message anew.
func (s *Store) Sources() []Source {
	v := s.view.Load()
	t := v.sources.tally(&sourceReader{}, s.deviating.known)
	for _, b := range v.mem {
		for _, r := range b.visible() {
			t.add(r)
		}
	}
	table := t.table()
	list := make([]Source, 0, len(table.byKey))
	for _, src := range table.byKey {
		list = append(list, *src)
	}
	slices.SortFunc(list, func(a, b Source) int {
		return cmp.Or(cmp.Compare(rank(&b), rank(&a)), cmp.Compare(b.Last, a.Last), cmp.Compare(a.key().String(), b.key().String()))
	})
	return list
}

// rank is the place of a source in a list: known ones first, what is counted together last.
func rank(s *Source) int {
	switch {
	case s.Together():
		return 0
	case s.Known():
		return 2
	}
	return 1
}
