package parser

import "bytes"

// span is a part of a frame or of a document; end 0 means that there is none.
type span struct{ off, end int }

func (s span) of(b []byte) []byte { return b[s.off:s.end] }

// headerKind says how a frame begins.
type headerKind uint8

const (
	noHeader   headerKind = iota // no <PRI>
	priority                     // <PRI> and nothing else that is known
	bsdHeader                    // RFC 3164
	ietfHeader                   // RFC 5424
)

// header is where a frame's header fields stand. The splitter reads structure alone:
// whether a field's value is a good one changes nothing.
type header struct {
	kind                            headerKind
	pri                             span // between < and >
	version                         span
	timestamp, host, app, proc, msg span
	structured                      span
	// end is where MSG begins, its byte order mark included.
	end int
}

// splitHeader finds the header's fields.
func splitHeader(frame []byte) header {
	var h header
	pri := priorityEnd(frame)
	if pri == 0 {
		return h
	}
	h.kind, h.pri, h.end = priority, span{1, pri - 1}, pri
	if !h.splitIETF(frame) {
		h.splitBSD(frame)
	}
	return h
}

// priorityEnd gives the position behind <PRI>, 0 if the frame does not begin with
// one. Senders are known that write "<8 5>".
func priorityEnd(frame []byte) int {
	if len(frame) < 3 || frame[0] != '<' {
		return 0
	}
	digits := 0
	for p := 1; p < min(len(frame), 8); p++ {
		switch c := frame[p]; {
		case c == '>' && digits > 0:
			return p + 1
		case c >= '0' && c <= '9':
			digits++
		case c != ' ':
			return 0
		}
	}
	return 0
}

// splitIETF reads VERSION SP TIMESTAMP SP HOSTNAME SP APP-NAME SP PROCID SP MSGID SP
// STRUCTURED-DATA [SP MSG] (RFC 5424 §6). Where structured data is missing, MSG is
// taken to begin in its place. It changes h only if all fields are there.
func (h *header) splitIETF(frame []byte) bool {
	p := h.end
	for p < len(frame) && p < h.end+3 && frame[p] >= '0' && frame[p] <= '9' {
		p++
	}
	if p == h.end || p == len(frame) || frame[p] != ' ' {
		return false
	}
	version := span{h.end, p}
	var fields [5]span
	for i := range fields {
		p++
		end := fieldEnd(frame, p)
		if end == p || end == len(frame) {
			return false
		}
		fields[i] = span{p, end}
		p = end
	}
	h.kind, h.version = ietfHeader, version
	h.timestamp, h.host, h.app, h.proc, h.msg = fields[0], fields[1], fields[2], fields[3], fields[4]
	h.end = p + 1
	if sd := structuredEnd(frame, h.end); sd > 0 {
		h.structured = span{h.end, sd}
		h.end = sd
		if sd < len(frame) && frame[sd] == ' ' {
			h.end++
		}
	}
	return true
}

// fieldEnd gives the end of the header field at p: the next blank. Fields are
// printable ASCII of at most 255 characters; what is not is no field (p is given).
func fieldEnd(frame []byte, p int) int {
	limit := min(len(frame), p+256)
	for i := p; i < limit; i++ {
		if c := frame[i]; c == ' ' {
			return i
		} else if c < ' ' || c >= 0x7F {
			return p
		}
	}
	if limit == len(frame) {
		return limit
	}
	return p
}

// structuredEnd gives the position behind the structured data at p, 0 if there is
// none (RFC 5424 §6.3). In a parameter's value, \ escapes.
func structuredEnd(frame []byte, p int) int {
	if p == len(frame) {
		return 0
	}
	if frame[p] == '-' {
		if endsField(frame, p+1) {
			return p + 1
		}
		return 0
	}
	start := p
	for p < len(frame) && frame[p] == '[' {
		end := elementEnd(frame, p)
		if end == 0 {
			return 0
		}
		p = end
	}
	if p == start || !endsField(frame, p) {
		return 0
	}
	return p
}

// endsField says whether structured data may end at p: before a blank, or before the
// document where a sender forgot the blank.
func endsField(frame []byte, p int) bool {
	return p == len(frame) || frame[p] == ' ' || frame[p] == '<'
}

// elementEnd gives the position behind the structured data element at p, 0 if it has
// no end.
func elementEnd(frame []byte, p int) int {
	quoted := false
	for p++; p < len(frame); p++ {
		switch c := frame[p]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			p++
		case quoted:
		case c == ']':
			return p + 1
		case c < ' ' || c >= 0x7F:
			return 0
		}
	}
	return 0
}

// splitBSD reads [TIMESTAMP SP HOSTNAME SP] [TAG[[PID]]:] (RFC 3164 §4.1). Devices
// vary: a time may be RFC 3339's, and host or tag be absent. Without a time there are
// no fields.
func (h *header) splitBSD(frame []byte) {
	p := h.end
	end := bsdTimeEnd(frame, p)
	if end == 0 || end == len(frame) || frame[end] != ' ' {
		return
	}
	h.kind, h.timestamp = bsdHeader, span{p, end}
	p = end + 1
	h.end = p
	if end = fieldEnd(frame, p); end > p && end < len(frame) && frame[end-1] != ':' &&
		bytes.IndexByte(frame[p:end], '[') < 0 && frame[p] != '<' {
		h.host = span{p, end}
		p = end + 1
		h.end = p
	}
	h.splitTag(frame, p)
}

// splitTag reads TAG: or TAG[PID]: at p.
func (h *header) splitTag(frame []byte, p int) {
	end := p
	for end < len(frame) && end-p <= 48 && frame[end] > ' ' && frame[end] < 0x7F &&
		frame[end] != ':' && frame[end] != '[' && frame[end] != '<' {
		end++
	}
	if end == p || end == len(frame) {
		return
	}
	tag, pid := span{p, end}, span{}
	if frame[end] == '[' {
		bracket := bytes.IndexByte(frame[end:min(len(frame), end+130)], ']')
		if bracket < 0 {
			return
		}
		pid = span{end + 1, end + bracket}
		end += bracket + 1
	}
	if end == len(frame) || frame[end] != ':' {
		return
	}
	h.app = tag
	if pid.end > pid.off {
		h.proc = pid
	}
	h.end = end + 1
	if h.end < len(frame) && frame[h.end] == ' ' {
		h.end++
	}
}

// nilValue says whether a field holds nothing: RFC 5424's "-".
func nilValue(frame []byte, s span) bool {
	return s.end == s.off || s.end == s.off+1 && bytes.Equal(s.of(frame), []byte("-"))
}
