package api_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"arr/query"
)

func TestFailedSearch(t *testing.T) {
	s, m := newServer()
	m.fails = errors.New("read segment 3: input/output error")
	for _, r := range []*http.Request{ask(`{"question":"*"}`), ask(`{"question":"*","format":"csv"}`), get("/api/v1/records/1")} {
		rec := httptest.NewRecorder()
		s.Handler().ServeHTTP(rec, r)
		if rec.Code != http.StatusInternalServerError || rec.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", r.URL, rec.Code, rec.Body)
		}
	}
}

// A histogram of too many lines is the asker's to change.
func TestTooManyBuckets(t *testing.T) {
	s, m := newServer()
	m.fails = query.ErrManyBuckets
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, ask(`{"question":"*","histogram":"hour","format":"csv"}`))
	if rec.Code != http.StatusBadRequest || rec.Header().Get("Content-Type") != "application/problem+json" || !strings.Contains(rec.Body.String(), "ask for less time") {
		t.Errorf("%d %v %s", rec.Code, rec.Header(), rec.Body)
	}
}

// What can't be read makes an answer incomplete, which is logged, counted and told.
func TestIncompleteAnswer(t *testing.T) {
	s, m := newServer()
	var log bytes.Buffer
	s.Log = slog.New(slog.NewTextHandler(&log, nil))
	m.damage = "records 0 to 3 can't be read"
	for _, c := range []struct {
		ask  *http.Request
		code int
		want string
	}{
		{ask(`{"question":"*"}`), http.StatusOK, `"problems":["records 0 to 3 can't be read"]`},
		{get("/api/v1/records/1"), http.StatusInternalServerError, `"detail":"record 1 can't be read: arr check says what is damaged","complete":false`},
		{get("/metrics"), http.StatusOK, "\narr_queries_incomplete_total 2\n"},
	} {
		rec := httptest.NewRecorder()
		s.Handler().ServeHTTP(rec, c.ask)
		if rec.Code != c.code || !strings.Contains(rec.Body.String(), c.want) {
			t.Errorf("%s: %d %s", c.ask.URL, rec.Code, rec.Body)
		}
	}
	if n := strings.Count(log.String(), "records 0 to 3 can't be read"); n != 2 {
		t.Errorf("the log says %d times what can't be read: %s", n, &log)
	}
}
