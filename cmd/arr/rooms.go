package main

import (
	"time"

	"arr/parser"
	"arr/store"
)

// storeOptions let a store parse; all its parsers share their shapes.
func storeOptions() store.Options {
	shapes := &parser.Cache{}
	return store.Options{
		NewParser: func(zone *time.Location) store.Parser {
			return parser.New(parser.Options{Zone: zone, Cache: shapes})
		},
		ParserVersion: parser.Version,
	}
}
