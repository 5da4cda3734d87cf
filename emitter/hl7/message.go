package hl7

import "bytes"

// separators are the encoding characters of a message (HL7 v2.5 section 2.5.4). An absent
// one is 0, which no field holds.
type separators struct{ field, component, repetition, escape, subcomponent byte }

var usual = separators{'|', '^', '~', '\\', '&'}

// maxSegments bounds how many segments of one message are looked at.
const maxSegments = 1 << 14

// message is where the segments of one message stand in its text.
type message struct {
	text     []byte // in UTF-8
	sep      separators
	segments [][]byte
	// header is the MSH segment, nil where there is none.
	header []byte
	// fault says what kept the message from being read, "" if nothing did.
	fault string
	// decoded is the memory of text where it had to be made, and short that of what was
	// shortened before.
	decoded, short []byte
}

// What kept a message from being read.
const (
	faultNoHeader   = "the HL7 message has no MSH segment"
	faultSeparators = "the HL7 message's MSH segment names no encoding characters"
	faultNoType     = "the HL7 message has no type (MSH-9)"
	faultNoPatient  = "the HL7 message has no patient id"
	faultPatients   = "of the HL7 message's patients the first 256 are told of"
	faultNumbers    = "of the HL7 message's accession numbers the first are told of"
	faultQuery      = "of the HL7 query the beginning is told of"
	faultLong       = "the HL7 message is longer than what is read of it"
)

// reading is how a message is read that does not follow the standard.
type reading uint8

const (
	// tolerant takes what it can find.
	tolerant reading = iota
	// asDcm4che finds and misses what dcm4che does.
	asDcm4che
)

// maxKept is how much memory of one message is kept for the next.
const maxKept = 1 << 20

// parse reads a message. Memory of an earlier one is used again.
func (m *message) parse(raw []byte, how reading) {
	m.fault = ""
	m.segments = m.segments[:0]
	if cap(m.short)+cap(m.decoded) > maxKept {
		m.short, m.decoded = nil, nil
	}
	raw, cut := m.shortened(bytes.TrimPrefix(raw, []byte("\ufeff")))
	if cut {
		m.fault = faultLong
	}
	m.text, m.decoded = decode(raw, m.decoded, how)
	if how == asDcm4che {
		m.cutAsDcm4che()
	} else {
		m.cut()
	}
	m.header, m.sep = nil, usual
	for _, s := range m.segments {
		if bytes.HasPrefix(s, []byte("MSH")) {
			m.header = s
			break
		}
	}
	if m.header == nil {
		m.fault = faultNoHeader
		return
	}
	var ok bool
	if m.sep, ok = readSeparators(m.header); !ok {
		m.fault = faultSeparators
		return
	}
	if m.fault == "" && len(m.field(m.header, 9)) == 0 {
		m.fault = faultNoType
	}
}

// cut finds the segments: what CR, LF or both end, with what MLLP puts around a message
// taken away. Empty lines count as none.
func (m *message) cut() {
	for rest := m.text; len(rest) > 0; {
		var line []byte
		line, rest = nextLine(rest)
		if len(line) == 0 {
			continue
		}
		if len(m.segments) == maxSegments {
			m.fault = faultLong
			return
		}
		m.segments = append(m.segments, line)
	}
}

// cutAsDcm4che finds the segments up to the first that is empty. A CR or LF ends one, with
// the CR or LF behind it.
func (m *message) cutAsDcm4che() {
	for rest := m.text; len(m.segments) < maxSegments; {
		n := bytes.IndexAny(rest, "\r\n")
		if n < 0 {
			n = len(rest)
		}
		if n == 0 {
			return
		}
		m.segments = append(m.segments, rest[:n])
		rest = rest[n:]
		for i := 0; i < 2 && len(rest) > 0 && (rest[0] == '\r' || rest[0] == '\n'); i++ {
			rest = rest[1:]
		}
	}
	m.fault = faultLong
}

// nextLine cuts the first line off.
func nextLine(b []byte) (line, rest []byte) {
	n := bytes.IndexAny(b, "\r\n")
	if n < 0 {
		n, rest = len(b), nil
	} else {
		rest = b[n+1:]
	}
	return bytes.Trim(b[:n], "\v\x1c \t\x00"), rest
}

// readSeparators reads MSH-1 and MSH-2. Where the header ends too early or a letter stands
// there it gives the usual ones and false.
func readSeparators(header []byte) (separators, bool) {
	if len(header) < 5 || isLetter(header[3]) {
		return usual, false
	}
	s := separators{field: header[3]}
	named, _, _ := bytes.Cut(header[4:], header[3:4])
	for i, at := range []*byte{&s.component, &s.repetition, &s.escape, &s.subcomponent} {
		if i < len(named) && !isLetter(named[i]) {
			*at = named[i]
		}
	}
	return s, len(named) > 0
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c <= ' ' || c >= 0x7F
}

// is says whether a segment has a name.
func (m *message) is(segment []byte, name string) bool {
	return len(segment) >= 3 && string(segment[:3]) == name && (len(segment) == 3 || segment[3] == m.sep.field)
}

// first gives the first segment of a name among segments, nil if there is none.
func (m *message) first(segments [][]byte, name string) []byte {
	for _, s := range segments {
		if m.is(s, name) {
			return s
		}
	}
	return nil
}

// field gives field n of a segment as it stands there, repetitions and all; it is empty
// where the segment is nil or has none.
func (m *message) field(segment []byte, n int) []byte {
	if len(segment) >= 3 && string(segment[:3]) == "MSH" {
		n-- // MSH-1 is the separator itself
	}
	return part(segment, m.sep.field, n)
}

// kind gives the message's type and trigger (MSH-9) with ^ between them.
func (m *message) kind() []byte {
	kind := m.field(m.header, 9)
	n := len(m.component(kind, 0))
	if n == len(kind) {
		return kind
	}
	kind = kind[:n+1+len(m.component(kind, 1))]
	if kind[n] != '^' {
		kind = append(append(bytes.Clone(kind[:n]), '^'), kind[n+1:]...)
	}
	return kind
}

// repetition and component give part n, from 0 on, of what is larger.
func (m *message) repetition(field []byte, n int) []byte { return part(field, m.sep.repetition, n) }

func (m *message) component(field []byte, n int) []byte { return part(field, m.sep.component, n) }

// part gives part n of what sep separates, counted from 0.
func part(b []byte, sep byte, n int) []byte {
	if sep == 0 {
		if n > 0 {
			return nil
		}
		return b
	}
	for ; n > 0; n-- {
		at := bytes.IndexByte(b, sep)
		if at < 0 {
			return nil
		}
		b = b[at+1:]
	}
	if at := bytes.IndexByte(b, sep); at >= 0 {
		return b[:at]
	}
	return b
}

// isNull says whether a field is empty, or "" in quotes, which deletes what it held.
func isNull(field []byte) bool { return len(field) == 0 || string(field) == `""` }

// hasText says whether a field holds anything but separators: "^^^&&" is an id of nobody.
func (s *separators) hasText(field []byte) bool {
	for _, c := range field {
		if c != s.component && c != s.repetition && c != s.subcomponent && c != ' ' {
			return true
		}
	}
	return false
}
