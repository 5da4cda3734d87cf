package peertest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// peer is a line of scripts/peers.txt.
type peer struct {
	packages []string
	beside   []string // patterns of files
}

// Program returns the path of a program, or skips the test where it is not.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, _ := find(t, name)
	return path
}

// File returns the path of a file or directory that a program's packages install, as in
// /etc/ldap/schema, or skips the test where the program is not.
func File(t testing.TB, program, path string) string {
	t.Helper()
	_, root := find(t, program)
	return filepath.Join(root, path)
}

// Path is the value of PATH by which a shell finds the programs, too.
func Path(t testing.TB) string {
	t.Helper()
	return strings.Join([]string{os.Getenv("PATH"), sbin, filepath.Join(repository(t), fetched, "bin")}, string(os.PathListSeparator))
}

// sbin is where programs are that PATH may not name.
const sbin = "/usr/sbin"

// fetched is where the programs are that scripts/install-peers.sh fetched.
const fetched = "bin/peers"

// find returns a program's path, and the directory that its packages' files are below.
func find(t testing.TB, name string) (path, root string) {
	t.Helper()
	all, err := peers(repository(t))
	if err != nil {
		t.Fatal(err)
	}
	p, listed := all[name]
	if !listed {
		t.Fatalf("%s is not in scripts/peers.txt, which says where it can be had", name)
	}
	if path := p.inSystem(name); path != "" {
		return path, "/"
	}
	own := filepath.Join(repository(t), fetched)
	if path, err := exec.LookPath(filepath.Join(own, "bin", name)); err == nil {
		return path, filepath.Join(own, "root")
	}
	t.Skipf("%s is not here (Debian package %s)", name, strings.Join(p.packages, ", "))
	return "", ""
}

// inSystem returns where the system has a program with all that is needed beside it.
func (p peer) inSystem(name string) string {
	for _, pattern := range p.beside {
		if found, err := filepath.Glob(pattern); err != nil || found == nil {
			return ""
		}
	}
	for _, place := range []string{name, filepath.Join(sbin, name)} {
		if path, err := exec.LookPath(place); err == nil {
			return path
		}
	}
	return ""
}

// peers reads scripts/peers.txt of a repository.
func peers(repository string) (map[string]peer, error) {
	b, err := os.ReadFile(filepath.Join(repository, "scripts", "peers.txt"))
	if err != nil {
		return nil, fmt.Errorf("reading which programs tests use: %w", err)
	}
	all := map[string]peer{}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		columns := strings.Split(line, "\t")
		if len(columns) != 3 || columns[1] == "" {
			return nil, fmt.Errorf("scripts/peers.txt: %q has not the columns program, packages and files", line)
		}
		all[columns[0]] = peer{strings.Fields(columns[1]), strings.Fields(columns[2])}
	}
	return all, nil
}

// repository is the directory that the tests' module is in.
func repository(t testing.TB) string {
	t.Helper()
	at, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		_, err := os.Stat(filepath.Join(at, "go.mod"))
		if err == nil {
			return at
		}
		above := filepath.Dir(at)
		if !errors.Is(err, os.ErrNotExist) || above == at {
			t.Fatalf("looking for the module's directory: %v", err)
		}
		at = above
	}
}
