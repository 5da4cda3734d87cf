package answer

import (
	"bufio"
	"encoding/csv"
	"strconv"
	"strings"
	"unicode"

	"arr/audit"
	"arr/query"
)

// sheet is CSV. Cells are valid UTF-8.
type sheet struct {
	csv    *csv.Writer
	fields []*field
	plan   *query.Plan
	row    []string
	headed bool
}

func newSheet(out *bufio.Writer, p *query.Plan, fields []*field) *sheet {
	return &sheet{csv: csv.NewWriter(out), fields: fields, plan: p}
}

func (s *sheet) head() error {
	if s.headed {
		return nil
	}
	s.headed = true
	s.row = s.row[:0]
	switch s.plan.Kind {
	case query.By:
		s.row = append(s.row, "value", "count")
	case query.Histogram:
		s.row = append(s.row, "time", "count")
	default:
		for _, f := range s.fields {
			s.row = append(s.row, f.name)
		}
	}
	return s.csv.Write(s.row)
}

func (s *sheet) record(v *view) error {
	if err := s.head(); err != nil {
		return err
	}
	s.row = s.row[:0]
	for _, f := range s.fields {
		s.row = append(s.row, harmless(f.cell(v)))
	}
	return s.csv.Write(s.row)
}

func (s *sheet) bucket(b query.Bucket) error {
	if err := s.head(); err != nil {
		return err
	}
	first := harmless(b.Value)
	if s.plan.Kind == query.Histogram {
		first = string(appendTime(nil, b.Time, zoneOf(s.plan)))
	}
	s.row = append(s.row[:0], first, strconv.FormatInt(b.Count, 10))
	return s.csv.Write(s.row)
}

func (s *sheet) flush() error {
	s.csv.Flush()
	return s.csv.Error()
}

// close writes the header of a sheet without rows.
func (s *sheet) close() error {
	if err := s.head(); err != nil {
		return err
	}
	return s.flush()
}

// harmless keeps spreadsheets from running a cell as a formula, and terminals from obeying it.
// Hidden characters but line ends and tabs are escapes. An apostrophe stands before what a
// formula may begin with: at the start, and where a spreadsheet begins another cell that takes
// semicolons, tabs or line ends for what separates cells.
func harmless(cell string) string {
	var b []byte
	start := true
	for _, r := range cell {
		blank := unicode.IsSpace(r)
		if start && (blank && len(b) == 0 || strings.ContainsRune(formulaStarts, r)) {
			b = append(b, '\'')
			start = false
		}
		switch r {
		case ';', '\t', '\n', '\r':
			start = true
			b = append(b, byte(r))
			continue
		}
		start = start && blank
		b = audit.AppendVisible(b, r)
	}
	return string(b)
}

// formulaStarts are the characters that a formula begins with; some spreadsheets take wide and
// small forms for them.
const formulaStarts = "=+-@＝＋－＠﹦﹢﹣﹫"
