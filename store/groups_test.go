package store

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"arr/audit"
	"arr/integrity"
	"arr/parser"
	"arr/query"
	"arr/store/storetest"
)

// TestGroups: values are counted as the model counts them, with room for all of them and
// with room for few.
func TestGroups(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		bytes   int64
		lacking int
	}{
		{"room for all", labelBytes, 0},
		// The top is exact; all values, 500 and the top of what is all made up are not.
		{"room for few", 40 << 10, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := mustOpen(t, t.TempDir())
			defer mustClose(t, s)
			s.labelBytes = c.bytes
			if n := storetest.Groups(t, s, parser.New(parser.Options{}).Parse); n != c.lacking {
				t.Errorf("%d answers say that they lack values, want %d", n, c.lacking)
			}
		})
	}
}

// TestGroupsAreBounded: a million values that a sender made up take no more memory than
// there is for them, and those that come often are counted exactly.
func TestGroupsAreBounded(t *testing.T) {
	const limit = 1 << 20
	g := &groups{counts: map[string]*int64{}, limit: limit}
	const parts, made = 150, 2000
	each := func(add func(label string, n int64)) {
		for part := range parts {
			for i := range made {
				add(fmt.Sprintf("made-up-%d-%d", part, i), 1)
			}
			for i := range 20 {
				add(fmt.Sprint("often-", i), int64(20-i))
			}
		}
	}
	each(func(label string, n int64) {
		g.add(map[string]*int64{label: &n})
		if size := int64(len(g.counts)) * groupCost; size > limit || g.bytes > limit+2*groupCost {
			t.Fatalf("%d labels in %d bytes", len(g.counts), g.bytes)
		}
	})
	g.restart()
	each(func(label string, n int64) { g.recount([]byte(label), n) })
	top, unlisted := g.top(20)
	if len(top) != 20 || unlisted != 0 {
		t.Fatalf("%d values, lacking those of %d", len(top), unlisted)
	}
	for i, b := range top {
		if b.Value != fmt.Sprint("often-", i) || b.Count != int64(parts*(20-i)) {
			t.Errorf("%d: %+v", i, b)
		}
	}
}

// TestLabelsAreBounded: a value of any size has a label that answers can hold, and two such
// values have two.
func TestLabelsAreBounded(t *testing.T) {
	p, err := query.Compile(query.Question{Text: "*", By: "user"}, query.Env{})
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("ä", 500_000)
	seen := map[string]bool{}
	for _, value := range []string{long, long + "x", long, strings.Repeat("x", 1024)} {
		p.Labels(audit.FieldUserID, []byte(value), func(label []byte) {
			seen[string(label)] = true
			if len(label) > 1024 || !strings.HasPrefix(value, string(label[:900])) {
				t.Errorf("%d bytes are counted under %d", len(value), len(label))
			}
		})
	}
	if len(seen) != 3 {
		t.Errorf("%d labels, want 3", len(seen))
	}
}

// TestHistogramStopsEarly: records of more intervals than an answer may have are refused
// without gathering all of them.
func TestHistogramStopsEarly(t *testing.T) {
	p, err := query.Compile(query.Question{Text: "*", Histogram: "hour"}, query.Env{})
	if err != nil {
		t.Fatal(err)
	}
	const parts, size, hour = 100, integrity.BlockRecords, 3_600_000_000
	var read atomic.Int32
	var matches []match
	for i := range parts {
		block := newMemBlock(0, integrity.Key{})
		for j := range size {
			block.add(&audit.Record{Time: int64(i*size+j) * hour}, tlog.Hash{})
		}
		m := match{candidate: candidate{part: timesRead{newMemPart(block), &read}}, n: size}
		m.sel.Fill(size)
		matches = append(matches, m)
	}
	q := &search{ctx: t.Context(), plan: p}
	if err := q.histogram(matches, query.Sink{}); !errors.Is(err, query.ErrManyBuckets) || read.Load() > parts/2 {
		t.Errorf("%v after %d of %d parts", err, read.Load(), parts)
	}
}

// timesRead counts how often times are asked for.
type timesRead struct {
	*memPart
	read *atomic.Int32
}

func (p timesRead) Times() ([]int64, error) {
	p.read.Add(1)
	return p.memPart.Times()
}
