package api

import (
	"bytes"
	"fmt"
	"math"
	"net/http"
	"strconv"

	"arr/answer"
	"arr/audit"
	"arr/query"
)

// serveRecord answers GET /api/v1/records/{id}.
func (s *Server) serveRecord(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.ParseUint(r.PathValue("id"), 10, 64)
	if err != nil || number > math.MaxInt64 {
		refuse(w, http.StatusNotFound, "a record's id is a number")
		return
	}
	zone, err := s.zoneNamed(r.FormValue("zone"))
	if err != nil {
		badRequest(err.Error()).write(w)
		return
	}
	render := s.rendering(r.FormValue("format"), answer.ShowOptions{Reader: s.NewReader(), Zone: zone, Indent: s.Indent})
	if render == nil {
		refuse(w, http.StatusBadRequest, "no format is called that: choose json, raw, xml or text")
		return
	}
	if !s.turn(w, r) {
		return
	}
	defer s.searches.give()
	out, found := s.timed(w), false
	sum, err := s.Store.Search(r.Context(), one(number), query.Sink{Record: func(rec *audit.Record) error {
		found = true
		return render(out, rec)
	}})
	switch {
	case err != nil:
		s.broken(r.Context(), out, err)
	case found:
	case !sum.Complete:
		s.incomplete(sum.Problems)
		detail := fmt.Sprintf("record %d can't be read: arr check says what is damaged", number)
		(&problem{Status: http.StatusInternalServerError, Detail: detail, Complete: new(bool)}).write(w)
	default:
		refuse(w, http.StatusNotFound, fmt.Sprintf("no record has the id %d: %d are stored, the first has id 0", number, sum.Position))
	}
}

// rendering gives what writes a record in a format, nil where there is no such format.
func (s *Server) rendering(format string, o answer.ShowOptions) func(*timed, *audit.Record) error {
	switch format {
	case "", "json":
		return func(w *timed, r *audit.Record) error {
			w.Header().Set("Content-Type", answer.JSON.MediaType())
			a, err := answer.New(w, one(r.Number), answer.Options{Reader: o.Reader})
			if err != nil {
				return err
			}
			if err := a.Record(r); err != nil {
				return err
			}
			return a.Close()
		}
	case "raw":
		return func(w *timed, r *audit.Record) error {
			w.Header().Set("Content-Type", answer.Raw.MediaType())
			_, err := w.Write(r.Frame)
			return err
		}
	case "xml":
		return func(w *timed, r *audit.Record) error {
			doc := answer.Document(r, o.Reader)
			if doc == nil {
				refuse(w, http.StatusNotAcceptable, "the record carries no well-formed audit message: ask for format=raw")
				return nil
			}
			w.Header().Set("Content-Type", answer.XML.MediaType())
			_, err := w.Write(doc)
			return err
		}
	case "text":
		return func(w *timed, r *audit.Record) error {
			var page bytes.Buffer
			if err := answer.Show(&page, r, o); err != nil {
				return err
			}
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, err := w.Write(page.Bytes())
			return err
		}
	}
	return nil
}
