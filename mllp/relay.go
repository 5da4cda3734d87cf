package mllp

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// endWait is how long the archive may take to end its side when it owes nothing.
const endWait = time.Second

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
	forwarded := make(chan error, 1)
	go func() { forwarded <- r.forward() }()
	back := r.back()
	// The archive has ended: whatever comes in could not be answered.
	_ = r.sender.Close()
	_ = r.archive.Close()
	err := <-forwarded
	why := ErrNoAnswer
	if back != nil {
		why = fmt.Errorf("%w: %w", ErrNoAnswer, back)
	}
	r.pairs.end(why)
	return errors.Join(err, back)
}

// forward hands the sender's messages to the archive, until the sender's end, which it
// hands over too.
func (r *relay) forward() error {
	for {
		message, err := r.sender.Receive()
		if err != nil {
			return r.endForward(err)
		}
		if !isCommit(message) {
			e := r.proxy.exchange(r.sender.conn, message)
			e.Archive = r.archive.conn.RemoteAddr()
			r.pairs.sent(e)
		}
		if err := r.archive.Send(message); err != nil {
			_ = r.archive.Close()
			return fmt.Errorf("mllp: send to the archive: %w", err)
		}
	}
}

// endForward leaves the archive time to answer what it has.
func (r *relay) endForward(err error) error {
	if os.IsTimeout(err) {
		err = nil
	}
	if err = ended(err); err != nil {
		err = fmt.Errorf("mllp: receive from the sender: %w", err)
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
				err = fmt.Errorf("mllp: receive from the archive: %w", err)
			}
			return errors.Join(gone, err)
		}
		if gone == nil {
			if err := r.sender.Send(block); err != nil {
				gone = fmt.Errorf("mllp: send to the sender: %w", err)
			} else {
				r.proxy.answers.Add(1)
			}
		}
		r.pairs.answered(block)
	}
}
