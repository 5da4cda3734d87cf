package parser

import (
	"bytes"

	"arr/scan"
)

// Relays write control characters as # or \ and three octal digits, a line end as
// #012: rsyslog by default, for all control characters, and for all bytes beyond
// ASCII if told to.

// escapeAt gives the byte that the relay's escape at the start of b stands for.
func escapeAt(b []byte, mark byte) (c byte, ok bool) {
	if len(b) < 4 || b[0] != mark || b[1] < '0' || b[1] > '3' || b[2] < '0' || b[2] > '7' || b[3] < '0' || b[3] > '7' {
		return 0, false
	}
	c = (b[1]-'0')<<6 | (b[2]-'0')<<3 | (b[3] - '0')
	return c, c < ' ' && c != 0 || c >= 0x7F
}

// relayEscaped says whether text in an element of the given kind is a relay's escape
// of the white space between tags.
func relayEscaped(e scan.Element, text []byte) bool {
	if k := textClasses[e]; k != otherText && k != description {
		return false
	}
	return escapeMark(text) != 0
}

// escapeMark gives the mark of the escaped white space that a text begins with, 0 if
// it begins otherwise.
func escapeMark(text []byte) byte {
	if len(text) == 0 || text[0] != '#' && text[0] != '\\' {
		return 0
	}
	if c, ok := escapeAt(text, text[0]); ok && padding(c) {
		return text[0]
	}
	return 0
}

// mayBeEscaped reports whether a document whose root is no AuditMessage may have one once
// a relay's escapes are undone: the line end behind the name stands in the name.
func mayBeEscaped(doc []byte) bool {
	return bytes.Contains(doc, []byte("AuditMessage")) && findEscapes(doc) != 0
}

// unescaper gives the decoder that undoes a relay's escapes.
func unescaper(mark byte) decoder {
	return func(dst, raw []byte, p int) ([]byte, int) {
		if raw[p] == mark {
			if c, ok := escapeAt(raw[p:], mark); ok {
				return append(dst, c), p + 4
			}
		}
		return append(dst, raw[p]), p + 1
	}
}

// findEscapes gives the mark of the relay's escapes of line ends and tabs in a text,
// 0 if there are none.
func findEscapes(text []byte) byte {
	for _, mark := range [2]byte{'#', '\\'} {
		for p := 0; p < len(text); p++ {
			i := bytes.IndexByte(text[p:], mark)
			if i < 0 {
				break
			}
			p += i
			if escapeMark(text[p:]) != 0 {
				return mark
			}
		}
	}
	return 0
}

// relayLimits are the lengths at which relays cut messages.
var relayLimits = [...]int{1 << 10, 2 << 10, 4 << 10, 8 << 10, 64 << 10}

// nearLimit says whether a frame of n bytes may have been cut by a relay, which then
// may have put another header before it.
func nearLimit(n int) bool {
	const slack = 160
	for _, l := range relayLimits {
		if n >= l-slack && n <= l+slack {
			return true
		}
	}
	return false
}
