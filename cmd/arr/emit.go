package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strconv"

	"github.com/urfave/cli/v2"

	"arr/emitter"
)

const emitDescription = `Sends each FILE, an audit message in XML, with a syslog header before it. "-" reads
standard input, which holds frames that are ready to send, each as its length in
decimal, a blank and so many bytes (RFC 5425), as "arr query --format raw" writes
them; they are sent unchanged.

It exits with 0 only when all was handed over and the repository ended the
connection in order, which arr does once it has stored everything; else with 6. With
UDP nothing tells whether a frame arrived, and what is larger than a datagram is left out
and said so, with 6.

With --hl7 the messages are made: those that an image archive owes for the HL7 v2
messages in a file, by the acknowledgement and by what the archive did. With --event one
message of an event is made of values. --dry-run prints them instead, one a line.

Without --to, --ldap finds the repository as dcm4che does: by the audit logger of the device
--ldap-device, with the suites, versions and certificates that the directory says.

Examples:
   arr emit --to tls://arr.example:6514 --ca ca.pem message.xml
   arr emit --hl7 adt.hl7 --ack ack.hl7 --did created --dry-run
   arr emit --event login --set user=jane --set user-host=192.0.2.7 --to udp://localhost:5514
   arr emit --ldap ldaps://ldap.example --ldap-device dcm4chee-arc message.xml
   arr emit --to udp://localhost:5514 --header dcm4che *.xml
   arr emit --to tls://arr.example --ca ca.pem --repeat 100000 --rate 500 message.xml
   arr query --format raw 'patient:P1000000' | arr emit --to tls://other.example --ca other.pem -`

func emitCommand() *cli.Command {
	return &cli.Command{
		Name:        "emit",
		Usage:       "send audit messages to a repository",
		UsageText:   "arr emit --to tls://HOST:PORT [FLAGS] FILE...\narr emit --ldap URL --ldap-device NAME [FLAGS] FILE...\narr emit --hl7 FILE [FLAGS] (--to URL | --dry-run)",
		Description: emitDescription,
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "to", Usage: "where to: `URL` tls://host:6514, tcp://host:514 or udp://host:514"},
			&cli.StringFlag{Name: "header", Value: emitter.DialectIHE.String(), Usage: "write syslog headers as `DIALECT`: ihe, dicom or dcm4che"},
		}, slices.Concat(repositoryTLS.flags("the repository"), directoryFlags(), paceFlags(), hl7Flags(), mapperFlags(), buildFlags())...),
		Action: func(c *cli.Context) error {
			made, err := makeMessages(c)
			if err != nil {
				return &exitError{exitUsage, err}
			}
			if c.Bool("dry-run") {
				return printMessages(c.App.Writer, made)
			}
			e, err := newEmission(c)
			if err != nil {
				return usage(err)
			}
			e.made = made
			return e.run(c.Context)
		},
	}
}

// emission is one run of arr emit.
type emission struct {
	to      emitter.Target
	dialer  emitter.Dialer
	header  emitter.Header
	files   []string
	made    madeMessages // messages that are made of something else, nil without
	stdin   io.Reader
	stderr  io.Writer
	sender  emitter.Sender
	counter *emitCounter
	pace    pace
	// tooLarge counts what the transport can't carry, of which oversized tells the first.
	tooLarge  int
	oversized error
}

func newEmission(c *cli.Context) (*emission, error) {
	e := &emission{files: c.Args().Slice(), stdin: c.App.Reader, stderr: c.App.ErrWriter}
	if len(e.files) == 0 && !makesMessages(c) {
		return nil, errors.New(`no file was named: give XML files, or "-" for frames on standard input`)
	}
	speak, err := repositoryTLS.client(c)
	if err == nil {
		err = e.aim(c, speak)
	}
	if err != nil {
		return nil, err
	}
	if e.header.Dialect, err = emitter.ParseDialect(c.String("header")); err != nil {
		return nil, fmt.Errorf("--header %s: %w", c.String("header"), err)
	}
	if makesMessages(c) && !c.IsSet("header") {
		if e.header.Dialect, err = emitter.ParseDialect(c.String("dialect")); err != nil {
			return nil, fmt.Errorf("--dialect: %w", err)
		}
	}
	e.header.Hostname, e.header.App, e.header.ProcID = hostname(), "arr-emit", strconv.Itoa(os.Getpid())
	if e.pace, err = newPace(c); err != nil {
		return nil, err
	}
	if e.pace.repeat > 1 && slices.Contains(e.files, "-") {
		return nil, errors.New("--repeat needs files: standard input can be read but once")
	}
	return e, nil
}

// aim finds where to send to: where --to says, or where a directory leads to.
func (e *emission) aim(c *cli.Context, speak *speaker) error {
	var to []string
	if c.String("to") != "" {
		to = []string{c.String("to")}
	}
	log := slog.New(slog.NewTextHandler(c.App.ErrWriter, nil))
	directory, err := openDirectedSender(c, to, speak, log, "")
	switch {
	case err != nil:
		return err
	case directory != nil:
		found, err := directory.onlyDestination()
		e.to, e.dialer.TLS = found.to, found.tls
		return err
	case to == nil:
		return errors.New("where to is not said: give --to tls://host:6514, or --ldap and --ldap-device")
	}
	if e.to, err = emitter.ParseTarget(to[0]); err != nil {
		return err
	}
	e.dialer.TLS = speak.to(e.to.Host)
	return nil
}

// run sends everything and says how much that was.
func (e *emission) run(ctx context.Context) error {
	var err error
	if e.sender, err = e.dialer.Dial(ctx, e.to); err != nil {
		return &exitError{exitFailed, withRemedy(err)}
	}
	e.counter = newEmitCounter(e.stderr, e.files)
	e.counter.files *= e.pace.repeat
	e.counter.stream = e.counter.stream || e.made != nil
	for i := 0; i < e.pace.repeat && err == nil; i++ {
		err = e.sendAll(ctx)
	}
	closeErr := e.sender.Close()
	if err == nil {
		err = closeErr
	}
	e.counter.end()
	if err != nil {
		return &exitError{exitFailed, fmt.Errorf("%w (%s)", withRemedy(err), e.counter.outcome(e.sender.Handed(), closeErr == nil))}
	}
	if e.oversized != nil {
		return &exitError{exitFailed, fmt.Errorf("%w (%s too large, %s handed over)", e.oversized, plural(e.tooLarge, "message"), plural(e.sender.Handed(), "message"))}
	}
	fmt.Fprintf(e.stderr, "%s handed over to %s\n", plural(e.sender.Handed(), "message"), e.to)
	return nil
}

// sendAll sends everything once.
func (e *emission) sendAll(ctx context.Context) error {
	for _, name := range e.files {
		if err := e.sendFile(ctx, name); err != nil {
			return err
		}
	}
	if e.made == nil {
		return nil
	}
	n := 0
	return e.made(func(m []byte) error {
		n++
		return e.sendMessage(ctx, fmt.Sprintf("message %d", n), m)
	})
}

func (e *emission) sendFile(ctx context.Context, name string) error {
	defer e.counter.fileDone()
	if name == "-" {
		return e.sendFrames(ctx)
	}
	message, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := checkMessage(message); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return e.sendMessage(ctx, name, message)
}

// sendMessage sends an audit message when it is due, with a header of that time.
func (e *emission) sendMessage(ctx context.Context, what string, message []byte) error {
	if err := e.pace.wait(ctx, e.sender.Flush); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return e.send(ctx, what, e.header.Append(nil, message))
}

// sendFrames sends the octet-counted frames on standard input.
func (e *emission) sendFrames(ctx context.Context) error {
	r := emitter.NewReader(e.stdin)
	for n := 1; ; n++ {
		frame, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("standard input: %w", err)
		}
		if err = e.pace.wait(ctx, e.sender.Flush); err == nil {
			err = e.send(ctx, fmt.Sprintf("frame %d of standard input", n), frame)
		}
		if err != nil {
			return err
		}
	}
}

func (e *emission) send(ctx context.Context, what string, frame []byte) error {
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted before %s", what)
	}
	if err := e.sender.Send(frame); err != nil {
		err = fmt.Errorf("%s: %w", what, err)
		if !isA[*emitter.SizeError](err) {
			return err
		}
		// The others may go.
		e.tooLarge++
		e.oversized = cmp.Or(e.oversized, err)
		return nil
	}
	e.counter.sent(len(frame))
	return nil
}

// checkMessage refuses what would be sent as something that it is not.
func checkMessage(message []byte) error {
	text := bytes.TrimPrefix(message, []byte("\ufeff"))
	switch {
	case len(text) == 0:
		return errors.New("it is empty")
	case text[0] >= '0' && text[0] <= '9', text[0] == '<' && len(text) > 1 && text[1] >= '0' && text[1] <= '9':
		return errors.New(`it holds a syslog frame, not XML: send octet-counted frames through standard input, with "-"`)
	}
	return nil
}
