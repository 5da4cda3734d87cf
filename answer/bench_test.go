package answer_test

import (
	"io"
	"testing"

	"arr/answer"
	"arr/query"
)

// BenchmarkNDJSON writes whole records; what the reader of frames takes is not in it.
func BenchmarkNDJSON(b *testing.B) { benchmark(b, "") }

// BenchmarkSelected writes three fields that need no reader.
func BenchmarkSelected(b *testing.B) { benchmark(b, "id,time,user") }

func benchmark(b *testing.B, names string) {
	fields, err := answer.ParseFields(names)
	if err != nil {
		b.Fatal(err)
	}
	records, reader := answers()
	w, err := answer.New(io.Discard, &query.Plan{}, answer.Options{Fields: fields, Reader: reader})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := w.Record(records[0]); err != nil {
			b.Fatal(err)
		}
	}
}
