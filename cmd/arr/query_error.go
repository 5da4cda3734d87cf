package main

import (
	"errors"
	"fmt"
	"strings"

	"arr/answer"
	"arr/api"
	"arr/audit"
	"arr/query"
)

// badQuestion shows people where their question is wrong: for its text a caret under the
// place.
func badQuestion(req *api.Request, err error) error {
	e, ok := errors.AsType[*query.Error](err)
	if !ok {
		return &exitError{exitUsage, err}
	}
	message := e.Message
	if e.Near != "" {
		message += fmt.Sprintf(" (did you mean %s?)", e.Near)
	}
	if e.Part != "question" {
		return &exitError{exitUsage, fmt.Errorf("--%s: %s", e.Part, message)}
	}
	if strings.TrimSpace(req.Text) == "" {
		return &exitError{exitUsage, errors.New(message)}
	}
	return &exitError{exitUsage, errors.New(message + "\n" + caret(req.Text, e.Offset, e.Length))}
}

// window is how many characters of a question are shown on each side of a fault.
const window = 60

// caret gives the part of a question around a place, in a line, and below it the carets
// that mark the place.
func caret(text string, offset, length int) string {
	offset = min(max(offset, 0), len(text))
	length = min(max(length, 0), len(text)-offset)
	before := []rune(audit.Visible(text[:offset]))
	marked := []rune(audit.Visible(text[offset : offset+length]))
	after := []rune(audit.Visible(text[offset+length:]))
	dots := ""
	if len(before) > window {
		before, dots = before[len(before)-window:], "…"
	}
	marked = marked[:min(len(marked), window)]
	after = after[:min(len(after), window)]
	return "  " + dots + string(before) + string(marked) + string(after) + "\n  " +
		strings.Repeat(" ", answer.Columns(dots+string(before))) + strings.Repeat("^", max(answer.Columns(string(marked)), 1))
}
