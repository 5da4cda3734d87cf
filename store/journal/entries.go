package journal

import "arr/audit"

// Entries are the canonical bytes of entries, one behind the other: what a group holds.
// The zero value has none.
type Entries struct {
	bytes []byte
	ends  []int // of each entry in bytes
}

// MakeEntries makes room for count entries whose canonical bytes are size together.
func MakeEntries(count, size int) Entries {
	return Entries{bytes: make([]byte, 0, size), ends: make([]int, 0, count)}
}

// Add encodes an entry and gives its canonical bytes, which stay as they are.
func (e *Entries) Add(entry *audit.Entry) []byte {
	start := len(e.bytes)
	e.bytes = audit.AppendEntry(e.bytes, entry)
	e.ends = append(e.ends, len(e.bytes))
	return e.bytes[start:len(e.bytes):len(e.bytes)]
}

// Len is the number of entries.
func (e Entries) Len() int { return len(e.ends) }

// At gives the canonical bytes of entry i.
func (e Entries) At(i int) []byte {
	start := 0
	if i > 0 {
		start = e.ends[i-1]
	}
	return e.bytes[start:e.ends[i]:e.ends[i]]
}

// Halves gives the first half of the entries and the other ones, in the same memory.
func (e Entries) Halves() (first, rest Entries) {
	n := e.Len() / 2
	if n == 0 {
		return Entries{}, e
	}
	cut := e.ends[n-1]
	first = Entries{bytes: e.bytes[:cut:cut], ends: e.ends[:n:n]}
	rest = Entries{bytes: e.bytes[cut:], ends: make([]int, 0, e.Len()-n)}
	for _, end := range e.ends[n:] {
		rest.ends = append(rest.ends, end-cut)
	}
	return first, rest
}
