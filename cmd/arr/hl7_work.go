package main

import (
	"errors"
	"iter"
	"log/slog"
	"net"
	"runtime/debug"

	"arr/audit"
	"arr/emitter"
	"arr/emitter/hl7"
	"arr/mllp"
)

// How many audit messages are spooled with one fsync, and how much text they have.
const (
	auditBatch      = 1024
	auditBatchBytes = 4 << 20
)

// auditWork is what an auditor has in hand: what came since the spools last took all.
type auditWork struct {
	// blocks are those whose messages are audited one after the other, in turns.
	blocks []*auditBlock
	// messages and bytes are of what the lines' batches have.
	messages, bytes int
	// done is the room of exchanges that the spools have once they take the batches.
	done int64
}

// auditBlock is an exchange of many messages, of which those are audited that next gives.
type auditBlock struct {
	exchange mllp.Exchange
	next     func() (message, ack []byte, more bool)
	stop     func()
	// illegible counts the messages of which nothing can be told but that they came.
	illegible int64
}

// maxIllegible is how many of a block's illegible messages are audited. A header's name
// alone, four bytes, owes an audit message of a thousand.
const maxIllegible = 256

// run audits what waits: single messages as they come, and beside them those of blocks, so
// that nobody's message waits until all of another's block is audited.
func (a *auditor) run() {
	for waiting := a.waiting; waiting != nil || len(a.work.blocks) > 0; {
		waiting = a.gather(waiting)
		a.spool()
	}
}

// gather audits until the batches are full or nothing waits. It gives what to receive from
// later on, nil once nothing more comes.
func (a *auditor) gather(waiting chan mllp.Exchange) chan mllp.Exchange {
	if len(a.work.blocks) == 0 {
		x, open := <-waiting
		if !open {
			return nil
		}
		a.begin(x)
	}
	for a.work.messages < auditBatch && a.work.bytes < auditBatchBytes {
		idle := false
		select {
		case x, open := <-waiting:
			if !open {
				return nil
			}
			a.begin(x)
		default:
			idle = true
		}
		if len(a.work.blocks) > 0 {
			a.advance()
		} else if idle {
			break
		}
	}
	return waiting
}

// begin audits an exchange, or takes it in hand if its messages are many.
func (a *auditor) begin(x mllp.Exchange) {
	if !isBlock(x.Message) {
		a.audit(&x, x.Message, x.Verdict())
		a.work.done += weightOf(&x)
		return
	}
	b := &auditBlock{exchange: x}
	b.next, b.stop = iter.Pull2(hl7.Pairs(x.Message, x.Verdict()))
	a.work.blocks = append(a.work.blocks, b)
}

// isBlock reports whether a block of MLLP holds more than one message.
func isBlock(b []byte) bool {
	n := 0
	for range hl7.Split(b) {
		if n++; n > 1 {
			return true
		}
	}
	return false
}

// advance audits the next message of the block whose turn it is.
func (a *auditor) advance() {
	b := a.work.blocks[0]
	a.work.blocks = a.work.blocks[1:]
	if message, ack, more := a.nextOf(b); more {
		legible := hl7.Legible(message)
		if !legible {
			b.illegible++
		}
		if legible || b.illegible <= maxIllegible {
			a.audit(&b.exchange, message, ack)
		}
		a.work.blocks = append(a.work.blocks, b)
		return
	}
	b.stop()
	if over := b.illegible - maxIllegible; over > 0 {
		a.unaudited.Add(over)
		a.log.Error("messages of an HL7 block are not audited, since they have no type (MSH-9) and others of it had none either",
			slog.Any("peer", b.exchange.Sender), slog.Int64("messages", over))
	}
	a.work.done += weightOf(&b.exchange)
}

// nextOf gives the next message of a block and its acknowledgement. A fault in looking for
// them costs the rest of the block.
func (a *auditor) nextOf(b *auditBlock) (message, ack []byte, more bool) {
	defer a.survive()
	return b.next()
}

// audit adds the audit messages of one message to the batches. A fault of the mapper's costs
// them, not the traffic.
func (a *auditor) audit(x *mllp.Exchange, message, ack []byte) {
	defer a.survive()
	peer, _, err := net.SplitHostPort(x.Sender.String())
	if err != nil {
		peer = ""
	}
	e := hl7.Exchange{Message: message, Ack: ack, Err: x.Err, Peer: peer, Did: a.reports.Did(message, ack)}
	for _, l := range a.lines {
		l.mapper.Each(&e, func(m *audit.Message) {
			a.messages.Add(1)
			a.check(l, m)
			l.batch = append(l.batch, m)
			a.work.messages++
			a.work.bytes += textOf(m)
			if a.work.bytes >= auditBatchBytes {
				a.hand() // some messages owe hundreds of megabytes
			}
		})
	}
}

// survive keeps a fault of the mapper's from ending the process.
func (a *auditor) survive() {
	if recover() != nil {
		a.unaudited.Add(1)
		// What is recovered could hold a part of the message: the place must do.
		a.log.Error("an HL7 message is not audited, since the mapping failed; please report this", slog.String("stack", string(debug.Stack())))
	}
}

// textOf is about how long an audit message is.
func textOf(m *audit.Message) int {
	n := 1024 + len(m.OutcomeDescription)
	for i := range m.Participants {
		n += len(m.Participants[i].UserID)
	}
	for i := range m.Objects {
		o := &m.Objects[i]
		n += 256 + len(o.ID) + len(o.Name) + len(o.Query)
		for _, d := range o.Details {
			n += len(d.Value)
		}
		for _, number := range o.Accessions {
			n += 32 + len(number)
		}
	}
	return n
}

// spool hands the batches over, and gives back the room of what is all spooled then.
func (a *auditor) spool() {
	a.hand()
	if a.work.done > 0 {
		a.room.Release(a.work.done)
		a.work.done = 0
	}
	if a.stuck.Swap(false) {
		a.log.Warn("HL7 messages are audited again", slog.Int64("missed", a.missed.Swap(0)))
	}
}

// hand hands each line's batch over to its spools.
func (a *auditor) hand() {
	for _, l := range a.lines {
		if len(l.batch) > 0 {
			a.note(l.logger.Log(l.batch...))
			clear(l.batch)
			l.batch = l.batch[:0]
		}
	}
	a.work.messages, a.work.bytes = 0, 0
}

// note counts what a spool refused.
func (a *auditor) note(err error) {
	if err == nil {
		return
	}
	a.lost.Add(1)
	// A spool's own trouble is told of once for as long as it lasts.
	if _, tooLarge := errors.AsType[*emitter.SizeError](err); tooLarge {
		a.log.Error("an audit message is lost", slog.Any("error", err))
	}
}
