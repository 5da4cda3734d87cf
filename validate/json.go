package validate

import (
	"bytes"
	"encoding/json"
	"io"

	"arr/audit"
)

// JSONWriter writes a line of JSON a message.
type JSONWriter struct {
	Out io.Writer
}

// jsonMessage is one line. Message counts the file's messages where it holds several.
type jsonMessage struct {
	File        string        `json:"file"`
	Message     int           `json:"message,omitempty"`
	Conformance string        `json:"conformance"`
	Dialect     string        `json:"dialect"`
	Edition     string        `json:"edition"`
	Findings    []jsonFinding `json:"findings"`
}

type jsonFinding struct {
	Code     string `json:"code"`
	Class    string `json:"class"`
	Level    string `json:"level"`
	Path     string `json:"path"`
	Offset   int    `json:"offset"`
	Length   int    `json:"length"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Message  string `json:"message"`
	Expected string `json:"expected"`
	Clause   string `json:"clause"`
}

// Write writes one result.
func (w *JSONWriter) Write(r *Result) error {
	m := jsonMessage{
		File: r.File, Conformance: r.Class.String(), Dialect: r.Dialect, Edition: r.Edition,
		Findings: make([]jsonFinding, 0, len(r.Findings)),
	}
	if r.Several {
		m.Message = r.Message
	}
	x := newLineIndex(r.Text, r.Start)
	for i := range r.Findings {
		f := &r.Findings[i]
		line, column := x.at(f.Off)
		m.Findings = append(m.Findings, jsonFinding{
			f.Code, string(f.Class), f.Level.String(), f.Path, r.Start.Bytes + f.Off, f.Len, line, column, f.Message, f.Expected, f.Clause,
		})
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		return err
	}
	_, err := w.Out.Write(audit.EscapeJSON(b.Bytes()))
	return err
}

// Close does nothing: the lines are all there is.
func (w *JSONWriter) Close() error { return nil }
