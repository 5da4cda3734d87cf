package receiver

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestTroublesAreBounded(t *testing.T) {
	var b bytes.Buffer
	var ts troubles
	log := slog.New(slog.NewTextHandler(&b, nil))
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i := range 5 * maxTroubles {
		now = now.Add(time.Millisecond)
		ts.add(log, now, report{peer: fmt.Sprint(i), cause: CauseBacklog, n: 2})
	}
	list := ts.list()
	if len(list) != maxTroubles || list[0].Peer != fmt.Sprint(5*maxTroubles-1) || list[0].Count != 2 {
		t.Errorf("%d troubles, the first %+v", len(list), list[0])
	}
	if n := ts.counts[CauseBacklog].Load(); n != 10*maxTroubles {
		t.Errorf("counted %d", n)
	}
	if n := strings.Count(b.String(), "\n"); n > 4*logRate {
		t.Errorf("%d lines in a second", n)
	}
}

func TestOneTroubleIsLoggedOnceAMinute(t *testing.T) {
	var b bytes.Buffer
	var ts troubles
	log := slog.New(slog.NewTextHandler(&b, nil))
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for range 121 {
		ts.add(log, now, report{peer: "192.0.2.1", cause: CauseFraming})
		now = now.Add(time.Second)
	}
	if n := strings.Count(b.String(), "\n"); n != 3 {
		t.Errorf("%d lines in two minutes", n)
	}
	if !strings.Contains(b.String(), "count=121") {
		t.Errorf("the count is missing: %s", b.String())
	}
}

func TestCausesAreDescribed(t *testing.T) {
	seen := make(map[string]bool)
	for c := range numCauses {
		d := causes[c]
		if d.name == "" || d.message == "" || d.remedy == "" || seen[c.String()] {
			t.Errorf("cause %d: %+v", c, d)
		}
		seen[c.String()] = true
	}
	if Cause(numCauses).String() != "unknown" {
		t.Error("a name for no cause")
	}
}
