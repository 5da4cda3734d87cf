package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"arr/answer"
	"arr/api"
	"arr/parser"
	"arr/query"
)

// prepare makes sense of a request: what to search for, and how to show it. The error is
// an exitError that shows people the fault.
func prepare(req *api.Request) (*query.Plan, answer.Options, error) {
	o := answer.Options{Width: req.Width, Zone: time.Local}
	plan, err := query.Compile(req.Question, query.Env{Now: time.Now(), Zone: time.Local})
	if err != nil {
		return nil, o, badQuestion(req, err)
	}
	if req.Follow && (plan.Kind != query.Records || plan.After != nil) {
		return nil, o, &exitError{exitUsage, errors.New("--follow goes with records to come: leave out --count, --by, --histogram and --after")}
	}
	if o.Format, err = answer.ParseFormat(req.Format); err == nil {
		o.Fields, err = answer.ParseFields(strings.Join(req.Fields, ","))
	}
	if err == nil {
		_, err = answer.New(io.Discard, plan, o)
	}
	if err != nil {
		return nil, o, &exitError{exitUsage, err}
	}
	return plan, o, nil
}

// answer writes the answer to a request to standard output.
func (b *backend) answer(c *cli.Context, req *api.Request) (*api.Summary, error) {
	if b.server != nil {
		return b.askServer(c, req)
	}
	if req.Follow {
		return nil, &exitError{exitFailed, errors.New("no server runs on the data directory, so no records will come: leave out --follow")}
	}
	plan, o, err := prepare(req)
	if err != nil {
		return nil, err
	}
	o.Reader = parser.New(parser.Options{})
	lines, err := answer.New(c.App.Writer, plan, o)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	found, err := b.store.Search(c.Context, lines.Plan(), lines.Sink())
	if errors.Is(err, query.ErrManyBuckets) {
		return nil, &exitError{exitUsage, err}
	}
	if err = errors.Join(err, lines.Close()); err != nil {
		return nil, &exitError{exitFailed, fmt.Errorf("answer the question: %w", err)}
	}
	now, _ := time.Now().Zone()
	sum := &api.Summary{Complete: found.Complete, Count: found.Count, Position: found.Position, Zone: now, Next: lines.Next(), Problems: found.Problems, Unlisted: found.Unlisted}
	if zone := localZone(); zone != "" {
		sum.Zone = zone
	}
	return sum, nil
}

// askServer hands on the bytes that the server answers with.
func (b *backend) askServer(c *cli.Context, req *api.Request) (*api.Summary, error) {
	resp, err := b.server.ask(c.Context, req)
	if err != nil {
		return nil, refused(req, err)
	}
	defer resp.Body.Close()
	_, err = io.Copy(c.App.Writer, resp.Body)
	if req.Follow && c.Context.Err() != nil {
		return &api.Summary{Complete: true}, nil
	}
	if err != nil {
		return nil, &exitError{exitFailed, fmt.Errorf("the answer of %s broke off: %w", b.server.name, err)}
	}
	return summaryOf(resp)
}

// summaryOf reads the end of an answer.
func summaryOf(resp *http.Response) (*api.Summary, error) {
	sum := &api.Summary{}
	if err := json.Unmarshal([]byte(resp.Trailer.Get(api.SummaryTrailer)), sum); err != nil {
		return nil, &exitError{exitFailed, errors.New("the answer broke off: the server ended it without saying that it is complete")}
	}
	return sum, nil
}

// refused makes an exitError of what kept a server from answering.
func refused(req *api.Request, err error) error {
	if errors.Is(err, context.Canceled) {
		return &exitError{exitFailed, errors.New("interrupted")}
	}
	r, ok := errors.AsType[*refusal](err)
	if !ok {
		return &exitError{exitFailed, err}
	}
	if r.Part != "" && req != nil {
		return badQuestion(req, &query.Error{Part: r.Part, Offset: r.Offset, Length: r.Length, Message: r.Detail, Near: r.Near})
	}
	return &exitError{r.code(), r}
}

// localZone is the name of the machine's zone in the time zone database, "" where nothing
// says it.
func localZone() string {
	name, set := os.LookupEnv("TZ")
	if !set {
		link, err := filepath.EvalSymlinks("/etc/localtime")
		if err != nil {
			return ""
		}
		_, name, _ = strings.Cut(link, "/zoneinfo/")
	}
	name = strings.TrimPrefix(name, ":")
	if set && name == "" {
		return "UTC"
	}
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		return ""
	}
	return name
}
