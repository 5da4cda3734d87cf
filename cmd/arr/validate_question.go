package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/urfave/cli/v2"

	"arr/validate"
)

// ask validates the frames of the records that answer a question. It asks for their numbers
// first, so that the scorecard can name them, and then for just those records' frames.
func (v *validation) ask(c *cli.Context, question string) error {
	err := v.answers(c, question, []string{"--format", "ndjson", "--fields", "id"}, func(lines io.Reader) error {
		for in := bufio.NewScanner(lines); ; {
			if !in.Scan() {
				return in.Err()
			}
			var line struct{ ID *uint64 }
			if err := json.Unmarshal(in.Bytes(), &line); err != nil {
				return fmt.Errorf("read the records' numbers: %w", err)
			}
			if line.ID != nil {
				v.records = append(v.records, *line.ID)
			}
		}
	})
	if err != nil {
		return err
	}
	if len(v.records) > 0 { // what is stored from here on is not asked for
		question = fmt.Sprintf("(%s) id:<=%d", question, slices.Max(v.records))
	}
	return v.answers(c, question, []string{"--format", "raw"}, func(frames io.Reader) error {
		return validate.Frames(c.Context, "record", frames, validate.Options{Edition: v.edition}, v)
	})
}

// answers has read take what arr query prints for a question.
func (v *validation) answers(c *cli.Context, question string, flags []string, read func(io.Reader) error) error {
	args := append([]string{"arr", "query", "--order", "time", "--limit", "0"}, flags...)
	for _, name := range [...]string{"data", "server"} {
		if c.IsSet(name) {
			args = append(args, "--"+name, c.String(name))
		}
	}
	answer, out := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- run(c.Context, append(args, "--", question), c.App.Reader, out, c.App.ErrWriter)
		_ = out.Close() // a pipe's end closes without an error
	}()
	err := read(answer)
	answer.CloseWithError(errors.Join(err, io.ErrClosedPipe))
	switch exit := <-code; {
	case err != nil:
		return &exitError{exitFailed, err}
	case exit != 0 && exit != exitNothing:
		return &exitError{code: exit}
	}
	return nil
}
