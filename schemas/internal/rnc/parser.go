package rnc

import (
	"fmt"
	"io/fs"
	"strings"
)

// Read reads the grammar in the named file of dir. Errors say file and line.
func Read(dir fs.FS, file string) (*Grammar, error) {
	return read(dir, file, 0)
}

// maxIncludes bounds how deeply files include each other.
const maxIncludes = 8

func read(dir fs.FS, file string, depth int) (*Grammar, error) {
	if depth > maxIncludes {
		return nil, fmt.Errorf("%s: files include each other", file)
	}
	text, err := fs.ReadFile(dir, file)
	if err != nil {
		return nil, fmt.Errorf("read grammar: %w", err)
	}
	p := &parser{
		lexer: lexer{file: file, text: string(text), line: 1}, dir: dir, depth: depth,
		grammar: &Grammar{Defines: map[string]*Pattern{}, Namespaces: map[string]string{}},
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.file(); err != nil {
		return nil, err
	}
	p.grammar.Pragmas = p.pragmas
	return p.grammar, nil
}

// parser reads one file.
type parser struct {
	lexer
	dir     fs.FS
	depth   int
	tok     token
	grammar *Grammar
}

func (p *parser) advance() (err error) {
	p.tok, err = p.next()
	return err
}

// expect takes the token with the given text.
func (p *parser) expect(k kind, text string) error {
	if p.tok.kind != k || text != "" && p.tok.text != text {
		return p.errorf(p.tok.line, "%q stands where %s is expected", p.tok.text, text)
	}
	return p.advance()
}

func (p *parser) at(text string) bool { return p.tok.kind == mark && p.tok.text == text }

// file reads declarations, includes and definitions.
func (p *parser) file() error {
	for p.tok.kind != eof {
		var err error
		switch {
		case p.tok.kind == name && (p.tok.text == "namespace" || p.tok.text == "datatypes"):
			err = p.declaration()
		case p.tok.kind == name && p.tok.text == "include":
			err = p.include()
		default:
			err = p.definition(p.grammar)
		}
		if err != nil {
			return err
		}
	}
	if p.grammar.Start == nil {
		return p.errorf(p.line, "the grammar has no start")
	}
	return nil
}

// declaration reads namespace and datatypes declarations.
func (p *parser) declaration() error {
	what := p.tok
	if err := p.advance(); err != nil {
		return err
	}
	prefix := p.tok
	if err := p.expect(name, ""); err != nil {
		return err
	}
	if err := p.expect(mark, "="); err != nil {
		return err
	}
	uri := p.tok
	if err := p.expect(literal, ""); err != nil {
		return err
	}
	if what.text == "namespace" {
		return p.bind(prefix, uri.text)
	} else if prefix.text != "xsd" || uri.text != "http://www.w3.org/2001/XMLSchema-datatypes" {
		return p.errorf(prefix.line, "only XML Schema's datatypes are read, as xsd")
	}
	return nil
}

// bind takes in what a prefix stands for.
func (p *parser) bind(prefix token, uri string) error {
	if other, has := p.grammar.Namespaces[prefix.text]; has && other != uri {
		return p.errorf(prefix.line, "the prefix %s stands for two namespaces", prefix.text)
	}
	p.grammar.Namespaces[prefix.text] = uri
	return nil
}

// include reads another file's grammar, with what replaces its definitions.
func (p *parser) include() error {
	line := p.tok.line
	if err := p.advance(); err != nil {
		return err
	}
	file := p.tok.text
	if err := p.expect(literal, ""); err != nil {
		return err
	}
	other, err := read(p.dir, file, p.depth+1)
	if err != nil {
		return err
	}
	if p.at("{") {
		if err := p.replace(other); err != nil {
			return err
		}
	}
	for prefix, uri := range other.Namespaces {
		if err := p.bind(token{text: prefix, line: line}, uri); err != nil {
			return err
		}
	}
	for n, d := range other.Defines {
		if p.grammar.Defines[n] != nil {
			return p.errorf(line, "%s is defined here and in %s", n, file)
		}
		p.grammar.Defines[n] = d
	}
	if p.grammar.Start != nil {
		return p.errorf(line, "start is defined here and in %s", file)
	}
	p.grammar.Start = other.Start
	return nil
}

// replace reads the definitions in braces, which replace those of other.
func (p *parser) replace(other *Grammar) error {
	if err := p.advance(); err != nil {
		return err
	}
	mine := &Grammar{Defines: map[string]*Pattern{}}
	for !p.at("}") {
		line := p.tok.line
		if p.tok.kind == name && p.tok.text != "start" && other.Defines[p.tok.text] == nil {
			return p.errorf(line, "%s replaces nothing", p.tok.text)
		}
		if err := p.definition(mine); err != nil {
			return err
		}
	}
	for n, d := range mine.Defines {
		other.Defines[n] = d
	}
	if mine.Start != nil {
		other.Start = mine.Start
	}
	return p.advance()
}

// definition reads "name = pattern" or "start = pattern" into g.
func (p *parser) definition(g *Grammar) error {
	what := p.tok
	if what.kind != name || reserved[what.text] && what.text != "start" || strings.Contains(what.text, ":") {
		return p.errorf(what.line, "%q begins no definition of the subset that is read here", what.text)
	}
	if err := p.advance(); err != nil {
		return err
	}
	if err := p.expect(mark, "="); err != nil {
		return err
	}
	pattern, err := p.pattern()
	if err != nil {
		return err
	}
	switch {
	case what.text == "start" && g.Start == nil:
		g.Start = pattern
	case what.text != "start" && g.Defines[what.text] == nil:
		g.Defines[what.text] = pattern
	default:
		return p.errorf(what.line, "%s is defined twice", what.text)
	}
	return nil
}
