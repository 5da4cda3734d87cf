package answer_test

import (
	"bytes"
	"io"
	"testing"

	"arr/answer"
	"arr/audit"
	"arr/parser"
	"arr/query"
	"arr/traffic/growth"
)

// FuzzGrowth shows records of many shapes in every way.
func FuzzGrowth(f *testing.F) {
	fields, err := answer.ParseFields("id,user,patient,study,object,host,text,finding,participants,objects,patients")
	if err != nil {
		f.Fatal(err)
	}
	options := []answer.Options{{Format: answer.NDJSON}, {Format: answer.CSV}, {Format: answer.XML}, {Format: answer.Raw},
		{Format: answer.Table, Width: 80}, {Format: answer.NDJSON, Fields: fields}, {Format: answer.Table, Fields: fields}}
	growth.Fuzz(f, growth.Messages(), func(t testing.TB, doc []byte) {
		p := parser.New(parser.Options{})
		r := &audit.Record{Entry: audit.Entry{Frame: doc}}
		p.Parse(r)
		for _, o := range options {
			o.Reader = p
			one(t, r, o)
		}
		if err := answer.Show(io.Discard, r, answer.ShowOptions{Reader: p}); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzBucketGrowth has many values counted, and long ones, beside bars and in other formats.
func FuzzBucketGrowth(f *testing.F) {
	shapes := []growth.Shape{{Open: "u{n}\n"}, {Open: "u\n"}, {Open: "x"}, {Open: "\u202E"}, {Open: "名"}, {Open: ";="}}
	growth.Fuzz(f, shapes, func(t testing.TB, text []byte) {
		for _, o := range []answer.Options{{Format: answer.NDJSON}, {Format: answer.CSV}, {Format: answer.Table}, {Format: answer.Table, Width: 80}} {
			w, err := answer.New(io.Discard, &query.Plan{Kind: query.By}, o)
			if err != nil {
				t.Fatal(err)
			}
			for value := range bytes.Lines(text) {
				if err := w.Bucket(query.Bucket{Value: string(value), Count: int64(len(value))}); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestSentenceGrowth has thousands of participants, patients and studies, each named otherwise.
func TestSentenceGrowth(t *testing.T) {
	growth.Check(t, growth.Shape{Open: "u{n}\n"}, 2*growth.Size, func(t testing.TB, text []byte) {
		m := &audit.Message{}
		for b := range bytes.Lines(text) {
			name := string(b)
			m.Participants = append(m.Participants, audit.ActiveParticipant{UserID: name, Requestor: "true"}, audit.ActiveParticipant{UserID: name, Roles: []audit.Coded{{Code: "110152"}}})
			m.Objects = append(m.Objects, audit.ParticipantObject{ID: name, Type: "1", Role: "1"}, audit.ParticipantObject{ID: name, IDType: audit.Coded{Code: "110180"}})
		}
		r := &audit.Record{Shape: audit.RawShape}
		if err := answer.Show(io.Discard, r, answer.ShowOptions{Reader: said{0: {message: m}}}); err != nil {
			t.Fatal(err)
		}
	})
}
