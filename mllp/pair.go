package mllp

import (
	"errors"
	"net"
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

// The reasons that an Exchange has for lacking an answer, beside the network's.
var (
	// ErrNoAnswer says that the archive ended the connection instead.
	ErrNoAnswer = errors.New("mllp: the archive ended the connection without an acknowledgement")
	// ErrPassedOver says that the archive answered many later messages, but not this
	// one.
	ErrPassedOver = errors.New("mllp: the archive acknowledged others, not this message")
	// ErrRefused says that the archive's commit acknowledgement (release 2) was NAK.
	ErrRefused = errors.New("mllp: the archive refused to take the message (commit acknowledgement NAK)")
)

// maxPending is how many messages of a connection may wait for their answers to be told
// together with them.
const maxPending = 64

// pending is a message whose answers are not all there.
type pending struct {
	header
	Exchange
	refused bool
}

// pairs finds what answers what on one connection.
type pairs struct {
	// tell is called with each Exchange that is complete, without the lock.
	tell func(Exchange)
	// maxBytes bounds the messages that wait.
	maxBytes int

	mu    sync.Mutex
	open  []*pending
	bytes int
}

// sent notes a message before it goes to the archive.
func (p *pairs) sent(e Exchange) {
	h := readHeader(e.Message)
	if h.silent() {
		p.tell(e)
		return
	}
	var late []Exchange
	p.mu.Lock()
	for len(p.open) > 0 && (len(p.open) == maxPending || p.bytes+len(e.Message) > p.maxBytes) {
		late = append(late, p.open[0].end(ErrPassedOver))
		p.removeLocked(0)
	}
	p.open = append(p.open, &pending{header: h, Exchange: e})
	p.bytes += len(e.Message)
	p.mu.Unlock()
	for _, e := range late {
		p.tell(e)
	}
}

func (p *pairs) removeLocked(i int) {
	p.bytes -= len(p.open[i].Message)
	p.open = append(p.open[:i], p.open[i+1:]...)
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
	if len(p.open) == 0 {
		p.mu.Unlock()
		return
	}
	at := 0
	for i, o := range p.open {
		if o.id == id {
			at = i
			break
		}
	}
	o := p.open[at]
	o.Answers = append(o.Answers, block)
	due := o.more(code)
	if !due {
		p.removeLocked(at)
	}
	p.mu.Unlock()
	if !due {
		p.tell(o.Exchange)
	}
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

// end tells of what got no answer, or not all of them.
func (p *pairs) end(err error) {
	p.mu.Lock()
	open := p.open
	p.open, p.bytes = nil, 0
	p.mu.Unlock()
	for _, o := range open {
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
	if len(o.Answers) == 0 {
		o.Err = err
		if o.refused {
			o.Err = ErrRefused
		}
	}
	return o.Exchange
}
