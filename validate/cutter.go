package validate

import (
	"bytes"

	"arr/audit"
)

// maxMessage bounds one message. What is longer is judged as far as it goes.
const maxMessage = 16 << 20

// form is what an input holds.
type form uint8

const (
	unknownForm form = iota
	documentForm
	linesForm
	countedForm
)

// piece is one message of an input: a frame, or the document that the input is.
type piece struct {
	off, end int
	frame    bool
	flags    audit.Flags
}

// cutter finds the messages of an input, of which it is shown as much as there is. The
// zero value is ready.
type cutter struct {
	form    form
	scanned int  // what of a message without an end was looked at
	drop    int  // what is left of a counted frame that was too long
	lost    bool // up to the next frame nothing counts
}

// next gives the first message of b, where b is what follows the last one, and how many
// bytes there are up to the one behind it. ok is false where there is none: used bytes are
// of no message then, or, where used is 0, more is needed than there is; whole says that b
// is all there will be.
func (c *cutter) next(b []byte, whole bool) (at piece, used int, ok bool) {
	if c.drop > 0 {
		n := min(c.drop, len(b))
		c.drop -= n
		if c.drop > 0 || n == len(b) {
			return piece{}, n, false
		}
		at, used, ok = c.next(b[n:], whole)
		at.off, at.end = at.off+n, at.end+n
		return at, used + n, ok
	}
	if c.form == unknownForm {
		start := len(b) - len(bytes.TrimLeft(b, " \t\r\n\uFEFF"))
		if len(b)-start < maxDigits+2 && !whole && len(b) < maxMessage {
			return piece{}, 0, false
		}
		if c.form = formOf(b[start:]); c.form != documentForm && start > 0 {
			return piece{}, start, false
		}
	}
	switch c.form {
	case linesForm:
		return c.line(b, whole)
	case countedForm:
		return c.counted(b, whole)
	}
	switch {
	case c.lost:
		return piece{}, len(b), false
	case !whole && len(b) <= maxMessage:
		return piece{}, 0, false
	}
	c.lost = true // there is but one document
	if len(b) > maxMessage {
		return tooLong(0), len(b), true
	}
	return piece{end: len(b)}, len(b), true
}

// formOf says what begins as b does.
func formOf(b []byte) form {
	if hasPriority(b) {
		return linesForm
	}
	if _, digits := lengthAt(b); digits > 0 {
		return countedForm
	}
	return documentForm
}

// tooLong is a message that begins at off and is longer than maxMessage.
func tooLong(off int) piece {
	return piece{off: off, end: off + maxMessage, frame: true, flags: audit.FlagTruncated}
}

// hasPriority says whether b begins with a PRI (RFC 5424 §6.2.1).
func hasPriority(b []byte) bool {
	end := bytes.IndexByte(b[:min(len(b), maxPriority)], '>')
	return end > 1 && b[0] == '<' && b[1] >= '0' && b[1] <= '9'
}

// maxPriority is how many bytes a PRI takes, one with a blank in it included.
const maxPriority = 8

// line cuts a frame that begins a line. A line that begins otherwise is part of the frame
// before it, whose message is indented.
func (c *cutter) line(b []byte, whole bool) (at piece, used int, ok bool) {
	end := c.scanned
	for {
		i := bytes.IndexByte(b[end:], '\n') + 1
		if i == 0 {
			if whole {
				end = len(b)
			}
			break
		}
		if rest := b[end+i:]; !whole && len(rest) < maxPriority {
			break
		} else if end += i; hasPriority(rest) {
			whole = true
			break
		}
	}
	c.scanned = end
	switch {
	case c.lost:
		c.scanned, c.lost = 0, !whole
		return piece{}, end, false
	case end > maxMessage, len(b) > maxMessage && !whole:
		c.scanned, c.lost = 0, true
		return tooLong(0), maxMessage, true
	case whole:
		c.scanned = 0
		at = piece{end: end - trailing(b[:end]), frame: true}
		return at, end, at.end > 0
	}
	return piece{}, 0, false
}

// trailing counts the bytes of line ends that b ends with.
func trailing(b []byte) int { return len(b) - len(bytes.TrimRight(b, "\r\n")) }

// maxDigits is how many digits a frame's length may have.
const maxDigits = 10

// lengthAt gives the length that b begins with, and how many bytes it takes with the blank
// behind it, 0 if b begins otherwise.
func lengthAt(b []byte) (length, n int) {
	for ; n < len(b) && n <= maxDigits && b[n] >= '0' && b[n] <= '9'; n++ {
		length = 10*length + int(b[n]-'0')
	}
	if n == 0 || n > maxDigits || n == len(b) || b[n] != ' ' {
		return 0, 0
	}
	return length, n + 1
}

// counted cuts an octet-counted frame. What can't be cut is one frame, up to the end.
func (c *cutter) counted(b []byte, whole bool) (at piece, used int, ok bool) {
	switch {
	case c.lost:
		return piece{}, len(b), false
	case len(b) <= maxDigits && !whole:
		return piece{}, 0, false
	}
	length, off := lengthAt(b)
	if off == 0 {
		switch {
		case !whole && len(b) <= maxMessage:
			return piece{}, 0, false
		case len(bytes.TrimSpace(b)) == 0:
			return piece{}, len(b), false
		}
		c.lost = true
		return piece{end: min(len(b), maxMessage), frame: true, flags: audit.FlagUnframed}, len(b), true
	}
	switch {
	case length <= min(len(b)-off, maxMessage):
		return piece{off: off, end: off + length, frame: true}, off + length, true
	case len(b)-off > maxMessage:
		c.drop = length - maxMessage
		return tooLong(off), off + maxMessage, true
	case !whole:
		return piece{}, 0, false
	}
	return piece{off: off, end: len(b), frame: true, flags: audit.FlagCutAtClose}, len(b), true
}
