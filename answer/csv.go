package answer

import (
	"bufio"
	"encoding/csv"
	"strconv"
	"strings"
	"unicode/utf8"

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

// harmless keeps spreadsheets from running a cell as a formula, and terminals from
// obeying it.
func harmless(cell string) string {
	cell = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7F {
			return utf8.RuneError
		}
		return r
	}, cell)
	if cell != "" && strings.IndexByte("=+-@\t\r", cell[0]) >= 0 {
		return "'" + cell
	}
	return cell
}
