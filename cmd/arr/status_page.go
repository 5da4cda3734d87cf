package main

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"arr/answer"
	"arr/api"
)

// statusPage lays a status out for people. What senders call themselves is made safe for
// a terminal.
func statusPage(name string, st *api.Status) []byte {
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(title, text string) {
		if text != "" {
			fmt.Fprintf(w, "%s\t%s\n", title, text)
		}
	}
	line("server", fmt.Sprintf("arr %s on %s, up for %s", st.Version, name, span(st.Now.Sub(st.Started))))
	state := "taking records"
	if !st.Ready {
		state = "NOT taking records: " + st.Reason
	}
	line("state", state)
	line("records", fmt.Sprintf("%d; %s a second in the last minute, %s in the last hour, %s in the last day",
		st.Store.Records, rate(st.Rates.Minute), rate(st.Rates.Hour), rate(st.Rates.Day)))
	line("classes", counted(st.Classes))
	line("received", receivedText(st))
	line("lost", counted(st.Lost))
	line("refused", counted(st.Refused))
	line("store", storeText(&st.Store))
	for _, c := range st.Certificates {
		line("certificate", fmt.Sprintf("%s until %s, %s from now", c.Name, c.NotAfter.Local().Format("2006-01-02"), span(c.NotAfter.Sub(st.Now))))
	}
	line("clock", clockText(st.Clock))
	w.Flush()
	sourceTable(&b, st)
	troubleTable(&b, st)
	return b.Bytes()
}

func receivedText(st *api.Status) string {
	var parts []string
	for _, t := range st.Received {
		parts = append(parts, fmt.Sprintf("%s %d frames, %s", t.Name, t.Frames, size(int64(t.Bytes))))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "; ") + fmt.Sprintf("; %d connections open", st.Connections)
}

func storeText(s *api.StoreStatus) string {
	text := fmt.Sprintf("%d segments, %d records not sealed yet", s.Segments, s.Unsealed)
	if s.Bytes > 0 {
		text += fmt.Sprintf("; %s on disk, %s free", size(s.Bytes), size(s.Free))
	}
	if s.DaysUntilFull != nil {
		text += fmt.Sprintf(", full in %.0f days", *s.DaysUntilFull)
	}
	if s.Damages > 0 {
		text += fmt.Sprintf("; DAMAGED in %d places: see the log and arr check", s.Damages)
	}
	return text
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

func sourceTable(b *bytes.Buffer, st *api.Status) {
	if len(st.Sources) == 0 {
		return
	}
	fmt.Fprintln(b)
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SOURCE\tHOSTNAME\tLAST ARRIVAL\tAGO\tRECORDS\tSIZE\tBY\tFROM\tCLASSES")
	for i := range st.Sources {
		s := &st.Sources[i]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", orDash(answer.Printable(s.ID)), orDash(answer.Printable(s.Hostname)),
			s.Last.Local().Format("2006-01-02 15:04:05 MST"), span(st.Now.Sub(s.Last)), s.Records, size(s.Bytes), s.Transport, s.Peer, counted(s.Classes))
	}
	w.Flush()
}

func troubleTable(b *bytes.Buffer, st *api.Status) {
	if len(st.Trouble) == 0 {
		return
	}
	fmt.Fprintln(b)
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TROUBLE WITH\tCAUSE\tTIMES\tLAST\tWHAT TO DO")
	for i := range st.Trouble {
		t := &st.Trouble[i]
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", t.Peer, t.Cause, t.Count, t.Last.Local().Format("2006-01-02 15:04:05 MST"), t.Remedy)
		if t.Offered != "" {
			fmt.Fprintf(w, "\t\t\t\toffered: %s\n", answer.Printable(t.Offered))
		}
	}
	w.Flush()
}

// counted lists counts that are not 0, the highest first.
func counted[N int64 | uint64](counts map[string]N) string {
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
	var parts []string
	for _, n := range names {
		if counts[n] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", n, counts[n]))
		}
	}
	return strings.Join(parts, ", ")
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
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
