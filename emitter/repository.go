package emitter

import (
	"time"

	"arr/audit"
)

// Repository is one that a Logger sends to.
type Repository struct {
	// Name tells it from others in files, events and figures: letters, digits,
	// hyphens, points. It had better not change: what waits lies under it.
	Name string
	To   Target
	// Dialer connects. Unless its TLS says otherwise, TLS sessions are resumed.
	Dialer Dialer
	// Header begins each frame; its Dialect is the message's, too.
	Header Header
	// Wants says whether the repository is to have a message; nil wants all. Each caller
	// of Log calls it.
	Wants func(*audit.Message) bool

	// MaxBytes is how much may wait on disk; 1 GiB if 0. What comes beyond that is
	// refused, so that what is there stays.
	MaxBytes int64
	// MaxAge is after what time a message that could not be sent is given up; if 0
	// never.
	MaxAge time.Duration

	// MaxPipelined is how many messages one connection carries before it is ended to
	// learn whether they have arrived; 65,536 if 0. With 1 each goes alone.
	MaxPipelined int
	// MaxIdle and MaxHeld bound how long a connection is kept before that: since its
	// last message, 1 s if 0, and since its first, 5 s if 0.
	MaxIdle, MaxHeld time.Duration
	// NeverEnds says that the repository does not end connections that its sender
	// has ended. What it was sent counts as arrived once the Dialer's Linger has gone
	// by without an alert or a reset.
	NeverEnds bool

	// MinRetry and MaxRetry bound the pauses between attempts, which double: 1 s and
	// 60 s if 0.
	MinRetry, MaxRetry time.Duration
}

func (r *Repository) setDefaults() {
	r.MinRetry = orElse(r.MinRetry, time.Second)
	r.MaxRetry = max(orElse(r.MaxRetry, time.Minute), r.MinRetry)
	r.MaxIdle = orElse(r.MaxIdle, time.Second)
	r.MaxHeld = orElse(r.MaxHeld, 5*time.Second)
	if r.MaxPipelined <= 0 {
		r.MaxPipelined = 1 << 16
	}
	if r.MaxBytes <= 0 {
		r.MaxBytes = 1 << 30
	}
}

// EventKind is what has happened to a repository or to its spool.
type EventKind uint8

// The kinds of events.
const (
	// Away: the repository takes nothing; messages wait for it.
	Away EventKind = iota
	// Back: it takes messages again.
	Back
	// Full: the spool refuses messages, since it holds MaxBytes.
	Full
	// Room: it takes them again, and refused none for a second; Messages were refused.
	Room
	// Expired: Messages waited for longer than MaxAge and are given up.
	Expired
	// Damaged: Bytes of the spool can't be read, and what was in them does not arrive. What is
	// behind them does. The file is kept.
	Damaged
	// Failing: the spool can't be opened, or the disk does not take what is written to it.
	Failing
	// Working: it does again, and refused none for a second; Messages were refused.
	Working
)

var eventNames = [...]string{"away", "back", "full", "room", "expired", "damaged", "failing", "working"}

// String gives the kind in one word.
func (k EventKind) String() string { return eventNames[k] }

// Event is what Options.Notify is told.
type Event struct {
	Repository string
	Kind       EventKind
	// Err is why, for Away, Full and Failing, and where, for Damaged.
	Err error
	// Messages and Bytes say how much is concerned, for the kinds that say so.
	Messages, Bytes int64
}

// Stats are the figures of a repository since the Logger was opened.
type Stats struct {
	Repository string
	// Taken counts the messages that were spooled, Sent those that arrived as far as
	// can be told, Refused those that the spool did not take, Oversized those that
	// are too large for the transport, Expired those given up for their age.
	Taken, Sent, Refused, Oversized, Expired int64
	// Connections counts those that were made, Failures the attempts to connect or
	// send that failed. The messages of a failed connection are sent again.
	Connections, Failures int64
	// Away says that the last attempt failed.
	Away bool
	// Spooling says that the spool is open.
	Spooling bool
	// WaitingBytes is how much the spool holds that has not arrived.
	WaitingBytes int64
}
