package hl7_test

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// plain knows a message's fields without any of the package under test: it cuts at the
// separators, and resolves the escape sequences of these.
type plain struct {
	raw, ack []byte
	latin1   bool
}

// reference is a field of the message in a golden file: {{PID[2]-3(1).4}} is the fourth
// component of the first repetition of field 3 of the second PID segment.
var reference = regexp.MustCompile(`\{\{(base64 )?(ack )?("[^"]*"|message|beginning|logged|([A-Z0-9]{3})(?:\[(\d)\])?-(\d+)(?:\((\d)\))?(?:\.(\d))?)\}\}`)

// filled puts the message's values in the place of the references.
func (p *plain) filled(t *testing.T, template string) string {
	t.Helper()
	return reference.ReplaceAllStringFunc(template, func(ref string) string {
		m := reference.FindStringSubmatch(ref)
		raw := p.raw
		if m[2] != "" {
			raw = p.ack
		}
		header := separatorsOf(raw)
		var value []byte
		switch {
		case m[3] == "message":
			value = raw
		case m[3] == "beginning":
			value = append(bytes.Clone(raw[:16<<10-3]), "..."...)
		case m[3] == "logged": // without the last byte
			value = raw[:len(raw)-1]
		case m[3][0] == '"':
			value = []byte(strings.Trim(m[3], `"`))
		default:
			value = field(t, raw, header, m[4:])
		}
		if m[1] != "" {
			return base64.StdEncoding.EncodeToString(value)
		}
		return p.text(value, header)
	})
}

// text gives a value as it stands in XML.
func (p *plain) text(value []byte, header string) string {
	text := string(value)
	if p.latin1 {
		var all []rune
		for _, c := range value {
			all = append(all, rune(c))
		}
		text = string(all)
	}
	escape := header[6:7]
	var pairs []string
	for i, letter := range []string{"F", "S", "R", "E", "T"} {
		pairs = append(pairs, escape+letter+escape, header[3+i:4+i])
	}
	text = strings.NewReplacer(pairs...).Replace(text)
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(text)
}

// separatorsOf gives the header of a message, or what stands at its beginning usually.
func separatorsOf(raw []byte) string {
	for _, line := range segments(raw) {
		if strings.HasPrefix(line, "MSH") && len(line) >= 8 {
			return line[:8]
		}
	}
	return `MSH|^~\&`
}

func segments(raw []byte) []string {
	return strings.FieldsFunc(string(raw), func(c rune) bool { return c == '\r' || c == '\n' })
}

// field gives what a reference names: segment, which of them, field, repetition, component.
func field(t *testing.T, raw []byte, header string, ref []string) []byte {
	t.Helper()
	number := func(s string) int {
		if s == "" {
			return 1
		}
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	which := number(ref[1])
	for _, line := range segments(raw) {
		if !strings.HasPrefix(line, ref[0]+header[3:4]) {
			continue
		}
		if which--; which > 0 {
			continue
		}
		at := number(ref[2])
		if ref[0] == "MSH" {
			at-- // MSH-1 is the separator itself
		}
		value := strings.Split(line, header[3:4])[at]
		if ref[3] != "" {
			value = strings.Split(value, header[5:6])[number(ref[3])-1]
		}
		if ref[4] != "" {
			value = strings.Split(value, header[4:5])[number(ref[4])-1]
		}
		if value == "" {
			t.Errorf("%q is empty", ref)
		}
		return []byte(value)
	}
	t.Fatalf("no %q", ref)
	return nil
}
