package query

import (
	"bytes"
	"sync"

	"arr/audit"
)

// EachLabel calls fn once with each distinct label of r's values of fields. Labels is as
// in Plan. A label is valid until fn returns.
func EachLabel(r *audit.Record, fields audit.FieldSet, labels func(audit.Field, []byte, func([]byte)), fn func(label []byte)) {
	seen := labelSets.Get().(*labelSet)
	seen.reset()
	add := func(label []byte) {
		if seen.add(label) {
			fn(label)
		}
	}
	r.Each(fields, func(has audit.FieldSet, value []byte) bool {
		if labels == nil {
			add(value)
			return true
		}
		for has != 0 {
			f := has.First()
			has &^= audit.Fields(f)
			labels(f, value, add)
		}
		return true
	})
	if cap(seen.text) <= maxKeptText {
		labelSets.Put(seen)
	}
}

// labelSet is the distinct labels of one record: mostly one to four, so they are compared
// one by one; of a record with thousands of instances, by a map.
type labelSet struct {
	text []byte
	ends []int
	many map[string]bool
}

const fewLabels = 16

// maxKeptText is how much room for text stays with a set that nobody uses.
const maxKeptText = 64 << 10

var labelSets = sync.Pool{New: func() any { return new(labelSet) }}

func (s *labelSet) reset() { s.text, s.ends, s.many = s.text[:0], s.ends[:0], nil }

// add says whether label is new.
func (s *labelSet) add(label []byte) bool {
	if s.many != nil {
		if s.many[string(label)] {
			return false
		}
		s.many[string(label)] = true
		return true
	}
	start := 0
	for _, end := range s.ends {
		if bytes.Equal(s.text[start:end], label) {
			return false
		}
		start = end
	}
	s.text = append(s.text, label...)
	s.ends = append(s.ends, len(s.text))
	if len(s.ends) == fewLabels {
		s.many = map[string]bool{}
		start = 0
		for _, end := range s.ends {
			s.many[string(s.text[start:end])] = true
			start = end
		}
	}
	return true
}
