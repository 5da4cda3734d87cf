package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"arr/schemas"
	"arr/validate"
)

func validateCommand() *cli.Command {
	return &cli.Command{
		Name:  "validate",
		Usage: "say whether audit messages are right, and if not, where",
		UsageText: "arr validate [FLAGS] FILE...\n" +
			"arr validate --vendor [FLAGS] FILE...\n" +
			"arr validate --vendor --question QUESTION\n\n" +
			"Holds each message against DICOM PS3.15 A.5: its grammar, the dialects of it that are known, and\n" +
			"the rules of the events. A FILE is an audit message in XML, a syslog frame, frames that each begin a\n" +
			"line, or a stream of octet-counted frames; a directory stands for the files below it, - for\n" +
			"standard input. Streams are judged as they come; of a message longer than 16 MiB, that much is.\n\n" +
			"With --vendor, messages are folded into a scorecard by audit source: which rules it breaks, how\n" +
			"often, and an example of each.\n\n" +
			"Exits with 0 where all is well, 1 where a finding is at or above --level, 2 where a flag is wrong,\n" +
			"6 where something could not be read. An error breaks the grammar and follows no known dialect; a\n" +
			"warning breaks a rule, or is a dialect's way.\n\n" +
			"Examples:\n" +
			"   arr validate message.xml\n" +
			"   arr validate --format json --level warning messages/\n" +
			"   arr query --format raw 'source:ct1' | arr validate -\n" +
			"   arr validate --vendor --format html messages/ > scorecard.html\n" +
			"   arr validate --vendor --question 'source:ct1' --data /var/lib/arr",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "format", Value: "text", Usage: "`FORMAT`: text, json, sarif or junit; with --vendor text or html"},
			&cli.StringFlag{Name: "level", Value: "error", Usage: "exit with 1 for findings from `LEVEL` on: error or warning"},
			&cli.StringFlag{Name: "edition", Value: "all", Usage: "hold events against the tables of `EDITION`: 2025a (and before), 2025e, 2026a, or what all of them ask"},
			&cli.BoolFlag{Name: "vendor", Usage: "a scorecard by audit source"},
			&cli.StringFlag{Name: "question", Usage: "with --vendor, the records that answer `QUESTION` instead of files"},
			dataFlag(),
		}, serverFlags()...),
		Action: func(c *cli.Context) error {
			v, err := newValidation(c)
			if err != nil {
				return &exitError{exitUsage, err}
			}
			return v.run(c)
		},
	}
}

// validation is one run of arr validate. It counts on the way to the writer.
type validation struct {
	validate.Writer
	level   schemas.Level
	edition schemas.Editions
	found   bool
	out     *bufio.Writer // of Writer
	records []uint64      // what the messages' records are, where they come from a store
}

var editions = map[string]schemas.Editions{
	"all": schemas.Union, "2025a": schemas.Edition2025a, "2025e": schemas.Edition2025e, "2026a": schemas.Edition2026a,
}

func newValidation(c *cli.Context) (*validation, error) {
	v := &validation{edition: editions[c.String("edition")], out: bufio.NewWriterSize(c.App.Writer, 1<<16)}
	if v.edition == 0 {
		return nil, fmt.Errorf("--edition %q is none of 2025a, 2025e, 2026a and all", c.String("edition"))
	}
	switch l := c.String("level"); l {
	case "error":
		v.level = schemas.Error
	case "warning":
		v.level = schemas.Warning
	default:
		return nil, fmt.Errorf("--level %q is neither error nor warning", l)
	}
	if asks := c.String("question") != ""; asks && !c.Bool("vendor") {
		return nil, errors.New("--question goes with --vendor")
	} else if asks == c.Args().Present() {
		return nil, errors.New(`no file was named: give files, directories, or "-" for standard input; with --vendor --question none`)
	}
	v.Writer = writerFor(c, v.out, v.level)
	if v.Writer == nil {
		return nil, fmt.Errorf("--format %q is none: text, json, sarif or junit, with --vendor text or html", c.String("format"))
	}
	return v, nil
}

// writerFor gives the writer of --format, nil if there is none.
func writerFor(c *cli.Context, out io.Writer, level schemas.Level) validate.Writer {
	format := c.String("format")
	if c.Bool("vendor") {
		if format != "text" && format != "html" {
			return nil
		}
		return &validate.Scorecard{Out: out, HTML: format == "html"}
	}
	switch format {
	case "text":
		return &validate.TextWriter{Out: out}
	case "json":
		return &validate.JSONWriter{Out: out}
	case "sarif":
		return &validate.SARIFWriter{Out: out, Version: version()}
	case "junit":
		return &validate.JUnitWriter{Out: out, Level: level}
	}
	return nil
}

// Write hands a result on.
func (v *validation) Write(r *validate.Result) error {
	v.found = v.found || r.Has(v.level)
	if n := r.Message - 1; n < len(v.records) {
		r.File, r.Several = fmt.Sprintf("record %d", v.records[n]), false
		for i := range r.Findings { // a place is one in the record, not among the answers
			r.Findings[i].Off -= r.Off
		}
		r.Text, r.Start, r.Off, r.End = r.Text[r.Off:r.End], validate.Place{}, 0, r.End-r.Off
	}
	return v.Writer.Write(r)
}

// Close ends the output.
func (v *validation) Close() error {
	if err := v.Writer.Close(); err != nil {
		return err
	}
	return v.out.Flush()
}

func (v *validation) run(c *cli.Context) error {
	var failed bool // and told
	if question := c.String("question"); question != "" {
		if err := v.ask(c, question); err != nil {
			return err
		}
	} else {
		tell := func(_ string, err error) {
			failed = true
			_, _ = fmt.Fprintln(c.App.ErrWriter, "arr: validate:", err)
		}
		o := validate.Options{Edition: v.edition, Stdin: c.App.Reader, Failed: tell, Idle: v.out.Flush}
		if err := validate.Run(c.Context, c.Args().Slice(), o, v); err != nil {
			return &exitError{exitFailed, err}
		}
	}
	switch {
	case failed:
		return &exitError{code: exitFailed}
	case v.found:
		return &exitError{code: exitNothing}
	}
	return nil
}
