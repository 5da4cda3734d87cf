package segment_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"arr/audit"
	"arr/query"
	"arr/store/segment"
)

// leafHash stands for the hash that the store makes of a record.
func leafHash(n uint64) tlog.Hash { return tlog.RecordHash(fmt.Append(nil, n)) }

// cover gives the largest complete subtrees over the leaves from lo to hi-1.
func cover(lo, hi uint64) (all []segment.Subtree) {
	for lo < hi {
		level := uint8(0)
		for lo>>level&1 == 0 && lo+2<<level <= hi {
			level++
		}
		hashes := make([]tlog.Hash, 1<<level)
		for i := range hashes {
			hashes[i] = leafHash(lo + uint64(i))
		}
		for ; len(hashes) > 1; hashes = hashes[:len(hashes)/2] {
			for i := range len(hashes) / 2 {
				hashes[i] = tlog.NodeHash(hashes[2*i], hashes[2*i+1])
			}
		}
		all = append(all, segment.Subtree{Level: level, Hash: hashes[0]})
		lo += 1 << level
	}
	return all
}

// cut writes records as one segment with blocks that end where the numbers in ends say.
func cut(t *testing.T, records []*audit.Record, ends ...uint64) *segment.Segment {
	t.Helper()
	path := filepath.Join(t.TempDir(), "part.seg")
	w, err := segment.Create(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	first := records[0].Number
	for _, end := range ends {
		n := end - first
		in := &segment.BlockInput{First: first, Records: records[:n], Key: testKey, Subtrees: cover(first, end), ParserVersion: 3}
		if err := w.AddBlock(in); err != nil {
			t.Fatal(err)
		}
		records, first = records[n:], end
	}
	if _, err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	return open(t, path, options(16<<20))
}

func TestMerge(t *testing.T) {
	t.Parallel()
	const start = 3900
	records := generated(start, 5000)
	part := func(ends ...uint64) *segment.Segment {
		t.Helper()
		r := records
		if len(ends) > 1 {
			r = records[ends[0]-start:]
		}
		return cut(t, r, ends[1:]...)
	}
	sources := []*segment.Segment{
		part(start, 4000, 4096), part(4096, 4100), part(4100, 4101, 8192), part(8192, 8300), part(8300, 8900),
	}
	path := filepath.Join(t.TempDir(), "merged.seg")
	info, err := segment.Merge(t.Context(), path, sources)
	if err != nil {
		t.Fatal(err)
	}
	if info.First != start || info.Records != 5000 || info.Blocks != 3 || info.ParserVersion != 3 {
		t.Fatalf("info: %+v", info)
	}
	s := open(t, path, options(16<<20))
	compare(t, s, records)
	faults, err := verify(t, path, options(0))
	if err != nil || len(faults) > 0 {
		t.Fatal(faults, err)
	}
	for _, b := range s.Blocks() {
		if want := cover(b.First(), b.First()+uint64(b.Len())); !slices.Equal(b.Subtrees(), want) {
			t.Errorf("block from %d: %d subtrees, want %d", b.First(), len(b.Subtrees()), len(want))
		}
		if b.Key() != testKey {
			t.Errorf("block from %d has another key", b.First())
		}
	}
	// Merged again, the full block is copied as it is, and its terms with it.
	again := filepath.Join(t.TempDir(), "again.seg")
	if _, err := segment.Merge(t.Context(), again, []*segment.Segment{s}); err != nil {
		t.Fatal(err)
	}
	checkTerms(t, s, records)
	copied := open(t, again, options(16<<20))
	compare(t, copied, records)
	if copied.Info().Terms != s.Info().Terms {
		t.Errorf("%d pairs of a term and a block became %d", s.Info().Terms, copied.Info().Terms)
	}
}

// checkTerms checks that each term of records is found in exactly the blocks that have
// it.
func checkTerms(t *testing.T, s *segment.Segment, records []*audit.Record) {
	t.Helper()
	want := map[uint64][]int{}
	for _, b := range s.Blocks() {
		for i := range b.Len() {
			r := records[b.First()-records[0].Number+uint64(i)]
			r.Each(query.Indexed, func(fields audit.FieldSet, v []byte) bool {
				query.Forms(fields, v, func(f []byte) {
					h := query.Hash(f)
					if n := len(want[h]); n == 0 || want[h][n-1] != b.Ordinal() {
						want[h] = append(want[h], b.Ordinal())
					}
				})
				return true
			})
		}
	}
	for h, blocks := range want {
		got, err := s.TermBlocks(h, nil)
		if err != nil || !slices.Equal(got, blocks) {
			t.Fatalf("term found in blocks %v, stands in %v, error %v", got, blocks, err)
		}
	}
}

func TestMergeRefuses(t *testing.T) {
	records := generated(0, 300)
	a, c := cut(t, records, 100), cut(t, records[200:], 300)
	if _, err := segment.Merge(t.Context(), filepath.Join(t.TempDir(), "x.seg"), []*segment.Segment{a, c}); err == nil {
		t.Error("segments with a gap between them were merged")
	}
}

func TestReindex(t *testing.T) {
	t.Parallel()
	records := generated(0, 900)
	// The first parser knew less: no class, no dialect, no findings, other times.
	old := make([]*audit.Record, len(records))
	for i, r := range records {
		c := *r
		c.Class, c.Dialect, c.Findings, c.Time = audit.Foreign, "old", []audit.Finding{{Code: "old"}}, r.Received
		old[i] = &c
	}
	s := cut(t, old, 700, 900)
	path := filepath.Join(t.TempDir(), "new.seg")
	info, err := segment.Reindex(t.Context(), path, s, 9)
	if err != nil {
		t.Fatal(err)
	}
	if info.ParserVersion != 9 || info.Classes[audit.Foreign] != 0 {
		t.Errorf("info: %+v", info)
	}
	n := open(t, path, options(16<<20))
	compare(t, n, records)
	checkTerms(t, n, records)
	for i, b := range n.Blocks() {
		if !slices.Equal(b.Subtrees(), s.Blocks()[i].Subtrees()) || b.Key() != testKey {
			t.Errorf("block %d: key or subtrees changed", i)
		}
		var out segment.Bitmap
		leaf := &query.Leaf{Fields: audit.Fields(audit.FieldFinding, audit.FieldDialect), Match: func(v []byte) bool { return string(v) == "old" }}
		if err := b.Match(leaf, nil, &out); err != nil || !out.Empty() {
			t.Errorf("block %d: %d records kept an old judgement, error %v", i, out.Count(), err)
		}
	}
}
