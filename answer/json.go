package answer

import (
	"strconv"
	"time"
	"unicode/utf8"

	"arr/audit"
)

// The appenders below write compact JSON. Whether a comma is due shows in the last
// byte: only an opening bracket asks for none, since a string ends in a quotation
// mark.

func appendComma(dst []byte) []byte {
	if n := len(dst); n > 0 && dst[n-1] != '{' && dst[n-1] != '[' {
		dst = append(dst, ',')
	}
	return dst
}

// appendKey takes keys that need no escaping.
func appendKey(dst []byte, key string) []byte {
	dst = append(appendComma(dst), '"')
	dst = append(dst, key...)
	return append(dst, '"', ':')
}

func appendMember(dst []byte, key, value string) []byte {
	return appendString(appendKey(dst, key), value)
}

// appendOptional leaves an empty value out.
func appendOptional(dst []byte, key, value string) []byte {
	if value == "" {
		return dst
	}
	return appendMember(dst, key, value)
}

func appendStrings(dst []byte, key string, values []string) []byte {
	dst = append(appendKey(dst, key), '[')
	for _, s := range values {
		dst = appendString(appendComma(dst), s)
	}
	return append(dst, ']')
}

// appendString appends s as a JSON string of valid UTF-8. Hidden characters are escaped.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c < utf8.RuneSelf && c != '"' && c != '\\' && c != 0x7f {
			i++
			continue
		}
		size := 1
		r := rune(c)
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
			if (r != utf8.RuneError || size > 1) && !audit.Hidden(r) {
				i += size
				continue
			}
		}
		dst = appendEscape(append(dst, s[start:i]...), r)
		i += size
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

func appendEscape(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return audit.AppendJSONEscape(dst, r)
}

// appendTime appends microseconds since the Unix epoch as RFC 3339 in zone.
func appendTime(dst []byte, us int64, zone *time.Location) []byte {
	return time.UnixMicro(us).In(zone).AppendFormat(dst, "2006-01-02T15:04:05.999999Z07:00")
}

func appendInt(dst []byte, key string, n int) []byte {
	return strconv.AppendInt(appendKey(dst, key), int64(n), 10)
}
