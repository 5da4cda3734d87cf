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

// charsetRules is how MSH-18 is read where it says too little.
type charsetRules uint8

const (
	// guessing takes what names no character set as UTF-8 where it can be, else as 8859/1.
	guessing charsetRules = iota
	// asDcm4che knows what dcm4che knows; all else is ASCII, other bytes become U+FFFD.
	asDcm4che
)

// charsets are the names of HL7 table 0211 that can't stand in a text of ASCII.
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

	"ISO IR14":       japanese.ShiftJIS,
	"ISO IR87":       japanese.EUCJP,
	"ISO IR159":      japanese.EUCJP,
	"GB 18030-2000":  simplifiedchinese.GB18030,
	"KS X 1001":      korean.EUCKR,
	"BIG-5":          traditionalchinese.Big5,
	"CNS 11643-1992": nil,
	"UNICODE":        unicode.UTF8,
	"UNICODE UTF-8":  unicode.UTF8,
	"UTF-8":          unicode.UTF8,
	"ASCII":          nil,
	"ISO IR6":        nil,
	"UNICODE UTF-16": nil, // its bytes were told by themselves
	"UNICODE UTF-32": nil,
}

// unknownToDcm4che are those that dcm4che takes for ASCII.
var unknownToDcm4che = map[string]bool{
	"8859/15": true, "BIG-5": true,
}

// decode gives a message's text in UTF-8. It is raw itself where nothing has to be done,
// else in the memory of scratch, which is given back.
func decode(raw, scratch []byte, rules charsetRules) (text, newScratch []byte) {
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if wide := wideEncoding(raw); wide != nil {
		return transform(wide, raw, scratch)
	}
	if isASCII(raw) && bytes.IndexByte(raw, 0x1B) < 0 {
		return raw, scratch
	}
	named := declared(raw)
	first, more, repeats := strings.Cut(named, "~")
	if repeats && rules == asDcm4che {
		return plain(raw, scratch)
	}
	if bytes.IndexByte(raw, 0x1B) >= 0 && strings.Contains(first+more, "ISO IR") && rules == guessing {
		return transform(japanese.ISO2022JP, raw, scratch)
	}
	e, known := charsets[first]
	switch {
	case rules == asDcm4che && first == "CNS 11643-1992":
		e = charmap.Windows874
	case rules == asDcm4che && unknownToDcm4che[first]:
		e = nil
	case rules == guessing && (!known || e == nil && first != "CNS 11643-1992"):
		e = charmap.ISO8859_1
		if utf8.Valid(raw) {
			e = unicode.UTF8
		}
	}
	switch e {
	case nil:
		return plain(raw, scratch)
	case unicode.UTF8:
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

// transform decodes raw. A decoder of x/text writes U+FFFD for what it can't read.
func transform(e encoding.Encoding, raw, scratch []byte) (text, newScratch []byte) {
	if c, ok := e.(*charmap.Charmap); ok {
		scratch = scratch[:0]
		for _, b := range raw {
			scratch = utf8.AppendRune(scratch, c.DecodeByte(b))
		}
		return scratch, scratch
	}
	text, err := e.NewDecoder().Bytes(raw)
	if err != nil {
		return plain(raw, scratch)
	}
	return text, scratch
}

// plain takes raw as ASCII: other bytes become U+FFFD.
func plain(raw, scratch []byte) (text, newScratch []byte) {
	scratch = scratch[:0]
	for _, b := range raw {
		if b < utf8.RuneSelf {
			scratch = append(scratch, b)
		} else {
			scratch = utf8.AppendRune(scratch, utf8.RuneError)
		}
	}
	return scratch, scratch
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
