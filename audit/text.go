package audit

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"unicode/utf8"
)

// PlainText gives what a value says: KindBase64 decoded where it is base64, any
// other with XML's references resolved and line ends and tabs as blanks, as an
// attribute's value is read. It returns raw itself where nothing had to change,
// else scratch[:0] grown; the caller keeps the second result as the next scratch.
func PlainText(k Kind, raw, scratch []byte) (text, newScratch []byte) {
	if k == KindBase64 {
		if d, ok := appendBase64(scratch[:0], raw); ok {
			return d, d
		}
	}
	if bytes.IndexByte(raw, '&') < 0 && bytes.IndexByte(raw, '\n') < 0 &&
		bytes.IndexByte(raw, '\r') < 0 && bytes.IndexByte(raw, '\t') < 0 {
		return raw, scratch
	}
	d := AppendUnescaped(scratch[:0], raw)
	return d, d
}

func appendBase64(dst, raw []byte) ([]byte, bool) {
	n := len(dst)
	for _, c := range raw {
		if c > ' ' {
			dst = append(dst, c)
		}
	}
	w, err := base64.StdEncoding.Decode(dst[n:], dst[n:])
	return dst[:n+w], err == nil
}

// AppendUnescaped appends raw to dst with the references of XML 1.0 section 4.1
// resolved (the five predefined entities and character references) and line ends
// and tabs turned into blanks (section 3.3.3). A reference that is none stays as it
// is.
func AppendUnescaped(dst, raw []byte) []byte {
	for len(raw) > 0 {
		switch c := raw[0]; c {
		case '&':
			end := bytes.IndexByte(raw[:min(len(raw), 12)], ';')
			if r, ok := reference(raw[1:max(end, 1)]); ok {
				dst = utf8.AppendRune(dst, r)
				raw = raw[end+1:]
				continue
			}
			dst = append(dst, c)
		case '\r':
			dst = append(dst, ' ')
			if len(raw) > 1 && raw[1] == '\n' {
				raw = raw[1:]
			}
		case '\n', '\t':
			dst = append(dst, ' ')
		default:
			dst = append(dst, c)
		}
		raw = raw[1:]
	}
	return dst
}

// reference resolves the name between & and ;.
func reference(name []byte) (rune, bool) {
	switch string(name) {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(string(digits), base, 32)
	if err != nil || n > utf8.MaxRune || n == 0 || n >= 0xD800 && n < 0xE000 {
		return 0, false
	}
	return rune(n), true
}
