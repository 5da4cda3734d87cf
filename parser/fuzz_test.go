package parser_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"arr/audit"
	"arr/parser"

	"github.com/leodido/go-syslog/v4/rfc5424"
)

func FuzzParse(f *testing.F) {
	for _, h := range headers {
		f.Add([]byte(h+minimal), uint8(0))
	}
	f.Add([]byte(header+message), uint8(0))
	f.Add([]byte(header+strings.ReplaceAll(message, "\n", "#012")[:900]), uint8(audit.FlagCutAtClose))
	f.Add([]byte(latin1(header+message)), uint8(audit.FlagUnframed))
	f.Add([]byte("<85>1 - - - - - - \xFF\xFE<\x00A\x00/\x00>\x00"), uint8(0))
	p := parser.New(parser.Options{})
	f.Fuzz(func(t *testing.T, frame []byte, flags uint8) {
		before := bytes.Clone(frame)
		rec := checkFrame(t, p, frame, audit.Flags(flags))
		h, m, text := p.Message(&rec.Entry)
		if !bytes.Equal(before, frame) {
			t.Fatal("the frame was changed")
		}
		if !utf8.Valid(text) {
			t.Fatalf("the text is not UTF-8: %q", text)
		}
		if m == nil && rec.Class != audit.Foreign && rec.Class != audit.Unframed {
			t.Fatalf("class %v, no message; header %+v", rec.Class, h)
		}
		if m != nil && rec.Class == audit.Foreign {
			t.Fatal("foreign, with a message")
		}
	})
}

// FuzzAround puts text before and behind a message, as relays do, and has it read by its
// shape and for itself.
func FuzzAround(f *testing.F) {
	bom := "\xEF\xBB\xBF"
	for _, before := range []string{"", "\n", bom, bom + "\n", bom + "\n<85>1 - - - - - ", "\n" + bom + "\x00" + bom + "behind", bom + bom + " ", "\x00", "#012", "\\011 ", "&amp;\t", "812 ", "<85>1 - - - - - "} {
		for _, behind := range []string{"", "\n", "\x00", bom, "#012", " behind\r\n"} {
			f.Add(uint8(len(before)), before, uint8(len(behind)), behind)
		}
	}
	documents := [...]string{minimal, message, strings.ReplaceAll(message, "\n", "#012"), latin1(message), "no document"}
	p := parser.New(parser.Options{})
	f.Fuzz(func(t *testing.T, header uint8, before string, document uint8, behind string) {
		h := headers[headerNames[int(header)%len(headerNames)]]
		checkFrame(t, p, []byte(h+before+documents[int(document)%len(documents)]+behind), 0)
	})
}

// FuzzHeader compares the splitter with go-syslog: where that takes the whole frame,
// the fields are the same and there is no finding.
func FuzzHeader(f *testing.F) {
	for _, h := range headers {
		f.Add([]byte(h))
	}
	f.Add([]byte("<165>999 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - [a b=\"\\]\"] "))
	p := parser.New(parser.Options{})
	machine := rfc5424.NewMachine()
	f.Fuzz(func(t *testing.T, head []byte) {
		e := audit.Entry{Frame: append(bytes.Clone(head), minimal...)}
		rec := checkFrame(t, p, e.Frame, 0)
		got, _, _ := p.Message(&e)
		m, err := machine.Parse(e.Frame)
		if err != nil {
			return
		}
		want := m.(*rfc5424.SyslogMessage)
		text := func(s *string) string {
			if s == nil {
				return ""
			}
			return *s
		}
		if got.Priority != int(*want.Priority) || got.Version != int(want.Version) || got.Hostname != text(want.Hostname) ||
			got.App != text(want.Appname) || got.ProcID != text(want.ProcID) || got.MsgID != text(want.MsgID) ||
			(got.Timestamp == "") != (want.Timestamp == nil) {
			t.Fatalf("header %+v, want %+v", got, want)
		}
		for _, code := range codesOf(rec) {
			if strings.HasPrefix(code, "header-") {
				t.Fatalf("finding %s where go-syslog has none", code)
			}
		}
	})
}
