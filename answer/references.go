package answer

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"arr/audit"
)

// referenced is a well-formed document with character references for the hidden characters in
// its texts and values, which an XML reader reads alike. Where there are no references, in
// comments and instructions, there are escapes such as \u202e; a CDATA section is interrupted.
// Names have none that could be taken for something else.
func referenced(xml []byte) []byte {
	if !hasHidden(xml) {
		return xml
	}
	out := make([]byte, 0, len(xml)+len(xml)/8)
	for len(xml) > 0 {
		var part []byte
		switch {
		case bytes.HasPrefix(xml, []byte("<!--")):
			part, xml = cutBehind(xml, "-->")
			out = appendWith(out, part, audit.AppendVisible)
		case bytes.HasPrefix(xml, []byte("<![CDATA[")):
			part, xml = cutBehind(xml, "]]>")
			out = appendWith(out, part, func(dst []byte, r rune) []byte {
				return append(reference(append(dst, "]]>"...), r), "<![CDATA["...)
			})
		case bytes.HasPrefix(xml, []byte("<?")):
			part, xml = cutBehind(xml, "?>")
			out = appendWith(out, part, audit.AppendVisible)
		case xml[0] == '<':
			out, xml = appendTag(out, xml)
		default:
			end := bytes.IndexByte(xml, '<')
			if end < 0 {
				end = len(xml)
			}
			out = appendWith(out, xml[:end], reference)
			xml = xml[end:]
		}
	}
	return out
}

// isHidden leaves the white space that lays a document out.
func isHidden(r rune) bool { return r != '\n' && r != '\r' && r != '\t' && audit.Hidden(r) }

func hasHidden(xml []byte) bool {
	for i := 0; i < len(xml); {
		r, size := rune(xml[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(xml[i:])
		}
		if isHidden(r) {
			return true
		}
		i += size
	}
	return false
}

// cutBehind cuts xml behind the first end in it.
func cutBehind(xml []byte, end string) (part, rest []byte) {
	at := bytes.Index(xml, []byte(end))
	if at < 0 {
		return xml, nil
	}
	at += len(end)
	return xml[:at], xml[at:]
}

// appendTag appends the tag that xml begins with, with references in its values.
func appendTag(dst, xml []byte) (out, rest []byte) {
	for len(xml) > 0 {
		at := bytes.IndexAny(xml, `"'>`)
		if at < 0 {
			return append(dst, xml...), nil
		}
		quote := xml[at]
		dst, xml = append(dst, xml[:at+1]...), xml[at+1:]
		if quote == '>' {
			break
		}
		end := bytes.IndexByte(xml, quote)
		if end < 0 {
			end = len(xml) - 1
		}
		dst, xml = appendWith(dst, xml[:end+1], reference), xml[end+1:]
	}
	return dst, xml
}

// appendWith appends text; write appends what stands for a hidden character.
func appendWith(dst, text []byte, write func([]byte, rune) []byte) []byte {
	for _, r := range string(text) {
		if isHidden(r) {
			dst = write(dst, r)
		} else {
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

func reference(dst []byte, r rune) []byte {
	return append(strconv.AppendInt(append(dst, "&#x"...), int64(r), 16), ';')
}
