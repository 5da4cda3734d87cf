package main

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"arr/store"
)

func reindexCommand() *cli.Command {
	return &cli.Command{
		Name:  "reindex",
		Usage: "judge and index anew what an older parser stored",
		UsageText: "arr reindex [--data DIR]\n\n" +
			"Makes class, findings and search index anew in every segment that an older version's\n" +
			"parser wrote. Frames and hashes stay as they are. No server may have DIR open; it may be\n" +
			"interrupted and begun again.\n\n" +
			"Example:\n   arr reindex --data /var/lib/arr",
		Flags:  []cli.Flag{dataFlag()},
		Action: reindex,
	}
}

func reindex(c *cli.Context) (err error) {
	if err := noArguments(c); err != nil {
		return err
	}
	s, err := openExisting(dataDir(c))
	if err != nil {
		return cantOpen(err)
	}
	bar := newProgress(c.App.ErrWriter, "reindexing")
	total := 0
	err = s.Reindex(c.Context, func(done, all int) {
		total = all
		bar.update(int64(done), int64(all))
	})
	bar.done()
	if err = errors.Join(err, s.Close()); err != nil {
		return &exitError{exitFailed, err}
	}
	fmt.Fprintln(c.App.Writer, plural(total, "segment"), "made anew")
	return nil
}

// openExisting opens a data directory that there is: store.Open would make one of a name
// that was mistyped.
func openExisting(dir string) (*store.Store, error) {
	s, err := store.OpenReadOnly(dir, storeOptions())
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return store.Open(dir, storeOptions())
}
