package hl7

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// texts keeps the strings of one audit message in one piece of memory. The strings that it
// gives stay what they are while more are added.
type texts struct {
	b       strings.Builder
	scratch []byte
	// keepsHexadecimal leaves \Xhh..\ as it is.
	keepsHexadecimal bool
}

// reset begins a new piece for about n bytes; the strings of the last one stay.
func (t *texts) reset(n int) {
	t.b = strings.Builder{}
	t.b.Grow(n)
}

func (t *texts) plain(b []byte) string {
	n := t.b.Len()
	t.b.Write(b)
	return t.b.String()[n:]
}

// joined gives two values with a bar between them, as HL7 applications are named.
func (t *texts) joined(a, b []byte) string {
	n := t.b.Len()
	t.b.Write(a)
	t.b.WriteByte('|')
	t.b.Write(b)
	return t.b.String()[n:]
}

func (t *texts) base64(b []byte) string {
	n := t.b.Len()
	t.scratch = base64.StdEncoding.AppendEncode(t.scratch[:0], b)
	t.b.Write(t.scratch)
	return t.b.String()[n:]
}

// cut gives b in base64, if it has more than limit bytes its beginning and "...".
func (t *texts) cut(b []byte, limit int) string {
	if len(b) <= limit {
		return t.base64(b)
	}
	n := t.b.Len()
	t.scratch = appendCut(t.scratch[:0], b, limit)
	t.scratch = base64.StdEncoding.AppendEncode(t.scratch, t.scratch)
	t.b.Write(t.scratch[max(limit, 3):])
	return t.b.String()[n:]
}

// appendCut appends b, if it has more than limit bytes its beginning and "...".
func appendCut(dst, b []byte, limit int) []byte {
	if len(b) <= limit {
		return append(dst, b...)
	}
	return append(append(dst, b[:max(limit-3, 0)]...), "..."...)
}

// unescaped gives a field with its escape sequences resolved (HL7 v2.5 section 2.7).
func (t *texts) unescaped(field []byte, sep separators) string {
	n := t.b.Len()
	for len(field) > 0 {
		sequence, before, behind, ok := nextEscape(field, sep.escape)
		t.b.Write(before)
		if !ok {
			break
		}
		t.resolve(sequence, sep)
		field = behind
	}
	return t.b.String()[n:]
}

// nextEscape finds the first escape sequence of b, without its escape characters. Where
// none is left, before is all of b and ok false.
func nextEscape(b []byte, escape byte) (sequence, before, behind []byte, ok bool) {
	if escape == 0 {
		return nil, b, nil, false
	}
	for i := range b {
		if b[i] != escape {
			continue
		}
		for j := i + 1; j < len(b); j++ {
			if b[j] == escape {
				return b[i+1 : j], b[:i], b[j+1:], true
			}
		}
		break
	}
	return nil, b, nil, false
}

// resolve writes what an escape sequence stands for. One that is not known, or is for
// those who lay out a text, stays as it is.
func (t *texts) resolve(sequence []byte, sep separators) {
	if len(sequence) == 1 {
		var c byte
		switch sequence[0] {
		case 'F':
			c = sep.field
		case 'S':
			c = sep.component
		case 'T':
			c = sep.subcomponent
		case 'R':
			c = sep.repetition
		case 'E':
			c = sep.escape
		}
		if c != 0 {
			t.b.WriteByte(c)
			return
		}
	}
	if len(sequence) > 2 && sequence[0] == 'X' && !t.keepsHexadecimal && t.hexadecimal(sequence[1:]) {
		return
	}
	t.b.WriteByte(sep.escape)
	t.b.Write(sequence)
	t.b.WriteByte(sep.escape)
}

// hexadecimal writes the bytes that digits stand for, as 8859/1 where they are no UTF-8.
func (t *texts) hexadecimal(digits []byte) bool {
	var err error
	if t.scratch, err = hex.AppendDecode(t.scratch[:0], digits); err != nil {
		return false
	}
	if utf8.Valid(t.scratch) {
		t.b.Write(t.scratch)
		return true
	}
	for _, c := range t.scratch {
		t.b.WriteRune(rune(c))
	}
	return true
}
