package main

import "github.com/urfave/cli/v2"

func configCommand() *cli.Command {
	return &cli.Command{Name: "config", Usage: "print the configuration that arr serve would run with"}
}
