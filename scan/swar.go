package scan

import (
	"encoding/binary"
	"math/bits"
)

// The functions of this file look at eight bytes at a time ("SIMD within a
// register"): a byte of interest sets its top bit in a mask. Only the lowest bit
// that is set can be trusted, since a subtraction may borrow from the bytes above a
// hit; so only the lowest is used.

const (
	lsb      = 0x0101010101010101
	msb      = 0x8080808080808080
	lessThan = '<' * lsb
	amp      = '&' * lsb
	bracket  = ']' * lsb
	slash    = '/' * lsb
	blank    = ' ' * lsb
)

// zeroBytes marks the bytes of x that are zero.
func zeroBytes(x uint64) uint64 { return (x - lsb) &^ x }

// controls marks the bytes of x below the blank.
func controls(x uint64) uint64 { return (x - blank) &^ x }

// valueStop gives the first position from p on whose byte needs a look in an
// attribute's value: the quote q, <, &, a control character, or part of a
// character beyond ASCII. It is len(doc) if there is none.
func valueStop(doc []byte, p int, q byte) int {
	qq := uint64(q) * lsb
	for ; p+8 <= len(doc); p += 8 {
		x := binary.LittleEndian.Uint64(doc[p:])
		m := controls(x) | x | zeroBytes(x^qq) | zeroBytes(x^lessThan) | zeroBytes(x^amp)
		if m &= msb; m != 0 {
			return p + bits.TrailingZeros64(m)>>3
		}
	}
	for ; p < len(doc); p++ {
		if c := doc[p]; c < ' ' || c >= 0x80 || c == q || c == '<' || c == '&' {
			break
		}
	}
	return p
}

// textStop is valueStop for text between tags: it stops at <, &, ], control characters
// and what is beyond ASCII.
func textStop(doc []byte, p int) int {
	for ; p+8 <= len(doc); p += 8 {
		x := binary.LittleEndian.Uint64(doc[p:])
		m := controls(x) | x | zeroBytes(x^lessThan) | zeroBytes(x^amp) | zeroBytes(x^bracket)
		if m &= msb; m != 0 {
			return p + bits.TrailingZeros64(m)>>3
		}
	}
	for ; p < len(doc); p++ {
		if c := doc[p]; c < ' ' || c >= 0x80 || c == '<' || c == '&' || c == ']' {
			break
		}
	}
	return p
}

// nameStop gives the end of what may be a name that starts at p: the first white
// space, control character, slash, or one of < = > ?. Whether the name is one is
// for the caller to check; the vocabulary's names are.
func nameStop(doc []byte, p int) int {
	const kind, delims = 0xFC * lsb, 0x3C * lsb // 0x3C to 0x3F are < = > ?
	for ; p+8 <= len(doc); p += 8 {
		x := binary.LittleEndian.Uint64(doc[p:])
		m := (x-'!'*lsb)&^x | zeroBytes(x&kind^delims) | zeroBytes(x^slash)
		if m &= msb; m != 0 {
			return p + bits.TrailingZeros64(m)>>3
		}
	}
	for ; p < len(doc); p++ {
		if c := doc[p]; c <= ' ' || c == '/' || c >= '<' && c <= '?' {
			break
		}
	}
	return p
}

// skipBlank gives the first position from p on that is not white space.
func skipBlank(doc []byte, p int) int {
	for p < len(doc) {
		switch doc[p] {
		case ' ':
			for p+8 <= len(doc) && binary.LittleEndian.Uint64(doc[p:]) == blank {
				p += 8
			}
			if p < len(doc) && doc[p] == ' ' {
				p++
			}
		case '\n', '\t', '\r':
			p++
		default:
			return p
		}
	}
	return p
}

// isBlank says whether c is white space as XML 1.0 §2.3 has it.
func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
