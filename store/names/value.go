package names

import (
	"encoding/binary"
	"hash/maphash"
	"slices"

	"arr/audit"
	"arr/query"
)

// longest is the longest value that is kept. A longer one is no name that anybody types
// the beginning of, and would let a sender fill the disk; answers for its kind are
// incomplete from then on.
const longest = 1024

// part is one value of a group: where it stands in a record, and what it is.
type part struct {
	field audit.Field
	form  audit.Kind // how the value is written
	// at is the index among the shape's slots, or among the record's extra values.
	at int
}

// group is the values of one person or thing.
type group struct {
	kind  Kind
	parts []part // by field
}

// grouper puts a message's values together, given in their order in it: beside each
// other, a person's ids and name are one group, and a field that comes again begins the
// next. A value that ends up in the wrong group costs nothing but an odd line: it is
// still found, and so are the records that have it.
type grouper struct {
	groups []group
	open   [numKinds]int // one above the index of the kind's last group
}

func (g *grouper) add(p part, fields audit.FieldSet) {
	kind, field, ok := classify(fields)
	if !ok {
		return
	}
	p.field = field
	if i := g.open[kind] - 1; i >= 0 && kind.joins() && !g.groups[i].has(field) {
		g.groups[i].insert(p)
		return
	}
	g.groups = append(g.groups, group{kind: kind, parts: []part{p}})
	g.open[kind] = len(g.groups)
}

func (g *group) has(f audit.Field) bool {
	return slices.ContainsFunc(g.parts, func(p part) bool { return p.field == f })
}

func (g *group) insert(p part) {
	i, _ := slices.BinarySearchFunc(g.parts, p.field, func(p part, f audit.Field) int { return int(p.field) - int(f) })
	g.parts = slices.Insert(g.parts, i, p)
}

// key is the bytes of a group's values: the kind, then for each value that is not empty
// its field (1 byte each), its length (unsigned varint) and its plain text.
type key []byte

func appendKey(k key, field audit.Field, text []byte) key {
	k = append(k, byte(field))
	k = binary.AppendUvarint(k, uint64(len(text)))
	return append(k, text...)
}

// hit reads a key; false where it is none.
func (k key) hit() (Hit, bool) {
	if len(k) == 0 || k[0] >= byte(numKinds) {
		return Hit{}, false
	}
	h := Hit{Kind: Kind(k[0])}
	for k = k[1:]; len(k) > 0; {
		field := k[0]
		n, w := binary.Uvarint(k[1:])
		if w <= 0 || field >= audit.NumFields || n > uint64(len(k)-1-w) {
			return Hit{}, false
		}
		text := k[1+w : 1+w+int(n)]
		h.Values = append(h.Values, audit.FieldValue{Fields: audit.Fields(audit.Field(field)), Value: string(text)})
		k = k[1+w+int(n):]
	}
	return h, true
}

// eachText calls fn with each value of a key.
func (k key) eachText(fn func(text []byte)) {
	for k = k[1:]; len(k) > 0; {
		n, w := binary.Uvarint(k[1:])
		fn(k[1+w : 1+w+int(n)])
		k = k[1+w+int(n):]
	}
}

// eachWord calls fn with each word of a key's values, some of them several times.
func (k key) eachWord(fn func(word []byte)) {
	k.eachText(func(text []byte) { query.Words(text, fn) })
}

// mix adds a value to a group's hash.
func mix(seed maphash.Seed, h uint64, field audit.Field, raw []byte) uint64 {
	h = (h ^ uint64(field)) * 0x9e3779b97f4a7c15
	return (h ^ h>>29) + maphash.Bytes(seed, raw)
}
