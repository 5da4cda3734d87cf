package hl7

import (
	"errors"
)

// Exchange is one HL7 message, what was answered and what is known beside.
type Exchange struct {
	// Message is as it was received or sent, without what MLLP puts around it. Ack is its
	// acknowledgement, nil where there was none.
	Message, Ack []byte
	// Err says why there was no acknowledgement or none was possible. Its text becomes the
	// EventOutcomeDescription: it should hold nothing of the message.
	Err error
	// Peer is the host at the other end, an IP address or a name without a port.
	Peer string
	// Sent says that the archive sent the message; else it received it.
	Sent bool
	// Did is what the archive reports that it did.
	Did Did
}

// Did is what an archive did with a message.
type Did uint8

// What an archive may report. Unreported leaves the action to the message's trigger;
// Nothing says that it accepted the message and had nothing to change.
const (
	Unreported Did = iota
	Created
	Updated
	Deleted
	Merged
	Read
	Nothing
	numDid
)

var didNames = [numDid]string{"", "created", "updated", "deleted", "merged", "read", "nothing"}

// ErrDid says that a text names nothing that an archive does.
var ErrDid = errors.New("what the archive did is created, updated, deleted, merged, read or nothing")

// ParseDid reads what String gives; "" is Unreported.
func ParseDid(s string) (Did, error) {
	for d, name := range didNames {
		if name == s {
			return Did(d), nil
		}
	}
	return 0, ErrDid
}

func (d Did) String() string { return didNames[d] }

// action is what is reported as an EventActionCode; 0 if nothing is.
func (d Did) action() byte {
	switch d {
	case Created:
		return 'C'
	case Updated, Merged:
		return 'U'
	case Deleted:
		return 'D'
	case Read, Nothing:
		return 'R'
	}
	return 0
}

// The values of EventOutcomeIndicator.
const (
	success      = "0"
	minorFailure = "4"
	serious      = "8"
)

// outcome is an acknowledgement's verdict: whether the message was accepted, and what was
// said about it.
type outcome struct {
	indicator, description string
	rejected               bool
}

// judge reads an acknowledgement (HL7 v2.5 section 2.9).
func (m *Mapper) judge(x *Exchange) outcome {
	if x.Err != nil {
		return outcome{serious, m.texts.plain([]byte(x.Err.Error())), true}
	}
	if x.Ack == nil {
		return outcome{indicator: success}
	}
	m.ack.parse(x.Ack, m.reading())
	msa := m.ack.first(m.ack.segments, "MSA")
	code := m.ack.component(m.ack.field(msa, 1), 0)
	switch string(code) {
	case "AA", "CA":
		return outcome{indicator: success}
	case "AE", "AR", "CE", "CR":
	default:
		if m.Dialect == dcm4che {
			return outcome{indicator: success}
		}
		return outcome{minorFailure, "the acknowledgement says neither that the message was accepted nor that it was refused", true}
	}
	o := outcome{indicator: minorFailure, rejected: true}
	o.description = m.texts.unescaped(m.reason(msa), m.ack.sep)
	if m.Dialect == dcm4che && (x.Sent || o.description == "") {
		return outcome{indicator: success, rejected: !x.Sent}
	}
	return o
}

// reason gives why a message was refused: what is for users to read (ERR-8), what older
// versions have in its place (MSA-3), what is for those who help them (ERR-7), or the
// error's name (ERR-3).
func (m *Mapper) reason(msa []byte) []byte {
	err := m.ack.first(m.ack.segments, "ERR")
	all := [...][]byte{m.ack.field(err, 8), m.ack.field(msa, 3), m.ack.field(err, 7), m.ack.component(m.ack.field(err, 3), 1)}
	for i, text := range all {
		if len(text) > 0 && (i < 2 || m.Dialect != dcm4che) {
			return text
		}
	}
	return nil
}
