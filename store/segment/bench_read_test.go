package segment_test

import (
	"testing"

	"arr/audit"
	"arr/query"
	"arr/store/segment"
)

// benchBlocks is how many blocks the reading benchmarks have: figures are given per
// block or per record.
const benchBlocks = 8

// benchSegment gives a segment of benchBlocks full blocks, and its records.
func benchSegment(b *testing.B, cache int64) (*segment.Segment, []*audit.Record) {
	b.Helper()
	records := generated(0, benchBlocks*segment.MaxRecords)
	path, _ := write(b, records, segment.MaxRecords)
	s := open(b, path, options(cache))
	b.ResetTimer()
	return s, records
}

func perBlock(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n)/1000, "us/block")
}

// BenchmarkGroup counts records by user, warm.
func BenchmarkGroup(b *testing.B) {
	s, _ := benchSegment(b, 256<<20)
	n := 0
	for b.Loop() {
		for _, blk := range s.Blocks() {
			counts := int64(0)
			err := blk.Group(audit.Fields(audit.FieldUserID), nil, nil, func(_ []byte, n int64) { counts += n })
			if err != nil || counts == 0 {
				b.Fatal(counts, err)
			}
			n++
		}
	}
	perBlock(b, n)
}

// leafOf compiles a question of one leaf.
func leafOf(tb testing.TB, text string) *query.Leaf {
	tb.Helper()
	plan, err := query.Compile(query.Question{Text: text}, query.Env{})
	if err != nil {
		tb.Fatal(err)
	}
	leaf, ok := plan.Where.(*query.Leaf)
	if !ok {
		tb.Fatalf("%s is %T", text, plan.Where)
	}
	return leaf
}

func benchMatch(b *testing.B, question func([]*audit.Record) string) {
	s, records := benchSegment(b, 256<<20)
	leaf := leafOf(b, question(records))
	n, hits := 0, 0
	for b.Loop() {
		for _, blk := range s.Blocks() {
			var out segment.Bitmap
			if err := blk.Match(leaf, nil, &out); err != nil {
				b.Fatal(err)
			}
			hits += out.Count()
			n++
		}
	}
	b.ReportMetric(float64(hits)/float64(n), "hits/block")
	perBlock(b, n)
}

// firstValue gives a value of a field from the middle of records.
func firstValue(records []*audit.Record, f audit.Field) string {
	v := ""
	for _, r := range records[len(records)/2:] {
		r.Each(audit.Fields(f), func(_ audit.FieldSet, b []byte) bool {
			v = string(b)
			return false
		})
		if v != "" {
			break
		}
	}
	return v
}

// BenchmarkMatchTerm looks for one patient, warm.
func BenchmarkMatchTerm(b *testing.B) {
	benchMatch(b, func(records []*audit.Record) string {
		return `patient.id:"` + firstValue(records, audit.FieldPatientID) + `"`
	})
}

// BenchmarkMatchPhrase looks for a phrase in all text, warm.
func BenchmarkMatchPhrase(b *testing.B) {
	benchMatch(b, func([]*audit.Record) string { return `"Verlaufskontrolle doctor"` })
}

// BenchmarkEntry reads single records: warm, and as the first record of a file that
// nothing is known of.
func BenchmarkEntry(b *testing.B) {
	b.Run("warm", func(b *testing.B) {
		s, _ := benchSegment(b, 256<<20)
		i := 0
		for b.Loop() {
			blk := s.Blocks()[i%benchBlocks]
			if err := readEntry(blk, i*577%segment.MaxRecords, func(*audit.Entry) error { return nil }); err != nil {
				b.Fatal(err)
			}
			i++
		}
	})
	b.Run("cold", func(b *testing.B) {
		path, _ := write(b, generated(0, 2*segment.MaxRecords), segment.MaxRecords)
		opt := options(0)
		i := 0
		for b.Loop() {
			opt.Cache = segment.NewCache(64 << 20)
			s, err := segment.Open(path, opt)
			if err != nil {
				b.Fatal(err)
			}
			if err := readEntry(s.Blocks()[i%2], i*577%segment.MaxRecords, func(*audit.Entry) error { return nil }); err != nil {
				b.Fatal(err)
			}
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
			i++
		}
	})
}

// BenchmarkVerify reads everything again.
func BenchmarkVerify(b *testing.B) {
	s, records := benchSegment(b, 0)
	n := 0
	for b.Loop() {
		if err := s.Verify(b.Context(), segment.Check{}); err != nil {
			b.Fatal(err)
		}
		n += len(records)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/msg")
}

// BenchmarkTermBlocks looks terms up, warm.
func BenchmarkTermBlocks(b *testing.B) {
	s, records := benchSegment(b, 256<<20)
	hash := query.Hash([]byte(firstValue(records, audit.FieldStudy)))
	var dst []int
	for b.Loop() {
		var err error
		if dst, err = s.TermBlocks(hash, dst[:0]); err != nil || len(dst) == 0 {
			b.Fatal(dst, err)
		}
	}
}
