package validate

import (
	"fmt"
	"io"
	"strings"

	"arr/audit"
	"arr/schemas"
)

// TextWriter writes for people: each message's class, its findings with the line and a
// mark under the place, and a sum at the end.
type TextWriter struct {
	Out io.Writer

	classes          [audit.NumClasses]int
	messages         int
	errors, warnings int
	b                []byte // what is written of a message
}

// Write writes one result.
func (t *TextWriter) Write(r *Result) error {
	t.messages++
	t.classes[r.Class]++
	b := append(append(append(t.b[:0], audit.Visible(r.name())...), ": "...), r.Class.String()...)
	if r.Dialect != "" {
		b = append(append(b, ' '), r.Dialect...)
	}
	b = append(b, '\n')
	x := newLineIndex(r.Text, r.Start)
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Level == schemas.Error {
			t.errors++
		} else {
			t.warnings++
		}
		line, column := x.at(f.Off)
		b = fmt.Appendf(b, "  %d:%d %s %s: %s\n", line, column, f.Level, f.Code, f.Message)
		b = fmt.Appendf(b, "    at %s (%s)\n", audit.Visible(f.Path), f.Clause)
		text, before := x.excerpt(f.Off)
		shown := len([]rune(text))
		width := min(max(1, len([]rune(audit.Visible(string(r.Text[f.Off:f.Off+min(f.Len, maxMark)]))))), max(1, shown-before))
		b = fmt.Appendf(b, "    | %s\n    | %s^%s\n", text, strings.Repeat(" ", before), strings.Repeat("~", width-1))
	}
	t.b = b
	_, err := t.Out.Write(b)
	return err
}

// maxMark bounds the bytes of a place that are marked: an excerpt shows fewer.
const maxMark = 256

// name is the file, with the number of the message where it holds several.
func (r *Result) name() string {
	if r.Several {
		return fmt.Sprintf("%s, message %d", r.File, r.Message)
	}
	return r.File
}

// Close writes the sum.
func (t *TextWriter) Close() error {
	var parts []string
	for c, n := range t.classes {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, audit.Class(c)))
		}
	}
	sum := ""
	if parts != nil {
		sum = ": " + strings.Join(parts, ", ")
	}
	_, err := fmt.Fprintf(t.Out, "%s%s; %s, %s\n", amount(t.messages, "message"), sum, amount(t.errors, "error"), amount(t.warnings, "warning"))
	return err
}

// amount is "1 message" or "2 messages".
func amount(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
