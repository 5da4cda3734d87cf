package answer_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"arr/answer"
	"arr/audit"
	"arr/query"
)

// FuzzWriter shows a record that is made of whatever a sender wrote, in every format that
// is text: it must stay what it is.
func FuzzWriter(f *testing.F) {
	for _, s := range []string{"", "Müller^Johanna", "\xff\"\\\x00\u2028\x1b[2J", "=1+1\r\n", "a\xed\xa0\x80b", "\u202Eexe.\u0085\u009b2J\u200b", "a; =1+1\n＝2", "\n=1", "\u00a0@a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := &audit.Record{Entry: audit.Entry{Peer: s, Frame: []byte(s)}, Shape: audit.RawShape, Dialect: s,
			Findings: []audit.Finding{{Code: s, Path: s, Message: s, Off: len(s) / 2, Len: len(s)}},
			Extra:    []audit.FieldValue{{Fields: audit.Fields(audit.FieldUserID), Value: s}}}
		m := &audit.Message{OutcomeDescription: s, Participants: []audit.ActiveParticipant{{UserID: s, UserName: s}},
			Objects: []audit.ParticipantObject{{ID: s, Name: s, Role: "1", Query: s, Details: []audit.Detail{{Type: s, Value: s}}}}}
		reader := said{0: {message: m, text: s}}
		line := one(t, r, answer.Options{Format: answer.NDJSON, Reader: reader})
		var v struct{ Peer, Dialect, OutcomeDescription string }
		if err := json.Unmarshal(line, &v); err != nil || !utf8.Valid(line) || bytes.Count(line, []byte("\n")) != 1 {
			t.Fatalf("%q: %v", line, err)
		}
		if want := string([]rune(s)); v.Peer != want || v.Dialect != want || v.OutcomeDescription != want {
			t.Errorf("%q came as %q", s, v.Peer)
		}
		cells := one(t, r, answer.Options{Format: answer.CSV, Reader: reader})
		if rows, err := csv.NewReader(bytes.NewReader(cells)).ReadAll(); err != nil || len(rows) != 2 || !utf8.Valid(cells) {
			t.Errorf("%q: %v", cells, err)
		}
		table := one(t, r, answer.Options{Format: answer.Table, Width: 60, Reader: reader})
		var page bytes.Buffer
		if err := answer.Show(&page, r, answer.ShowOptions{Reader: reader}); err != nil {
			t.Fatal(err)
		}
		for _, shown := range [][]byte{line, bytes.Map(withoutLayout, cells), table, page.Bytes()} {
			if !utf8.Valid(shown) || bytes.ContainsFunc(shown, steers) {
				t.Errorf("%q reaches a terminal", shown)
			}
		}
	})
}

// steers says whether a terminal obeys a character.
func steers(r rune) bool { return r != '\n' && audit.Hidden(r) }

// withoutLayout leaves out what a cell of CSV may have.
func withoutLayout(r rune) rune {
	if r == '\r' || r == '\t' {
		return -1
	}
	return r
}

// one gives what a Writer makes of one record.
func one(t testing.TB, r *audit.Record, o answer.Options) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := answer.New(&out, &query.Plan{}, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Record(r); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
