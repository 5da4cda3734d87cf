package query

import (
	"encoding/binary"
	"math/bits"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// Words calls yield with each word of a value, plain text, folded so that case and
// accents don't count: "Müller^Johanna" has the words "muller" and "johanna". The
// hashes (Hash) of words are stored, so what a word is, is part of the format:
//
//   - A byte that is not part of valid UTF-8 is read as a character of windows-1252; the
//     five that windows-1252 does not assign are no characters.
//   - A word is a longest run of letters, decimal digits and marks (Unicode's categories
//     L, Nd and M).
//   - It is folded character by character: decomposed canonically, nonspacing marks (Mn)
//     dropped, put in lower case by the simple mapping, and these spelt out: ß ss, æ ae, œ oe,
//     þ th, ð d, đ d, ħ h, ı i, ł l, ø o, ŧ t, ſ s, ς σ. A run of nothing but
//     nonspacing marks is no word.
//
// A word is valid until yield returns. A value in ASCII costs no allocation.
func Words(value []byte, yield func(word []byte)) {
	var scratch *[]byte
	for i := 0; i < len(value); {
		class := classes[value[i]]
		if class == separator {
			i++
			continue
		}
		start, upper := i, false
		for class == folded || class == upperCase {
			upper = upper || class == upperCase
			if i++; i == len(value) {
				break
			}
			class = classes[value[i]]
		}
		if i < len(value) && class == beyondASCII {
			if scratch == nil {
				scratch = takeScratch()
			}
			*scratch, i = appendWord((*scratch)[:0], value, start)
			if len(*scratch) > 0 {
				yield(*scratch)
			}
			continue
		}
		if !upper {
			yield(value[start:i])
			continue
		}
		if scratch == nil {
			scratch = takeScratch()
		}
		*scratch = appendASCIILower((*scratch)[:0], value[start:i])
		yield(*scratch)
	}
	if scratch != nil {
		giveScratch(scratch)
	}
}

// WordHashes calls yield with the Hash of each word that Words gives, in one pass over a
// value in ASCII: what is stored is tokenised once, and it is most of what is stored.
func WordHashes(value []byte, yield func(hash uint64)) {
	var scratch *[]byte
	for i := 0; i < len(value); {
		c := lower[value[i]]
		if c == 0 {
			i++
			continue
		}
		start, h := i, uint64(hashSeed)
		for c != 0 && c < utf8.RuneSelf {
			h = (h ^ uint64(c)) * hashPrime
			if i++; i == len(value) {
				break
			}
			c = lower[value[i]]
		}
		if i == len(value) || c == 0 {
			yield(finish(h))
			continue
		}
		if scratch == nil {
			scratch = takeScratch()
		}
		*scratch, i = appendWord((*scratch)[:0], value, start)
		if len(*scratch) > 0 {
			yield(Hash(*scratch))
		}
	}
	if scratch != nil {
		giveScratch(scratch)
	}
}

// lower has for each byte what it is folded to in a word of ASCII: 0 for what separates
// words, the byte itself for what is beyond ASCII.
var lower = func() (t [256]uint8) {
	for c := range t {
		switch classes[c] {
		case folded, beyondASCII:
			t[c] = uint8(c)
		case upperCase:
			t[c] = uint8(c) + 'a' - 'A'
		}
	}
	return t
}()

// The classes of bytes.
const (
	separator = iota
	folded    // a letter or digit that folding leaves alone
	upperCase
	beyondASCII
)

var classes = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c >= utf8.RuneSelf:
			t[c] = beyondASCII
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z':
			t[c] = folded
		case 'A' <= c && c <= 'Z':
			t[c] = upperCase
		}
	}
	return t
}()

// appendWord appends the folded word that starts at value[start:] and gives the place
// after it. Where there is a character but no word, it passes over the character.
func appendWord(dst, value []byte, start int) (_ []byte, end int) {
	i := start
	for i < len(value) {
		r, size := runeAt(value[i:])
		if !inWord(r) {
			return dst, max(i, start+size)
		}
		dst = appendFolded(dst, r)
		i += size
	}
	return dst, i
}

// runeAt reads the first character of b, which must not be empty.
func runeAt(b []byte) (rune, int) {
	if b[0] < utf8.RuneSelf {
		return rune(b[0]), 1
	}
	r, size := utf8.DecodeRune(b)
	if r == utf8.RuneError && size == 1 {
		return charmap.Windows1252.DecodeByte(b[0]), 1
	}
	return r, size
}

func inWord(r rune) bool {
	if r < latinEnd {
		return latin[r].inWord
	}
	return unicode.In(r, unicode.L, unicode.Nd, unicode.M)
}

// appendFolded appends what a character of a word becomes.
func appendFolded(dst []byte, r rune) []byte {
	if r < latinEnd {
		return append(dst, latin[r].folded...)
	}
	return appendDecomposed(dst, r)
}

// latin has, for the characters of Latin scripts, whether they are part of words and what
// they become: most text needs no others.
var latin = func() (t [latinEnd]struct {
	inWord bool
	folded string
}) {
	for r := range rune(latinEnd) {
		t[r].inWord = unicode.In(r, unicode.L, unicode.Nd, unicode.M)
		t[r].folded = string(appendDecomposed(nil, r))
	}
	return t
}()

// latinEnd is the end of the blocks of letters that Unicode calls Latin.
const latinEnd = 0x250

func appendDecomposed(dst []byte, r rune) []byte {
	var buf [utf8.UTFMax]byte
	n := utf8.EncodeRune(buf[:], r)
	parts := norm.NFD.Properties(buf[:n]).Decomposition()
	if parts == nil {
		return appendPart(dst, r)
	}
	for len(parts) > 0 {
		p, size := utf8.DecodeRune(parts)
		dst = appendPart(dst, p)
		parts = parts[size:]
	}
	return dst
}

// appendFlat appends value with every character beyond ASCII folded, as Words does, or a
// blank in its place where it is not part of a word. ASCII stays as it is, so that the
// words of the result, its upper case folded, are those of value.
func appendFlat(dst, value []byte) []byte {
	for len(value) > 0 {
		n := asciiLength(value)
		dst, value = append(dst, value[:n]...), value[n:]
		if len(value) == 0 {
			break
		}
		r, size := runeAt(value)
		if inWord(r) {
			dst = appendFolded(dst, r)
		} else {
			dst = append(dst, ' ')
		}
		value = value[size:]
	}
	return dst
}

// spelt are the letters, in lower case, that have no decomposition and that people
// write otherwise.
var spelt = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'þ': "th", 'ð': "d", 'đ': "d", 'ħ': "h", 'ı': "i", 'ł': "l", 'ø': "o",
	'ŧ': "t", 'ſ': "s", 'ς': "σ",
}

func appendPart(dst []byte, r rune) []byte {
	if unicode.Is(unicode.Mn, r) {
		return dst
	}
	r = unicode.ToLower(r)
	if s, ok := spelt[r]; ok {
		return append(dst, s...)
	}
	return utf8.AppendRune(dst, r)
}

func asciiLower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func appendASCIILower(dst, b []byte) []byte {
	for _, c := range b {
		dst = append(dst, asciiLower(c))
	}
	return dst
}

func isASCII(b []byte) bool { return asciiLength(b) == len(b) }

// asciiLength is how many bytes of ASCII b starts with.
func asciiLength(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if high := binary.LittleEndian.Uint64(b[i:]) & 0x8080808080808080; high != 0 {
			return i + bits.TrailingZeros64(high)/8
		}
	}
	for ; i < len(b); i++ {
		if b[i] >= utf8.RuneSelf {
			break
		}
	}
	return i
}

// scratches are buffers for folded text: what yield sees can't live on the stack.
var scratches = sync.Pool{New: func() any { return new([]byte) }}

func takeScratch() *[]byte { return scratches.Get().(*[]byte) }

// giveScratch keeps a buffer for the next value, unless one huge word has made it so
// large that keeping it would waste memory.
func giveScratch(b *[]byte) {
	if cap(*b) <= 64<<10 {
		scratches.Put(b)
	}
}
