package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"arr/config"
)

func configCommand() *cli.Command {
	return &cli.Command{
		Name:  "config",
		Usage: "print the configuration that arr serve would run with",
		UsageText: "arr config [FLAGS]\n\n" +
			"Prints every setting with its manual, as a TOML file that --config takes. It takes the flags\n" +
			"of arr serve, and reads the environment and the file as arr serve does.\n\n" +
			"Examples:\n" +
			"   arr config --tls :6514 --tls :6515,client-ca=/etc/arr/ca.pem > /etc/arr/arr.toml\n" +
			"   ARR_ZONE=Europe/Vienna arr config --config /etc/arr/arr.toml",
		Flags: configFlags(),
		Action: func(c *cli.Context) error {
			cfg, err := loadConfig(c)
			if err != nil {
				return err
			}
			return cfg.WriteTOML(c.App.Writer)
		},
	}
}

// configFlags are a flag for each setting. Their defaults are config's, not the
// library's, which has to tell a flag from a default.
func configFlags() []cli.Flag {
	var flags []cli.Flag
	summaries := config.Summaries()
	for _, s := range config.Settings() {
		usage := placeholder(summaries[s.Key])
		if d := s.Default(); d != "" && !s.Switch {
			usage += fmt.Sprintf(" (default %s)", d)
		}
		usage += " [$" + s.Env() + "]"
		switch {
		case s.Repeated:
			flags = append(flags, &cli.StringSliceFlag{Name: s.Key, Usage: usage})
		case s.Switch:
			flags = append(flags, &cli.BoolFlag{Name: s.Key, Usage: usage})
		default:
			flags = append(flags, &cli.StringFlag{Name: s.Key, Usage: usage})
		}
	}
	return flags
}

// placeholders are what stands for a value in a list of flags, by the word for it in the
// setting's summary.
var placeholders = []struct{ word, value string }{
	{"URL", "URL"}, {"device", "DEVICE"}, {"DN", "DN"},
	{"TLS profile", "PROFILE"}, {"version of TLS", "VERSION"}, {"cipher suites", "SUITE"}, {"alias", "ALIAS"}, {"clients", "CLIENT"},
	{"directory", "DIR"}, {"files", "FILE"}, {"file", "FILE"}, {"names and addresses", "NAME"}, {"addresses", "ADDR"},
	{"size", "SIZE"}, {"time zone", "ZONE"}, {"format", "FORMAT"}, {"level", "LEVEL"},
}

// placeholder puts the word for a setting's value into backquotes, which has the library
// write it after the flag.
func placeholder(summary string) string {
	for _, p := range placeholders {
		if before, after, found := strings.Cut(summary, p.word); found {
			return before + "`" + p.value + "`" + after
		}
	}
	return summary
}

// loadConfig puts the flags of c, the environment and the file together, and says what
// in the environment is not understood.
func loadConfig(c *cli.Context) (*config.Config, error) {
	if err := noArguments(c); err != nil {
		return nil, err
	}
	cfg, err := config.Load(config.Sources{Environ: os.Environ(), Flags: givenFlags(c, "")})
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	for _, text := range cfg.Ignored() {
		if _, err := fmt.Fprintln(c.App.ErrWriter, "arr:", text); err != nil {
			return nil, fmt.Errorf("printing a warning: %w", err)
		}
	}
	return cfg, nil
}

// givenFlags are the values of the settings that flags of c give and whose keys begin so.
func givenFlags(c *cli.Context, prefix string) map[string][]string {
	flags := map[string][]string{}
	for _, s := range config.Settings() {
		switch {
		case !strings.HasPrefix(s.Key, prefix) || !c.IsSet(s.Key):
		case s.Repeated:
			flags[s.Key] = c.StringSlice(s.Key)
		case s.Switch:
			flags[s.Key] = []string{strconv.FormatBool(c.Bool(s.Key))}
		default:
			flags[s.Key] = []string{c.String(s.Key)}
		}
	}
	return flags
}
