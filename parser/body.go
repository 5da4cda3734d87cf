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
	if b.kind == xmlBody {
		b.end = b.off + len(wholeRunes(frame[b.off:b.end]))
	}
	return b
}

// opensMarkup says whether a < with c behind it begins a tag, a comment or an
// instruction.
func opensMarkup(c byte) bool {
	return c == '?' || c == '!' || c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}

// maxPrefix bounds the namespace prefix that is looked for before a root's name.
const maxPrefix = 64

// documentIn gives where an audit message begins in a text, -1 if nowhere: at its XML
// declaration, else at its root's start tag.
func documentIn(text []byte) int {
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte("AuditMessage"))
		if i < 0 {
			return -1
		}
		root := from + i
		from = root + 1
		near := max(0, root-maxPrefix)
		at := bytes.LastIndexByte(text[near:root], '<')
		if at < 0 || bytes.ContainsAny(text[near+at:root], " />=\"'\n") {
			continue
		}
		if declared := bytes.LastIndex(text[:near+at], []byte("<?xml")); declared >= 0 {
			return declared
		}
		return near + at
	}
}
