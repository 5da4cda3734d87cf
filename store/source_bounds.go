package store

import (
	"cmp"
	"slices"
)

// What senders can make the store remember. A name costs who makes it up nothing, a
// believed certificate and a day's patience do: so newcomers make room for those, and each
// certificate has its share. Who has to go is counted under others.
const (
	maxSources   = 10_000
	maxNewcomers = 2_000
	maxOfCert    = 1_000
	// maxDeviations bounds what is told apart of all sources' deviations.
	maxDeviations = 20_000
)

// crowded reports whether there is so much more than the bounds that settle is not to wait
// for the end.
func (t *sourceTally) crowded() bool {
	return len(t.byKey) > maxSources+maxNewcomers || t.counted > 2*maxDeviations
}

// settle brings what is counted within the bounds.
func (t *sourceTally) settle() {
	newcomers, ofCert := t.groups()
	for cert, list := range ofCert {
		t.fold(list, maxOfCert, sourceKey{id: others, cert: cert})
	}
	t.fold(newcomers, maxNewcomers, manySources)
	t.fold(t.told(), maxSources-1, manySources)
	t.foldDeviations()
}

// groups are the sources that settle looks at together.
func (t *sourceTally) groups() (newcomers []*Source, ofCert map[string][]*Source) {
	ofCert = map[string][]*Source{}
	for k, s := range t.byKey {
		switch {
		case k.together():
		case k.cert != "":
			ofCert[k.cert] = append(ofCert[k.cert], s)
		case s.standing() == newcomer:
			newcomers = append(newcomers, s)
		}
	}
	return newcomers, ofCert
}

// told are all sources but the one that stands for many.
func (t *sourceTally) told() []*Source {
	list := make([]*Source, 0, len(t.byKey))
	for k, s := range t.byKey {
		if k != manySources {
			list = append(list, s)
		}
	}
	return list
}

// fold counts the weakest of list together at a key, if there are more than limit; and some
// more than need be, so that it is seldom.
func (t *sourceTally) fold(list []*Source, limit int, into sourceKey) {
	if len(list) <= limit {
		return
	}
	slices.SortFunc(list, weaker)
	for _, s := range list[:len(list)-limit*7/8] {
		delete(t.byKey, s.key())
		delete(t.own, s)
		t.at(into, s.First).absorb(s)
	}
	clear(t.byRaw)
}

// weaker orders sources by how little is lost where they are not told apart.
func weaker(a, b *Source) int {
	return cmp.Or(cmp.Compare(a.standing(), b.standing()), cmp.Compare(a.Records, b.Records), cmp.Compare(a.Last, b.Last))
}

// foldDeviations leaves the weakest sources only how many deviations they have, if all have
// too many.
func (t *sourceTally) foldDeviations() {
	t.counted = 0
	for _, s := range t.byKey {
		t.counted += len(s.Deviations)
	}
	if t.counted <= maxDeviations {
		return
	}
	list := t.told()
	slices.SortFunc(list, weaker)
	for _, s := range list {
		if t.counted <= maxDeviations*7/8 {
			return
		}
		if len(s.Deviations) <= 1 {
			continue
		}
		t.counted -= len(s.Deviations) - 1
		s = t.at(s.key(), s.First)
		sum := int64(0)
		for _, n := range s.Deviations {
			sum += n
		}
		s.Deviations = map[string]int64{others: sum}
	}
}
