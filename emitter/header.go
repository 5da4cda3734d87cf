package emitter

import (
	"bytes"
	"errors"
	"strconv"
	"time"
)

// Dialect is how a product writes the syslog header of an audit message.
type Dialect uint8

// The dialects.
const (
	// DialectIHE is what IHE ITI-20 asks for: facility 10, severity 5, MSGID
	// IHE+RFC-3881, no byte order mark.
	DialectIHE Dialect = iota
	// DialectDICOM is PS3.15 A.6: MSGID DICOM+RFC3881, the severity by the event's
	// outcome, no byte order mark.
	DialectDICOM
	// DialectDcm4che is what dcm4che's AuditLogger sends by default: MSGID
	// IHE+RFC-3881, the severity by the event's outcome, a byte order mark.
	DialectDcm4che
)

var dialects = [...]struct {
	name, msgID string
	byOutcome   bool
	bom         bool
}{
	DialectIHE:     {name: "ihe", msgID: "IHE+RFC-3881"},
	DialectDICOM:   {name: "dicom", msgID: "DICOM+RFC3881", byOutcome: true},
	DialectDcm4che: {name: "dcm4che", msgID: "IHE+RFC-3881", byOutcome: true, bom: true},
}

// ErrDialect says that a name is no dialect's.
var ErrDialect = errors.New("unknown header dialect: use ihe, dicom or dcm4che")

// ParseDialect reads a dialect's name: ihe, dicom or dcm4che.
func ParseDialect(name string) (Dialect, error) {
	for d := range dialects {
		if dialects[d].name == name {
			return Dialect(d), nil
		}
	}
	return 0, ErrDialect
}

// String gives the name that ParseDialect reads.
func (d Dialect) String() string { return dialects[d].name }

// facility is authpriv (10), which ITI-20 and PS3.15 A.6 ask for.
const facility = 10

// severities by EventOutcomeIndicator: notice, warning, error, critical.
const (
	severityNotice   = 5
	severityWarning  = 4
	severityError    = 3
	severityCritical = 2
)

// Header is what stands before an audit message in a frame (RFC 5424 section 6).
type Header struct {
	Dialect Dialect
	// Hostname, App and ProcID are the fields of the same names. Characters that
	// RFC 5424 does not allow are written as _, what is too long is cut, what is
	// empty is the nil value "-".
	Hostname, App, ProcID string
	// Now is the clock for TIMESTAMP; time.Now if nil.
	Now func() time.Time
}

// The lengths that RFC 5424 section 6 sets.
const (
	maxHostname = 255
	maxApp      = 48
	maxProcID   = 128
)

// timestampLayout has the three digits that the AuditLogger of dcm4che writes, which
// is within what RFC 5424 section 6.2.3 allows.
const timestampLayout = "2006-01-02T15:04:05.000Z07:00"

var bom = []byte("\ufeff")

// Append appends the frame of an audit message to dst. The message is an XML
// document; its bytes go out as they are, but for the byte order mark of UTF-8, which
// the dialect sets or takes away. A message in UTF-16 gets none.
func (h *Header) Append(dst, message []byte) []byte {
	now := time.Now
	if h.Now != nil {
		now = h.Now
	}
	d := &dialects[h.Dialect]
	message = bytes.TrimPrefix(message, bom)
	severity := severityNotice
	if d.byOutcome {
		severity = severityOf(message)
	}
	dst = append(strconv.AppendInt(append(dst, '<'), int64(facility*8+severity), 10), ">1 "...)
	dst = append(now().AppendFormat(dst, timestampLayout), ' ')
	dst = append(appendName(dst, h.Hostname, maxHostname), ' ')
	dst = append(appendName(dst, h.App, maxApp), ' ')
	dst = append(appendName(dst, h.ProcID, maxProcID), ' ')
	dst = append(append(dst, d.msgID...), " - "...)
	if d.bom && !isUTF16(message) {
		dst = append(dst, bom...)
	}
	return append(dst, message...)
}

// appendName appends a header field of PRINTUSASCII.
func appendName(dst []byte, s string, limit int) []byte {
	if s == "" {
		return append(dst, '-')
	}
	n := 0
	for _, r := range s {
		if n == limit {
			break
		}
		if r < '!' || r > '~' {
			r = '_'
		}
		dst = append(dst, byte(r))
		n++
	}
	return dst
}

// severityOf maps the message's EventOutcomeIndicator as dcm4che's AuditLogger does.
// Where the indicator can't be found it is that of success.
func severityOf(message []byte) int {
	_, rest, _ := bytes.Cut(message, []byte("EventOutcomeIndicator"))
	rest = bytes.TrimLeft(rest, " \t\r\n")
	if len(rest) == 0 || rest[0] != '=' {
		return severityNotice
	}
	rest = bytes.TrimLeft(rest[1:], " \t\r\n")
	if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
		return severityNotice
	}
	value, _, _ := bytes.Cut(rest[1:], rest[:1])
	switch string(bytes.TrimSpace(value)) {
	case "4":
		return severityWarning
	case "8":
		return severityError
	case "12":
		return severityCritical
	}
	return severityNotice
}

func isUTF16(message []byte) bool {
	return len(message) >= 2 && (message[0] == 0 || message[1] == 0 ||
		message[0] == 0xFE && message[1] == 0xFF || message[0] == 0xFF && message[1] == 0xFE)
}
