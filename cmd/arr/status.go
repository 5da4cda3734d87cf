package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"arr/api"
)

func statusCommand() *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "show what a running server receives and keeps",
		UsageText: "arr status [--data DIR | --server URL] [--format table|json]",
		Description: "Shows the sources with their last arrival, rates, classes, the store and how long the\n" +
			"disk will do. Exits with 0, or with 6 where no server answers or it takes no records.\n\n" +
			"Examples:\n   arr status --data /var/lib/arr\n   arr status --server http://localhost:8080 --format json",
		Flags: []cli.Flag{
			dataFlag(),
			serverFlag(),
			&cli.StringFlag{Name: "format", Value: "table", Usage: "print a `FORMAT`: table or json"},
		},
		Action: showStatus,
	}
}

func showStatus(c *cli.Context) error {
	format := c.String("format")
	if format != "table" && format != "json" {
		return &exitError{exitUsage, errors.New("--format of status takes table or json")}
	}
	if c.Args().Present() {
		return &exitError{exitUsage, errors.New("status takes no arguments; the directory goes to --data")}
	}
	server, err := newClient(dataDir(c), c.String("server"))
	if err != nil {
		return err
	}
	resp, err := server.get(c.Context, "/api/v1/status")
	if err != nil {
		return statusError(server, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("read the status of %s: %w", server.name, err)
	}
	var st api.Status
	if err := json.Unmarshal(body, &st); err != nil {
		return fmt.Errorf("read the status of %s: %w", server.name, err)
	}
	if format == "json" {
		_, err = c.App.Writer.Write(body)
	} else {
		_, err = c.App.Writer.Write(statusPage(server.name, &st))
	}
	if err != nil {
		return fmt.Errorf("print the status: %w", err)
	}
	if !st.Ready {
		return &exitError{code: exitFailed}
	}
	return nil
}

func statusError(server *client, err error) error {
	if r, ok := errors.AsType[*refusal](err); ok {
		return &exitError{r.code(), fmt.Errorf("%s refused to tell its status: %w", server.name, r)}
	}
	if noServer(err) {
		return &exitError{exitFailed, fmt.Errorf("no server runs on %s: start one with \"arr serve\", or name another with --data or --server", server.name)}
	}
	return err
}
