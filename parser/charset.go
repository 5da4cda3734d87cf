package parser

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// decoder appends to dst what the bytes of raw at p say, as UTF-8, and gives the
// position behind them.
type decoder func(dst, raw []byte, p int) (text []byte, next int)

// decode applies d to all of raw.
func decode(raw []byte, d decoder) []byte {
	text := make([]byte, 0, len(raw)+len(raw)/8)
	for p := 0; p < len(raw); {
		text, p = d(text, raw, p)
	}
	return text
}

// sourcesOf replaces positions in the text that d made of raw, in rising order, by those
// in raw.
func sourcesOf(raw []byte, d decoder, at []int) {
	var scratch []byte
	n, p := 0, 0
	for i := 0; i < len(at); {
		if p == len(raw) {
			at[i] = p
			i++
			continue
		}
		var next int
		scratch, next = d(scratch[:0], raw, p)
		for i < len(at) && at[i] < n+len(scratch) {
			at[i] = p
			i++
		}
		n, p = n+len(scratch), next
	}
}

// charsets are the encodings beside UTF-8 and UTF-16 that a declaration may name.
var charsets = map[string]*charmap.Charmap{
	"iso-8859-1":   charmap.ISO8859_1,
	"iso8859-1":    charmap.ISO8859_1,
	"latin1":       charmap.ISO8859_1,
	"iso-8859-2":   charmap.ISO8859_2,
	"iso-8859-3":   charmap.ISO8859_3,
	"iso-8859-4":   charmap.ISO8859_4,
	"iso-8859-5":   charmap.ISO8859_5,
	"iso-8859-7":   charmap.ISO8859_7,
	"iso-8859-9":   charmap.ISO8859_9,
	"iso-8859-13":  charmap.ISO8859_13,
	"iso-8859-15":  charmap.ISO8859_15,
	"windows-1250": charmap.Windows1250,
	"windows-1251": charmap.Windows1251,
	"windows-1252": charmap.Windows1252,
	"windows-1253": charmap.Windows1253,
	"windows-1254": charmap.Windows1254,
}

// isUTF8Name says whether an encoding of this name is UTF-8; none declared is.
func isUTF8Name(name []byte) bool {
	return len(name) == 0 || bytes.EqualFold(name, []byte("UTF-8")) || bytes.EqualFold(name, []byte("UTF8"))
}

// isUTF16Name says whether an encoding of this name is UTF-16. Programs are known that
// declare it of what they then write as UTF-8.
func isUTF16Name(name []byte) bool {
	return len(name) >= 6 && bytes.EqualFold(name[:6], []byte("UTF-16"))
}

// beyondASCII are further encodings that say the same as ASCII where they say no more: what
// declares one of them can be read as long as it is ASCII.
var beyondASCII = map[string]bool{
	"us-ascii": true, "ascii": true, "iso-8859-6": true, "iso-8859-8": true, "iso-8859-10": true, "iso-8859-11": true,
	"iso-8859-14": true, "iso-8859-16": true, "windows-1255": true, "windows-1256": true, "windows-1257": true,
	"windows-1258": true, "windows-874": true, "windows-31j": true, "tis-620": true, "koi8-r": true, "koi8-u": true,
	"shift_jis": true, "euc-jp": true, "iso-2022-jp": true, "euc-kr": true, "iso-2022-kr": true, "big5": true,
	"gb2312": true, "gbk": true, "gb18030": true, "ibm437": true, "ibm850": true, "macintosh": true,
}

// extendsASCII says whether an encoding of this name is known, and ASCII is read by it as
// it is.
func extendsASCII(name []byte) bool {
	lower := strings.ToLower(string(name))
	return isUTF8Name(name) || beyondASCII[lower] || charsets[lower] != nil
}

// encodingFinding is what is wrong with a document's encoding.
type encodingFinding string

const (
	encodingContradicted encodingFinding = "encoding-contradicted"
	encodingUnknown      encodingFinding = "encoding-unknown"
)

// decoderFor gives the decoder for a document that declares the given encoding, nil
// if its bytes are UTF-8 as they are, and what is wrong with the declaration.
func decoderFor(raw, declared []byte) (decoder, encodingFinding) {
	if order := utf16Order(raw); order != nil {
		finding := encodingFinding("")
		if raw[0] != 0xFF && raw[0] != 0xFE { // XML 1.0 §4.3.3 asks for the mark
			finding = encodingContradicted
		}
		return utf16Decoder(order), finding
	}
	ascii, valid := kindOfBytes(raw)
	name := strings.ToLower(string(declared))
	if isUTF8Name(declared) || ascii && extendsASCII(declared) {
		if valid {
			return nil, ""
		}
		return mixedDecoder, encodingContradicted
	}
	if m := charsets[name]; m != nil {
		if m == charmap.ISO8859_1 && hasC1(raw) {
			return charsetDecoder(charmap.Windows1252), encodingContradicted
		}
		return charsetDecoder(m), ""
	}
	finding := encodingUnknown
	if isUTF16Name(declared) || name == "us-ascii" || name == "ascii" {
		finding = encodingContradicted
	}
	if valid {
		return nil, finding
	}
	return mixedDecoder, finding
}

// kindOfBytes says whether b is ASCII and whether it is UTF-8.
func kindOfBytes(b []byte) (ascii, valid bool) {
	for _, c := range b {
		if c >= 0x80 {
			return false, utf8.Valid(b)
		}
	}
	return true, true
}

// invalidAt gives where the first byte is that is not UTF-8, -1 if all are.
func invalidAt(b []byte) int {
	for p := 0; p < len(b); {
		r, n := utf8.DecodeRune(b[p:])
		if r == utf8.RuneError && n == 1 {
			return p
		}
		p += n
	}
	return -1
}

// wholeRunes is b without the beginning of a character in UTF-8 at its end: what a cut
// leaves of it says nothing about the encoding.
func wholeRunes(b []byte) []byte {
	for n := 1; n <= min(3, len(b)); n++ {
		if at := len(b) - n; b[at] >= 0xC0 {
			if !utf8.FullRune(b[at:]) {
				return b[:at]
			}
			break
		}
	}
	return b
}

// hasC1 says whether b has bytes that are control characters in ISO 8859-1 and
// letters and quotes in windows-1252.
func hasC1(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 && c < 0xA0 {
			return true
		}
	}
	return false
}

func charsetDecoder(m *charmap.Charmap) decoder {
	return func(dst, raw []byte, p int) ([]byte, int) {
		return utf8.AppendRune(dst, m.DecodeByte(raw[p])), p + 1
	}
}

// mixedDecoder reads UTF-8 where the bytes are UTF-8 and windows-1252 where they are
// not.
func mixedDecoder(dst, raw []byte, p int) ([]byte, int) {
	if c := raw[p]; c < 0x80 {
		return append(dst, c), p + 1
	}
	if r, n := utf8.DecodeRune(raw[p:]); n > 1 {
		return utf8.AppendRune(dst, r), p + n
	}
	return utf8.AppendRune(dst, charmap.Windows1252.DecodeByte(raw[p])), p + 1
}

// utf16Order gives the byte order of a document in UTF-16, nil if it is none: by its
// byte order mark, or by the zero beside its first character (XML 1.0, appendix F).
func utf16Order(raw []byte) binary.ByteOrder {
	if len(raw) < 4 {
		return nil
	}
	switch {
	case raw[0] == 0xFF && raw[1] == 0xFE, raw[0] == '<' && raw[1] == 0 && raw[2] != 0 && raw[3] == 0:
		return binary.LittleEndian
	case raw[0] == 0xFE && raw[1] == 0xFF, raw[0] == 0 && raw[1] == '<' && raw[2] == 0 && raw[3] != 0:
		return binary.BigEndian
	}
	return nil
}

// utf16Decoder reads UTF-16. A lone surrogate or byte becomes U+FFFD; NULs and line
// ends alone at the end of a frame are what a sender put behind the document.
func utf16Decoder(order binary.ByteOrder) decoder {
	return func(dst, raw []byte, p int) ([]byte, int) {
		if p+1 == len(raw) {
			if padding(raw[p]) {
				return dst, p + 1
			}
			return utf8.AppendRune(dst, utf8.RuneError), p + 1
		}
		r, next := rune(order.Uint16(raw[p:])), p+2
		if utf16.IsSurrogate(r) {
			low := rune(0)
			if p+4 <= len(raw) {
				low = rune(order.Uint16(raw[p+2:]))
			}
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				next += 2
			}
		}
		return utf8.AppendRune(dst, r), next
	}
}
