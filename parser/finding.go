package parser

import (
	"math/bits"
	"slices"

	"arr/audit"
	"arr/scan"
	"arr/schemas"
)

// headerMissing is the code for a message without a header.
const headerMissing = "header-missing"

// sentences are the parser's own findings; the scanner's faults have theirs.
var sentences = map[string]string{
	"frame-too-long":             "The frame was longer than the receiver's limit; only its beginning was kept.",
	"cut-at-close":               "The connection ended before the frame did.",
	"unframed":                   "The stream broke the framing rules here; this is what followed.",
	"lost":                       "The record had been stored, and the disk lost its bytes; nothing of it is left.",
	headerMissing:                "No syslog header stands before the message.",
	"header-rfc3164":             "The header is RFC 3164's, not RFC 5424's.",
	"header-not-rfc5424":         "The header is not as RFC 5424 wants it.",
	"text-before-message":        "Text stands between the header and the message.",
	"namespaced":                 "The message is in an XML namespace; the standard's is in none.",
	"event-time-unreadable":      "The event's time can't be read.",
	"truncated":                  "The message ends early, at a length at which relays cut.",
	"relay-escapes":              "A relay wrote control characters as octal escapes.",
	string(encodingContradicted): "The bytes contradict the encoding that is declared.",
	string(encodingUnknown):      "The encoding that is declared is not known.",
}

// addFinding adds one of the parser's own findings.
func addFinding(rec *audit.Record, code string, at span) {
	rec.Findings = append(rec.Findings, audit.Finding{
		Code: code, Path: "/", Off: at.off, Len: at.end - at.off, Message: sentences[code],
	})
}

// limitFindings leaves out what is too much: the rules stand behind the faults of the grammar.
// What the receiver knew of the frame has its place.
func limitFindings(rec *audit.Record) {
	room := schemas.MaxFaults - bits.OnesCount(uint(rec.Flags))
	rec.Findings = rec.Findings[:min(len(rec.Findings), room)]
}

// flagFindings adds what the receiver knew of the frame.
func flagFindings(rec *audit.Record) {
	if rec.Flags == 0 {
		return
	}
	for _, f := range [...]struct {
		flag audit.Flags
		code string
	}{
		{audit.FlagTruncated, "frame-too-long"},
		{audit.FlagCutAtClose, "cut-at-close"},
		{audit.FlagUnframed, "unframed"},
		{audit.FlagLost, "lost"},
	} {
		if rec.Flags&f.flag != 0 {
			addFinding(rec, f.code, span{0, len(rec.Frame)})
		}
	}
}

// headerFindings adds what is wrong with the header of an audit message.
func (p *Parser) headerFindings(rec *audit.Record, h *header) {
	switch h.kind {
	case noHeader:
		addFinding(rec, headerMissing, span{})
	case bsdHeader:
		addFinding(rec, "header-rfc3164", span{0, h.end})
	case priority:
		addFinding(rec, "header-not-rfc5424", span{0, h.end})
	case ietfHeader:
		if !p.headers.accepts(rec.Frame, h, p.seed) {
			addFinding(rec, "header-not-rfc5424", span{0, h.end})
		}
	}
}

// messageFindings adds what is to be said of an audit message that stands in the frame
// as it is to be read. The scanner has just read it.
func (p *Parser) messageFindings(rec *audit.Record, doc body, junk span) {
	whole := span{doc.off, doc.end}
	if doc.junk {
		addFinding(rec, "text-before-message", junk)
	}
	if isUTF16Name(p.scanner.Encoding()) {
		addFinding(rec, string(encodingContradicted), whole)
		rec.Class = audit.Malformed
	}
	for _, f := range p.scanner.Faults {
		rec.Findings = append(rec.Findings, audit.Finding{
			Code: f.Code.String(), Path: "/", Off: f.Off, Len: f.Len, Message: f.Code.Sentence(),
		})
	}
}

// readingFindings adds what is wrong with a document that had to be made readable.
// The scanner has just read it.
func (p *Parser) readingFindings(rec *audit.Record, h *header, r *reading, namespaced bool) {
	whole := span{r.off, len(rec.Frame)}
	if r.junk {
		addFinding(rec, "text-before-message", span{h.end, r.off})
	}
	if r.finding != "" {
		at := whole
		if r.wrong.end > 0 {
			at = r.wrong
		}
		addFinding(rec, string(r.finding), at)
	}
	if r.relayed {
		addFinding(rec, "relay-escapes", whole)
	}
	if namespaced && rec.Class == audit.Malformed {
		addFinding(rec, "namespaced", whole)
	}
	faults := append([]scan.Fault(nil), p.scanner.Faults...)
	paths := pathsOf(&p.scanner, r.text(), faults)
	places := make([]schemas.Span, len(faults))
	cut := false
	for i, f := range faults {
		places[i] = schemas.Span{Off: f.Off, End: f.Off + f.Len}
		cut = cut || f.Code == scan.Unterminated
	}
	// A frame that the receiver cut, or its connection's end, has a finding that says so.
	if cut && rec.Flags&(audit.FlagTruncated|audit.FlagCutAtClose) == 0 && nearLimit(len(rec.Frame)) {
		addFinding(rec, "truncated", span{len(rec.Frame), len(rec.Frame)})
	}
	for i, at := range r.places(places) {
		if len(rec.Findings) == schemas.MaxFaults {
			break
		}
		c := faults[i].Code
		rec.Findings = append(rec.Findings, audit.Finding{
			Code: c.String(), Path: paths[i], Off: at.Off, Len: at.End - at.Off, Message: c.Sentence(),
		})
	}
}

// places gives where in the frame places in a reading's text are.
func (r *reading) places(all []schemas.Span) []schemas.Span {
	var at []int
	for _, s := range all {
		at = append(at, s.Off, s.End)
	}
	slices.Sort(at)
	at = slices.Compact(at)
	sources := slices.Clone(at)
	r.sources(sources)
	out := make([]schemas.Span, len(all))
	for i, s := range all {
		off, _ := slices.BinarySearch(at, s.Off)
		end, _ := slices.BinarySearch(at, s.End)
		out[i] = schemas.Span{Off: sources[off], End: sources[end]}
	}
	return out
}
