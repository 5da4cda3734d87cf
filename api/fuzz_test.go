package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"arr/api"
)

// FuzzRequest asks whatever it likes: it is answered, and in ndjson with a summary, or told
// what is wrong with it.
func FuzzRequest(f *testing.F) {
	for _, s := range []string{
		`{"question":"*"}`, `{"question":"user:jdoe","limit":1,"fields":["id"],"order":"time"}`, `{"question":"*","by":"user","top":2}`,
		`{"question":"*","histogram":"day","zone":"UTC"}`, `{"question":"a","fields":1}`, `{"question":"*","format":"table","width":-5}`, `[`, ``,
	} {
		f.Add(s)
	}
	s, _ := newServer()
	h := s.Handler()
	f.Fuzz(func(t *testing.T, body string) {
		if strings.Contains(strings.ToLower(body), "follow") {
			t.Skip("an answer to this has no end")
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, ask(body))
		switch rec.Code {
		case http.StatusOK:
			last := bytes.TrimSpace(rec.Body.Bytes())
			if trailer := rec.Result().Trailer.Get(api.SummaryTrailer); trailer != "" {
				last = []byte(trailer)
			} else {
				last = last[bytes.LastIndexByte(last, '\n')+1:]
			}
			var sum api.Summary
			if err := json.Unmarshal(last, &sum); err != nil || !sum.Complete {
				t.Errorf("%q: summary %q, %v", body, last, err)
			}
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
			var p struct{ Title string }
			if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil || p.Title == "" {
				t.Errorf("%q: problem %q, %v", body, rec.Body, err)
			}
		default:
			t.Errorf("%q: status %d", body, rec.Code)
		}
	})
}
