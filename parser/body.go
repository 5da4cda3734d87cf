package parser

import "bytes"

var byteOrderMark = []byte("\xEF\xBB\xBF")

// bodyKind says what MSG seems to hold.
type bodyKind uint8

const (
	textBody bodyKind = iota // no XML
	xmlBody
	encoded // XML in UTF-16
)

// body is where MSG's document stands.
type body struct {
	kind     bodyKind
	off, end int
	junk     bool // text stands between the header and the document
}

// bodyOf looks for an XML document in a frame from position from on: at once, behind
// byte order marks or white space, or behind text that a relay put in between.
func bodyOf(frame []byte, from int) body {
	b := body{off: from, end: len(frame)}
	for b.end > from && padding(frame[b.end-1]) {
		b.end--
	}
	p := from
	for p < b.end {
		if bytes.HasPrefix(frame[p:b.end], byteOrderMark) {
			p += len(byteOrderMark)
		} else if frame[p] != 0 && padding(frame[p]) {
			p++
		} else {
			break
		}
	}
	switch rest := frame[p:b.end]; {
	case len(rest) < 4:
	case rest[0] == '<' && opensMarkup(rest[1]):
		b.kind = xmlBody
	case utf16Order(rest) != nil:
		b.kind, b.off, b.end = encoded, p, len(frame)
	default:
		if at := documentIn(rest); at >= 0 {
			b.kind, b.off, b.junk = xmlBody, p+at, at > 0
		}
	}
	return b
}

// opensMarkup says whether a < with c behind it begins a tag, a comment or an
// instruction.
func opensMarkup(c byte) bool {
	return c == '?' || c == '!' || c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}

// documentIn gives where an audit message begins in a text, -1 if nowhere.
func documentIn(text []byte) int {
	root := bytes.Index(text, []byte("AuditMessage"))
	if root < 0 {
		return -1
	}
	at := bytes.LastIndexByte(text[:root], '<')
	if at < 0 || bytes.ContainsAny(text[at:root], " />=\"'\n") {
		return -1
	}
	if declared := bytes.LastIndex(text[:at], []byte("<?xml")); declared >= 0 {
		return declared
	}
	return at
}
