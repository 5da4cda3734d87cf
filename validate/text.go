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
}

// Write writes one result.
func (t *TextWriter) Write(r *Result) error {
	t.messages++
	t.classes[r.Class]++
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", r.name(), r.Class)
	if r.Dialect != "" {
		b.WriteString(" " + r.Dialect)
	}
	b.WriteByte('\n')
	x := newLineIndex(r.Text, r.Start)
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Level == schemas.Error {
			t.errors++
		} else {
			t.warnings++
		}
		line, column := x.at(f.Off)
		fmt.Fprintf(&b, "  %d:%d %s %s: %s\n", line, column, f.Level, f.Code, f.Message)
		fmt.Fprintf(&b, "    at %s (%s)\n", visible([]byte(f.Path)), f.Clause)
		text, before := x.excerpt(f.Off)
		shown := len([]rune(text))
		width := min(max(1, len([]rune(visible(r.Text[f.Off:f.Off+f.Len])))), max(1, shown-before))
		fmt.Fprintf(&b, "    | %s\n    | %s^%s\n", text, strings.Repeat(" ", before), strings.Repeat("~", width-1))
	}
	_, err := io.WriteString(t.Out, b.String())
	return err
}

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
