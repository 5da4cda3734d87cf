package parser

import (
	"hash/maphash"
	"time"

	"arr/audit"
	"arr/scan"
	"arr/schemas"
)

// Version is the version of what the parser makes of a frame. It grows with every
// change of Record's derived fields, so that a store knows which blocks to judge
// anew.
const Version = 10

// Options are a parser's choices. The zero value serves.
type Options struct {
	// Zone is where event times are read that name no zone. Nil means UTC.
	Zone *time.Location
	// Cache holds the shapes of all parsers that share it. Nil means one of its own.
	Cache *Cache
	// Edition is that of the event rules that messages are held against. 0 means
	// schemas.Union.
	Edition schemas.Editions
}

// Parser parses entries. One goroutine uses it at a time; parsers that share a Cache
// share shapes.
type Parser struct {
	zone    *time.Location
	cache   *Cache
	seed    maphash.Seed
	scanner scan.Scanner // of the frame that is being parsed
	forms   scan.Scanner // of skeletons: a frame's faults outlive the making of its shape
	headers headerJudge
	cutter  cutter
	recent  [recentShapes]*cached
	known   skeletons

	examiner examiner
	spans    slotSpans
	document audit.Record // the last that was validated
}

// New makes a parser.
func New(o Options) *Parser {
	p := &Parser{zone: o.Zone, cache: o.Cache}
	if p.zone == nil {
		p.zone = time.UTC
	}
	if p.cache == nil {
		p.cache = &Cache{}
	}
	p.seed = p.cache.hashSeed()
	p.examiner.edition = o.Edition
	if p.examiner.edition == 0 {
		p.examiner.edition = schemas.Union
	}
	return p
}

// Parse reads rec.Entry and sets everything else of rec, using the capacity of
// rec.Spans, rec.Runs and rec.Findings again. Equal entries give equal records.
func (p *Parser) Parse(rec *audit.Record) {
	rec.Spans, rec.Runs, rec.Findings = rec.Spans[:0], rec.Runs[:0], rec.Findings[:0]
	rec.Extra, rec.Dialect, rec.Class = nil, "", audit.Unchecked
	h := splitHeader(rec.Frame)
	if unframed := rec.Flags&audit.FlagUnframed != 0; unframed || !p.recalled(rec, &h) {
		doc := bodyOf(rec.Frame, h.end)
		if unframed || doc.kind == encoded || !p.regular(rec, &h, doc) {
			p.irregular(rec, &h)
		}
	}
	limitFindings(rec)
	flagFindings(rec)
	if len(rec.Frame) > maxKeptFrame {
		p.cutter.frame = nil
		p.scanner.Reset(nil, 0)
	}
}

// maxKeptFrame bounds the frames that a parser refers to until the next one comes.
const maxKeptFrame = 1 << 16

// recalled parses a frame whose skeleton was met before. It says whether it is one; if
// not, nothing of rec is set.
func (p *Parser) recalled(rec *audit.Record, h *header) bool {
	c := &p.cutter
	c.reset(rec.Frame)
	c.header(h)
	known, event, spans := p.known.recall(c, &p.scanner, rec.Spans)
	rec.Spans = spans
	if known == nil {
		rec.Spans = spans[:0]
		return false
	}
	rec.Shape = known.shape
	p.headerFindings(rec, h)
	p.judge(rec, h, known.judged)
	p.setTime(rec, h, event.of(rec.Frame))
	return true
}

// regular parses a frame whose values stand in it as they are to be read. It says
// whether it is one; if not, only irregular may set what is left.
func (p *Parser) regular(rec *audit.Record, h *header, doc body) bool {
	c := &p.cutter
	c.reset(rec.Frame)
	c.header(h)
	junk := span{h.end, doc.off}
	if doc.junk {
		if _, escaped := escapeAt(junk.of(rec.Frame), rec.Frame[junk.off]); escaped {
			return false
		}
		c.text(junk.off, junk.end)
	}
	event := span{}
	if doc.kind == xmlBody {
		var ok bool
		if event, ok = p.message(doc); !ok || !c.audit && mayBeEscaped(rec.Frame[doc.off:doc.end]) {
			return false
		}
	}
	if !c.audit {
		return p.foreign(rec, h)
	}
	known, again := p.shape()
	if known == nil {
		return false
	}
	rec.Shape = known.shape
	c.fill(rec)
	p.headerFindings(rec, h)
	told := len(rec.Findings)
	p.messageFindings(rec, doc, junk)
	if rec.Class == audit.Unchecked {
		if again && len(rec.Findings) == told {
			p.known.learn(known)
		}
		p.judge(rec, h, known.judged)
	}
	p.setTime(rec, h, event.of(rec.Frame))
	return true
}

// foreign parses a frame without an audit message: its text is what follows the
// header. It says whether the frame has a shape.
func (p *Parser) foreign(rec *audit.Record, h *header) bool {
	rec.Class = audit.Foreign
	if h.kind == noHeader || rec.Flags&audit.FlagUnframed != 0 {
		rec.Class = audit.Unframed
	}
	p.setTime(rec, h, nil)
	c := &p.cutter
	c.reset(rec.Frame)
	c.header(h)
	c.text(h.end, len(rec.Frame))
	known, _ := p.shape()
	if known == nil {
		return false
	}
	rec.Shape = known.shape
	c.fill(rec)
	return true
}

// message scans the XML and cuts its values. It gives where the event's time stands.
// ok is false where the document can't be cut but must be read by irregular.
func (p *Parser) message(doc body) (eventAt span, ok bool) {
	s, c := &p.scanner, &p.cutter
	s.Reset(c.frame[:doc.end], doc.off)
	afterText := false
	for {
		kind := s.Next()
		switch kind {
		case scan.EOF:
			return eventAt, !c.audit || p.readsAsUTF8()
		case scan.Start:
			if !c.audit {
				if s.Element != scan.AuditMessage {
					return span{}, true
				}
				c.audit = true
			}
			classes := &attributeClasses[s.Element]
			for i := range s.Attrs {
				a := &s.Attrs[i]
				k := classes[a.Name]
				if k == fixed {
					continue
				}
				if k == eventTime && eventAt.end == 0 {
					eventAt = span{a.Off, a.End}
				}
				c.cut(k, a.Off, a.End)
			}
		case scan.Text:
			k := textClasses[s.Element]
			if s.CDATA || afterText || relayEscaped(s.Element, c.frame[s.Off:s.End]) {
				return eventAt, false
			}
			if k != fixed {
				c.cut(k, s.Off, s.End)
			}
		}
		afterText = kind == scan.Text
	}
}

// readsAsUTF8 says of the document that was just scanned whether it may be read as the
// UTF-8 that it is. One that says UTF-16 in ASCII or UTF-8 can't mean it.
func (p *Parser) readsAsUTF8() bool {
	s := &p.scanner
	if s.Malformed() {
		return false
	}
	name := s.Encoding()
	return isUTF8Name(name) || isUTF16Name(name) || !s.Wide() && extendsASCII(name)
}

// setTime sets rec.Sent from the header's time, and rec.Time from the event's time, else
// the header's, else the arrival's.
func (p *Parser) setTime(rec *audit.Record, h *header, event []byte) {
	rec.Sent, rec.Dated = p.headerTime(rec, h), false
	if len(event) > 0 {
		if rec.Time, _, rec.Dated = dateTime(event, p.zone); rec.Dated {
			return
		}
		addFinding(rec, "event-time-unreadable", span{})
	}
	if rec.Time = rec.Sent; rec.Sent == 0 {
		rec.Time = rec.Received
	}
}

// headerTime is a header's TIMESTAMP in microseconds since the Unix epoch, 0 where there is
// none that can be read.
func (p *Parser) headerTime(rec *audit.Record, h *header) int64 {
	stamp := h.timestamp.of(rec.Frame)
	if len(stamp) == 0 {
		return 0
	}
	if h.kind == bsdHeader {
		us, _ := bsdMicros(stamp, p.zone, rec.ReceivedTime())
		return us
	}
	us, _, _ := dateTime(stamp, p.zone)
	return us
}
