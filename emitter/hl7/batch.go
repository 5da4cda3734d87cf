package hl7

import "bytes"

// Split gives the messages in what a file or a stream's block holds. One alone is all
// there is, without what MLLP puts around it. Of several each goes from its MSH segment to
// the next, and the segments of batches (FHS, BHS, BTS, FTS) are left out. What stands
// before the first MSH segment, if it is anything else, is one too, so that it is not
// passed over in silence. The messages are parts of b.
func Split(b []byte) [][]byte {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if wideEncoding(b) != nil {
		return [][]byte{b}
	}
	var all [][]byte
	start, end, batch := -1, 0, false
	cut := func() {
		if start >= 0 {
			all = append(all, b[start:end])
		}
		start = -1
	}
	for at := 0; at < len(b); {
		line, rest := nextLine(b[at:])
		from, next := at+bytes.Index(b[at:], line), len(b)-len(rest)
		at = next
		if len(line) == 0 {
			continue
		}
		if isEnvelope(line) {
			cut()
			batch = true
			continue
		}
		if start < 0 || bytes.HasPrefix(line, []byte("MSH")) {
			cut()
			start = from
		}
		end = behindTerminator(b, from+len(line))
	}
	cut()
	if len(all) == 1 && !batch {
		all[0] = unframe(b)
	}
	return all
}

// Match gives each message its acknowledgement, nil where there is none: the one that names
// the message's control id (MSA-2, MSH-10), else the one in its place if that names no other's.
func Match(messages, acks [][]byte) [][]byte {
	var m message
	named := make(map[string][]int, len(acks)) // acknowledgements, in their order
	for i, ack := range acks {
		m.parse(ack, tolerant)
		id := string(m.field(m.first(m.segments, "MSA"), 2))
		named[id] = append(named[id], i)
	}
	matched := make([][]byte, len(messages))
	taken := make([]bool, len(acks))
	for i, one := range messages {
		m.parse(one, tolerant)
		id := string(m.field(m.header, 10))
		if left := named[id]; id != "" && len(left) > 0 {
			matched[i], taken[left[0]], named[id] = acks[left[0]], true, left[1:]
		}
	}
	for i := range min(len(messages), len(acks)) {
		if matched[i] == nil && !taken[i] {
			matched[i] = acks[i]
		}
	}
	return matched
}

// behindTerminator gives where the segment ends whose last byte is before at.
func behindTerminator(b []byte, at int) int {
	if at < len(b) && b[at] == '\r' {
		at++
	}
	if at < len(b) && b[at] == '\n' {
		at++
	}
	return at
}

// unframe takes away what MLLP puts around a message: VT before it, FS CR behind.
func unframe(b []byte) []byte {
	if len(b) == 0 || b[0] != '\v' {
		return b
	}
	b = b[1:]
	if end := bytes.LastIndexByte(b, 0x1C); end >= 0 && len(bytes.Trim(b[end+1:], "\r\n")) == 0 {
		b = b[:end]
	}
	return b
}

// isEnvelope says whether a line is a segment of the batch protocol.
func isEnvelope(line []byte) bool {
	if len(line) < 3 {
		return false
	}
	switch string(line[:3]) {
	case "FHS", "BHS", "BTS", "FTS":
		return len(line) == 3 || !isLetter(line[3])
	}
	return false
}
