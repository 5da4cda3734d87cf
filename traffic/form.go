package traffic

import (
	"encoding/base64"
	"strings"
	"time"
)

// moment is everything that one message is filled from.
type moment struct {
	at      time.Time     // of the event, UTC
	lag     time.Duration // until the message was sent
	system  *system
	visit   *visit
	user    *user
	outcome string
	control uint64 // counts messages
	scratch []byte
}

// blank appends what belongs into a form's blank.
type blank func(dst []byte, m *moment) []byte

// piece is a text and the blank after it, which the last piece may lack.
type piece struct {
	text  string
	blank blank
}

// form is a message to fill in.
type form []piece

// forms are those of all events in all styles.
type forms [numStyles][numEvents]form

// fill appends the message that m makes of f to dst.
func (f form) fill(dst []byte, m *moment) []byte {
	for i := range f {
		dst = append(dst, f[i].text...)
		if f[i].blank != nil {
			dst = f[i].blank(dst, m)
		}
	}
	return dst
}

// compile cuts a text at its {blanks}. A name that is not in blanks stays as text.
func compile(text string, blanks map[string]blank) form {
	var f form
	rest, keep := text, 0
	for {
		open := strings.IndexByte(rest[keep:], '{')
		if open < 0 {
			return append(f, piece{text: rest})
		}
		open += keep
		end := strings.IndexByte(rest[open:], '}')
		if end < 0 {
			return append(f, piece{text: rest})
		}
		b, ok := blanks[rest[open+1:open+end]]
		if !ok {
			keep = open + 1
			continue
		}
		f = append(f, piece{rest[:open], b})
		rest, keep = rest[open+end+1:], 0
	}
}

// inBase64 is a blank for a whole form in base64.
func inBase64(f form) blank {
	return func(dst []byte, m *moment) []byte {
		m.scratch = f.fill(m.scratch[:0], m)
		return base64.StdEncoding.AppendEncode(dst, m.scratch)
	}
}

// newForms compiles the messages of all events in all styles.
func newForms() forms {
	blanks := newBlanks()
	for name, text := range hl7Messages {
		blanks["base64 "+name] = inBase64(compile(strings.ReplaceAll(text, "\n", "\r"), blanks))
	}
	var f forms
	for s := range numStyles {
		for e := range numEvents {
			w := writer{style: s}
			f[s][e] = compile(headers[s]+w.layout(w.message(e)), blanks)
		}
	}
	return f
}
