package schemas

import (
	"bytes"
	"strings"

	"arr/audit"
)

// Type is a datatype of a value, from 1 on. The zero value is no datatype: what it would
// be the type of may not be there.
type Type uint8

// anyText is the datatype that takes any text: RELAX NG's text and token. The generator
// gives it the first number.
const anyText Type = 1

// typeKind is the kind of a datatype.
type typeKind uint8

const (
	tokenType       typeKind = iota // RELAX NG token or text: anything
	enumerationType                 // one of some tokens
	integersType                    // one of some integers
	booleanType
	dateTimeType
	integerType
	base64BinaryType
)

type datatype struct {
	kind   typeKind
	values []string
}

// Any says whether every text is of type t.
func (t Type) Any() bool { return t == anyText }

// Valid says whether value, in which XML's references are resolved, is of type t.
func (t Type) Valid(value []byte) bool {
	if t == 0 {
		return false
	}
	d := &datatypes[t-1]
	switch d.kind {
	case dateTimeType:
		return DateTime(value)
	case base64BinaryType:
		return Base64Binary(value)
	case booleanType:
		return Boolean(value)
	case integerType:
		return Integer(value)
	case enumerationType:
		for _, v := range d.values {
			if collapsed(value, v) {
				return true
			}
		}
		return false
	case integersType:
		return Integer(value) && oneOf(d.values, digitsOf(value))
	}
	return true
}

// Accepts is Valid for a value as it stands in a document.
func (t Type) Accepts(raw []byte) bool {
	var plain [256]byte
	if bytes.IndexByte(raw, '&') >= 0 && !t.Any() {
		raw = audit.AppendUnescaped(plain[:0], raw)
	}
	return t.Valid(raw)
}

func oneOf(values []string, digits []byte) bool {
	for _, v := range values {
		if v == string(digits) {
			return true
		}
	}
	return false
}

// typeTexts are the code of a fault of each kind of datatype, and what is expected.
var typeTexts = [...]struct{ code, expected string }{
	tokenType:        {"", "text"},
	enumerationType:  {"bad-enum", ""},
	integersType:     {"bad-enum", ""},
	booleanType:      {"bad-boolean", "true, false, 1 or 0 (xsd:boolean)"},
	dateTimeType:     {"bad-date-time", "a date and time such as 2026-03-04T05:06:07+01:00 (xsd:dateTime)"},
	integerType:      {"bad-integer", "a whole number (xsd:integer)"},
	base64BinaryType: {"bad-base64", "padded base64 (xsd:base64Binary)"},
}

// fault is the code of the fault of a value that is not of type t.
func (t Type) fault() string { return typeTexts[datatypes[t-1].kind].code }

// expected says for people what type t wants.
func (t Type) expected() string {
	d := &datatypes[t-1]
	if d.values == nil {
		return typeTexts[d.kind].expected
	}
	return list(d.values)
}

// list is "a, b or c".
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func blank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// trim is b without the white space around it.
func trim(b []byte) []byte {
	for len(b) > 0 && blank(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && blank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// collapsed says whether b is want once white space is collapsed (RELAX NG §6.2.9: the
// builtin token). No word of the grammars has white space in it.
func collapsed(b []byte, want string) bool {
	return string(b) == want || string(trim(b)) == want
}

// Boolean says whether b is an xsd:boolean (XML Schema part 2, §3.2.2).
func Boolean(b []byte) bool {
	switch string(trim(b)) {
	case "true", "false", "1", "0":
		return true
	}
	return false
}

// Integer says whether b is an xsd:integer (§3.3.13): digits, any number of them, with or
// without a sign.
func Integer(b []byte) bool {
	b = trim(b)
	if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
		b = b[1:]
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

// digitsOf is an xsd:integer in its canonical form.
func digitsOf(b []byte) []byte {
	b = trim(b)
	negative := b[0] == '-'
	if b[0] == '+' || negative {
		b = b[1:]
	}
	for len(b) > 1 && b[0] == '0' {
		b = b[1:]
	}
	if negative && string(b) != "0" {
		return nil // no grammar has a negative number
	}
	return b
}

// base64Invalid has a bit set for every byte that is none of the base64 alphabet, and
// base64Values their six bits.
var base64Invalid, base64Values = base64Tables()

func base64Tables() (invalid, values [256]byte) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range invalid {
		invalid[i] = 1
	}
	for i := range len(alphabet) {
		invalid[alphabet[i]] = 0
		values[alphabet[i]] = byte(i)
	}
	return invalid, values
}

// Base64Binary says whether b is an xsd:base64Binary (§3.2.16): padded, the bits that the
// padding leaves over zero, with white space anywhere.
func Base64Binary(b []byte) bool {
	b = trim(b)
	n := len(b)
	for n > 0 && b[n-1] == '=' {
		n--
	}
	bad, i := byte(0), 0
	for ; i+8 <= n; i += 8 {
		q := b[i : i+8 : i+8]
		bad |= base64Invalid[q[0]] | base64Invalid[q[1]] | base64Invalid[q[2]] | base64Invalid[q[3]] |
			base64Invalid[q[4]] | base64Invalid[q[5]] | base64Invalid[q[6]] | base64Invalid[q[7]]
	}
	for ; i < n; i++ {
		bad |= base64Invalid[b[i]]
	}
	if bad != 0 {
		return spacedBase64(b)
	}
	last := byte('A')
	if n > 0 {
		last = b[n-1]
	}
	return padded(n, len(b)-n, last)
}

// padded says whether n letters, the last of them given, and as many equals signs make
// whole groups without bits left over.
func padded(n, equals int, last byte) bool {
	switch n % 4 {
	case 0:
		return equals == 0
	case 2:
		return equals == 2 && base64Values[last]&0xF == 0
	case 3:
		return equals == 1 && base64Values[last]&3 == 0
	}
	return false
}

// spacedBase64 is Base64Binary where there is white space within.
func spacedBase64(b []byte) bool {
	n, equals, last := 0, 0, byte('A')
	for _, c := range b {
		switch {
		case blank(c):
		case c == '=':
			equals++
		case equals > 0 || base64Invalid[c] != 0:
			return false
		default:
			n++
			last = c
		}
	}
	return padded(n, equals, last)
}
