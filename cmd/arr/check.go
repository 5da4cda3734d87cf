package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"arr/audit"
	"arr/store"
	"arr/trust"
	"arr/trust/ldapconf"
)

func checkCommand() *cli.Command {
	return &cli.Command{
		Name:  "check",
		Usage: "re-read everything that is stored and name what is damaged",
		UsageText: "arr check [--data DIR]\n\n" +
			"Reads every byte of segments, journal, catalog, names, keys and the copy of an LDAP\n" +
			"directory, rebuilds every frame and recomputes the hashes over them. Changes nothing.\n" +
			"No server may have DIR open.\n\n" +
			"Exits with 0 where all is well, 3 where something is damaged, 6 where it could not look.\n\n" +
			"Example:\n   arr check --data /var/lib/arr",
		Flags:  []cli.Flag{dataFlag()},
		Action: check,
	}
}

func check(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	bar := newProgress(c.App.ErrWriter, "checking")
	report, err := store.Check(c.Context, dataDir(c), storeOptions(), bar.update)
	bar.done()
	if err != nil {
		return cantOpen(err)
	}
	if err := trust.Check(filepath.Join(dataDir(c), keysDir)); err != nil {
		for line := range strings.Lines(err.Error()) {
			report.Damage = append(report.Damage, keysDir+": "+strings.TrimSpace(line))
		}
	}
	if err := checkLDAPCopy(filepath.Join(dataDir(c), ldapCopy)); err != nil {
		report.Damage = append(report.Damage, fmt.Sprintf("%s: %v", ldapCopy, err))
	}
	for _, n := range report.Notes {
		fmt.Fprintln(c.App.Writer, "note:", audit.Visible(n))
	}
	for _, d := range report.Damage {
		fmt.Fprintln(c.App.Writer, "DAMAGED:", audit.Visible(d))
	}
	fmt.Fprintf(c.App.Writer, "%s in %s and %s read: ", plural(report.Records, "record"),
		plural(report.Segments, "segment"), plural(report.Journals, "journal file"))
	if len(report.Damage) == 0 {
		fmt.Fprintln(c.App.Writer, "all is as it was written")
		return nil
	}
	fmt.Fprintln(c.App.Writer, plural(len(report.Damage), "place"), "damaged")
	return &exitError{exitIntegrity, errors.New("what is stored is damaged: restore the files named above from a backup")}
}

// checkLDAPCopy reads the copy of an LDAP directory, if there is one, as a server does that
// can't reach the directory.
func checkLDAPCopy(path string) error {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil {
		_, err = ldapconf.Decode(b)
	}
	if err != nil {
		return fmt.Errorf("%w: remove it, and a server asks the LDAP directory before it begins", err)
	}
	return nil
}
