package rnc

import (
	"fmt"
	"strings"
)

// kind is the kind of a token.
type kind uint8

const (
	eof kind = iota
	name
	literal
	mark // one of { } ( ) , | ? * + =
)

type token struct {
	kind kind
	text string
	line int
}

// lexer cuts a grammar's text into tokens.
type lexer struct {
	file    string
	text    string
	line    int
	pragmas []Pragma
}

// Pragma is a comment that begins with #@.
type Pragma struct {
	Word, Rest string
	Line       int
}

func (l *lexer) errorf(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", l.file, line, fmt.Sprintf(format, args...))
}

// next gives the next token.
func (l *lexer) next() (token, error) {
	l.skip()
	if l.text == "" {
		return token{eof, "end of file", l.line}, nil
	}
	switch c := l.text[0]; {
	case strings.IndexByte("{}(),|?*+=", c) >= 0:
		return l.take(mark, 1), nil
	case c == '"':
		end := strings.IndexAny(l.text[1:], "\"\n")
		if end < 0 || l.text[1+end] == '\n' {
			return token{}, l.errorf(l.line, "the literal has no end")
		}
		t := l.take(literal, end+2)
		t.text = t.text[1 : len(t.text)-1]
		if t.text == "" || strings.TrimSpace(t.text) != t.text || strings.Contains(t.text, "  ") {
			return token{}, l.errorf(t.line, "the literal is not in collapsed form")
		}
		return t, nil
	case nameByte(c):
		n := 1
		for n < len(l.text) && nameByte(l.text[n]) {
			n++
		}
		return l.take(name, n), nil
	default:
		return token{}, l.errorf(l.line, "%q is not in the subset of the syntax that is read here", string(c))
	}
}

func (l *lexer) take(k kind, n int) token {
	t := token{k, l.text[:n], l.line}
	l.text = l.text[n:]
	return t
}

// skip passes white space and comments, and keeps pragmas.
func (l *lexer) skip() {
	for l.text != "" {
		switch c := l.text[0]; {
		case c == '\n':
			l.line++
			l.text = l.text[1:]
		case c == ' ' || c == '\t' || c == '\r':
			l.text = l.text[1:]
		case c == '#':
			comment, rest, _ := strings.Cut(l.text, "\n")
			l.text = l.text[len(l.text)-len(rest):]
			if after, ok := strings.CutPrefix(comment, "#@"); ok {
				word, rest, _ := strings.Cut(strings.TrimSpace(after), " ")
				l.pragmas = append(l.pragmas, Pragma{word, strings.TrimSpace(rest), l.line})
			}
			l.line++
		default:
			return
		}
	}
}

// nameByte says whether c may stand in a name; a colon parts a prefix from it.
func nameByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == ':'
}
