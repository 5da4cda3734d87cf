package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"arr/answer"
	"arr/query"
)

// Request is the body of POST /api/v1/query: a question and what its answer is to look
// like.
type Request struct {
	query.Question
	// Fields are names as answer.ParseFields takes them: a list, or one text with
	// commas.
	Fields Names `json:"fields,omitempty"`
	// Format names a format of package answer. Without it the answer is ndjson and ends
	// with the Summary; with it the Summary comes as the trailer field SummaryTrailer.
	Format string `json:"format,omitempty"`
	// Width is that of a table, in columns of a terminal; 0 is no terminal.
	Width int `json:"width,omitempty"`
	// Zone is the zone of dates and of a histogram's steps, as the time zone database
	// names it; "" is the server's.
	Zone string `json:"zone,omitempty"`
	// Follow asks for the records to come.
	Follow bool `json:"follow,omitempty"`
}

// Names is a list of names, or one text with commas between them.
type Names []string

// UnmarshalJSON reads a list of strings or a string.
func (n *Names) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		*n = Names{text}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(n))
}

// SummaryTrailer is the HTTP trailer field that holds a Summary.
const SummaryTrailer = "Arr-Summary"

// Summary is the end of an answer: query.Summary with what the server adds.
type Summary struct {
	Complete bool   `json:"complete"`
	Count    int64  `json:"count"`
	Position uint64 `json:"position"`
	// Seconds is the server's own time, without that in which the client read.
	Seconds float64 `json:"seconds"`
	// Zone is the zone of the question's dates.
	Zone string `json:"zone"`
	// Next is the cursor of the next page, "" where the limit cut nothing off.
	Next     string   `json:"next,omitempty"`
	Problems []string `json:"problems,omitempty"`
	// Unlisted is how often a value may have come that the answer lacks, since there are
	// too many to tell all apart; 0 where it lacks none.
	Unlisted int64 `json:"unlisted,omitempty"`
}

// asked is a request that can be answered.
type asked struct {
	plan    *query.Plan
	options answer.Options
	// named says that the request named a format.
	named  bool
	follow bool
}

// read makes sense of a request, or says why it can't.
func (s *Server) read(r *http.Request) (*asked, *problem) {
	var req Request
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&req); err != nil {
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			return nil, &problem{Status: http.StatusRequestEntityTooLarge, Detail: fmt.Sprintf("the request is longer than %d bytes", long.Limit)}
		}
		return nil, badRequest("the request is not the JSON that is expected: " + jsonFault(err))
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, badRequest("the request goes on after its JSON object")
	}
	zone, err := s.zoneNamed(req.Zone)
	if err != nil {
		return nil, badRequest(err.Error())
	}
	a := &asked{named: req.Format != "", follow: req.Follow}
	a.options = answer.Options{Reader: s.NewReader(), Zone: zone, Width: req.Width}
	if a.named {
		if a.options.Format, err = answer.ParseFormat(req.Format); err != nil {
			return nil, badRequest(err.Error())
		}
	}
	if a.options.Fields, err = answer.ParseFields(strings.Join(req.Fields, ",")); err != nil {
		p := badRequest(err.Error())
		var f *answer.FieldError
		if errors.As(err, &f) {
			p.Near = f.Near
		}
		return nil, p
	}
	if a.plan, err = query.Compile(req.Question, query.Env{Now: s.now(), Zone: zone}); err != nil {
		return nil, faultyQuestion(err)
	}
	if a.follow && (a.plan.Kind != query.Records || a.plan.After != nil) {
		return nil, badRequest("follow goes with records to come: leave out count, by, histogram and after")
	}
	return a, nil
}

// jsonFault says what is wrong with a request in the words of who wrote it.
func jsonFault(err error) string {
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if kind.Field == "" {
			return "it is no object (" + kind.Value + ")"
		}
		member := kind.Field[strings.LastIndexByte(kind.Field, '.')+1:]
		return fmt.Sprintf("%q takes no %s", member, kind.Value)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "it ends before its object does"
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// zoneNamed gives the zone of a name, the server's for none.
func (s *Server) zoneNamed(name string) (*time.Location, error) {
	if name == "" {
		return s.zone(), nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, errors.New("the zone is not in the time zone database: name one such as Europe/Berlin")
	}
	return zone, nil
}

// zoneName is what people call a zone; the machine's own has only an abbreviation.
func zoneName(zone *time.Location, now time.Time) string {
	if zone == time.Local {
		return now.In(zone).Format("MST")
	}
	return zone.String()
}

func badRequest(detail string) *problem {
	return &problem{Status: http.StatusBadRequest, Detail: detail}
}

// faultyQuestion says where in which member of the request the fault stands.
func faultyQuestion(err error) *problem {
	p := badRequest(err.Error())
	var e *query.Error
	if errors.As(err, &e) {
		p.Title = "The question can't be understood"
		p.Detail, p.Part, p.Offset, p.Length, p.Near = e.Message, e.Part, &e.Offset, e.Length, e.Near
	}
	return p
}
