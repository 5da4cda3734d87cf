package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"arr/audit"
	"arr/trust"
)

func certCommand() *cli.Command {
	return &cli.Command{
		Name:  "cert",
		Usage: "look at certificates",
		UsageText: "arr cert inspect [FLAGS] FILE|HOST:PORT\n\n" +
			"Says in words what a file holds (PKCS#12, JKS, PEM or DER), or what a peer presents: whom each\n" +
			"certificate names, how long it holds, its key and usages, the TLS profiles that it suits, and what\n" +
			"others may refuse it for. Nothing that a peer presents is believed or refused. Whether a peer asks\n" +
			"for a client's certificate, and from which CAs, is said, too.\n\n" +
			"A password comes from a file or from the environment variable ARR_TLS_KEYSTORE_PASSWORD.\n\n" +
			"Examples:\n   arr cert inspect /etc/arr/keys.p12\n   arr cert inspect archive.example:2762",
		Subcommands: []*cli.Command{{
			Name:      "inspect",
			Usage:     "say what a file holds or a peer presents",
			UsageText: "arr cert inspect [FLAGS] FILE|HOST:PORT\n\nExample:\n   arr cert inspect --password-file /etc/arr/password /etc/arr/keys.p12",
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "password-file", Usage: "the password of the file is in `FILE`"},
				&cli.StringFlag{Name: "key-password-file", Usage: "the password of its keys is in `FILE`, where that is another"},
			},
			Action: inspect,
		}},
		Action: func(c *cli.Context) error {
			return &exitError{exitUsage, errors.New(`say what to do: "arr cert inspect FILE" or "arr cert inspect HOST:PORT"`)}
		},
	}
}

func inspect(c *cli.Context) error {
	if c.NArg() != 1 {
		return &exitError{exitUsage, errors.New("name one FILE or HOST:PORT")}
	}
	what := c.Args().First()
	_, err := os.Stat(what)
	if _, _, noAddress := net.SplitHostPort(what); noAddress == nil && errors.Is(err, fs.ErrNotExist) {
		err = inspectPeer(c.Context, c.App.Writer, what)
	} else {
		err = inspectFile(c.App.Writer, trust.Store{
			File:        what,
			Password:    password("tls-keystore-password", c.String("password-file")),
			KeyPassword: password("tls-keystore-key-password", c.String("key-password-file")),
		})
	}
	if err != nil {
		return &exitError{exitFailed, err}
	}
	return nil
}

func inspectFile(w io.Writer, s trust.Store) error {
	entries, err := s.Entries()
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		_, err = fmt.Fprintf(w, "%s holds neither keys nor certificates.\n", s.File)
		return err
	}
	for _, e := range entries {
		title := "A trusted certificate"
		if e.Key {
			title = "A key with its certificate"
			if len(e.Chain) == 0 {
				title = "A key without a certificate"
			}
		}
		if e.Alias != "" {
			title += fmt.Sprintf(", %q", e.Alias)
		}
		if err := printEntry(w, title, e); err != nil {
			return err
		}
	}
	return nil
}

func printEntry(w io.Writer, title string, e trust.Entry) error {
	var b strings.Builder
	b.WriteString(title + "\n")
	for i, cert := range e.Chain {
		if i > 0 {
			b.WriteString("  above it\n")
		}
		for _, f := range trust.Facts(cert, time.Now()) {
			fmt.Fprintf(&b, "  %-12s  %s\n", f.Name, audit.Visible(f.Text))
		}
	}
	b.WriteByte('\n')
	_, err := io.WriteString(w, b.String())
	return err
}
