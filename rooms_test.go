package arr_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const table = "docs/architecture.md"

// room is a row of the table: what a package imports beside the standard library.
type room struct{ ours, others []string }

// quoted finds what stands in backquotes.
var quoted = regexp.MustCompile("`([^`]+)`")

// readTable gives the rooms of the table under the heading "What imports what".
func readTable(t *testing.T) map[string]room {
	t.Helper()
	b, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(b), "### What imports what\n")
	section, _, _ = strings.Cut(section, "\n#")
	rooms := map[string]room{}
	for line := range strings.Lines(section) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || !strings.Contains(cells[1], "`") {
			continue
		}
		names := words(cells[1])
		if len(names) != 1 {
			t.Fatalf("%s: a row of the table names %d rooms: %s", table, len(names), line)
		}
		rooms[names[0]] = room{ours: words(cells[2]), others: words(cells[3])}
	}
	if len(rooms) == 0 {
		t.Fatalf("%s has no table under \"What imports what\"", table)
	}
	return rooms
}

// words gives what stands in backquotes in a cell.
func words(cell string) []string {
	var all []string
	for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
		all = append(all, m[1])
	}
	return all
}

// pack is what go list says of a package.
type pack struct {
	ImportPath string
	Standard   bool
	Imports    []string
}

// list asks the go command for packages.
func list(t *testing.T, args ...string) []pack {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Standard,Imports"}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var all []pack
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pack
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// split gives the imports of ours, without the module's name, and those of others.
func (p *pack) split() (ours, others []string) {
	for _, path := range p.Imports {
		name, own := strings.CutPrefix(path, "arr/")
		first, _, _ := strings.Cut(path, "/")
		switch {
		case own:
			ours = append(ours, name)
		case strings.Contains(first, "."):
			others = append(others, path)
		}
	}
	return ours, others
}

// within says whether path is the module or package name, or lies in it.
func within(path, name string) bool { return path == name || strings.HasPrefix(path, name+"/") }

// TestRooms: every package imports what its row of the table says, no more and no less.
func TestRooms(t *testing.T) {
	rooms := readTable(t)
	for _, p := range list(t, "./...") {
		name, ok := strings.CutPrefix(p.ImportPath, "arr/")
		if !ok {
			continue
		}
		row, ok := rooms[name]
		if !ok {
			t.Errorf("%s has no row for %s: add one, and its rule to .golangci.yml", table, name)
			continue
		}
		delete(rooms, name)
		ours, others := p.split()
		for _, path := range ours {
			if !slices.Contains(row.ours, path) {
				t.Errorf("%s imports %s, which its row in %s does not allow", name, path, table)
			}
		}
		for _, allowed := range row.ours {
			if !slices.Contains(ours, allowed) {
				t.Errorf("%s does not import %s: take it out of its row in %s", name, allowed, table)
			}
		}
		for _, path := range others {
			if !slices.ContainsFunc(row.others, func(o string) bool { return within(path, o) }) {
				t.Errorf("%s imports %s, which its row in %s does not allow", name, path, table)
			}
		}
		for _, allowed := range row.others {
			if !slices.ContainsFunc(others, func(path string) bool { return within(path, allowed) }) {
				t.Errorf("%s does not import %s: take it out of its row in %s", name, allowed, table)
			}
		}
	}
	for name := range rooms {
		t.Errorf("%s has a row for %s, which is no package", table, name)
	}
}

// TestWhatOthersLink: rooms that other programs link bring nothing with them but what
// their own rows and those of the rooms they import name.
func TestWhatOthersLink(t *testing.T) {
	rooms := readTable(t)
	for _, name := range []string{"audit", "emitter", "integrity"} {
		for _, p := range list(t, "-deps", "./"+name) {
			if p.Standard {
				continue
			}
			own, ours := strings.CutPrefix(p.ImportPath, "arr/")
			switch row := rooms[name]; {
			case ours && own != name && !slices.Contains(row.ours, own):
				t.Errorf("who links %s gets %s", name, p.ImportPath)
			case !ours && !slices.ContainsFunc(row.others, func(o string) bool { return within(p.ImportPath, o) }):
				t.Errorf("who links %s gets %s", name, p.ImportPath)
			}
		}
	}
}

// rule is one of the linter's: what the files of a room may import.
var rule = regexp.MustCompile(`(?m)^        ([a-z0-9/-]+):\n +list-mode: strict\n +files: \[(.*)\]\n +allow: \[(.*)\]`)

// TestLinterRules: the linter's rules say the same as the table.
func TestLinterRules(t *testing.T) {
	b, err := os.ReadFile(".golangci.yml")
	if err != nil {
		t.Fatal(err)
	}
	rooms := readTable(t)
	for _, m := range rule.FindAllStringSubmatch(string(b), -1) {
		name, files, allowed := m[1], m[2], strings.Split(m[3], ", ")
		row, ok := rooms[name]
		if !ok {
			t.Errorf(".golangci.yml has a rule for %s, which has no row in %s", name, table)
			continue
		}
		delete(rooms, name)
		if want := `"**/` + name + `/*.go", "!$test"`; files != want {
			t.Errorf(".golangci.yml: the rule for %s is for the files %s, want %s", name, files, want)
		}
		want := []string{"$gostd"}
		for _, o := range row.ours {
			want = append(want, "arr/"+o)
		}
		want = append(want, row.others...)
		slices.Sort(want)
		slices.Sort(allowed)
		if !slices.Equal(want, allowed) {
			t.Errorf(".golangci.yml: the rule for %s allows\n%s, the table\n%s", name, allowed, want)
		}
	}
	for name := range rooms {
		t.Errorf(".golangci.yml has no rule for %s", name)
	}
}
