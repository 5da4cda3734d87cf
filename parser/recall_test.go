package parser_test

import (
	"bytes"
	"strings"
	"testing"

	"arr/audit"
	"arr/parser"
	"arr/traffic"
)

// known are frames whose skeletons have no repeated slots: attributes in both quotes, text
// with and without white space around it, encodings, comments, CDATA, namespaces.
func known() (frames [][]byte) {
	for _, doc := range []string{
		minimal,
		`<AuditMessage><ActiveParticipant UserID="a" UserName='b'/></AuditMessage>`,
		"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><AuditMessage><Extra a=\"1\">leaf</Extra></AuditMessage>",
		"<AuditMessage><ParticipantObjectIdentification ParticipantObjectID=\"1\">\n<ParticipantObjectName>n</ParticipantObjectName>\n<ParticipantObjectQuery>UQ==</ParticipantObjectQuery></ParticipantObjectIdentification></AuditMessage>",
		"<AuditMessage>\n <Extra> leaf <!-- note --></Extra><Extra b='2'><![CDATA[x]]></Extra></AuditMessage>\n",
		`<a:AuditMessage xmlns:a="urn:a" a:b="c"><Extra UID="1.2"/></a:AuditMessage>`,
		`<AuditMessage><Extra>one</Extra></AuditMessage>`,
		`<AuditMessage><Extra></Extra></AuditMessage>`,
	} {
		for _, h := range headers {
			frames = append(frames, []byte(h+doc))
		}
	}
	g := traffic.New(1, traffic.Options{})
	for range 40 {
		frames = append(frames, g.Next(nil))
	}
	return frames
}

// replace puts value in the place of value i of a frame, if it has any.
func replace(frame []byte, i int, value []byte) []byte {
	rec := audit.Record{Entry: audit.Entry{Frame: frame}}
	parser.New(parser.Options{Cache: &shapes}).Parse(&rec)
	if len(rec.Spans) == 0 {
		return frame
	}
	s := rec.Spans[i%len(rec.Spans)]
	return bytes.Join([][]byte{frame[:s.Off], value, frame[s.Off+s.Len:]}, nil)
}

// oddValues are values that a scan may read otherwise than as one value.
var oddValues = []string{
	"", " ", " a", "a ", "\t", "a\nb", "\"", "'", "<", "<b/>", "</Extra>", "a<!-- b -->", "<![CDATA[a]]>", "<?a?>", ">",
	"&amp;", "&", "&nope;", "&#10;", "&#0;", "&#x110000;", "]", "]]>", "a]]>b", "#012", "#012a", "\\012", "\x00", "\x01", "\x7F",
	"Müller", "M\xFCller", "\xEF\xBF\xBE", "\xEF\xBB\xBF", "\xF0\x9F\x98\x80", "\" b=\"c", "' b='c", "\" UserID=\"c",
	"leaf</Extra><Extra>leaf", strings.Repeat("a", 5000), "-", "1", "2026-11-23T14:53:00Z", "2026-13-23T14:53:00Z",
}

// TestKnownSkeletons compares what a parser makes of frames whose skeleton it knows with
// what one makes of them that knows none.
func TestKnownSkeletons(t *testing.T) {
	p := parser.New(parser.Options{})
	var rec audit.Record
	frames := known()
	for range 3 {
		for _, f := range frames {
			rec.Entry = audit.Entry{Frame: f}
			p.Parse(&rec)
		}
	}
	for n, f := range frames {
		for i := n % 3; i < len(oddValues); i += 3 {
			checkKnown(t, p, replace(f, n+i, []byte(oddValues[i])))
		}
	}
}

// shapes spares parsers that have met nothing the making of shapes.
var shapes parser.Cache

// checkKnown parses a frame with p and with a parser that has met nothing.
func checkKnown(t testing.TB, p *parser.Parser, frame []byte) {
	t.Helper()
	rec := &audit.Record{Entry: audit.Entry{Frame: frame, Received: 1_800_000_000_000_000}}
	parser.New(parser.Options{Cache: &shapes}).Parse(rec)
	checkAgain(t, p, rec)
}

// FuzzKnownSkeletons puts any value into frames whose skeletons a parser knows.
func FuzzKnownSkeletons(f *testing.F) {
	frames := known()
	for i, v := range oddValues {
		f.Add([]byte(v), uint(i), uint(i))
	}
	p := parser.New(parser.Options{})
	f.Fuzz(func(t *testing.T, value []byte, which, slot uint) {
		frame := frames[which%uint(len(frames))]
		for range 2 {
			checkKnown(t, p, frame)
		}
		checkKnown(t, p, replace(frame, int(slot%256), value))
	})
}

// TestKnownSkeletonsAreBounded shows a parser more skeletons than it keeps, and then one
// of them again.
func TestKnownSkeletonsAreBounded(t *testing.T) {
	p := parser.New(parser.Options{})
	for i := range 1500 {
		doc := "<AuditMessage><Extra a=\"" + strings.Repeat("<", i%7) + "\"/>" + strings.Repeat(" ", i) + "<Extra b=\"1\"/></AuditMessage>"
		for range 3 {
			checkKnown(t, p, []byte(doc))
		}
	}
	checkKnown(t, p, []byte(minimal))
}
