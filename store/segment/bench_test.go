package segment_test

import (
	"path/filepath"
	"testing"

	"arr/store/segment"
)

// BenchmarkEncode measures what a block costs to make, in time and in bytes.
func BenchmarkEncode(b *testing.B) {
	const blocks = 4
	records := generated(0, blocks*segment.MaxRecords)
	size := int64(0)
	path := filepath.Join(b.TempDir(), "bench.seg")
	n := 0
	for b.Loop() {
		w, err := segment.Create(path, nil)
		if err != nil {
			b.Fatal(err)
		}
		for k := range blocks {
			first := k * segment.MaxRecords
			in := &segment.BlockInput{First: uint64(first), Records: records[first : first+segment.MaxRecords],
				Key: testKey, Subtrees: []segment.Subtree{testSubtree}}
			if err := w.AddBlock(in); err != nil {
				b.Fatal(err)
			}
		}
		info, err := w.Finish()
		if err != nil {
			b.Fatal(err)
		}
		size = info.Size
		n += len(records)
		if err := w.Abort(); err != nil {
			b.Fatal(err)
		}
	}
	frames := 0
	for _, r := range records {
		frames += len(r.Frame)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/msg")
	b.ReportMetric(float64(size)/float64(len(records)), "bytes/msg")
	b.ReportMetric(float64(frames)/float64(len(records)), "frame-bytes/msg")
}
