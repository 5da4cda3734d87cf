package parser

import (
	"arr/audit"

	syslog "github.com/leodido/go-syslog/v4"
	"github.com/leodido/go-syslog/v4/rfc5424"
)

// headerJudge asks go-syslog whether a header is RFC 5424's. MSG is not shown to it:
// its octets are none of the header's business, and reading them takes time. It
// belongs to one Parser.
type headerJudge struct {
	machine syslog.Machine
}

// accepts says whether the header of frame is RFC 5424's.
func (j *headerJudge) accepts(frame []byte, h *header) bool {
	if j.machine == nil {
		j.machine = rfc5424.NewMachine()
	}
	end := h.end
	if end > 0 && frame[end-1] == ' ' {
		end--
	}
	_, err := j.machine.Parse(frame[:end])
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
