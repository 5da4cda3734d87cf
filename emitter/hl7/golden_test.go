package hl7_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"arr/audit"
	"arr/emitter/hl7"
)

// counted says what a message is in the way of corpus.golden.
func counted(a *audit.Message) string {
	s := a.Event.Code + " " + a.Action
	if len(a.EventTypes) == 0 {
		s += " -"
	}
	for _, t := range a.EventTypes {
		s += " " + t.Code
	}
	var patients, studies, queries int
	for i := range a.Objects {
		switch o := &a.Objects[i]; {
		case o.IsPatient():
			patients++
		case o.IsStudy():
			studies++
		case o.Query != "":
			queries++
		}
	}
	s += " "
	for _, c := range []struct {
		n    int
		kind string
	}{{patients, "p"}, {studies, "s"}, {queries, "q"}} {
		if c.n > 0 {
			s += fmt.Sprint(c.n, c.kind)
		}
	}
	return s
}

func TestCorpusGolden(t *testing.T) {
	dir := shared(t, "corpus/hl7v2")
	for line := range strings.Lines(string(read(t, "testdata/corpus.golden"))) {
		cells := strings.Fields(line)
		if len(cells) < 2 || cells[0] == "#" {
			continue
		}
		want := strings.Join(cells[2:], " ")
		var got []string
		for _, one := range hl7.Split(read(t, filepath.Join(dir, filepath.FromSlash(cells[0])))) {
			for _, a := range mapper().Audit(&hl7.Exchange{Message: one, Sent: cells[1] == "sent", Peer: "ris.example"}) {
				got = append(got, counted(&a))
			}
		}
		if got := strings.Join(got, "; "); got != want {
			t.Errorf("%s %s: %s, want %s", cells[0], cells[1], got, want)
		}
	}
}
