package mllp

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

const (
	// endWait is how long the archive may take to end its side when it owes nothing.
	endWait = time.Second
	// settleEvery is how often messages are looked for that were accepted and to which
	// another answer could still come.
	settleEvery = time.Minute
)

// relay is a sender's connection and the one to the archive that belongs to it.
type relay struct {
	proxy           *Proxy
	sender, archive *Conn
	pairs           pairs
}

// run hands over in both directions until both ended. What the archive says goes
// first to the sender, then into pairs.
func (r *relay) run(ctx context.Context) error {
	// A stop is as if the sender had ended its side: what it is owed still comes.
	stop := context.AfterFunc(ctx, func() { _ = r.sender.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	var helpers sync.WaitGroup
	var err error
	done := make(chan struct{})
	helpers.Go(func() { err = r.forward() })
	helpers.Go(func() { r.settle(done) })
	back := r.back()
	// The archive has ended: whatever comes in could not be answered.
	_ = r.sender.Close()
	_ = r.archive.Close()
	close(done)
	helpers.Wait()
	why := ErrNoAnswer
	if back != nil {
		why = fmt.Errorf("%w: %w", ErrNoAnswer, back)
	}
	r.pairs.end(why)
	return errors.Join(err, back)
}

// settle tells, until done is closed, of messages to which nothing more need come.
func (r *relay) settle(done <-chan struct{}) {
	tick := time.NewTicker(settleEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			r.pairs.settle()
		case <-done:
			return
		}
	}
}

// forward hands the sender's messages to the archive, until the sender's end, which it
// hands over too.
func (r *relay) forward() error {
	for {
		message, err := r.sender.Receive()
		if err != nil {
			return r.endForward(err)
		}
		if isCommit(message) {
			err = r.archive.Send(message)
		} else {
			err = r.hand(message)
		}
		if err != nil {
			_ = r.archive.Close()
			return fmt.Errorf("send to the archive: %w", err)
		}
	}
}

// hand hands over one message and notes it: before it goes, since its answer may be
// there at once, unless none can come.
func (r *relay) hand(message []byte) error {
	e := r.proxy.exchange(r.sender.conn, message)
	e.Archive = r.archive.conn.RemoteAddr()
	h := readHeader(message)
	defer r.sender.reader.release()
	if !h.silent() {
		r.pairs.sent(h, e)
		return r.archive.Send(message)
	}
	e.Err = r.archive.Send(message)
	r.pairs.tell(e)
	return e.Err
}

// endForward leaves the archive time to answer what it has.
func (r *relay) endForward(err error) error {
	if os.IsTimeout(err) {
		err = nil
	}
	if err = ended(err); err != nil {
		err = fmt.Errorf("receive from the sender: %w", err)
	}
	wait := endWait
	if r.pairs.waiting() {
		wait = r.proxy.drain()
	}
	_ = r.archive.conn.SetReadDeadline(time.Now().Add(wait))
	if r.archive.closeWrite() != nil {
		_ = r.archive.Close()
	}
	return err
}

// back hands the archive's answers to the sender, until the archive's end. A sender
// that is gone does not keep the answers from being told.
func (r *relay) back() error {
	var gone error
	for {
		block, err := r.archive.Receive()
		if err != nil {
			if err = ended(err); os.IsTimeout(err) && !r.pairs.waiting() {
				err = nil
			}
			if err != nil {
				err = fmt.Errorf("receive from the archive: %w", err)
			}
			return errors.Join(gone, err)
		}
		if gone == nil {
			if err := r.sender.Send(block); err != nil {
				gone = fmt.Errorf("send to the sender: %w", err)
			} else {
				r.proxy.answers.Add(1)
			}
		}
		r.pairs.answered(block)
		r.archive.reader.release()
	}
}
