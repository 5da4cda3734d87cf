package scan

import (
	"strings"

	"arr/schemas"
)

// nameTable finds a vocabulary name's number: a small open-addressed hash table
// over length, first and middle byte, which nearly tell the vocabulary apart, with the
// name itself compared at the end. It is built once and only read.
type nameTable struct {
	slots [256]uint8
	names []string
}

// elements and attributes hold the names without a prefix. hints are the attributes that
// a grammar has in a namespace, under the prefix that is usual for it.
var (
	elements   = makeNameTable(int(schemas.NumElements), func(i int) string { return schemas.Element(i).String() }, false)
	attributes = makeNameTable(int(schemas.NumAttributes), func(i int) string { return schemas.Attribute(i).String() }, false)
	hints      = makeNameTable(int(schemas.NumAttributes), func(i int) string { return schemas.Attribute(i).String() }, true)
)

func makeNameTable(size int, name func(int) string, prefixed bool) *nameTable {
	t := &nameTable{names: make([]string, size)}
	for i := 1; i < size; i++ {
		n := name(i)
		if strings.Contains(n, ":") != prefixed {
			continue
		}
		t.names[i] = n
		h := nameHash([]byte(n))
		for t.slots[h] != 0 {
			h++
		}
		t.slots[h] = uint8(i)
	}
	return t
}

func nameHash(n []byte) uint8 {
	return uint8(len(n)*29) + n[0]*3 + n[len(n)/2]*7
}

// find gives the number of name, 0 if it is none of the vocabulary.
func (t *nameTable) find(name []byte) uint8 {
	if len(name) == 0 {
		return 0
	}
	for h := nameHash(name); ; h++ {
		i := t.slots[h]
		if i == 0 || t.names[i] == string(name) {
			return i
		}
	}
}
