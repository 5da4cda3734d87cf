package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"arr/answer"
	"arr/audit"
	"arr/query"
)

// defaultSearches is how many searches run at once where Server.MaxSearches says nothing;
// patience is how long others wait for their turn.
const (
	defaultSearches = 16
	patience        = 10 * time.Second
)

const busy = "too many questions are being answered: ask again later"

func (s *Server) maxSearches() int {
	if s.MaxSearches > 0 {
		return s.MaxSearches
	}
	return defaultSearches
}

// turn waits until a search may begin, and refuses the request where its turn does not
// come. A search that began gives its slot back.
func (s *Server) turn(w http.ResponseWriter, r *http.Request) bool {
	if s.searches.take(r.Context(), s.maxSearches(), patience) {
		return true
	}
	overloaded(w)
	return false
}

// serveQuery answers POST /api/v1/query.
func (s *Server) serveQuery(w http.ResponseWriter, r *http.Request) {
	start := s.now()
	a, bad := s.read(r)
	if bad != nil {
		bad.write(w)
		return
	}
	out := s.timed(w)
	lines, err := answer.New(out, a.plan, a.options)
	if err != nil {
		badRequest(err.Error()).write(w)
		return
	}
	if a.follow {
		s.follow(r.Context(), out, lines, a)
		return
	}
	if !s.turn(w, r) {
		return
	}
	defer s.searches.give()
	a.head(w)
	found, err := s.Store.Search(r.Context(), lines.Plan(), lines.Sink())
	if err == nil {
		err = lines.Close()
	}
	took := s.now().Sub(start) - out.blocked
	s.latency.add(took)
	if errors.Is(err, query.ErrManyBuckets) {
		out.Header().Del("Trailer")
		badRequest(err.Error()).write(out)
		return
	}
	if err != nil && s.broken(r.Context(), out, err) {
		return
	}
	if err == nil && len(found.Problems) > 0 {
		s.incomplete(found.Problems)
	}
	sum := Summary{Complete: found.Complete, Count: found.Count, Position: found.Position, Seconds: took.Seconds(),
		Zone: zoneName(a.options.Zone, start), Next: lines.Next(), Problems: found.Problems, Unlisted: found.Unlisted}
	if err != nil {
		sum.Complete = false
		sum.Problems = append(sum.Problems, err.Error())
	}
	a.tail(out, sum)
}

// incomplete counts an answer that lacks what could not be read, and logs why.
func (s *Server) incomplete(problems []string) {
	s.lacking.Add(1)
	s.log().Error("an answer is incomplete: run arr check", slog.Any("problems", problems))
}

// broken deals with a search that failed. It says whether all is said: to nobody, where
// the client left, or by status 500, where nothing was written yet.
func (s *Server) broken(ctx context.Context, out *timed, err error) bool {
	if ctx.Err() != nil {
		return true
	}
	s.failed.Add(1)
	s.log().Error("a question could not be answered", slog.Any("error", err))
	if out.begun {
		return false
	}
	out.Header().Del("Trailer")
	refuse(out, http.StatusInternalServerError, "the question could not be answered: the server's log says why")
	return true
}

// head sets the header of an answer.
func (a *asked) head(w http.ResponseWriter) {
	w.Header().Set("Content-Type", a.options.Format.MediaType())
	if a.named {
		w.Header().Set("Trailer", SummaryTrailer)
	}
}

// tail ends an answer with its summary.
func (a *asked) tail(out *timed, sum Summary) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	// A Summary of strings and finite numbers can be encoded; a client that left needs
	// none.
	_ = e.Encode(sum)
	if a.named {
		out.Header().Set(SummaryTrailer, string(bytes.TrimSpace(audit.EscapeJSON(b.Bytes()))))
		return
	}
	_, _ = out.Write(audit.EscapeJSON(b.Bytes()))
}

// errEnough ends a followed question that has a limit.
var errEnough = errors.New("as many records as were asked for")

// follow answers with the records stored from here on, until the limit, the client or the
// server ends it.
func (s *Server) follow(ctx context.Context, out *timed, lines *answer.Writer, a *asked) {
	if !s.follows.take(ctx, maxFollows, 0) {
		refuse(out, http.StatusServiceUnavailable, busy)
		return
	}
	defer s.follows.give()
	a.head(out)
	start, from := s.now(), s.Store.Position()
	out.flush()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(serving(ctx), cancel)
	defer stop()
	position := from
	err := s.Store.Follow(ctx, from, func(r *audit.Record) error {
		position = r.Number + 1
		if a.plan.Match(r) {
			if err := lines.Record(r); err != nil {
				return err
			}
		}
		if a.plan.Limit > 0 && lines.Records() == int64(a.plan.Limit) {
			return errEnough
		}
		// While more records wait they may share a packet.
		if position < s.Store.Position() {
			return nil
		}
		if err := lines.Flush(); err != nil {
			return err
		}
		out.flush()
		return nil
	})
	sum := Summary{Complete: errors.Is(err, errEnough) || ctx.Err() != nil, Count: lines.Records(), Position: position,
		Seconds: s.now().Sub(start).Seconds(), Zone: zoneName(a.options.Zone, start)}
	if !sum.Complete {
		sum.Problems = []string{err.Error()}
	}
	if lines.Close() == nil {
		a.tail(out, sum)
	}
}

// one finds the record with a number.
func one(number uint64) *query.Plan {
	leaf := &query.Leaf{Source: "id", Fields: audit.Fields(audit.FieldNumber), Lo: int64(number), Hi: int64(number)}
	return &query.Plan{Where: leaf, Since: query.Always, Until: query.Never, Limit: 1}
}
