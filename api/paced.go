package api

import (
	"net/http"
	"time"
)

// A client has writeTimeout to read what was written before, so that pieceBytes more can
// be: a long answer may take its time, and who stopped reading may not.
const (
	writeTimeout = 30 * time.Second
	pieceBytes   = 16 << 10
)

// inPieces gives each piece of an answer its own deadline.
func inPieces(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := &pieces{ResponseWriter: w, control: http.NewResponseController(w), guest: guestOf(r.Context())}
		p.extend()
		// What the server holds back is written once the handler has returned.
		defer p.extend()
		h.ServeHTTP(p, r)
	})
}

// pieces is an answer that is written in pieces.
type pieces struct {
	http.ResponseWriter
	control *http.ResponseController
	guest   *guest
}

// Unwrap is for http.ResponseController.
func (p *pieces) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// extend begins a deadline, which is of the machine's clock. A writer that knows none goes
// without.
func (p *pieces) extend() { _ = p.control.SetWriteDeadline(time.Now().Add(writeTimeout)) }

func (p *pieces) Write(b []byte) (n int, err error) {
	p.guest.pause()
	defer p.guest.resume()
	for {
		piece := b[n:min(len(b), n+pieceBytes)]
		p.extend()
		written, err := p.ResponseWriter.Write(piece)
		if n += written; err != nil || n == len(b) {
			return n, err
		}
	}
}

// Flush sends what was written.
func (p *pieces) Flush() {
	p.extend()
	_ = p.control.Flush() // a writer that holds nothing back has nothing to send
}

// timed is an answer of which it is known whether anything was written, and how long that
// took.
type timed struct {
	http.ResponseWriter
	control *http.ResponseController
	now     func() time.Time
	// begun says that something was written, and with it the status.
	begun bool
	// blocked is the time spent writing, which is the client's and not the server's.
	blocked time.Duration
}

func (s *Server) timed(w http.ResponseWriter) *timed {
	return &timed{ResponseWriter: w, control: http.NewResponseController(w), now: s.now}
}

func (t *timed) Write(b []byte) (int, error) {
	t.begun = true
	start := t.now()
	n, err := t.ResponseWriter.Write(b)
	t.blocked += t.now().Sub(start)
	return n, err
}

// flush sends what was written; a writer that holds nothing back has nothing to send.
func (t *timed) flush() {
	t.begun = true
	_ = t.control.Flush()
}
