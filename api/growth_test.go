package api_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"arr/traffic/growth"
)

// FuzzGrowth asks questions of many shapes.
func FuzzGrowth(f *testing.F) {
	shapes := []growth.Shape{
		{Head: `{"question":"`, Open: `a `, Tail: `"}`}, {Head: `{"question":"*`, Open: ` OR user:{n}`, Tail: `"}`}, {Head: `{"question":"*","fields":["id"`, Open: `,"user"`, Tail: `]}`}, {Open: `[`}, {Open: `{"a":`},
		{Head: `{"question":"*","by":["user"`, Open: `,"user"`, Tail: `]}`}, {Head: `{`, Open: `"question":"*",`, Tail: `"limit":1}`}, {Head: `{"question":"*","zone":"`, Open: `a`, Tail: `"}`}, {Open: ` `}, {Head: `{"question":"`, Open: `\u202e`, Tail: `"}`},
	}
	s, _ := newServer()
	h := s.Handler()
	growth.Fuzz(f, shapes, func(t testing.TB, body []byte) {
		if strings.Contains(strings.ToLower(string(body)), "follow") {
			t.Skip("an answer to this has no end")
		}
		h.ServeHTTP(httptest.NewRecorder(), ask(string(body)))
	})
}
