package main

import (
	"fmt"
	"strings"

	"arr/answer"
	"arr/api"
	"arr/audit"
)

// maxNewRows is how many sources are shown that anybody could have made up a moment ago.
const maxNewRows = 50

// shownSources are the sources that a page has lines for, and how many it has none for.
// Known ones come first in a status.
func shownSources(st *api.Status) (shown []*api.Source, more int) {
	fresh := 0
	for i := range st.Sources {
		s := &st.Sources[i]
		if !s.Known && !s.Together {
			if fresh++; fresh > maxNewRows {
				more++
				continue
			}
		}
		shown = append(shown, s)
	}
	return shown, more
}

func sourceRows(st *api.Status) [][]string {
	rows := [][]string{{"SOURCE", "HOSTNAME", "LAST ARRIVAL", "AGO", "RECORDS", "SIZE", "BY", "FROM", "CLASSES"}}
	shown, more := shownSources(st)
	for _, s := range shown {
		rows = append(rows, []string{senderCell(s.ID), senderCell(s.Hostname), s.Last.Local().Format(moment),
			span(st.Now.Sub(s.Last)), fmt.Sprint(s.Records), size(s.Bytes), s.Transport, s.Peer, counted(s.Classes)})
	}
	if more > 0 {
		rows = append(rows, []string{"and " + plural(more, "source") + " more, neither certified nor long known (--format json)"})
	}
	return rows
}

// dialectRows say how sources that follow a dialect deviate from the standard.
func dialectRows(st *api.Status) [][]string {
	rows := [][]string{{"SOURCE", "HOSTNAME", "DIALECT", "DEVIATES FROM A.5.1"}}
	shown, _ := shownSources(st)
	for _, s := range shown {
		if len(s.Dialects) == 0 {
			continue
		}
		rows = append(rows, []string{senderCell(s.ID), senderCell(s.Hostname), counted(s.Dialects), ""})
		for _, deviation := range highest(s.Deviations) {
			code, path, _ := strings.Cut(deviation, " ")
			rows = append(rows, []string{"", "", "", fmt.Sprintf("%d %s %s", s.Deviations[deviation], code, path)})
		}
	}
	return rows
}

// senderCell shows what a sender calls itself, in a cell that leaves room for others.
func senderCell(name string) string {
	const widest = 40
	if name == "" {
		return "-"
	}
	return answer.Fit(audit.Visible(name), widest)
}
