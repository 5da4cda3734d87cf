package peertest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// ofSystem are programs that every system has on which the tests run at all, and what tests
// ask for that skip for reasons of their own.
var ofSystem = []string{"go", "make", "sh", "mount", "umount", "ip", "du"}

// TestListedPeers holds the list against the tests: each program that a test names stands in
// it and is found by this package, and none stands in it that no test uses.
func TestListedPeers(t *testing.T) {
	root := repository(t)
	all, err := peers(root)
	if err != nil {
		t.Fatal(err)
	}
	unused := maps.Clone(all)
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "bin" || strings.HasPrefix(d.Name(), ".") && path != root) {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			function, name, ok := call(n)
			switch {
			case !ok:
			case strings.HasPrefix(function, "exec.") && !slices.Contains(ofSystem, name) && !filepath.IsAbs(name):
				t.Errorf("%s: %s(%q): let peertest.Program find it", path, function, name)
			case strings.HasPrefix(function, "peertest."):
				if _, listed := all[name]; !listed {
					t.Errorf("%s: %s is not in scripts/peers.txt", path, name)
				}
				delete(unused, name)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(unused) > 0 {
		t.Errorf("scripts/peers.txt has programs that no test uses: %q", slices.Sorted(maps.Keys(unused)))
	}
}

// call returns the function of this package or of os/exec that n calls, and the program that
// it names as a string.
func call(n ast.Node) (function, program string, ok bool) {
	c, ok := n.(*ast.CallExpr)
	if !ok {
		return "", "", false
	}
	f, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", "", false
	}
	of, ok := f.X.(*ast.Ident)
	if !ok {
		return "", "", false
	}
	function = of.Name + "." + f.Sel.Name
	at, known := map[string]int{"exec.Command": 0, "exec.LookPath": 0, "exec.CommandContext": 1, "peertest.Program": 1, "peertest.File": 1}[function]
	if !known || at >= len(c.Args) {
		return "", "", false
	}
	lit, ok := c.Args[at].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", "", false
	}
	program, err := strconv.Unquote(lit.Value)
	return function, program, err == nil
}
