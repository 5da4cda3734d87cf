package hl7

import "bytes"

// What is read of a message, in bytes: of all of it, of a segment, and of one that may hold
// a document and of which nothing is read but its first fields. Some characters take
// thrice the memory once they are decoded, and some values stand in each of hundreds of
// audit messages.
const (
	maxText     = 4 << 20
	maxSegment  = 64 << 10
	maxDocument = 1 << 10
)

// shortened gives raw, or what is read of it if that is less; cut says that what was left
// out could have mattered.
func (m *message) shortened(raw []byte) (short []byte, cut bool) {
	if len(raw) <= maxSegment {
		return raw, false
	}
	if wideEncoding(raw) != nil {
		return raw[:min(len(raw), maxText)], len(raw) > maxText
	}
	m.short = m.short[:0]
	for rest := raw; len(rest) > 0; {
		n := bytes.IndexAny(rest, "\r\n")
		if n < 0 {
			n = len(rest)
		}
		kept := min(n, maxSegment)
		if isDocument(rest) {
			kept = min(n, maxDocument)
		} else if kept < n {
			cut = true
		}
		end := min(n+1, len(rest))
		if len(m.short)+kept+1 > maxText {
			return m.short, true
		}
		m.short = append(append(m.short, rest[:kept]...), rest[n:end]...)
		rest = rest[end:]
	}
	return m.short, cut
}

// isDocument reports whether a segment is one of those that documents and reports come in.
func isDocument(segment []byte) bool {
	return bytes.HasPrefix(segment, []byte("OBX")) || bytes.HasPrefix(segment, []byte("NTE"))
}
