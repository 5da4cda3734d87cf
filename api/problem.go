package api

import (
	"encoding/json"
	"io"
	"net/http"

	"arr/audit"
)

// problem is what went wrong, as RFC 9457 lays it out.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	// Part is the member of the request that is at fault. Offset and Length are where in
	// it the fault stands, in bytes; Near is the name that was perhaps meant.
	Part   string `json:"part,omitempty"`
	Offset *int   `json:"offset,omitempty"`
	Length int    `json:"length,omitempty"`
	Near   string `json:"near,omitempty"`
	// Complete is false where what was asked for may be stored and can't be read.
	Complete *bool `json:"complete,omitempty"`
}

func (p *problem) write(w http.ResponseWriter) {
	p.Type = "about:blank"
	if p.Title == "" {
		p.Title = http.StatusText(p.Status)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	// A client that left needs no answer.
	_ = encode(w, p)
}

// encode writes v as JSON, with hidden characters escaped.
func encode(w io.Writer, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(audit.EscapeJSON(text), '\n'))
	return err
}

func refuse(w http.ResponseWriter, status int, detail string) {
	(&problem{Status: status, Detail: detail}).write(w)
}
