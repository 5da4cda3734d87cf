package arr_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
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

// imports gives what the packages of the module import, tests aside and the standard
// library left out. Files for other systems count too.
func imports(t *testing.T) map[string]room {
	t.Helper()
	rooms := map[string]room{}
	err := filepath.WalkDir(".", func(file string, e fs.DirEntry, err error) error {
		name := filepath.ToSlash(filepath.Dir(file))
		switch {
		case err != nil:
			return err
		case e.IsDir() && (e.Name() == "testdata" || len(e.Name()) > 1 && strings.HasPrefix(e.Name(), ".")):
			return fs.SkipDir
		case e.IsDir() || name == "." || filepath.Ext(file) != ".go":
			return nil
		}
		r := rooms[name]
		if !strings.HasSuffix(file, "_test.go") {
			if err := r.add(file); err != nil {
				return err
			}
		}
		rooms[name] = r
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rooms
}

// add adds what a file imports.
func (r *room) add(file string) error {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return err
	}
	for _, spec := range parsed.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		name, own := strings.CutPrefix(path, "arr/")
		first, _, _ := strings.Cut(path, "/")
		switch {
		case own && !slices.Contains(r.ours, name):
			r.ours = append(r.ours, name)
		case !own && strings.Contains(first, ".") && !slices.Contains(r.others, path):
			r.others = append(r.others, path)
		}
	}
	return nil
}

// within says whether path is the module or package name, or lies in it.
func within(path, name string) bool { return path == name || strings.HasPrefix(path, name+"/") }

// TestRooms: every package imports what its row of the table says, no more and no less.
func TestRooms(t *testing.T) {
	rooms := readTable(t)
	for name, real := range imports(t) {
		row, ok := rooms[name]
		if !ok {
			t.Errorf("%s has no row for %s: add one, and its rule to .golangci.yml", table, name)
			continue
		}
		delete(rooms, name)
		compare(t, name, real.ours, row.ours, func(path, room string) bool { return path == room })
		compare(t, name, real.others, row.others, within)
	}
	for name := range rooms {
		t.Errorf("%s has a row for %s, which is no package", table, name)
	}
}

// compare holds what a room imports against what its row allows, rooms or modules.
func compare(t *testing.T, name string, paths, allowed []string, allows func(path, allowed string) bool) {
	t.Helper()
	for _, path := range paths {
		if !slices.ContainsFunc(allowed, func(a string) bool { return allows(path, a) }) {
			t.Errorf("%s imports %s, which its row in %s does not allow", name, path, table)
		}
	}
	for _, a := range allowed {
		if !slices.ContainsFunc(paths, func(path string) bool { return allows(path, a) }) {
			t.Errorf("%s does not import %s: take it out of its row in %s", name, a, table)
		}
	}
}

// TestWhatOthersLink: who links the sending side or the proofs gets neither a search
// engine nor a database nor a command line along with them.
func TestWhatOthersLink(t *testing.T) {
	rooms := imports(t)
	for name, allowed := range map[string][]string{
		"audit": nil, "emitter": nil, "emitter/hl7": {"golang.org/x/text"}, "integrity": {"golang.org/x/mod"},
	} {
		seen := map[string]bool{}
		for todo := []string{name}; len(todo) > 0; todo = todo[1:] {
			if seen[todo[0]] {
				continue
			}
			seen[todo[0]] = true
			r := rooms[todo[0]]
			todo = append(todo, r.ours...)
			for _, path := range r.others {
				if !slices.ContainsFunc(allowed, func(a string) bool { return within(path, a) }) {
					t.Errorf("who links %s gets %s, by way of %s", name, path, todo[0])
				}
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
