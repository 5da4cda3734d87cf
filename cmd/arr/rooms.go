package main

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"arr/parser"
	"arr/store"
)

// zoneFlag is for commands that parse what is stored.
func zoneFlag() cli.Flag {
	return &cli.StringFlag{Name: "zone", EnvVars: []string{"ARR_ZONE"}, Usage: "`ZONE` of event times that carry none, such as Europe/Berlin (default: the local one)"}
}

// parserOptions are those of a command's --zone.
func parserOptions(c *cli.Context) (parser.Options, error) {
	name := c.String("zone")
	if name == "" {
		return parser.Options{Zone: time.Local}, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return parser.Options{}, fmt.Errorf("--zone takes a name of the time zone database, such as Europe/Berlin: %w", err)
	}
	return parser.Options{Zone: zone}, nil
}

// storeOptions let a store parse as o says; all its parsers share their shapes.
func storeOptions(o parser.Options) store.Options {
	o.Cache = &parser.Cache{}
	return store.Options{
		NewParser:     func() store.Parser { return parser.New(o) },
		ParserVersion: parser.Version,
	}
}
