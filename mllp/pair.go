package mllp

import (
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// Exchange is a message and what came of it.
type Exchange struct {
	// Sender and Local are the ends of the connection that the message came by;
	// Archive is the far end of the one that it went by, nil without an archive.
	Sender, Local, Archive net.Addr
	Received               time.Time
	Message                []byte
	// Answers are the acknowledgements, in order. In the enhanced mode there may be
	// two.
	Answers [][]byte
	// Err is why no answer came though one was due.
	Err error
}

// Verdict gives the acknowledgement that says what became of the message: the
// application's (MSA-1 is AA, AE or AR) or, where only the accept acknowledgement of the
// enhanced mode came, that one; nil without any.
func (e *Exchange) Verdict() []byte {
	var verdict []byte
	for _, a := range e.Answers {
		if code, _, _ := acknowledgement(a); verdict == nil || !strings.HasPrefix(code, "C") {
			verdict = a
		}
	}
	return verdict
}

// The reasons that an Exchange has for lacking an answer, beside the network's.
var (
	// ErrNoAnswer says that the archive ended the connection instead.
	ErrNoAnswer = errors.New("the archive ended the connection without an acknowledgement")
	// ErrPassedOver says that the archive answered many later messages, but not this
	// one.
	ErrPassedOver = errors.New("the archive acknowledged others, not this message")
	// ErrUnwatched says that there was no memory for waiting for the archive's answer, which
	// the sender may have got all the same.
	ErrUnwatched = errors.New("what the archive acknowledged is not known, since too many messages waited for answers")
	// ErrRefused says that the archive's commit acknowledgement (release 2) was NAK.
	ErrRefused = errors.New("the archive refused to take the message (commit acknowledgement NAK)")
)

// pendingBytes is about what a message takes beside its own bytes while it waits.
const pendingBytes = 512

// maxPending is how many messages of a connection may wait for their answers to be told
// together with them.
const maxPending = 64

// pending is a message whose answers are not all there.
type pending struct {
	header
	Exchange
	refused bool
	// accepted says that the message was taken though another answer may come, aged that
	// it was so when settle looked last.
	accepted, aged bool
	// weight is what it has of the room.
	weight int64
}

// pairs finds what answers what on one connection.
type pairs struct {
	// tell is called with each Exchange that is complete, without the lock.
	tell func(Exchange)
	// room has the messages that wait, on behalf of peer.
	room *unanswered
	peer string

	mu   sync.Mutex
	open []*pending
	// done are the ids of the last that were told of: what still answers one of these
	// answers no other message.
	done []string
}

// sent notes a message before it goes to the archive.
func (p *pairs) sent(h header, e Exchange) {
	var late []Exchange
	p.mu.Lock()
	o := &pending{header: h, Exchange: e, accepted: h.onError(), weight: int64(len(e.Message)) + pendingBytes}
	room := len(p.open) < maxPending && p.room.take(p.peer, o.weight)
	for !room && len(p.open) > 0 {
		late = append(late, p.open[0].end(ErrPassedOver))
		p.removeLocked(0)
		room = p.room.take(p.peer, o.weight)
	}
	if room {
		p.open = append(p.open, o)
	} else {
		late = append(late, o.end(ErrUnwatched))
		p.noteDoneLocked(o)
	}
	p.mu.Unlock()
	p.tellAll(late)
}

func (p *pairs) tellAll(all []Exchange) {
	for _, e := range all {
		p.tell(e)
	}
}

func (p *pairs) removeLocked(i int) {
	p.room.give(p.peer, p.open[i].weight)
	p.noteDoneLocked(p.open[i])
	p.open = append(p.open[:i], p.open[i+1:]...)
}

// maxDone bounds the id of a message that is remembered once it was told of.
const maxDone = 256

func (p *pairs) noteDoneLocked(o *pending) {
	if o.id != "" && len(o.id) <= maxDone {
		p.done = append(p.done[max(0, len(p.done)-maxPending+1):], o.id)
	}
}

// answered notes what the archive sent. By MSA-2 it answers the message of that id,
// else the oldest.
func (p *pairs) answered(block []byte) {
	if isCommit(block) {
		p.committed(block[0])
		return
	}
	code, id, ok := acknowledgement(block)
	if !ok {
		return
	}
	p.mu.Lock()
	at := p.findLocked(id)
	if at < 0 {
		p.mu.Unlock()
		return
	}
	o := p.open[at]
	o.Answers = append(o.Answers, block)
	due := o.more(code) && p.room.take(p.peer, int64(len(block)))
	if due {
		o.weight += int64(len(block))
	}
	o.accepted = due
	if !due {
		p.removeLocked(at)
	}
	p.mu.Unlock()
	if !due {
		p.tell(o.Exchange)
	}
}

// findLocked gives which message an answer to id answers, -1 for none.
func (p *pairs) findLocked(id string) int {
	for i, o := range p.open {
		if o.id == id {
			return i
		}
	}
	if len(p.open) == 0 || slices.Contains(p.done, id) {
		return -1
	}
	return 0
}

// isCommit says whether a block is a commit acknowledgement of release 2.
func isCommit(block []byte) bool {
	return len(block) == 1 && (block[0] == commitAck || block[0] == commitNak)
}

// committed notes a commit acknowledgement. One that refuses is the answer, unless
// another comes after all.
func (p *pairs) committed(code byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if code == commitNak && len(p.open) > 0 {
		p.open[0].refused = true
	}
}

// settle tells of messages that were accepted when it was called before and have had no
// other answer since: an application may answer over a connection of its own, or never.
func (p *pairs) settle() {
	var settled []Exchange
	p.mu.Lock()
	for i := 0; i < len(p.open); i++ {
		switch o := p.open[i]; {
		case o.aged:
			settled = append(settled, o.Exchange)
			p.removeLocked(i)
			i--
		case o.accepted:
			o.aged = true
		}
	}
	p.mu.Unlock()
	p.tellAll(settled)
}

// end tells of what got no answer, or not all of them.
func (p *pairs) end(err error) {
	p.mu.Lock()
	open := p.open
	p.open = nil
	p.mu.Unlock()
	for _, o := range open {
		p.room.give(p.peer, o.weight)
		p.tell(o.end(err))
	}
}

// waiting says whether answers are due.
func (p *pairs) waiting() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.open) > 0
}

// end is what the exchange comes to if nothing more is heard.
func (o *pending) end(err error) Exchange {
	switch {
	case o.refused && len(o.Answers) == 0:
		o.Err = ErrRefused
	case !o.accepted && len(o.Answers) == 0:
		o.Err = err
	}
	return o.Exchange
}
