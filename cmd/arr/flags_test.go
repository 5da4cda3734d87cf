package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

func TestFlagsFirst(t *testing.T) {
	app := &cli.App{Commands: []*cli.Command{{
		Name: "query", Aliases: []string{"q"},
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "since"},
			&cli.IntFlag{Name: "limit", Aliases: []string{"n"}},
			&cli.StringSliceFlag{Name: "tls"},
			&cli.BoolFlag{Name: "count"},
		},
	}}}
	tests := []struct {
		line string // arguments with blanks between them
		want string // "" for an error
	}{
		{"arr", "arr"},
		{"arr --version", "arr --version"},
		{"arr unknown a --since b", "arr unknown a --since b"},
		{"arr query", "arr query"},
		{"arr query a", "arr query -- a"},
		{"arr query --since 30d a", "arr query --since 30d -- a"},
		{"arr query a --since 30d", "arr query --since 30d -- a"},
		{"arr q a -since=30d b", "arr q -since=30d -- a b"},
		{"arr query a --count b", "arr query --count -- a b"},
		{"arr query a --count=false b -n 5", "arr query --count=false -n 5 -- a b"},
		{"arr query a --tls :1 b --tls :2", "arr query --tls :1 --tls :2 -- a b"},
		{"arr query a --since -time", "arr query --since -time -- a"},
		{"arr query a --since -- b", "arr query --since -- -- a b"},
		{"arr query - --count", "arr query --count -- -"},
		{"arr query --count -- --since a", "arr query --count -- --since a"},
		{"arr query a -- --count -- b", "arr query -- a --count -- b"},
		{"arr query --", "arr query"},
		{"arr query a --since", ""},
		{"arr query --limit ten a", ""},
		{"arr query -n= a", ""},
		{"arr --data d query", ""},
		{"arr --tpyo", ""},
		{"arr --help query a --help", "arr --help query --help -- a"},
		{"arr query help", "arr query -- help"},
		{"arr query a --sinse 30d", ""},
		{"arr query -x", ""},
	}
	for _, test := range tests {
		args := strings.Fields(test.line)
		got, err := flagsFirst(app, args)
		if test.want == "" {
			if err == nil {
				t.Errorf("%s: %q, want an error", test.line, got)
			}
			continue
		}
		if err != nil || !slices.Equal(got, strings.Fields(test.want)) {
			t.Errorf("%s: %q, %v; want %s", test.line, got, err, test.want)
		}
	}
	_, err := flagsFirst(app, []string{"arr", "query", "--sinse"})
	if report(&strings.Builder{}, err) != exitUsage || !strings.Contains(err.Error(), "did you mean --since?") {
		t.Errorf("an unknown flag: %v", err)
	}
	for line, says := range map[string]string{
		"arr query -1":           `"-1" is not a flag of arr query`,
		"arr query --since":      "--since takes a value",
		"arr query --limit=many": `--limit takes a whole number, and "many" is none`,
		"arr --data d query":     "those of a command come after its name",
	} {
		if _, err := flagsFirst(app, strings.Fields(line)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", line, err, says)
		}
	}
	if got, err := flagsFirst(app, nil); len(got) != 0 || err != nil {
		t.Errorf("no command line at all: %q, %v", got, err)
	}
}
