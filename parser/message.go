package parser

import "arr/audit"

// Message reads an entry for people: the header, the audit message (nil where there is
// none), and MSG as readable text in UTF-8, which is the message's XML where there is
// one. Relays' damage is undone in it, byte order marks are left out.
func (p *Parser) Message(e *audit.Entry) (audit.Header, *audit.Message, []byte) {
	h := splitHeader(e.Frame)
	r := p.readable(e.Frame, &h)
	return headerOf(e.Frame, &h), nil, r.text()
}
