package receiver

import "bytes"

// rootName is the root element of an audit message, PS3.15 A.5.1 and RFC 3881
// alike.
var rootName = []byte("AuditMessage")

const (
	// maxPrefix bounds the namespace prefix of a tag.
	maxPrefix = 32
	// maxTag bounds a tag as far as endsRoot looks at it: "</", prefix, colon,
	// name and the byte behind it.
	maxTag = 2 + maxPrefix + 1 + 12 + 1
)

// xmlState says how much of an audit message the lines of a frame hold.
type xmlState uint8

const (
	xmlNone   xmlState = iota // no beginning of one
	xmlProlog                 // an XML declaration or comment, at a line's end, but no root
	xmlRoot                   // the root's start tag, but not its end tag
)

// lineState is where a framer is in a frame that ends with LF.
type lineState struct {
	start    int // where the current line begins
	searched int // how many bytes were searched for LF
	xml      xmlState
}

// verdict says what a line is to the frame that it may be a part of.
type verdict uint8

const (
	lineGoesOn     verdict = iota // the frame goes on behind it
	lineEnds                      // the frame ends with it
	lineIsAnothers                // the frame ended before it
)

// read takes in the line that ends with the LF that line ends with.
func (l *lineState) read(line []byte) verdict {
	mayTag := bytes.Contains(line, rootName)
	switch {
	case mayTag && endsRoot(line):
		return lineEnds
	case mayTag && beginsRoot(line):
		l.xml = xmlRoot
		return lineGoesOn
	case l.xml == xmlRoot:
		return lineGoesOn
	case l.xml == xmlProlog:
		if t := bytes.TrimLeft(line, " \t"); len(t) > 1 && t[0] == '<' && isNameByte(t[1]) {
			return lineIsAnothers // the root of some other document
		}
		return lineGoesOn
	case endsInProlog(line):
		l.xml = xmlProlog
		return lineGoesOn
	}
	return lineEnds
}

// anothers gives where in the current line another frame begins, 0 where it does not. data
// ends with the line, or with what there is of it.
func (l *lineState) anothers(data []byte) int {
	if l.start >= len(data) {
		return 0
	}
	line, from := data[l.start:], max(l.searched-maxGlue, l.start)-l.start
	if at := glued(line, from, l.xml != xmlNone); at >= 0 {
		return l.start + at
	}
	return 0
}

// beginsFrame says whether the line that rest begins with can be no part of the
// audit message that the lines before it began: it has a syslog PRI ("<85>"), an
// XML declaration, or behind a root another root. It is not known while rest is
// too short.
func (l *lineState) beginsFrame(rest []byte) (begins, known bool) {
	for i, c := range rest {
		switch {
		case i == 0:
			if c != '<' {
				return false, true
			}
		case i > 1 && c == '>' && isDigit(rest[1]):
			return true, true
		case i <= 3 && isDigit(c) && (i == 1 || isDigit(rest[1])):
		case isDigit(rest[1]):
			return false, true
		case rest[1] == '?':
			return hasWord(rest, "<?xml")
		case l.xml == xmlRoot:
			return hasWord(rest, "<AuditMessage")
		default:
			return false, true
		}
	}
	return false, false
}

// hasWord says whether b begins with word and a byte that ends it.
func hasWord(b []byte, word string) (has, known bool) {
	if n := len(word); len(b) > n {
		return string(b[:n]) == word && endsName(b[n]), true
	}
	return false, string(b) != word[:len(b)]
}

// beginsRoot says whether line has a start tag of the root.
func beginsRoot(line []byte) bool {
	for i := 0; ; {
		n := bytes.Index(line[i:], rootName)
		if n < 0 {
			return false
		}
		at := i + n
		i = at + len(rootName)
		if i < len(line) && endsName(line[i]) && tagOpens(line, at) {
			return true
		}
	}
}

// endsRoot says whether line has an end tag of the root. It looks from the end,
// where a message on one line has it.
func endsRoot(line []byte) bool {
	for end := len(line); ; {
		at := bytes.LastIndex(line[:end], rootName)
		if at < 0 {
			return false
		}
		behind := at + len(rootName)
		if behind < len(line) && endsName(line[behind]) && tagCloses(line, at) {
			return true
		}
		end = at
	}
}

// tagOpens says whether "<" stands before the name at at, or before its prefix.
func tagOpens(line []byte, at int) bool {
	i := prefixStart(line, at)
	return i >= 1 && line[i-1] == '<'
}

// tagCloses says whether "</" stands before the name at at, or before its prefix.
func tagCloses(line []byte, at int) bool {
	i := prefixStart(line, at)
	return i >= 2 && line[i-1] == '/' && line[i-2] == '<'
}

// prefixStart gives where the namespace prefix before the local name at at
// begins, or at if there is none.
func prefixStart(line []byte, at int) int {
	if at == 0 || line[at-1] != ':' {
		return at
	}
	i := at - 1
	for i > 0 && at-1-i < maxPrefix && isNameByte(line[i-1]) {
		i--
	}
	return i
}

// endsInProlog says whether an XML declaration or a comment is the last thing on
// line.
func endsInProlog(line []byte) bool {
	line = bytes.TrimRight(line, " \t\r\n")
	return bytes.HasSuffix(line, []byte("?>")) && bytes.Contains(line, []byte("<?xml ")) ||
		bytes.HasSuffix(line, []byte("-->")) && bytes.Contains(line, []byte("<!--"))
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isNameByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || isDigit(c) || c == '_' || c == '-' || c == '.' || c >= 0x80
}

// endsName says whether c may follow a tag's name.
func endsName(c byte) bool {
	switch c {
	case '>', '/', ' ', '\t', '\r', '\n':
		return true
	}
	return false
}
