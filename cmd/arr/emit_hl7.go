package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/urfave/cli/v2"

	"arr/audit"
	"arr/emitter"
	"arr/emitter/hl7"
)

// hl7Flags are the flags of arr emit that say what an HL7 message is and what became of it.
func hl7Flags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "hl7", Usage: "send the audit messages that the HL7 v2 messages in `FILE` owe; - is standard input"},
		&cli.StringFlag{Name: "ack", Usage: "the HL7 messages' acknowledgements are in `FILE`"},
		&cli.StringFlag{Name: "did", Usage: "the archive `DID` this: created, updated, deleted, merged, read or nothing (default: what the message asks)"},
		&cli.BoolFlag{Name: "sent", Usage: "the archive sent the HL7 message, and did not receive it"},
		&cli.StringFlag{Name: "peer", Usage: "the other side's `HOST`"},
		&cli.BoolFlag{Name: "dry-run", Usage: "print each message as a line of XML and send none"},
	}
}

// mapperFlags are the flags that say how audit messages are made of HL7 messages.
func mapperFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "dialect", Value: emitter.DialectIHE.String(), Usage: "write messages and headers as `DIALECT`: ihe, dicom or dcm4che"},
		&cli.StringFlag{Name: "device", Usage: "the archive's device and AuditSourceID is `NAME` (default: the host's name)"},
		&cli.StringFlag{Name: "hl7-app", Usage: "the archive's own HL7 application is `APP|FACILITY` (default any)"},
		&cli.StringFlag{Name: "hl7-table", Usage: "the rules in `FILE` say which message owes what, before the usual ones"},
		&cli.StringFlag{Name: "did-table", Usage: "the rules in `FILE` say what of acknowledgements tells what the archive did"},
	}
}

// makesMessages says whether messages are made of something else than files of XML.
func makesMessages(c *cli.Context) bool { return c.IsSet("hl7") || c.IsSet("event") }

// misplacedFlag gives an error where a flag would say nothing, since what it is about is
// not given.
func misplacedFlag(c *cli.Context) error {
	for _, f := range []struct {
		of    string
		names []string
	}{
		{"hl7", []string{"ack", "did", "sent", "peer", "hl7-app", "hl7-table", "did-table"}},
		{"event", []string{"set"}},
	} {
		for _, name := range f.names {
			if c.IsSet(name) && !c.IsSet(f.of) {
				return fmt.Errorf("--%s says nothing without --%s: give both or neither", name, f.of)
			}
		}
	}
	for _, name := range []string{"dialect", "device"} {
		if c.IsSet(name) && !makesMessages(c) {
			return fmt.Errorf("--%s is for messages that are made, with --hl7 or --event: files are sent as they are, under the header that --header names", name)
		}
	}
	return nil
}

// madeMessages calls a function with each message that is made, until it fails. A message is
// valid until it returns.
type madeMessages func(each func(xml []byte) error) error

// makeMessages says how the messages are made that flags ask for, nil where none do.
func makeMessages(c *cli.Context) (madeMessages, error) {
	if err := misplacedFlag(c); err != nil {
		return nil, err
	}
	if !makesMessages(c) {
		if c.Bool("dry-run") {
			return nil, errors.New("--dry-run prints messages that are made: give --hl7 FILE or --event NAME")
		}
		return nil, nil
	}
	if c.Args().Present() {
		return nil, errors.New("files of XML don't go together with --hl7 or --event: send them one after another")
	}
	if c.IsSet("hl7") && c.IsSet("event") {
		return nil, errors.New("--hl7 and --event don't go together: send them one after another")
	}
	dialect, err := emitter.ParseDialect(c.String("dialect"))
	if err != nil {
		return nil, fmt.Errorf("--dialect: %w", err)
	}
	owed := &owedMessages{}
	if c.IsSet("event") {
		m, err := builtMessage(c, dialect)
		if err != nil {
			return nil, err
		}
		owed.built = m
	} else if owed, err = readOwedMessages(c, dialect); err != nil {
		return nil, err
	}
	return func(each func([]byte) error) error { return writeMessages(c, dialect, owed, each) }, nil
}

// writeMessages writes the messages that are owed, one after the other, and tells of those
// that deviate.
func writeMessages(c *cli.Context, dialect emitter.Dialect, owed *owedMessages, each func([]byte) error) error {
	var checker emitter.Checker
	var xml []byte
	n, deviating := 0, 0
	err := owed.each(func(m *audit.Message) error {
		n++
		if err := checker.Check(m, dialect); err != nil {
			if deviating++; deviating <= maxTold {
				fmt.Fprintf(c.App.ErrWriter, "message %d deviates from its standard, and is made all the same: %v\n", n, err)
			}
		}
		xml = emitter.AppendXML(xml[:0], m, dialect)
		return each(xml)
	})
	if deviating > maxTold {
		fmt.Fprintf(c.App.ErrWriter, "%s more deviate\n", plural(deviating-maxTold, "message"))
	}
	if n == 0 && err == nil {
		fmt.Fprintln(c.App.ErrWriter, "no audit message is owed for that")
	}
	return err
}

// owedMessages are the message of an event, or those that HL7 messages owe.
type owedMessages struct {
	built *audit.Message

	mapper         *hl7.Mapper
	reports        hl7.Reports
	exchange       hl7.Exchange // what all messages have in common
	messages, acks []byte
}

// readOwedMessages reads the HL7 messages of --hl7.
func readOwedMessages(c *cli.Context, dialect emitter.Dialect) (o *owedMessages, err error) {
	o = &owedMessages{exchange: hl7.Exchange{Peer: c.String("peer"), Sent: c.Bool("sent")}}
	if o.mapper, err = newMapper(c, dialect); err != nil {
		return nil, err
	}
	if o.exchange.Did, err = hl7.ParseDid(c.String("did")); err != nil {
		return nil, fmt.Errorf("--did: %w", err)
	}
	if o.reports, err = didTable(c); err != nil {
		return nil, err
	}
	if c.String("hl7") == "-" && c.String("ack") == "-" {
		return nil, errors.New("--hl7 and --ack can't both be standard input: put one of them into a file")
	}
	if o.messages, err = readFile(c, "hl7"); err != nil {
		return nil, err
	}
	if c.IsSet("ack") {
		o.acks, err = readFile(c, "ack")
	}
	return o, err
}

// each calls a function with each message, until it fails. There may be many times more of
// them than fit into memory.
func (o *owedMessages) each(each func(*audit.Message) error) error {
	if o.built != nil {
		return each(o.built)
	}
	var err error
	for message, ack := range hl7.Pairs(o.messages, o.acks) {
		x := o.exchange
		x.Message, x.Ack = message, ack
		if x.Did == hl7.Unreported {
			x.Did = o.reports.Did(message, ack)
		}
		o.mapper.Each(&x, func(m *audit.Message) {
			if err == nil {
				err = each(m)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// hostname gives this host's name, "" if it has none.
func hostname() string {
	host, err := os.Hostname()
	if err != nil {
		return ""
	}
	return host
}

// deviceName gives --device, this host's name by default.
func deviceName(c *cli.Context) string {
	if name := c.String("device"); name != "" {
		return name
	}
	return hostname()
}

// newMapper makes what maps HL7 messages as flags say.
func newMapper(c *cli.Context, dialect emitter.Dialect) (*hl7.Mapper, error) {
	m := &hl7.Mapper{Dialect: dialect, Device: deviceName(c), Host: hostname(), ProcID: strconv.Itoa(os.Getpid())}
	if app := c.String("hl7-app"); app != "" {
		m.Apps = []string{app}
	}
	site, err := parseFile(c, "hl7-table", hl7.ParseTable)
	if err != nil || site == nil {
		return m, err
	}
	m.Table = append(site, hl7.IHE()...)
	if dialect == emitter.DialectDcm4che {
		m.Table = append(site, hl7.Dcm4che()...)
	}
	return m, nil
}

// didTable reads --did-table.
func didTable(c *cli.Context) (hl7.Reports, error) {
	return parseFile(c, "did-table", hl7.ParseReports)
}

// parseFile parses the file that a flag names, if it does.
func parseFile[T any](c *cli.Context, flag string, parse func(io.Reader) (T, error)) (parsed T, err error) {
	name := c.String(flag)
	if name == "" {
		return parsed, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return parsed, fmt.Errorf("--%s: %w", flag, err)
	}
	defer func() { _ = f.Close() }()
	if parsed, err = parse(f); err != nil {
		return parsed, fmt.Errorf("--%s %s: %w", flag, name, err)
	}
	return parsed, nil
}

// readFile reads the file that a flag names.
func readFile(c *cli.Context, flag string) ([]byte, error) {
	name := c.String(flag)
	if name == "-" {
		b, err := io.ReadAll(c.App.Reader)
		if err != nil {
			return nil, fmt.Errorf("--%s: read standard input: %w", flag, err)
		}
		return b, nil
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flag, err)
	}
	return b, nil
}

// printMessages writes each message as a line.
func printMessages(w io.Writer, made madeMessages) error {
	out := bufio.NewWriter(w)
	err := made(func(xml []byte) error {
		if _, err := fmt.Fprintf(out, "%s\n", xml); err != nil {
			return fmt.Errorf("write to standard output: %w", err)
		}
		return nil
	})
	if failed := out.Flush(); err == nil && failed != nil {
		err = fmt.Errorf("write to standard output: %w", failed)
	}
	return err
}
