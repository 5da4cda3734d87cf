package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestMain takes away the settings that whoever runs the tests has made in the environment.
func TestMain(m *testing.M) {
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "ARR_") {
			os.Unsetenv(name)
		}
	}
	os.Exit(m.Run())
}

// commandLine runs one and gives what it prints and exits with.
func commandLine(t testing.TB, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs strings.Builder
	code = run(t.Context(), append([]string{"arr"}, args...), strings.NewReader(""), &out, &errs)
	return out.String(), errs.String(), code
}

func TestCommandLine(t *testing.T) {
	tests := []struct {
		args           string
		code           int
		stdout, stderr string // a part of each; "" for nothing at all
	}{
		{"", 0, "COMMANDS:", ""},
		{"--help", 0, "COMMANDS:", ""},
		{"--version", 0, "arr version ", ""},
		{"version", 0, "arr version ", ""},
		{"serve --help", 0, "--max-frame", ""},
		{"confg", exitUsage, "", `"confg" is not a command of arr. Did you mean "config"?`},
		{"config --mx-frame 1", exitUsage, "", `arr: "--mx-frame" is not a flag of arr config: did you mean --max-frame?`},
		{"cert inspect --keypassword-file x", exitUsage, "", `arr: "--keypassword-file" is not a flag of arr cert inspect: did you mean --key-password-file? see "arr cert inspect --help"`},
		{"config --tsl off", exitUsage, "", `arr: "--tsl" is not a flag of arr config: did you mean --tls?`},
		{"config --zone", exitUsage, "", "--zone takes a value: see"},
		{"config x", exitUsage, "", `arr config takes no arguments, and "x" is one`},
		{"config --zone Europe/Atlantis", exitUsage, "", `zone (--zone): "Europe/Atlantis" is not a time zone`},
		{"config --tls :1,client-ca=a --tls :2", 0, `tls = [":1,client-ca=a", ":2"]`, ""},
		{"config --data-on-network", 0, "\ndata-on-network = true", ""},
		{"config --data-on-network=false", 0, "\ndata-on-network = false", ""},
	}
	for _, test := range tests {
		stdout, stderr, code := commandLine(t, strings.Fields(test.args)...)
		if code != test.code || !holds(stdout, test.stdout) || !holds(stderr, test.stderr) {
			t.Errorf("arr %s exits with %d\nstdout %q\nstderr %q", test.args, code, stdout, stderr)
		}
	}
}

func holds(text, part string) bool {
	return strings.Contains(text, part) && (part != "" || text == "")
}

// A flag that takes a value says what kind.
func TestPlaceholders(t *testing.T) {
	for _, c := range newApp(nil, nil, nil).Commands {
		stdout, _, _ := commandLine(t, c.Name, "--help")
		for line := range strings.Lines(stdout) {
			if strings.Contains(line, "(default: false)") {
				t.Errorf("arr %s --help: %s", c.Name, line)
			}
			if flag, found := strings.CutPrefix(line, "   --"); found && strings.HasPrefix(strings.TrimLeft(flag, "abcdefghijklmnopqrstuvwxyz-"), " value ") {
				t.Errorf("arr %s --help: %s", c.Name, line)
			}
		}
	}
}

// Each command says what it is for, and how it is called.
func TestHelp(t *testing.T) {
	for _, c := range newApp(nil, nil, nil).Commands {
		stdout, stderr, code := commandLine(t, c.Name, "--help")
		if code != 0 || stderr != "" || !strings.Contains(stdout, "Example") {
			t.Errorf("arr %s --help exits with %d and shows no example:\n%s%s", c.Name, code, stdout, stderr)
		}
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("ARR_ZONE", "Europe/Vienna")
	t.Setenv("ARR_ZON", "UTC")
	stdout, stderr, code := commandLine(t, "config")
	if code != 0 || !strings.Contains(stdout, "Set by ARR_ZONE.\nzone = \"Europe/Vienna\"") || !strings.Contains(stderr, "ARR_ZON is not a setting: did you mean ARR_ZONE?") {
		t.Errorf("exits with %d\n%s%s", code, stdout, stderr)
	}
}

func TestReport(t *testing.T) {
	plain := errors.New("plain")
	tests := []struct {
		err  error
		code int
		text string
	}{
		{nil, 0, ""},
		{plain, exitFailed, "arr: plain\n"},
		{&exitError{exitNothing, nil}, exitNothing, ""},
		{&exitError{exitRefused, plain}, exitRefused, "arr: plain\n"},
		{fmt.Errorf("around: %w", &exitError{exitIntegrity, plain}), exitIntegrity, "arr: around: plain\n"},
	}
	for _, test := range tests {
		var stderr strings.Builder
		if code := report(&stderr, test.err); code != test.code || stderr.String() != test.text {
			t.Errorf("%v: %d, %q; want %d, %q", test.err, code, stderr.String(), test.code, test.text)
		}
	}
}
