package receiver

import (
	"bytes"

	"arr/audit"
)

// maxDigits is how many digits a MSG-LEN may have.
const maxDigits = 10

// mode says what a framer is in the middle of.
type mode uint8

const (
	modeStart       mode = iota // a frame is to begin
	modeCounted                 // in an octet-counted frame
	modeLine                    // in a frame that ends with LF
	modeSkipCounted             // behind what was kept of a too long counted frame
	modeSkipLine                // behind what was kept of a too long line
	modeUnframed                // behind a framing fault
	modeDone                    // no byte of the stream matters any more
)

// framer cuts a stream into frames. It holds no bytes: the caller keeps those
// that no piece has covered yet and shows them again together with what follows.
// Which pieces a stream is cut into does not depend on how much of it is shown at
// a time.
type framer struct {
	// max is how many bytes of a frame are kept.
	max int
	// countedOnly says that a frame may not end with LF: so over TLS, until one
	// begins with '<'.
	countedOnly bool

	mode   mode
	header int   // modeCounted: bytes of "MSG-LEN SP"
	length int64 // modeCounted: MSG-LEN; modeSkipCounted: bytes still to skip
	lines  lineState
}

// piece is the beginning of what a framer was shown: size bytes, among them a
// frame, or none where they are framing or skipped.
type piece struct {
	frame []byte
	flags audit.Flags
	size  int
}

// next gives the first piece of data, which begins where the last piece ended.
// If data holds no whole piece, need is how many bytes it must have before
// another call can find one, or at least one more than it has.
func (f *framer) next(data []byte) (p piece, need int) {
	if f.mode == modeStart {
		trailer, need := f.begin(data)
		if trailer > 0 || need > 0 {
			return piece{size: trailer}, need
		}
	}
	switch f.mode {
	case modeCounted:
		return f.nextCounted(data)
	case modeLine:
		return f.nextLine(data)
	case modeSkipCounted:
		return f.skipCounted(data)
	case modeSkipLine:
		return f.skipLine(data)
	case modeUnframed:
		return f.nextUnframed(data)
	}
	return piece{}, len(data) + 1
}

// end gives the frame that is left when the stream ends with data, which next
// found no piece in. There is none if frame is empty.
func (f *framer) end(data []byte) (frame []byte, flags audit.Flags) {
	switch f.mode {
	case modeStart:
		return data, audit.FlagCutAtClose
	case modeCounted:
		return data[f.header:], audit.FlagCutAtClose
	case modeLine:
		if n := len(data); f.lines.start == n && n > 0 {
			data = data[:n-1]
		}
		return data, audit.FlagCutAtClose
	case modeUnframed:
		return data, audit.FlagUnframed
	}
	return nil, 0
}

// begin decides how the frame at the start of data is framed, or finds that a
// trailer of so many bytes or need bytes must come first.
func (f *framer) begin(data []byte) (trailer, need int) {
	if len(data) == 0 {
		return 0, 1
	}
	switch c := data[0]; {
	case c == '\n':
		return 1, 0
	case c == '\r' && len(data) == 1:
		return 0, 2
	case c == '\r' && data[1] == '\n':
		return 2, 0
	case c >= '0' && c <= '9':
		return 0, f.beginCounted(data)
	case c == '<':
		f.countedOnly = false
		f.mode = modeLine
	case f.countedOnly:
		f.mode = modeUnframed
	default:
		f.mode = modeLine
	}
	return 0, 0
}

// beginCounted reads MSG-LEN (RFC 5425 section 4.3: no leading zero).
func (f *framer) beginCounted(data []byte) (need int) {
	var length int64
	i := 0
	for i < len(data) && i <= maxDigits && data[i] >= '0' && data[i] <= '9' {
		length = length*10 + int64(data[i]-'0')
		i++
	}
	switch {
	case i > maxDigits:
		f.mode = modeUnframed
	case i == len(data):
		return i + 1
	case data[i] == ' ' && data[0] != '0':
		f.mode, f.header, f.length = modeCounted, i+1, length
	case data[i] == ' ' || f.countedOnly:
		f.mode = modeUnframed
	default:
		f.mode = modeLine
	}
	return 0
}

func (f *framer) nextCounted(data []byte) (piece, int) {
	kept := int(min(f.length, int64(f.max)))
	size := f.header + kept
	if len(data) < size {
		return piece{}, size
	}
	p := piece{frame: data[f.header:size], size: size}
	f.mode = modeStart
	if rest := f.length - int64(kept); rest > 0 {
		p.flags = audit.FlagTruncated
		f.mode, f.length = modeSkipCounted, rest
	}
	return p, 0
}

func (f *framer) skipCounted(data []byte) (piece, int) {
	if len(data) == 0 {
		return piece{}, 1
	}
	n := min(f.length, int64(len(data)))
	f.length -= n
	if f.length == 0 {
		f.mode = modeStart
	}
	return piece{size: int(n)}, 0
}

func (f *framer) nextUnframed(data []byte) (piece, int) {
	if len(data) <= f.max {
		return piece{}, len(data) + 1
	}
	f.mode = modeDone
	return piece{frame: data[:f.max], flags: audit.FlagUnframed | audit.FlagTruncated, size: f.max}, 0
}

// nextLine looks for the LF that ends a frame: the first one, unless the line is
// one of an audit message that goes on.
func (f *framer) nextLine(data []byte) (piece, int) {
	l := &f.lines
	for {
		if l.start > 0 && l.searched == l.start {
			begins, known := l.beginsFrame(data[l.start:])
			if !known {
				return piece{}, len(data) + 1
			}
			if begins {
				return f.line(data, l.start-1), 0
			}
		}
		i, end := -1, min(len(data), f.max+1)
		if l.searched < end {
			i = bytes.IndexByte(data[l.searched:end], '\n')
		}
		if i >= 0 {
			end = l.searched + i
		}
		if at := l.anothers(data[:end]); at > 0 {
			return f.unended(data, at), 0
		}
		if i < 0 && len(data) > f.max {
			f.mode = modeSkipLine
			l.start, l.searched = 0, 0
			return piece{frame: data[:f.max], flags: audit.FlagTruncated, size: f.max}, 0
		}
		if i < 0 {
			l.searched = len(data)
			return piece{}, len(data) + 1
		}
		lf := l.searched + i
		switch l.read(data[l.start : lf+1]) {
		case lineEnds:
			return f.line(data, lf), 0
		case lineIsAnothers:
			return f.line(data, l.start-1), 0
		}
		l.start, l.searched = lf+1, lf+1
	}
}

// line is the piece whose LF stands at lf.
func (f *framer) line(data []byte, lf int) piece {
	f.mode, f.lines = modeStart, lineState{}
	return piece{frame: data[:lf], size: lf + 1}
}

// unended is the piece of a line that ends at at without an LF of its own.
func (f *framer) unended(data []byte, at int) piece {
	if at == f.lines.start {
		return f.line(data, at-1)
	}
	f.mode, f.lines = modeStart, lineState{}
	return piece{frame: data[:at], size: at}
}

// skipLine passes over the rest of a frame that ends with LF.
func (f *framer) skipLine(data []byte) (piece, int) {
	l := &f.lines
	i := bytes.IndexByte(data, '\n')
	if l.xml == xmlRoot {
		end := len(data)
		if i >= 0 {
			end = i
		}
		if at := glued(data[:end], 0, true); at >= 0 && !endsRoot(data[:at]) {
			f.mode, f.lines = modeStart, lineState{}
			if at == 0 {
				return f.next(data)
			}
			return piece{size: at}, 0
		}
	}
	if i < 0 {
		keep := 0
		if l.xml == xmlRoot {
			// An end tag may have come in part.
			keep = maxTag
			if endsRoot(data) {
				l.xml, keep = xmlNone, 0
			}
		}
		if len(data) <= keep {
			return piece{}, len(data) + 1
		}
		return piece{size: len(data) - keep}, 0
	}
	if l.xml != xmlRoot || endsRoot(data[:i+1]) {
		f.mode, f.lines = modeStart, lineState{}
		return piece{size: i + 1}, 0
	}
	begins, known := l.beginsFrame(data[i+1:])
	switch {
	case begins:
		f.mode, f.lines = modeStart, lineState{}
	case !known && i == 0:
		return piece{}, len(data) + 1
	case !known:
		return piece{size: i}, 0
	}
	return piece{size: i + 1}, 0
}
