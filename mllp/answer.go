package mllp

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"time"
)

// timestampLayout is that of MSH-7.
const timestampLayout = "20060102150405-0700"

// answer takes messages where no archive stands behind, and says that each was taken.
func (p *Proxy) answer(ctx context.Context, sender *Conn) error {
	stop := context.AfterFunc(ctx, func() { _ = sender.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	for {
		message, err := sender.Receive()
		if os.IsTimeout(err) {
			return nil
		}
		if err != nil {
			if err = ended(err); err != nil {
				err = fmt.Errorf("receive from the sender: %w", err)
			}
			return err
		}
		if isCommit(message) {
			continue
		}
		e := p.exchange(sender.conn, message)
		e.Answers = accept(message, e.Received)
		for _, a := range e.Answers {
			if err = sender.Send(a); err != nil {
				break
			}
			p.answers.Add(1)
		}
		p.Exchanged(e)
		sender.reader.release()
		if err != nil {
			return fmt.Errorf("send to the sender: %w", err)
		}
	}
}

// accept makes the acknowledgements that say that a message was taken: AA, or in the
// enhanced mode those that MSH-15 and MSH-16 ask for.
func accept(message []byte, now time.Time) [][]byte {
	h := readHeader(message)
	if !h.enhanced() {
		return [][]byte{acknowledge(message, "AA", now)}
	}
	var all [][]byte
	if answersSuccess(h.accept) {
		all = append(all, acknowledge(message, "CA", now))
	}
	if answersSuccess(h.application) {
		all = append(all, acknowledge(message, "AA", now))
	}
	return all
}

// acknowledge makes an acknowledgement with the sender's own separators and encoding
// characters. What is no HL7 message gets one with the usual ones and no id.
func acknowledge(message []byte, code string, now time.Time) []byte {
	msh, separator := segment(message, "MSH")
	encoding := field(msh, separator, 1)
	if msh == nil {
		separator = '|'
	}
	if len(encoding) == 0 {
		encoding = bytes.ReplaceAll([]byte(`^~\&`), []byte{separator}, []byte("|"))
	}
	version := field(msh, separator, 11)
	if len(version) == 0 {
		version = []byte("2.5")
	}
	processing := field(msh, separator, 10)
	if len(processing) == 0 {
		processing = []byte("P")
	}
	id, time := field(msh, separator, 9), []byte(now.Format(timestampLayout))
	dst := []byte("MSH")
	for _, value := range [][]byte{encoding, field(msh, separator, 4), field(msh, separator, 5), field(msh, separator, 2), field(msh, separator, 3),
		time, nil, []byte("ACK"), id, processing, version} {
		dst = append(append(dst, separator), value...)
	}
	dst = append(dst, "\rMSA"...)
	dst = append(append(append(dst, separator), code...), separator)
	return append(append(dst, id...), '\r')
}
