package store_test

import (
	"log/slog"
	"testing"
	"time"

	"arr/parser"
	"arr/store"
	"arr/store/storetest"
)

// options are those of a test: quiet, with the real parser.
func options() store.Options {
	cache := &parser.Cache{}
	return store.Options{
		NewParser:     func(zone *time.Location) store.Parser { return parser.New(parser.Options{Zone: zone, Cache: cache}) },
		Zone:          time.UTC,
		ParserVersion: parser.Version,
		CacheBytes:    4 << 20,
		Log:           slog.New(slog.DiscardHandler),
	}
}

func openStore(t testing.TB, dir string) storetest.Backend {
	t.Helper()
	s, err := store.Open(dir, options())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSuite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, openStore, parser.New(parser.Options{}).Parse)
}
