package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"arr/answer"
	"arr/api"
	"arr/audit"
	"arr/query"
)

// What a table shows where nobody chose: it is for people.
const (
	tableLimit = 50
	tableTop   = 20
)

func queryCommand() *cli.Command {
	return &cli.Command{
		Name:  "query",
		Usage: "find records",
		UsageText: "arr query [FLAGS] QUESTION\n\n" +
			"A QUESTION is made of words, of FIELD:VALUE, and of AND, OR, NOT and parentheses; what stands\n" +
			"side by side must all be true. * asks for everything, of every class. With - the question is read\n" +
			"from standard input, so that a patient's id does not stand in a list of processes.\n\n" +
			"   jdoe                       the word anywhere in a message\n" +
			"   \"merged into\"              words in a row\n" +
			"   user:jdoe patient:P1000    a user's id or name, a patient's id or name\n" +
			"   patient:\"mull*\"            what starts so; patient:~muler what is similar\n" +
			"   outcome:failure            also success, minor, serious, major, or outcome:>=4\n" +
			"   time:[2026-11-01 TO 2026-11-07]   also time:>2026-11-01, time:>12h\n" +
			"   study:*                    any study at all\n" +
			"   user:(jdoe OR asmith) NOT event:query\n\n" +
			"Fields: " + strings.Join(fold(strings.Join(query.Fields(), ", "), 90), "\n        ") + "\n\n" +
			"A time is a day, month or year, a time as 2026-11-01T10:00:00Z, or so long ago: 90s, 15m, 12h, 30d,\n" +
			"2w. One without a zone is in the local one. A day that --until names is part of the answer.\n\n" +
			"Exits with 0 where something was found, 1 where nothing was, 2 where the question or a flag is\n" +
			"wrong, 3 where what is stored is damaged, 4 where the answer was refused, 5 where it lacks what could\n" +
			"not be read, 6 where the question could not be asked or answered.\n\n" +
			"Examples:\n" +
			"   arr query 'patient:P1000000' --since 30d\n" +
			"   arr query 'outcome:failure type:login' --by user --top 5\n" +
			"   arr query '*' --histogram day --since 2026-11-01\n" +
			"   arr query 'study:1.2.840.1' --format raw | arr emit - --to tls://other:6514\n" +
			"   echo 'patient:P1000000' | arr query - --fields time,user,event --format csv",
		Flags: append([]cli.Flag{
			dataFlag(),
			&cli.StringFlag{Name: "since", Usage: "only events from `TIME` on"},
			&cli.StringFlag{Name: "until", Usage: "only events up to `TIME`; a day, month or year is included"},
			&cli.IntFlag{Name: "limit", Usage: "at most `N` records; 0 for all", DefaultText: "50 in a table, else all"},
			&cli.StringFlag{Name: "after", Usage: "go on after the place `CURSOR`, which an answer that was cut off gave"},
			&cli.StringFlag{Name: "order", Value: "-time", Usage: "`ORDER`: time for the oldest first, -time for the newest"},
			&cli.BoolFlag{Name: "follow", Usage: "the records to come, as they are stored"},
			&cli.BoolFlag{Name: "count", Usage: "how many records there are, and nothing else"},
			&cli.StringFlag{Name: "by", Usage: "count the records of each value of `FIELD`"},
			&cli.IntFlag{Name: "top", Usage: "with --by, only the `N` most frequent values; 0 for all", DefaultText: "20 in a table, else all"},
			&cli.StringFlag{Name: "histogram", Usage: "count the records of each `STEP`: hour, day or month"},
			&cli.StringFlag{Name: "format", Usage: "`FORMAT`: table, json, ndjson, csv, xml or raw", DefaultText: "table on a terminal, else ndjson"},
			&cli.StringFlag{Name: "fields", Usage: "show only these `FIELDS`, separated by commas: fields of the question or keys of ndjson"},
		}, serverFlags()...),
		Action: ask,
	}
}

// ask answers one question.
func ask(c *cli.Context) error {
	req, err := readRequest(c)
	if err != nil {
		return err
	}
	b, err := openBackend(c)
	if err != nil {
		return err
	}
	sum, err := b.answer(c, req)
	if err = errors.Join(err, b.close()); err != nil {
		return err
	}
	return conclude(c, req, sum)
}

// readRequest makes the request that the command line stands for, and checks all of it, so
// that what is wrong is said before anything is asked.
func readRequest(c *cli.Context) (*api.Request, error) {
	text, err := questionText(c)
	if err != nil {
		return nil, err
	}
	format, err := formatOf(c)
	if err != nil {
		return nil, err
	}
	req := &api.Request{
		Question: query.Question{
			Text: text, Since: c.String("since"), Until: c.String("until"), Limit: c.Int("limit"), Order: c.String("order"),
			Count: c.Bool("count"), By: c.String("by"), Top: c.Int("top"), Histogram: c.String("histogram"), After: c.String("after"),
		},
		Format: format.String(), Follow: c.Bool("follow"), Zone: localZone(),
	}
	if fields := c.String("fields"); fields != "" {
		req.Fields = api.Names{fields}
	}
	if format == answer.Table {
		req.Width = width(c.App.Writer)
		if !c.IsSet("limit") && !req.Follow && !req.Count && req.By == "" && req.Histogram == "" {
			req.Limit = tableLimit
		}
		if !c.IsSet("top") && req.By != "" {
			req.Top = tableTop
		}
	}
	_, _, err = prepare(req)
	return req, err
}

// questionText gives the question: the arguments, or standard input in their place.
func questionText(c *cli.Context) (string, error) {
	switch {
	case !c.Args().Present():
		return "", &exitError{exitUsage, errors.New("a question is missing: '*' asks for every record, see \"arr query --help\"")}
	case c.NArg() > 1 || c.Args().First() != "-":
		return strings.Join(c.Args().Slice(), " "), nil
	}
	const longest = 1 << 20
	text, err := io.ReadAll(io.LimitReader(c.App.Reader, longest))
	if err != nil {
		return "", &exitError{exitFailed, fmt.Errorf("read the question from standard input: %w", err)}
	}
	return strings.TrimSpace(string(text)), nil
}

func formatOf(c *cli.Context) (answer.Format, error) {
	if !c.IsSet("format") {
		if width(c.App.Writer) > 0 {
			return answer.Table, nil
		}
		return answer.NDJSON, nil
	}
	f, err := answer.ParseFormat(c.String("format"))
	if err != nil {
		return 0, &exitError{exitUsage, err}
	}
	return f, nil
}

// width is that of the terminal that w is, in columns, 0 where it is none.
func width(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	n, _, err := term.GetSize(int(f.Fd()))
	if err != nil || n <= 0 {
		return 80
	}
	return n
}

// conclude says on standard error what the answer does not, and gives the exit code.
func conclude(c *cli.Context, req *api.Request, sum *api.Summary) error {
	say := func(format string, args ...any) {
		_, _ = fmt.Fprintln(c.App.ErrWriter, "arr:", audit.Visible(fmt.Sprintf(format, args...)))
	}
	for _, p := range sum.Problems {
		say("%s", p)
	}
	if sum.Unlisted > 0 {
		say("values that came %d times or less are left out: there are too many to tell all apart; ask for less with --top, --since or more words", sum.Unlisted)
	}
	if sum.Next != "" {
		say("%d of %s; --after %s shows the next, --limit 0 all", req.Limit, plural(sum.Count, "record"), sum.Next)
	}
	if req.Since != "" || req.Until != "" || req.Histogram != "" {
		say("days and times without a zone are in %s", sum.Zone)
	}
	switch {
	case req.Follow && sum.Complete:
		return nil
	case !sum.Complete:
		return &exitError{exitIncomplete, errors.New("the answer is incomplete")}
	case sum.Count == 0:
		return &exitError{code: exitNothing}
	}
	return nil
}
