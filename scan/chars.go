package scan

import (
	"bytes"
	"unicode/utf8"
)

// special deals with the byte at p, at which a run of plain characters stopped for
// another reason than its end, and gives the position after it. It is for the
// bytes that values and text have in common: references, control characters and
// what is beyond ASCII.
func (s *Scanner) special(p int) int {
	switch c := s.doc[p]; {
	case c == '&':
		return s.reference(p)
	case c >= 0x80:
		return s.wideRun(p)
	case c == '\n' || c == '\t' || c == '\r':
	case c < ' ':
		s.fault(BadCharacter, p, p+1)
	}
	return p + 1
}

// wideRun checks the characters beyond ASCII that start at p.
func (s *Scanner) wideRun(p int) int {
	s.wide = true
	for p < len(s.doc) && s.doc[p] >= 0x80 {
		r, n := utf8.DecodeRune(s.doc[p:])
		if r == utf8.RuneError && n <= 1 {
			s.fault(BadUTF8, p, p+1)
			n = 1
		} else if r == 0xFFFE || r == 0xFFFF {
			s.fault(BadCharacter, p, p+n)
		}
		p += n
	}
	return p
}

// reference checks the reference that the ampersand at p begins (XML 1.0 §4.1).
func (s *Scanner) reference(p int) int {
	doc := s.doc
	end := p + 1
	for end < len(doc) && end-p < 32 && doc[end] != ';' && doc[end] != '<' && doc[end] != '&' && doc[end] > ' ' {
		end++
	}
	if end == len(doc) || doc[end] != ';' || end == p+1 {
		s.fault(BareAmpersand, p, p+1)
		return p + 1
	}
	switch name := doc[p+1 : end]; {
	case name[0] == '#':
		if !charRef(name[1:]) {
			s.fault(BadCharRef, p, end+1)
		}
	case string(name) != "amp" && string(name) != "lt" && string(name) != "gt" &&
		string(name) != "quot" && string(name) != "apos":
		s.fault(UnknownEntity, p, end+1)
	}
	return end + 1
}

// charRef says whether the digits after &# name a character that XML allows.
func charRef(digits []byte) bool {
	base := rune(10)
	if len(digits) > 0 && digits[0] == 'x' {
		base, digits = 16, digits[1:]
	}
	if len(digits) == 0 {
		return false
	}
	r := rune(0)
	for _, c := range digits {
		var d rune
		switch {
		case c >= '0' && c <= '9':
			d = rune(c - '0')
		case base == 16 && c|0x20 >= 'a' && c|0x20 <= 'f':
			d = rune(c|0x20-'a') + 10
		default:
			return false
		}
		if r = r*base + d; r > utf8.MaxRune {
			return false
		}
	}
	return r >= ' ' && r < 0xD800 || r >= 0xE000 && r != 0xFFFE && r != 0xFFFF || r == '\n' || r == '\t' || r == '\r'
}

// checkChars checks characters in which neither < nor & means anything: those of
// comments, processing instructions and CDATA sections.
func (s *Scanner) checkChars(p, end int) {
	for p < end {
		if c := s.doc[p]; c >= 0x80 {
			p = s.wideRun(p)
			continue
		} else if c < ' ' && !isBlank(c) {
			s.fault(BadCharacter, p, p+1)
		}
		p++
	}
}

// nameStart and nameChar are the ASCII letters of XML 1.0 §2.3's names, without the
// colon.
var nameStart, nameChar = nameTables()

func nameTables() (start, char [128]bool) {
	for c := range byte(128) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_'
		start[c] = letter
		char[c] = letter || c >= '0' && c <= '9' || c == '-' || c == '.'
	}
	return start, char
}

// isNCName says whether b is a name without a colon (Namespaces in XML §3).
func isNCName(b []byte) bool {
	for i := 0; i < len(b); {
		if c := b[i]; c < 0x80 {
			if !nameChar[c] || i == 0 && !nameStart[c] {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if !wideNameRune(r, i == 0) || n <= 1 {
			return false
		}
		i += n
	}
	return len(b) > 0
}

// wideNameRune says whether a character beyond ASCII may stand in a name (XML 1.0,
// fifth edition, §2.3, productions 4 and 4a).
func wideNameRune(r rune, first bool) bool {
	switch {
	case r == 0xB7, r >= 0x300 && r <= 0x36F, r == 0x203F, r == 0x2040:
		return !first
	case r == 0xD7, r == 0xF7, r == 0x37E:
		return false
	}
	return r >= 0xC0 && r <= 0x1FFF || r == 0x200C || r == 0x200D || r >= 0x2070 && r <= 0x218F ||
		r >= 0x2C00 && r <= 0x2FEF || r >= 0x3001 && r <= 0xD7FF || r >= 0xF900 && r <= 0xFDCF ||
		r >= 0xFDF0 && r <= 0xFFFC || r >= 0x10000 && r <= 0xEFFFF
}

// splitName cuts a qualified name into prefix and local part. ok says whether it is
// one.
func splitName(name []byte) (prefix, local []byte, ok bool) {
	colon := bytes.IndexByte(name, ':')
	if colon < 0 {
		return nil, name, isNCName(name)
	}
	prefix, local = name[:colon], name[colon+1:]
	return prefix, local, isNCName(prefix) && isNCName(local)
}
