package hl7

import (
	"bytes"
	"encoding/hex"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// esc begins what switches to another character set (ISO 2022).
const esc = 0x1B

// designation is an escape sequence's meaning: which bytes, those below 0x80 or those
// above, are of which character set from there on.
type designation struct {
	sequence string
	high     bool
	set      encoding.Encoding // nil for ASCII
	// lead stands before each pair of bytes of a set that set has beside others.
	lead byte
}

// designations are those of the character sets of HL7 table 0211.
var designations = []designation{
	{sequence: "(B"}, {sequence: "(J"}, // ASCII, and JIS X 0201 of Roman letters
	{sequence: "(I", set: japanese.ShiftJIS}, {sequence: ")I", high: true, set: japanese.ShiftJIS},
	{sequence: "$@", set: japanese.EUCJP}, {sequence: "$B", set: japanese.EUCJP}, {sequence: "$(B", set: japanese.EUCJP},
	{sequence: "$(D", set: japanese.EUCJP, lead: 0x8F},
	{sequence: "$)C", high: true, set: korean.EUCKR},
	{sequence: "$)A", high: true, set: simplifiedchinese.GBK},
	{sequence: "-A", high: true, set: charmap.ISO8859_1}, {sequence: "-B", high: true, set: charmap.ISO8859_2},
	{sequence: "-C", high: true, set: charmap.ISO8859_3}, {sequence: "-D", high: true, set: charmap.ISO8859_4},
	{sequence: "-L", high: true, set: charmap.ISO8859_5}, {sequence: "-G", high: true, set: charmap.ISO8859_6},
	{sequence: "-F", high: true, set: charmap.ISO8859_7}, {sequence: "-H", high: true, set: charmap.ISO8859_8},
	{sequence: "-M", high: true, set: charmap.ISO8859_9}, {sequence: "-b", high: true, set: charmap.ISO8859_15},
}

// appendSwitching appends a text that switches its character sets, decoded. It begins each
// segment with ASCII and, for bytes from 0x80 on, first.
func appendSwitching(dst, b []byte, first encoding.Encoding) []byte {
	var low designation
	high := first
	for len(b) > 0 {
		switch c := b[0]; {
		case c == '\r' || c == '\n':
			low, high = designation{}, first
			dst = append(dst, c)
			b = b[1:]
		case c == esc:
			d := designated(b[1:])
			switch {
			case d == nil:
				dst = append(dst, c)
				b = b[1:]
				continue
			case d.high:
				high = d.set
			default:
				low = *d
			}
			b = b[1+len(d.sequence):]
		case c < utf8.RuneSelf:
			n := run(b, func(c byte) bool { return c >= utf8.RuneSelf })
			dst = low.append(dst, b[:n])
			b = b[n:]
		default:
			n := run(b, func(c byte) bool { return c < utf8.RuneSelf })
			dst = appendDecoded(dst, b[:n], high)
			b = b[n:]
		}
	}
	return dst
}

// designated gives what the escape sequence means that b begins with, nil if it is unknown.
func designated(b []byte) *designation {
	for i := range designations {
		if bytes.HasPrefix(b, []byte(designations[i].sequence)) {
			return &designations[i]
		}
	}
	return nil
}

// run gives how many bytes go together: up to a control character or one that stops them.
func run(b []byte, stops func(byte) bool) int {
	for i, c := range b {
		if i > 0 && (stops(c) || c == esc || c == '\r' || c == '\n') {
			return i
		}
	}
	return len(b)
}

// append appends bytes below 0x80, decoded. The decoders know them with the highest bit set.
func (d *designation) append(dst, b []byte) []byte {
	if d.set == nil {
		return append(dst, b...)
	}
	raised := make([]byte, 0, 2*len(b))
	for i, c := range b {
		if d.lead != 0 && i%2 == 0 {
			raised = append(raised, d.lead)
		}
		raised = append(raised, c|0x80)
	}
	return appendDecoded(dst, raised, d.set)
}

// withEscapes puts ISO 2022's escape sequences in the place of those by which HL7 writes
// them, \Cxxyy\ and \Mxxyyzz\ (HL7 v2.5 section 2.7.2). It gives b itself where it has none.
func withEscapes(b []byte) []byte {
	if len(b) < 8 || isLetter(b[6]) {
		return b
	}
	escaped := func(kind byte) bool { return bytes.Contains(b, []byte{b[6], kind, '2'}) }
	if !escaped('C') && !escaped('M') {
		return b
	}
	return replaceEscaped(b, b[6], func(out, sequence []byte) ([]byte, bool) {
		if sequence[0] != 'C' && sequence[0] != 'M' {
			return out, false
		}
		switching, err := hex.AppendDecode([]byte{esc}, sequence[1:])
		if err != nil || designated(switching[1:]) == nil {
			return out, false
		}
		return append(out, switching...), true
	})
}

// withBytes puts the bytes that \Xhh..\ stands for in its place, where all are of a
// character set beyond ASCII.
func withBytes(b []byte) []byte {
	return replaceHexadecimal(b, b[6], func(c byte) bool { return c >= utf8.RuneSelf })
}

// replaceHexadecimal gives a copy of b with the bytes that \Xhh..\ stands for in its place,
// where each of them is one that may stand there.
func replaceHexadecimal(b []byte, escape byte, may func(byte) bool) []byte {
	return replaceEscaped(b, escape, func(out, sequence []byte) ([]byte, bool) {
		if sequence[0] != 'X' {
			return out, false
		}
		replaced, err := hex.AppendDecode(out, sequence[1:])
		if err != nil {
			return out, false
		}
		for _, c := range replaced[len(out):] {
			if !may(c) {
				return out, false
			}
		}
		return replaced, true
	})
}

// replaceEscaped gives a copy of b in which with has its say about what stands between two
// escape characters: it appends what comes instead, or says false.
func replaceEscaped(b []byte, escape byte, with func(out, sequence []byte) ([]byte, bool)) []byte {
	out := make([]byte, 0, len(b))
	for {
		at := bytes.IndexByte(b, escape)
		if at < 0 {
			return append(out, b...)
		}
		out = append(out, b[:at]...)
		b = b[at:]
		end := 1 + bytes.IndexByte(b[1:], escape)
		replaced := false
		if end > 1 {
			out, replaced = with(out, b[1:end])
		}
		if replaced {
			b = b[end+1:]
		} else {
			out, b = append(out, escape), b[1:]
		}
	}
}
