package parser

import (
	"bytes"
	"hash/maphash"

	"arr/audit"

	syslog "github.com/leodido/go-syslog/v4"
	"github.com/leodido/go-syslog/v4/rfc5424"
)

// headerJudge asks go-syslog whether a header is RFC 5424's. MSG is not shown to it:
// its octets are none of the header's business, and reading them takes time. Since a
// sender's headers differ in their times alone, a header is asked for once and
// remembered; a time is known to be good by its form. It belongs to one Parser.
type headerJudge struct {
	machine  syslog.Machine
	accepted [256]knownHeader
}

// knownHeader is what stands before and behind the TIMESTAMP of a header that
// go-syslog accepted.
type knownHeader struct{ before, behind []byte }

// maxKnownHeader bounds what is remembered of one header.
const maxKnownHeader = 512

// accepts says whether the header of frame is RFC 5424's.
func (j *headerJudge) accepts(frame []byte, h *header, seed maphash.Seed) bool {
	end := h.end
	switch {
	case frame[end-1] == ' ':
		end--
	case end < len(frame): // no blank before MSG
		return false
	}
	before, behind := frame[:h.timestamp.off], frame[h.timestamp.end:end]
	if !isTimestamp(h.timestamp.of(frame)) || end > maxKnownHeader {
		return j.ask(frame[:end])
	}
	known := &j.accepted[maphash.Bytes(seed, behind)%uint64(len(j.accepted))]
	if bytes.Equal(known.behind, behind) && bytes.Equal(known.before, before) {
		return true
	}
	if !j.ask(frame[:end]) {
		return false
	}
	known.before = append(known.before[:0], before...)
	known.behind = append(known.behind[:0], behind...)
	return true
}

func (j *headerJudge) ask(header []byte) bool {
	if j.machine == nil {
		j.machine = rfc5424.NewMachine()
	}
	_, err := j.machine.Parse(header)
	return err == nil
}

// headerOf gives the header's fields for people.
func headerOf(frame []byte, h *header) audit.Header {
	field := func(s span) string {
		if nilValue(frame, s) {
			return ""
		}
		return string(s.of(frame))
	}
	out := audit.Header{
		Priority: -1, Timestamp: field(h.timestamp), Hostname: field(h.host), App: field(h.app),
		ProcID: field(h.proc), MsgID: field(h.msg), Struct: field(h.structured),
	}
	if h.kind != noHeader {
		out.Priority = number(h.pri.of(frame))
		out.Version = number(h.version.of(frame))
	}
	return out
}

// number reads the digits of b, whatever else stands between them.
func number(b []byte) (n int) {
	for _, c := range b {
		if c >= '0' && c <= '9' {
			n = n*10 + int(c-'0')
		}
	}
	return n
}
