package hl7

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// charsets are those names of HL7 table 0211 that say more than ASCII does. UTF-16 and
// UTF-32 are told by their bytes.
var charsets = map[string]encoding.Encoding{
	"8859/1":  charmap.ISO8859_1,
	"8859/2":  charmap.ISO8859_2,
	"8859/3":  charmap.ISO8859_3,
	"8859/4":  charmap.ISO8859_4,
	"8859/5":  charmap.ISO8859_5,
	"8859/6":  charmap.ISO8859_6,
	"8859/7":  charmap.ISO8859_7,
	"8859/8":  charmap.ISO8859_8,
	"8859/9":  charmap.ISO8859_9,
	"8859/15": charmap.ISO8859_15,

	"ISO IR14":      japanese.ShiftJIS,
	"ISO IR87":      japanese.EUCJP,
	"ISO IR159":     japanese.EUCJP,
	"GB 18030-2000": simplifiedchinese.GB18030,
	"KS X 1001":     korean.EUCKR,
	"BIG-5":         traditionalchinese.Big5,
	"UNICODE":       unicode.UTF8,
	"UNICODE UTF-8": unicode.UTF8,
	"UTF-8":         unicode.UTF8,
}

// unreadable are the names of table 0211 for which there is no decoder.
const unreadable = "CNS 11643-1992"

// decode gives a message's text in UTF-8. It is raw itself where nothing has to be done,
// else in the memory of scratch, which is given back.
func decode(raw, scratch []byte, how reading) (text, newScratch []byte) {
	if how == asDcm4che {
		return decodeAsDcm4che(raw, scratch)
	}
	if wide := wideEncoding(raw); wide != nil {
		return transform(wide, raw, scratch)
	}
	raw = withEscapes(raw)
	switches := bytes.IndexByte(raw, esc) >= 0
	hexadecimal := len(raw) > 7 && bytes.Contains(raw, []byte{raw[6], 'X'})
	if isASCII(raw) && !switches && !hexadecimal {
		return raw, scratch
	}
	// The first of several is the one to begin with.
	name, _, _ := strings.Cut(declared(raw), "~")
	e, known := charsets[name]
	if known && hexadecimal {
		raw = withBytes(raw)
	}
	switch {
	case name == unreadable:
		scratch = appendASCII(scratch[:0], raw)
		return scratch, scratch
	case !known && utf8.Valid(raw):
		e = unicode.UTF8
	case !known:
		e = charmap.ISO8859_1
	}
	switch {
	case switches:
		scratch = appendSwitching(scratch[:0], raw, e)
		return scratch, scratch
	case e == unicode.UTF8:
		return raw, scratch
	}
	return transform(e, raw, scratch)
}

// declared gives MSH-18, "" where there is none.
func declared(raw []byte) string {
	for rest := raw; len(rest) > 0; {
		var line []byte
		line, rest = nextLine(rest)
		if len(line) < 5 || string(line[:3]) != "MSH" {
			continue
		}
		return string(bytes.TrimSpace(part(line, line[3], 17)))
	}
	return ""
}

// wideEncoding tells UTF-16 and UTF-32 by the M of MSH, nil if it is neither.
func wideEncoding(b []byte) encoding.Encoding {
	switch {
	case len(b) < 8:
		return nil
	case bytes.HasPrefix(b, []byte("\x00\x00\x00M")), bytes.HasPrefix(b, []byte("\x00\x00\xFE\xFF")):
		return utf32.UTF32(utf32.BigEndian, utf32.UseBOM)
	case bytes.HasPrefix(b, []byte("M\x00\x00\x00")), bytes.HasPrefix(b, []byte("\xFF\xFE\x00\x00")):
		return utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)
	case bytes.HasPrefix(b, []byte("\x00M\x00S")), bytes.HasPrefix(b, []byte("\xFE\xFF")):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case bytes.HasPrefix(b, []byte("M\x00S\x00")), bytes.HasPrefix(b, []byte("\xFF\xFE")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	}
	return nil
}

// transform decodes raw.
func transform(e encoding.Encoding, raw, scratch []byte) (text, newScratch []byte) {
	scratch = appendDecoded(scratch[:0], raw, e)
	return scratch, scratch
}

// appendDecoded appends b decoded. A decoder of x/text writes U+FFFD for what it can't read.
func appendDecoded(dst, b []byte, e encoding.Encoding) []byte {
	if c, ok := e.(*charmap.Charmap); ok {
		for _, one := range b {
			dst = utf8.AppendRune(dst, c.DecodeByte(one))
		}
		return dst
	}
	if text, err := e.NewDecoder().Bytes(b); err == nil {
		return append(dst, text...)
	}
	return appendASCII(dst, b)
}

// appendASCII appends b as ASCII: other bytes become U+FFFD.
func appendASCII(dst, b []byte) []byte {
	for _, c := range b {
		if c < utf8.RuneSelf {
			dst = append(dst, c)
		} else {
			dst = utf8.AppendRune(dst, utf8.RuneError)
		}
	}
	return dst
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
