package emitter

import (
	"time"

	"arr/audit"
	"arr/schemas"
)

// Builder makes audit messages: a method for each event of PS3.15 A.5.3, whose arguments
// are what the event's table asks for; Options add what it allows. A message that the
// schema or the table would not have is an *InvalidError, and none is given.
//
// One goroutine uses a Builder at a time.
type Builder struct {
	// Source is who reports: at least an ID.
	Source audit.AuditSource
	// Dialect is how the messages will be written (AppendXML), by whose grammar they are
	// checked.
	Dialect Dialect
	// Now is the clock for EventDateTime; time.Now if nil.
	Now func() time.Time

	checker Checker
}

// Option adds to a message or changes it.
type Option func(*audit.Message)

// At sets when the event was: the Builder's clock says so else.
func At(t time.Time) Option {
	return func(m *audit.Message) { m.DateTime = t.Format(eventTime) }
}

// eventTime is the layout of EventDateTime, with the offset that A.5.2.5 asks for.
const eventTime = "2006-01-02T15:04:05.000Z07:00"

// Failed says that the event failed: minor 4, serious 8 or major 12, and why. Without it
// the outcome is success.
func Failed(outcome, description string) Option {
	return func(m *audit.Message) { m.Outcome, m.OutcomeDescription = outcome, description }
}

// Transaction adds the EventTypeCode of an IHE transaction ("ITI-41").
func Transaction(code string) Option {
	return func(m *audit.Message) {
		name := schemas.Codes.Meaning(schemeIHE, code)
		if name == "" {
			name = code
		}
		m.EventTypes = append(m.EventTypes, audit.Coded{Code: code, System: schemeIHE, OriginalText: name})
	}
}

const schemeIHE = "IHE Transactions"

// Type adds an EventTypeCode.
func Type(code audit.Coded) Option {
	return func(m *audit.Message) { m.EventTypes = append(m.EventTypes, code) }
}

// With adds participants: who else had a part in the event.
func With(more ...audit.ActiveParticipant) Option {
	return func(m *audit.Message) { m.Participants = append(m.Participants, more...) }
}

// About adds participant objects: what else the event was about.
func About(more ...audit.ParticipantObject) Option {
	return func(m *audit.Message) { m.Objects = append(m.Objects, more...) }
}

// build makes a message and checks it.
func (b *Builder) build(event, action string, people []audit.ActiveParticipant, things []audit.ParticipantObject, options []Option) (*audit.Message, error) {
	now := time.Now
	if b.Now != nil {
		now = b.Now
	}
	m := &audit.Message{
		Event: DCM(event), Action: action, DateTime: now().Format(eventTime), Outcome: "0",
		Participants: people, Sources: []audit.AuditSource{b.Source}, Objects: things,
	}
	for _, o := range options {
		o(m)
	}
	if err := b.checker.Check(m, b.Dialect); err != nil {
		return nil, err
	}
	return m, nil
}

// DCM gives a code of PS3.16 with its meaning, which is the code itself where none is
// known.
func DCM(code string) audit.Coded {
	name := schemas.Codes.Meaning("DCM", code)
	if name == "" {
		name = code
	}
	return audit.Coded{Code: code, System: "DCM", OriginalText: name}
}
