package api

import (
	"fmt"
	"net/http"
)

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	// A client that left needs no answer.
	_, _ = fmt.Fprintln(w, text)
}

// serveHealthz says that the process runs.
func serveHealthz(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") }

// serveReadyz says whether records are taken in: 503 with the reason where not, so that
// a load balancer sends them elsewhere.
func (s *Server) serveReadyz(w http.ResponseWriter, _ *http.Request) {
	if err := s.notReady(); err != nil {
		plain(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	plain(w, http.StatusOK, "ok")
}

func (s *Server) notReady() error {
	if s.Ready == nil {
		return nil
	}
	return s.Ready()
}
