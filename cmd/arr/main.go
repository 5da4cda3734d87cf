package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	// Event times need their zone on machines without a zone database, too.
	_ "time/tzdata"

	"github.com/urfave/cli/v2"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks a command to end in order; a second one kills it.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run does what one command line asks and gives the code to exit with.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	app := newApp(stdin, stdout, stderr)
	args, err := flagsFirst(app, args)
	if err == nil {
		err = app.RunContext(ctx, args)
	}
	return report(stderr, err)
}

func newApp(stdin io.Reader, stdout, stderr io.Writer) *cli.App {
	app := &cli.App{
		Name:      "arr",
		Usage:     "an audit record repository for DICOM and IHE audit messages",
		UsageText: "arr COMMAND [FLAGS] [ARGUMENTS]\narr COMMAND --help",
		Version:   version(),
		Commands: []*cli.Command{
			serveCommand(),
			configCommand(),
			emitCommand(),
			hl7Command(),
			queryCommand(),
			showCommand(),
			statusCommand(),
			checkCommand(),
			reindexCommand(),
			validateCommand(),
			codesCommand(),
			certCommand(),
			ldapCommand(),
			versionCommand(),
		},
		Action:          noCommand,
		OnUsageError:    usageError,
		HideHelpCommand: true,
		Reader:          stdin,
		Writer:          stdout,
		ErrWriter:       stderr,
		// Listener addresses carry their settings after commas.
		DisableSliceFlagSeparator: true,
		// report turns errors into exit codes, not the library.
		ExitErrHandler: func(*cli.Context, error) {},
	}
	for _, c := range app.Commands {
		settle(c)
	}
	return app
}

// settle has a command, and those below it, behave alike.
func settle(c *cli.Command) {
	c.OnUsageError = usageError
	// "help" is a word that a question may consist of.
	c.HideHelpCommand = true
	for _, f := range c.Flags {
		// That a switch is off where nobody turns it on needs no saying.
		if b, ok := f.(*cli.BoolFlag); ok {
			b.DisableDefaultText = true
		}
	}
	for _, sub := range c.Subcommands {
		settle(sub)
	}
}

// noCommand answers a command line that names no command of ours.
func noCommand(c *cli.Context) error {
	if !c.Args().Present() {
		return cli.ShowAppHelp(c)
	}
	name := c.Args().First()
	return &exitError{exitUsage, fmt.Errorf("%q is not a command of arr. %s \"arr --help\" lists them all",
		name, cli.SuggestCommand(c.App.Commands, name))}
}

func usageError(c *cli.Context, err error, _ bool) error {
	return &exitError{exitUsage, fmt.Errorf("%w: see \"%s --help\"", err, c.Command.HelpName)}
}
