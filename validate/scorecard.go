package validate

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"

	"arr/audit"
	"arr/schemas"
)

// Scorecard folds results into one table a source (AuditSourceID): how many of its messages
// are right, which rules it breaks, how often, and an example of each. It keeps no message.
type Scorecard struct {
	Out io.Writer
	// HTML writes a page instead of text.
	HTML bool

	sources map[string]*card
}

// card is one source's.
type card struct {
	messages int
	classes  [audit.NumClasses]int
	dialects map[string]int
	broken   map[breach]*example
}

// breach is what a source breaks: errors and warnings of one code are two.
type breach struct {
	code  string
	level schemas.Level
}

// example counts the messages with a breach and says where the first is.
type example struct {
	messages         int
	where, path      string
	line, column     int
	expected, clause string
	counted          *Result
}

// maxSources bounds how many sources are told apart. What comes beyond is one card.
const maxSources = 10000

// maxPath bounds the path to an example: of each source there may be one of each code.
const maxPath = 512

func shortPath(path string) string {
	if len(path) <= maxPath {
		return path
	}
	return strings.ToValidUTF8(path[:maxPath], "") + "…"
}

// Write takes one result.
func (s *Scorecard) Write(r *Result) error {
	if s.sources == nil {
		s.sources = map[string]*card{}
	}
	name := audit.Name(r.Source)
	if s.sources[name] == nil && len(s.sources) >= maxSources {
		name = "(others)"
	}
	c := s.sources[name]
	if c == nil {
		c = &card{dialects: map[string]int{}, broken: map[breach]*example{}}
		s.sources[name] = c
	}
	c.messages++
	c.classes[r.Class]++
	if r.Dialect != "" {
		c.dialects[r.Dialect]++
	}
	x := newLineIndex(r.Text, r.Start)
	for i := range r.Findings {
		f := &r.Findings[i]
		b := breach{f.Code, f.Level}
		e := c.broken[b]
		if e == nil {
			line, column := x.at(f.Off)
			e = &example{where: r.name(), path: shortPath(f.Path), line: line, column: column, expected: f.Expected, clause: f.Clause}
			c.broken[b] = e
		}
		if e.counted != r {
			e.counted = r
			e.messages++
		}
	}
	for _, e := range c.broken {
		e.counted = nil
	}
	return nil
}

// sourceTable is one source's, for writing.
type sourceTable struct {
	Name     string
	Messages int
	Right    int
	Classes  string
	Breaches []breachRow
}

type breachRow struct {
	Level, Code, Share, Expected, Clause, Example, Path string
	Messages                                            int
}

// tables are the sources, those with the largest share of faulty messages first.
func (s *Scorecard) tables() []sourceTable {
	var out []sourceTable
	for _, name := range slices.Sorted(maps.Keys(s.sources)) {
		c := s.sources[name]
		t := sourceTable{Name: audit.Visible(name), Messages: c.messages, Right: c.classes[audit.Conformant] + c.classes[audit.InDialect]}
		if name == "" {
			t.Name = "(no source)"
		}
		t.Classes = c.describe()
		for b, e := range c.broken {
			t.Breaches = append(t.Breaches, breachRow{
				Level: b.level.String(), Code: b.code, Messages: e.messages,
				Share:    fmt.Sprintf("%.1f %%", 100*float64(e.messages)/float64(c.messages)),
				Expected: e.expected, Clause: e.clause, Path: audit.Visible(e.path),
				Example: fmt.Sprintf("%s:%d:%d", audit.Visible(e.where), e.line, e.column),
			})
		}
		slices.SortFunc(t.Breaches, func(a, b breachRow) int {
			return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Code, b.Code))
		})
		out = append(out, t)
	}
	slices.SortStableFunc(out, func(a, b sourceTable) int {
		return cmp.Compare(float64(a.Right)/float64(a.Messages), float64(b.Right)/float64(b.Messages))
	})
	return out
}

// describe says how many messages are of which class.
func (c *card) describe() string {
	var parts []string
	for class, n := range c.classes {
		if n == 0 {
			continue
		}
		part := fmt.Sprintf("%d %s", n, audit.Class(class))
		if audit.Class(class) == audit.InDialect {
			part += " (" + strings.Join(slices.Sorted(maps.Keys(c.dialects)), ", ") + ")"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

//go:embed scorecard.html
var page string

var pageTemplate = template.Must(template.New("scorecard").Parse(page))

// Close writes the scorecard.
func (s *Scorecard) Close() error {
	tables := s.tables()
	if s.HTML {
		return pageTemplate.Execute(s.Out, tables)
	}
	var b strings.Builder
	for i, t := range tables {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s: %s: %s\n", t.Name, amount(t.Messages, "message"), t.Classes)
		for _, r := range t.Breaches {
			fmt.Fprintf(&b, "  %-7s %-26s %7d %8s  %s\n", r.Level, r.Code, r.Messages, r.Share, r.Clause)
			fmt.Fprintf(&b, "          expected: %s\n          example: %s %s\n", r.Expected, r.Example, r.Path)
		}
	}
	if tables == nil {
		b.WriteString("no messages\n")
	}
	_, err := io.WriteString(s.Out, b.String())
	return err
}
