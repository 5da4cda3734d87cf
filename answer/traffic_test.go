package answer_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"testing"
	"time"

	"arr/answer"
	"arr/audit"
	"arr/parser"
	"arr/query"
	"arr/traffic"
)

// hospital gives n parsed records of made-up traffic.
func hospital(n int) (records []*audit.Record, p *parser.Parser) {
	start := time.Date(2026, 11, 2, 7, 0, 0, 0, time.UTC)
	g := traffic.New(1, traffic.Options{Start: start, Interval: time.Second})
	p = parser.New(parser.Options{})
	for i := range n {
		r := &audit.Record{Entry: audit.Entry{Number: uint64(i), Received: start.UnixMicro(), Transport: audit.TransportTLS, Peer: "192.0.2.1:4711", Frame: g.Next(nil)}}
		p.Parse(r)
		records = append(records, r)
	}
	return records, p
}

// TestHospital shows every kind of message that a hospital sends, as the real parser reads
// it: programs must be able to read the answers, and each must say who, what and whom.
func TestHospital(t *testing.T) {
	records, p := hospital(500)
	named := 0
	for _, r := range records {
		line := one(t, r, answer.Options{Format: answer.NDJSON, Reader: p})
		var v struct {
			ID           uint64
			Event        struct{ Code, Meaning string }
			Participants []struct{ UserID, UserName string }
			Source       struct{ ID string }
			Patients     []struct{ ID, Name, Raw string }
			Header       struct{ Hostname, MsgID string }
		}
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if v.ID != r.Number || v.Event.Code == "" || v.Event.Meaning == "" || len(v.Participants) == 0 || v.Source.ID == "" || v.Header.Hostname == "" {
			t.Fatalf("an answer lacks what the message says: %s", line)
		}
		for _, patient := range v.Patients {
			if patient.ID == "" || patient.Raw == "" {
				t.Fatalf("a patient lacks an id: %s", line)
			}
			named++
		}
		if err := xml.Unmarshal(answer.Document(r, p), new(struct{})); err != nil {
			t.Fatalf("record %d as XML: %v", r.Number, err)
		}
		var page bytes.Buffer
		if err := answer.Show(&page, r, answer.ShowOptions{Reader: p}); err != nil {
			t.Fatal(err)
		}
		if first, _, _ := bytes.Cut(page.Bytes(), []byte("\n")); bytes.Contains(first, []byte("somebody")) || bytes.Contains(first, []byte("something")) {
			t.Errorf("a sentence that names nobody or nothing: %s", first)
		}
	}
	if named == 0 {
		t.Error("no patients at all")
	}
}

// BenchmarkHospital writes whole records as the real parser reads them, one a round.
func BenchmarkHospital(b *testing.B) {
	records, p := hospital(1000)
	for _, c := range []struct{ name, fields string }{{"all", ""}, {"selected", "id,time,user"}} {
		b.Run(c.name, func(b *testing.B) {
			fields, err := answer.ParseFields(c.fields)
			if err != nil {
				b.Fatal(err)
			}
			w, err := answer.New(io.Discard, &query.Plan{}, answer.Options{Fields: fields, Reader: p})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := w.Record(records[i%len(records)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
