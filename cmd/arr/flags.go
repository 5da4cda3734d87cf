package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"arr/query"
)

// flagsFirst gives args with each flag of the command moved before the command's
// arguments, since the library takes what follows the first argument for arguments.
// What follows "--" stays an argument, and so does "-". An unknown flag is an error
// that names the nearest, and so is a flag whose value is missing or no number.
func flagsFirst(app *cli.App, args []string) ([]string, error) {
	at := slices.IndexFunc(args[min(1, len(args)):], func(a string) bool { return !strings.HasPrefix(a, "-") }) + 1
	if err := globalFlags(args, at); err != nil || at == 0 {
		return args, err
	}
	cmd := app.Command(args[at])
	if cmd == nil {
		return args, nil
	}
	path := "arr " + cmd.Name
	for _, sub := range cmd.Subcommands {
		if at+1 < len(args) && sub.HasName(args[at+1]) {
			cmd, path, at = sub, path+" "+sub.Name, at+1
			break
		}
	}
	out := slices.Clone(args[:at+1])
	var rest []string
	for i := at + 1; i < len(args); i++ {
		a := args[i]
		if a == "--" {
			rest = append(rest, args[i+1:]...)
			break
		}
		if a == "-" || !strings.HasPrefix(a, "-") {
			rest = append(rest, a)
			continue
		}
		set, err := setFlag(cmd, path, args[i:])
		if err != nil {
			return nil, err
		}
		out = append(out, set...)
		i += len(set) - 1
	}
	if len(rest) > 0 {
		out = append(append(out, "--"), rest...)
	}
	return out, nil
}

// globalFlags looks at the flags before the command, which stands at an index of args; 0
// is none.
func globalFlags(args []string, at int) error {
	if at == 0 {
		at = len(args)
	}
	for _, a := range args[min(1, at):at] {
		name := strings.TrimLeft(a, "-")
		if name != "" && !slices.Contains(cli.HelpFlag.Names(), name) && !slices.Contains(cli.VersionFlag.Names(), name) {
			return &exitError{exitUsage, fmt.Errorf("%q is not a flag of arr: those of a command come after its name, see \"arr --help\"", a)}
		}
	}
	return nil
}

// setFlag gives those of args that set the flag which the first of them names: that one,
// or the next, too. path is how the command is called.
func setFlag(cmd *cli.Command, path string, args []string) ([]string, error) {
	typed, value, given := strings.Cut(args[0], "=")
	flag, err := flagOf(cmd, path, typed)
	if err != nil {
		return nil, err
	}
	set := args[:1]
	if d, ok := flag.(cli.DocGenerationFlag); ok && d.TakesValue() && !given {
		if len(args) < 2 {
			return nil, &exitError{exitUsage, fmt.Errorf("%s takes a value: see \"%s --help\"", typed, path)}
		}
		set, value = args[:2], args[1]
	}
	if _, ok := flag.(*cli.IntFlag); ok {
		if _, err := strconv.Atoi(value); err != nil {
			return nil, &exitError{exitUsage, fmt.Errorf("%s takes a whole number, and %q is none", typed, value)}
		}
	}
	return set, nil
}

// flagOf finds the flag that was typed.
func flagOf(cmd *cli.Command, path, typed string) (cli.Flag, error) {
	name := strings.TrimLeft(typed, "-")
	var names []string
	for _, f := range append(cmd.Flags, cli.HelpFlag) {
		if slices.Contains(f.Names(), name) {
			return f, nil
		}
		names = append(names, f.Names()...)
	}
	hint := fmt.Sprintf("see \"%s --help\"; an argument that begins with - goes after --", path)
	names = slices.DeleteFunc(names, func(n string) bool { return len(n) == 1 })
	hint = fmt.Sprintf("did you mean --%s? %s", query.Nearest(name, names), hint)
	return nil, &exitError{exitUsage, fmt.Errorf("%q is not a flag of %s: %s", typed, path, hint)}
}

// noArguments refuses the arguments of a command that takes flags alone.
func noArguments(c *cli.Context) error {
	if !c.Args().Present() {
		return nil
	}
	return &exitError{exitUsage, fmt.Errorf("arr %s takes no arguments, and %q is one: settings go to flags", c.Command.Name, c.Args().First())}
}
