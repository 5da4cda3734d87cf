package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"arr/answer"
	"arr/api"
	"arr/audit"
)

// statusPage lays a status out for people. What senders call themselves is made safe for
// a terminal.
func statusPage(name string, st *api.Status) []byte {
	var rows [][]string
	line := func(title, text string) {
		if text != "" {
			rows = append(rows, []string{title, text})
		}
	}
	running := !st.Started.IsZero()
	if running {
		line("server", fmt.Sprintf("arr %s on %s, up for %s", st.Version, name, span(st.Now.Sub(st.Started))))
	}
	state := "taking records"
	if !st.Ready {
		state = "NOT taking records: " + st.Reason
	}
	line("state", state)
	records := fmt.Sprint(st.Store.Records)
	if running {
		records += "; " + ratesText(&st.Rates)
	}
	line("records", records)
	line("classes", counted(st.Classes))
	line("received", receivedText(st))
	line("lost", counted(st.Lost))
	line("refused", counted(st.Refused))
	line("store", storeText(&st.Store))
	for _, c := range st.Certificates {
		line("certificate", fmt.Sprintf("%s until %s, %s from now", c.Name, c.NotAfter.Local().Format("2006-01-02"), span(c.NotAfter.Sub(st.Now))))
	}
	line("LDAP", directoryText(st))
	line("clock", clockText(st.Clock))
	page := appendAligned(nil, rows)
	for _, table := range [][][]string{sourceRows(st), dialectRows(st), troubleRows(st)} {
		// The first row is the heading.
		if len(table) > 1 {
			page = appendAligned(append(page, '\n'), table)
		}
	}
	return page
}

// ratesText tells rates with the time that they are of. One that the server has not run for
// is not told.
func ratesText(r *api.Rates) string {
	var parts []string
	observed := time.Duration(r.Seconds * float64(time.Second))
	for _, of := range []struct {
		rate float64
		span time.Duration
		name string
	}{{r.Minute, time.Minute, "minute"}, {r.Hour, time.Hour, "hour"}, {r.Day, 24 * time.Hour, "day"}} {
		// A sample is noted every 10 s, so that a span is whole up to that.
		if short := observed < of.span-10*time.Second; short {
			of.name = span(observed)
		}
		parts = append(parts, rate(of.rate)+" in the last "+of.name)
		if observed < of.span*11/10 { // a longer one says the same
			break
		}
	}
	return strings.Replace(strings.Join(parts, ", "), " in", " a second in", 1)
}

// directoryText says how old what an LDAP directory said is, "" where none is read.
func directoryText(st *api.Status) string {
	if st.Directory == nil {
		return ""
	}
	age := span(st.Now.Sub(st.Directory.LastSuccess))
	if st.Directory.CopyInUse {
		return fmt.Sprintf("can't be read or used: what it said %s ago is used (arr ldap check, or the log, says why)", age)
	}
	return fmt.Sprintf("read %s ago", age)
}

// appendAligned appends rows of cells, all as wide as the widest of their column but for
// the last of a row. Whatever stands in a cell is made safe for a terminal.
func appendAligned(page []byte, rows [][]string) []byte {
	var widths []int
	for _, row := range rows {
		for i := range row {
			row[i] = audit.Visible(row[i])
		}
		for i, cell := range row[:len(row)-1] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], answer.Columns(cell))
		}
	}
	for _, row := range rows {
		last := len(row) - 1
		for i, cell := range row[:last] {
			page = answer.Pad(page, cell, widths[i]+2)
		}
		page = append(append(page, row[last]...), '\n')
	}
	return page
}

func receivedText(st *api.Status) string {
	var parts []string
	for _, t := range st.Received {
		parts = append(parts, fmt.Sprintf("%s %s, %s", t.Name, plural(t.Frames, "frame"), size(int64(t.Bytes))))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "; ") + "; " + plural(st.Connections, "connection") + " open"
}

func storeText(s *api.StoreStatus) string {
	text := plural(s.Segments, "segment") + ", " + plural(s.Unsealed, "record") + " not sealed yet"
	if s.Bytes > 0 {
		text += fmt.Sprintf("; %s on disk, %s free", size(s.Bytes), size(s.Free))
	}
	if s.Full {
		text += ", too little to write: THE DISK IS FULL"
	} else if s.DaysUntilFull != nil {
		text += ", full in " + untilFull(*s.DaysUntilFull)
	}
	if s.Damages > 0 {
		text += "; DAMAGED in " + plural(s.Damages, "place") + ": see the log and arr check"
	}
	switch {
	case s.NamesDropped > 0 && s.NamesBehind > 0:
		text += fmt.Sprintf("; the index of names was damaged and is being made anew, %d records to go", s.NamesBehind)
	case s.NamesDropped > 0:
		text += "; the index of names was damaged and is made anew"
	}
	return text
}

// untilFull writes days, and in years where they are many: it is an estimate.
func untilFull(days float64) string {
	const many, most = 1000, 999 * 365
	if days < many {
		return plural(int(days), "day")
	}
	return plural(int(min(days, most)/365), "year")
}

func clockText(c *api.ClockStatus) string {
	switch {
	case c == nil:
		return ""
	case c.Synchronised:
		return fmt.Sprintf("synchronised, off by %.0f ms at most", c.MaxErrorSeconds*1000)
	}
	return "NOT synchronised: run chrony or another time service"
}

func troubleRows(st *api.Status) [][]string {
	rows := [][]string{{"TROUBLE WITH", "CAUSE", "TIMES", "LAST"}}
	for i := range st.Trouble {
		t := &st.Trouble[i]
		rows = append(rows, []string{t.Peer, t.Cause, fmt.Sprint(t.Count), t.Last.Local().Format(moment)})
		for _, text := range []string{t.Remedy, offered(t)} {
			for _, line := range fold(text, proseWidth) {
				rows = append(rows, []string{"  " + line})
			}
		}
	}
	return rows
}

func offered(t *api.Trouble) string {
	if t.Offered == "" {
		return ""
	}
	return "offered: " + t.Offered
}

// proseWidth is how wide sentences are set, in columns.
const proseWidth = 100

// fold breaks a text at blanks into lines of at most so many columns, as far as its
// words let it; an empty one has none.
func fold(text string, columns int) []string {
	var lines []string
	width := 0
	for _, word := range strings.Fields(text) {
		n := answer.Columns(word)
		if lines == nil || width+1+n > columns {
			lines, width = append(lines, word), n
			continue
		}
		lines[len(lines)-1] += " " + word
		width += 1 + n
	}
	return lines
}

// moment is how times are written for people.
const moment = "2006-01-02 15:04:05 MST"

// counted lists counts that are not 0, the highest first.
func counted[N int64 | uint64](counts map[string]N) string {
	var parts []string
	for _, n := range highest(counts) {
		if counts[n] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", n, counts[n]))
		}
	}
	return strings.Join(parts, ", ")
}

// highest are the names of counts, that of the highest first.
func highest[N int64 | uint64](counts map[string]N) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
}

// rate writes records a second: whole ones where there are many.
func rate(r float64) string {
	if r >= 100 {
		return fmt.Sprintf("%.0f", r)
	}
	return fmt.Sprintf("%.1f", r)
}

// size writes bytes in decimal units, as disks are sold.
func size(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	v, i := float64(n), 0
	for v >= 1000 && i < len(units)-1 {
		v /= 1000
		i++
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", v, units[i])
}

// span writes a duration in its largest unit.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(int(d.Seconds()), 0))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return plural(int(d.Hours()/24), "day")
}
