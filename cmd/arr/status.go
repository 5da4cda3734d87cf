package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"arr/api"
	"arr/store"
)

func statusCommand() *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "show what is received and kept",
		UsageText: "arr status [--data DIR | --server URL] [--format table|json]",
		Description: "Shows the sources with their last arrival, rates, classes, the store and how long the\n" +
			"disk will do. Exits with 0, or with 6 where no server runs or it takes no records.\n\n" +
			"Examples:\n   arr status --data /var/lib/arr\n   arr status --server http://localhost:8080 --format json",
		Flags: append([]cli.Flag{
			dataFlag(),
			&cli.StringFlag{Name: "format", Value: "table", Usage: "print a `FORMAT`: table or json"},
		}, serverFlags()...),
		Action: showStatus,
	}
}

func showStatus(c *cli.Context) error {
	format := c.String("format")
	if format != "table" && format != "json" {
		return &exitError{exitUsage, errors.New("--format of status takes table or json")}
	}
	if err := noArguments(c); err != nil {
		return err
	}
	b, err := openBackend(c)
	if err != nil {
		return err
	}
	st, name := &api.Status{}, dataDir(c)
	if b.server != nil {
		name = b.server.name
		err = statusOf(c.Context, b.server, st)
	} else {
		st = statusAtRest(b.store)
	}
	if err = errors.Join(err, b.close()); err != nil {
		return err
	}
	if format == "json" {
		err = json.NewEncoder(escapedJSON{c.App.Writer}).Encode(st)
	} else {
		_, err = c.App.Writer.Write(statusPage(name, st))
	}
	if err != nil {
		return fmt.Errorf("print the status: %w", err)
	}
	if !st.Ready {
		return &exitError{code: exitFailed}
	}
	return nil
}

// statusOf asks a server for its status.
func statusOf(ctx context.Context, server *client, st *api.Status) error {
	resp, err := server.get(ctx, "/api/v1/status")
	if err != nil {
		return refused(nil, err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(st); err != nil {
		return fmt.Errorf("read the status of %s: %w", server.name, err)
	}
	return nil
}

// statusAtRest is the status of a data directory that no server has open.
func statusAtRest(s *store.Store) *api.Status {
	server := &api.Server{
		Receiving: func() api.Receiving { return api.Receiving{} },
		Storing:   func() api.Storing { return storingFigures(s) },
		Sources:   func() []api.Source { return sourceFigures(s) },
		Disk:      func() (api.Disk, error) { return diskFigures(s) },
		Ready:     func() error { return errors.New("no server runs on the data directory") },
		Version:   version(),
	}
	return server.Status()
}
