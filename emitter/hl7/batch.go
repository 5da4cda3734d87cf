package hl7

import (
	"bytes"
	"iter"
)

// Split gives the messages in what a file or a stream's block holds. One alone is all
// there is, without what MLLP puts around it. Of several each goes from its MSH segment to
// the next, and the segments of batches (FHS, BHS, BTS, FTS) are left out. What stands
// before the first MSH segment, if it is anything else, is one too, so that it is not
// passed over in silence. The messages are parts of b. They are looked for one after the
// other, since a block of some megabytes may hold millions.
func Split(b []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		b = bytes.TrimPrefix(b, []byte("\ufeff"))
		if wideEncoding(b) != nil {
			yield(b)
			return
		}
		s := splitter{b: b}
		first := s.next()
		if first == nil {
			return
		}
		second := s.next()
		if second == nil && !s.batch {
			first = unframe(b)
		}
		for m := first; m != nil; m, second = second, s.next() {
			if !yield(m) {
				return
			}
		}
	}
}

// Legible reports whether a message has a header that names its type. Of one that has none
// nothing can be told but that it came.
func Legible(b []byte) bool {
	var m message
	m.parse(b, tolerant)
	return m.header != nil && len(m.field(m.header, 9)) > 0
}

// splitter looks for the messages of b, from at on.
type splitter struct {
	b  []byte
	at int
	// batch says that there were segments of the batch protocol.
	batch bool
}

// next gives the next message, nil behind the last.
func (s *splitter) next() []byte {
	start, end := -1, 0
	for s.at < len(s.b) {
		line, rest := nextLine(s.b[s.at:])
		envelope := isEnvelope(line)
		if start >= 0 && (envelope || bytes.HasPrefix(line, []byte("MSH"))) {
			return s.b[start:end]
		}
		from := s.at + bytes.Index(s.b[s.at:], line)
		s.at = len(s.b) - len(rest)
		switch {
		case len(line) == 0:
		case envelope:
			s.batch = true
		default:
			if start < 0 {
				start = from
			}
			end = behindTerminator(s.b, from+len(line))
		}
	}
	if start < 0 {
		return nil
	}
	return s.b[start:end]
}

// behindTerminator gives where the segment ends whose last byte is before at.
func behindTerminator(b []byte, at int) int {
	if at < len(b) && b[at] == '\r' {
		at++
	}
	if at < len(b) && b[at] == '\n' {
		at++
	}
	return at
}

// unframe takes away what MLLP puts around a message: VT before it, FS CR behind.
func unframe(b []byte) []byte {
	if len(b) == 0 || b[0] != '\v' {
		return b
	}
	b = b[1:]
	if end := bytes.LastIndexByte(b, 0x1C); end >= 0 && len(bytes.Trim(b[end+1:], "\r\n")) == 0 {
		b = b[:end]
	}
	return b
}

// isEnvelope says whether a line is a segment of the batch protocol.
func isEnvelope(line []byte) bool {
	if len(line) < 3 {
		return false
	}
	switch string(line[:3]) {
	case "FHS", "BHS", "BTS", "FTS":
		return len(line) == 3 || !isLetter(line[3])
	}
	return false
}
