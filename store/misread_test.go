package store

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"arr/audit"
	"arr/parser"
)

// wrongParser gives records a skeleton that is not their frame's, as a fault in a parser
// might.
type wrongParser struct{ *parser.Parser }

func (p wrongParser) Parse(r *audit.Record) {
	p.Parser.Parse(r)
	wrong := *r.Shape
	wrong.Gaps = slices.Clone(wrong.Gaps)
	last := len(wrong.Gaps) - 1
	wrong.Gaps[last] = bytes.Repeat([]byte("?"), len(wrong.Gaps[last]))
	wrong.Key = audit.SkeletonKey(audit.AppendSkeleton(nil, &wrong))
	r.Shape = &wrong
}

// TestWrongSkeleton: whatever a parser makes of frames, they come back byte for byte.
func TestWrongSkeleton(t *testing.T) {
	dir := t.TempDir()
	o := testOptions()
	good := o.NewParser
	o.NewParser = func(zone *time.Location) Parser { return wrongParser{parser.New(parser.Options{Zone: zone})} }
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	const n = 300
	fill(t, s, 0, n)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	o.NewParser = good
	if s, err = Open(dir, o); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if st := s.Stats(); st.Memtable != 0 || st.Segments != 1 {
		t.Fatalf("not sealed: %+v", st)
	}
	expect(t, s, n)
}
