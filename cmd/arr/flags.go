package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// flagsFirst gives args with each flag of the command moved before the command's
// arguments, since the library takes what follows the first argument for arguments.
// What follows "--" stays an argument, and so does "-". An unknown flag is an error
// that names the nearest.
func flagsFirst(app *cli.App, args []string) ([]string, error) {
	at := slices.IndexFunc(args[min(1, len(args)):], func(a string) bool { return !strings.HasPrefix(a, "-") }) + 1
	if at == 0 {
		return args, nil
	}
	cmd := app.Command(args[at])
	if cmd == nil {
		return args, nil
	}
	out := slices.Clone(args[:at+1])
	var rest []string
	for i := at + 1; i < len(args); i++ {
		switch a := args[i]; {
		case a == "--":
			rest = append(rest, args[i+1:]...)
			i = len(args)
		case a == "-" || !strings.HasPrefix(a, "-"):
			rest = append(rest, a)
		default:
			flag, err := flagOf(cmd, a)
			if err != nil {
				return nil, err
			}
			out = append(out, a)
			if takesNext(flag, a) && i+1 < len(args) {
				i++
				out = append(out, args[i])
			}
		}
	}
	if len(rest) > 0 {
		out = append(append(out, "--"), rest...)
	}
	return out, nil
}

// flagOf finds the flag that arg sets.
func flagOf(cmd *cli.Command, arg string) (cli.Flag, error) {
	name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	for _, f := range append(cmd.Flags, cli.HelpFlag) {
		if slices.Contains(f.Names(), name) {
			return f, nil
		}
	}
	hint := fmt.Sprintf("see \"arr %s --help\"; an argument that begins with - goes after --", cmd.Name)
	if near := cli.SuggestFlag(cmd.Flags, name, true); near != "" {
		hint = fmt.Sprintf("did you mean %s? %s", near, hint)
	}
	return nil, &exitError{exitUsage, fmt.Errorf("%q is not a flag of arr %s: %s", "--"+name, cmd.Name, hint)}
}

// takesNext says whether flag, set by arg, takes its value from the argument after.
func takesNext(flag cli.Flag, arg string) bool {
	if strings.Contains(arg, "=") {
		return false
	}
	d, ok := flag.(cli.DocGenerationFlag)
	return ok && d.TakesValue()
}
