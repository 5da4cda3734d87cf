package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"strconv"
	"time"

	"github.com/urfave/cli/v2"

	"arr/answer"
	"arr/audit"
	"arr/parser"
	"arr/query"
)

func showCommand() *cli.Command {
	return &cli.Command{
		Name:  "show",
		Usage: "print one record",
		UsageText: "arr show [--raw] [--data DIR | --server URL] ID\n\n" +
			"Prints who did what to whom, from where and with what result, then the syslog header, the fields,\n" +
			"the findings and the message. With --raw it prints the bytes of the frame as received and nothing\n" +
			"else.\n\n" +
			"Exits with 1 where there is no such record, otherwise as arr query does.\n\n" +
			"Examples:\n   arr show 4711\n   arr show --raw 4711 > frame",
		Flags: append([]cli.Flag{
			dataFlag(),
			&cli.BoolFlag{Name: "raw", Usage: "the frame's bytes and nothing else"},
		}, serverFlags()...),
		Action: show,
	}
}

func show(c *cli.Context) error {
	id, err := strconv.ParseUint(c.Args().First(), 10, 64)
	if c.NArg() != 1 || err != nil || id > math.MaxInt64>>1 {
		return &exitError{exitUsage, errors.New("show takes the id of one record, a number: arr show 4711")}
	}
	b, err := openBackend(c)
	if err != nil {
		return err
	}
	if b.server != nil {
		return b.showFromServer(c, id)
	}
	return errors.Join(b.showFromStore(c, id), b.close())
}

func (b *backend) showFromServer(c *cli.Context, id uint64) error {
	choice := url.Values{"format": {"text"}, "zone": {localZone()}}
	if c.Bool("raw") {
		choice.Set("format", "raw")
	}
	resp, err := b.server.get(c.Context, fmt.Sprintf("/api/v1/records/%d?%s", id, choice.Encode()))
	if err != nil {
		return refused(nil, err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(c.App.Writer, resp.Body); err != nil {
		return &exitError{exitFailed, fmt.Errorf("the answer of %s broke off: %w", b.server.name, err)}
	}
	return nil
}

func (b *backend) showFromStore(c *cli.Context, id uint64) error {
	plan, err := query.Compile(query.Question{Text: "id:" + strconv.FormatUint(id, 10)}, query.Env{})
	if err != nil {
		return err
	}
	found := false
	sum, err := b.store.Search(c.Context, plan, query.Sink{Record: func(r *audit.Record) error {
		found = true
		if c.Bool("raw") {
			_, err := c.App.Writer.Write(r.Frame)
			return err
		}
		var page bytes.Buffer
		err := answer.Show(&page, r, answer.ShowOptions{Reader: parser.New(parser.Options{}), Zone: time.Local, Indent: indentXML})
		if err != nil {
			return err
		}
		_, err = c.App.Writer.Write(page.Bytes())
		return err
	}})
	switch {
	case err != nil:
		return &exitError{exitFailed, fmt.Errorf("show record %d: %w", id, err)}
	case found:
		return nil
	case !sum.Complete:
		return &exitError{exitIncomplete, fmt.Errorf("record %d can't be read: arr check says what is damaged", id)}
	}
	return &exitError{exitNothing, fmt.Errorf("no record has the id %d: %d are stored, the first has id 0", id, sum.Position)}
}
