package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// table is what a run prints at its end.
type table struct {
	reference reference
	rows      [][4]string
}

// figure adds a row; target and ratio may be empty.
func (t *table) figure(name, target, measured, ratio string) {
	t.rows = append(t.rows, [4]string{name, target, measured, ratio})
}

// duration adds a row for a time; a target of 0 is none.
func (t *table) duration(name string, target, measured time.Duration) {
	limit := ""
	if target > 0 {
		limit = "≤ " + target.String()
	}
	t.figure(name, limit, round(measured), fmt.Sprintf("%.2f of encoding/xml", float64(measured)/float64(t.reference.xml)))
}

// round leaves three digits.
func round(d time.Duration) string {
	step := time.Duration(1)
	for d/step >= 1000 {
		step *= 10
	}
	return d.Round(step).String()
}

func (t *table) print(w io.Writer) {
	fmt.Fprintf(w, "\nreference, one message on one core: encoding/xml tokens %s, SHA-256 %s\n\n",
		round(t.reference.xml), round(t.reference.sha256))
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "FIGURE\tTARGET\tMEASURED\tRATIO TO THE REFERENCE")
	for _, r := range t.rows {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\n", r[0], r[1], r[2], r[3])
	}
	_ = tw.Flush() // where it prints to is the caller's to watch
}
