package hl7

import (
	"bytes"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// unknownToDcm4che are the character sets that dcm4che takes for ASCII.
var unknownToDcm4che = map[string]bool{"8859/15": true, "BIG-5": true}

// decodeAsDcm4che gives a message's text in UTF-8 as dcm4che reads it: the header is UTF-8
// without escape sequences, the rest has the character set that all of MSH-18 names, else
// ASCII.
func decodeAsDcm4che(raw, scratch []byte) (text, newScratch []byte) {
	n := bytes.IndexAny(raw, "\r\n")
	if n < 8 {
		return raw, scratch
	}
	header, rest := raw[:n], raw[n:]
	decoded := withHexadecimal(rest, header[3:8])
	if len(decoded) == len(rest) && isASCII(rest) {
		return raw, scratch
	}
	name := declared(header)
	var e encoding.Encoding
	switch {
	case name == unreadable:
		e = charmap.Windows874 // which it calls TIS-620
	case !unknownToDcm4che[name]:
		e = charsets[name]
	}
	scratch = append(scratch[:0], header...)
	switch {
	case e == unicode.UTF8:
		scratch = append(scratch, decoded...)
	case e == nil:
		scratch = appendASCII(scratch, decoded)
	default:
		scratch = appendDecoded(scratch, decoded, e)
	}
	return scratch, scratch
}

// withHexadecimal puts the bytes in the place of \Xhh..\, as dcm4che does before it looks
// for segments: unless one of them is a separator. It gives b itself where it has none.
func withHexadecimal(b, separators []byte) []byte {
	escape := separators[3]
	if !bytes.Contains(b, []byte{escape, 'X'}) {
		return b
	}
	return replaceHexadecimal(b, escape, func(c byte) bool { return bytes.IndexByte(separators, c) < 0 })
}
