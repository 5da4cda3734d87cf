package config

import (
	_ "embed"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// source is read for the comments in it, so that the manual stands in one place.
//
//go:embed config.go
var source string

// manual gives the comment of each field of Config, by the field's name.
func manual() map[string]string {
	texts := map[string]string{}
	file, err := parser.ParseFile(token.NewFileSet(), "config.go", source, parser.ParseComments)
	if err != nil {
		return texts // it was compiled, so it parses
	}
	ast.Inspect(file, func(n ast.Node) bool {
		t, ok := n.(*ast.TypeSpec)
		if !ok || t.Name.Name != "Config" {
			return true
		}
		for _, f := range t.Type.(*ast.StructType).Fields.List {
			texts[f.Names[0].Name] = f.Doc.Text()
		}
		return false
	})
	return texts
}

// Summaries gives, by its key, what each setting is in a few words, for a list of flags.
func Summaries() map[string]string {
	texts := manual()
	short := map[string]string{}
	for _, s := range Settings() {
		text, _, _ := strings.Cut(texts[s.field], ". ")
		text, _, _ = strings.Cut(text, ".\n")
		text = strings.ReplaceAll(strings.TrimPrefix(text, s.field+" "), "\n", " ")
		for _, verb := range []string{"is the ", "is a ", "is ", "are the ", "are "} {
			if rest, ok := strings.CutPrefix(text, verb); ok {
				text = rest
				break
			}
		}
		short[s.Key] = text
	}
	return short
}

// Default gives the values that a setting has where nobody sets it, "" for none.
func (s *Setting) Default() string { return strings.Join(s.fallback, " ") }
