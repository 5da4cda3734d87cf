package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"arr/api"
)

// TestMetricsNameKnownSources: however many names are made up, those that are known keep
// their series, one that fell silent among them, and what is made up stands together.
func TestMetricsNameKnownSources(t *testing.T) {
	long := strings.Repeat(`"`, 128)
	source := func(known bool, i int, last time.Time) api.Source {
		drift := 0.5
		return api.Source{ID: fmt.Sprintf("s%d", i), Hostname: long, Cert: strings.Repeat("f", 64), Known: known, First: noon.Add(-time.Duration(i) * time.Minute), Last: last, Drift: &drift, Delay: &drift}
	}
	var list []api.Source
	for i := range 1000 { // the first ones known are long gone
		last := noon.Add(-time.Hour)
		if i >= 900 {
			last = noon.AddDate(-1, 0, 0)
		}
		list = append(list, source(true, i, last))
	}
	list[899].Last = noon.AddDate(0, 0, -2)
	for i := range 10_000 {
		list = append(list, source(false, 5000+i, noon))
	}
	list = append(list, api.Source{ID: "(others)", Together: true, Last: noon.Add(-time.Minute)})
	s, _ := newServer()
	s.Sources = func() []api.Source { return list }
	got := page(s)
	const name = "arr_source_last_arrival_timestamp_seconds{"
	if n := strings.Count(got, name); n != 501 || len(got) > 1<<20 {
		t.Errorf("%d series in %d bytes", n, len(got))
	}
	for want, n := range map[string]int{
		name + `source="s899"`: 1, name + `source="s950"`: 0, name + `source="s5000"`: 0,
		name + `source="(others)",hostname="",cert=""} ` + fmt.Sprint(noon.Unix()) + "\n": 1,
	} {
		if strings.Count(got, want) != n {
			t.Errorf("%s is there %d times, want %d", want, strings.Count(got, want), n)
		}
	}
	// A few that are new have series of their own.
	list = []api.Source{source(true, 1, noon), source(false, 2, noon)}
	if got := page(s); strings.Count(got, name) != 2 {
		t.Errorf("the sources are not named: %s", got)
	}
}

// TestFreeIsOfThisMoment, and not of when the directory's files were last walked over.
func TestFreeIsOfThisMoment(t *testing.T) {
	s, _ := newServer()
	free := int64(9000)
	s.Free = func() (int64, error) { return free, nil }
	s.Status()
	free = 900
	if st := s.Status().Store; st.Free != 900 || *st.DaysUntilFull != 1.25 {
		t.Errorf("%d free, full in %v days", st.Free, *st.DaysUntilFull)
	}
	if got := page(s); !strings.Contains(got, "arr_disk_free_bytes 900\n") || !strings.Contains(got, "arr_days_until_full 1.25\n") {
		t.Error("the metrics are others")
	}
}
