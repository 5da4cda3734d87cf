package answer

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// decodedText gives what base64 says where people can read it, else "". Text that is
// not UTF-8 is read as windows-1252: HL7 v2 messages rarely say that they are.
func decodedText(value string) string {
	if value == "" {
		return ""
	}
	packed := strings.Map(func(r rune) rune {
		if r <= ' ' {
			return -1
		}
		return r
	}, value)
	b, err := base64.StdEncoding.DecodeString(packed)
	if err != nil || len(b) == 0 || hasControls(b) {
		return ""
	}
	if utf8.Valid(b) {
		return string(b)
	}
	var text strings.Builder
	for _, c := range b {
		switch {
		case c < 0x80 || c >= 0xA0:
			text.WriteRune(rune(c))
		default:
			text.WriteRune(windows1252[c-0x80])
		}
	}
	return text.String()
}

// hasControls says whether b has control characters that no text has. HL7 v2 ends
// its segments in CR, and MLLP frames it in VT and FS.
func hasControls(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != 0x0B && c != 0x1C || c == 0x7F {
			return true
		}
	}
	return false
}

// windows1252 has the characters of bytes 0x80 to 0x9F.
var windows1252 = [32]rune{
	'€', 0xFFFD, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0xFFFD, 'Ž', 0xFFFD,
	0xFFFD, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0xFFFD, 'ž', 'Ÿ',
}
