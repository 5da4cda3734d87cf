package api

import (
	"net/http"
	"time"
)

// writeTimeout is how long a client may take to read what was sent before more is.
const writeTimeout = 30 * time.Second

// paced gives each write its own deadline, so that a long answer may take its time and a
// client that stopped reading may not.
type paced struct {
	http.ResponseWriter
	control *http.ResponseController
	now     func() time.Time
	// begun says that something was written, and with it the status.
	begun bool
	// blocked is the time spent writing, which is the client's and not the server's.
	blocked time.Duration
}

func (s *Server) paced(w http.ResponseWriter) *paced {
	return &paced{ResponseWriter: w, control: http.NewResponseController(w), now: s.now}
}

func (p *paced) Write(b []byte) (int, error) {
	p.begun = true
	start := p.now()
	// The deadline is of the machine's clock. A writer that knows none goes without.
	_ = p.control.SetWriteDeadline(time.Now().Add(writeTimeout))
	n, err := p.ResponseWriter.Write(b)
	p.blocked += p.now().Sub(start)
	return n, err
}

// flush sends what was written; a writer that holds nothing back has nothing to send.
func (p *paced) flush() {
	p.begun = true
	_ = p.control.Flush()
}
