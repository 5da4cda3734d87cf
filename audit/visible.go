package audit

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// What stands in a message is whatever a sender wrote, characters that steer a terminal or turn
// the order of writing round included. Hidden is the one place that says which these are; each
// format writes them as it can.

// Hidden reports whether people can't see r, or not what it does: control and formatting
// characters, line and paragraph separators, fillers, private and unassigned characters.
func Hidden(r rune) bool {
	switch {
	case r < ' ' || r == 0xAD:
		return true
	case r < 0x300:
		return r >= 0x7F && r < 0xA0
	}
	return !strconv.IsPrint(r) && !unicode.Is(unicode.Zs, r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// Visible is s in one line, safe for a terminal: white space is blanks, hidden characters are
// escapes such as \u202e, and bytes that are not UTF-8 are U+FFFD.
func Visible(s string) string {
	if isPlain(s) {
		return s
	}
	var b []byte
	for _, r := range s {
		switch {
		case r >= '\t' && r <= '\r' || unicode.Is(unicode.Zs, r):
			b = append(b, ' ')
		default:
			b = AppendVisible(b, r)
		}
	}
	return string(b)
}

// isPlain reports whether s is printable ASCII, as nearly all text is.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// VisibleLines is Visible for a text of several lines.
func VisibleLines(s string) string {
	if isPlain(s) {
		return s
	}
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = Visible(lines[i])
	}
	return strings.Join(lines, "\n")
}

// AppendVisible appends r, as an escape if it is hidden.
func AppendVisible(dst []byte, r rune) []byte {
	switch {
	case !Hidden(r):
		return utf8.AppendRune(dst, r)
	case r > 0xFFFF:
		return append(append(dst, `\U`...), hexOf(r, 8)...)
	}
	return append(append(dst, `\u`...), hexOf(r, 4)...)
}

// hexOf is r in so many hexadecimal digits.
func hexOf(r rune, digits int) string {
	s := strconv.FormatInt(int64(r), 16)
	return strings.Repeat("0", digits-len(s)) + s
}

// AppendJSONEscape appends r as in a string of JSON, if it is hidden as an escape by which it
// is read back.
func AppendJSONEscape(dst []byte, r rune) []byte {
	if !Hidden(r) || r <= 0xFFFF {
		return AppendVisible(dst, r)
	}
	high, low := utf16.EncodeRune(r)
	return append(append(append(append(dst, `\u`...), hexOf(high, 4)...), `\u`...), hexOf(low, 4)...)
}

// EscapeJSON is a text of JSON with escapes for all hidden characters in its strings: what
// encoding/json writes escapes few of them.
func EscapeJSON(text []byte) []byte {
	var b []byte
	done := 0
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(text[i:])
		}
		if r >= 0x7F && Hidden(r) {
			b = AppendJSONEscape(append(b, text[done:i]...), r)
			done = i + size
		}
		i += size
	}
	if done == 0 {
		return text
	}
	return append(b, text[done:]...)
}
