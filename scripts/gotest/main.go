// Command gotest runs go test and says at its end which tests were skipped, and why: go test
// itself says nothing of them.
//
//	gotest -skips FILE GO-TEST-ARGUMENTS...   runs go test, and writes to FILE what was skipped
//	gotest -report FILES...                   prints what files of it hold
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			os.Exit(exit.ExitCode())
		}
		fmt.Fprintln(os.Stderr, "gotest:", err)
		os.Exit(2)
	}
}

func run(args []string) error {
	switch {
	case len(args) > 2 && args[0] == "-skips":
		return test(args[1], args[2:])
	case len(args) > 1 && args[0] == "-report":
		return report(os.Stdout, args[1:])
	}
	return errors.New("usage: gotest -skips FILE ARGUMENTS, or gotest -report FILES")
}

// test runs go test. Its error is that of go test, too.
func test(skips string, args []string) error {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting go test: %w", err)
	}
	found, readErr := follow(out, os.Stdout)
	if err := cmd.Wait(); err != nil {
		return err
	}
	if readErr != nil {
		return fmt.Errorf("reading what go test says: %w", readErr)
	}
	if err := os.MkdirAll(filepath.Dir(skips), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(skips, []byte(strings.Join(found, "")), 0o644); err != nil {
		return fmt.Errorf("writing which tests were skipped: %w", err)
	}
	if n := len(found); n > 0 {
		fmt.Printf("%s skipped (%s says which, and why)\n", tests(n), skips)
	}
	return nil
}

// event is a line of go test -json.
type event struct {
	Action, Package, Test, Output string
}

// follow prints what go test would, and returns the skipped tests as lines of their reasons
// and names.
func follow(r io.Reader, w io.Writer) (skipped []string, err error) {
	said := map[[2]string][]string{} // by package and test, as long as it runs
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				fmt.Fprintf(w, "%s", line) // go test's own word
				continue
			}
			skipped = append(skipped, e.take(w, said)...)
		}
		if err == io.EOF {
			return skipped, nil
		}
		if err != nil {
			return skipped, err
		}
	}
}

// take prints what an event is worth saying, and returns the test that it says was skipped.
func (e *event) take(w io.Writer, said map[[2]string][]string) (skipped []string) {
	key := [2]string{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		fmt.Fprint(w, e.Output)
	case "output":
		if e.Test != "" {
			said[key] = append(said[key], e.Output)
		} else if e.Output != "PASS\n" && !strings.HasSuffix(e.Output, "[no test files]\n") {
			fmt.Fprint(w, e.Output)
		}
	case "fail":
		fmt.Fprint(w, strings.Join(said[key], ""))
		delete(said, key)
	case "pass":
		delete(said, key)
	case "skip":
		if e.Test != "" {
			skipped = []string{reason(said[key]) + "\t" + e.Package + " " + e.Test + "\n"}
		}
		delete(said, key)
	}
	return skipped
}

// reason is what a skipped test said last: its own words follow the place in the source.
func reason(said []string) string {
	var text []string
	for _, line := range said {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "=== ") || strings.HasPrefix(line, "--- ") {
			continue
		}
		if _, after, ok := strings.Cut(line, ".go:"); ok {
			if _, words, ok := strings.Cut(after, ": "); ok {
				line, text = words, nil
			}
		}
		text = append(text, line)
	}
	if len(text) == 0 {
		return "no reason is said"
	}
	return strings.ReplaceAll(strings.Join(text, " "), "\t", " ")
}

// report prints the skipped tests of some files by their reasons, those with most tests first.
func report(w io.Writer, files []string) error {
	byReason := map[string][]string{}
	total := 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("reading which tests were skipped: %w", err)
		}
		for line := range strings.Lines(string(b)) {
			why, test, _ := strings.Cut(strings.TrimSpace(line), "\t")
			byReason[why] = append(byReason[why], test)
			total++
		}
	}
	reasons := make([]string, 0, len(byReason))
	for why := range byReason {
		reasons = append(reasons, why)
	}
	slices.SortFunc(reasons, func(a, b string) int {
		if n := len(byReason[b]) - len(byReason[a]); n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	if total == 0 {
		_, err := fmt.Fprintln(w, "no test was skipped")
		return err
	}
	fmt.Fprintf(w, "%s skipped:\n", tests(total))
	for _, why := range reasons {
		fmt.Fprintf(w, "  %d: %s\n", len(byReason[why]), why)
		for _, name := range byReason[why] {
			fmt.Fprintf(w, "       %s\n", name)
		}
	}
	return nil
}

func tests(n int) string {
	if n == 1 {
		return "1 test was"
	}
	return fmt.Sprintf("%d tests were", n)
}
