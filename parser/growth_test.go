package parser_test

import (
	"testing"

	"arr/audit"
	"arr/parser"
	"arr/traffic/growth"
)

// FuzzGrowth reads frames of many shapes in each way in which they are asked for, and
// documents behind a header.
func FuzzGrowth(f *testing.F) {
	shapes := append(growth.Messages(),
		growth.Shape{Open: "<85>1 "},
		growth.Shape{Head: "<85>1 - ", Open: "h"},
		growth.Shape{Head: "<85>1 - h a - - ", Open: `[x a="b\]"]`},
		growth.Shape{Head: "<", Open: "1", Tail: ">1 - - - - - - "},
		growth.Shape{Head: "<85>Mar  4 05:06:07 ", Open: "h:"},
		growth.Shape{Head: "<85>1 2026-03-04T05:06:07.", Open: "1", Tail: "Z h a - - - <AuditMessage/>"},
	)
	growth.Fuzz(f, shapes, func(t testing.TB, text []byte) {
		e := audit.Entry{Frame: text}
		if len(text) < 2 || text[0] != '<' || text[1] != '8' {
			e.Frame = append([]byte(header), text...)
		}
		p := parser.New(parser.Options{})
		for range 2 {
			rec := audit.Record{Entry: e}
			p.Parse(&rec)
			rec.Each(^audit.FieldSet(0), func(audit.FieldSet, []byte) bool { return true })
		}
		// What a parser keeps of a frame that is not large would spare the others work.
		parser.New(parser.Options{}).Validate(&e)
		parser.New(parser.Options{}).Message(&e)
		parser.New(parser.Options{}).ValidateDocument(text)
	})
}

// TestAlignmentGrowth has children that are compared with their content model: out of place,
// too many, and of a message that several grammars are asked of.
func TestAlignmentGrowth(t *testing.T) {
	const source = `<AuditSourceIdentification AuditSourceID="s"/>`
	for _, s := range []growth.Shape{
		{Head: "<AuditMessage>", Open: `<ActiveParticipant UserID="u" UserIsRequestor="0"/>` + source, Tail: "</AuditMessage>"},
		{Head: `<AuditMessage>` + source + `<ActiveParticipant UserID="u" UserIsRequestor="0" UserTypeCode="1"/><ParticipantObjectIdentification ParticipantObjectID="1">`,
			Open: `<ParticipantObjectName/><ParticipantObjectQuery/>`, Tail: "</ParticipantObjectIdentification></AuditMessage>"},
	} {
		growth.Check(t, s, growth.Size, func(t testing.TB, doc []byte) { parser.New(parser.Options{}).ValidateDocument(doc) })
	}
}
