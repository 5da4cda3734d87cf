package receiver

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Cause says what went wrong between a sender and the receiver.
type Cause uint8

// The causes. Up to CauseTooMany a connection was refused before a frame was read
// from it.
const (
	CausePlainSyslog  Cause = iota // syslog without TLS on a TLS listener
	CauseNotTLS                    // something else without TLS
	CauseVersion                   // no TLS version in common
	CauseCipherSuite               // no cipher suite in common
	CauseClientCert                // the sender's certificate is missing or not believed
	CauseServerCert                // the sender does not believe ours
	CauseHandshake                 // another fault of the handshake
	CauseTimeout                   // the handshake took too long
	CauseClosed                    // the sender closed during the handshake
	CauseProxyHeader               // a bad PROXY header
	CauseTooMany                   // more connections than Server.MaxConns
	CauseGaveWay                   // closed for another peer's, where that many were open
	CauseFraming                   // the stream broke the framing rules
	CauseFrameTimeout              // a frame stopped in its middle
	CauseStall                     // the handler blocked for longer than Server.StallTimeout
	CauseHandler                   // the handler failed
	CauseBacklog                   // datagrams found the backlog full
	CauseKernelDrop                // the kernel dropped datagrams
	CauseSmallBuffer               // the kernel granted a small receive buffer
	numCauses
)

// causes has for each cause its name, what is logged and what to do.
var causes = [numCauses]struct{ name, message, remedy string }{
	CausePlainSyslog:  {"plain-syslog", "refused plain syslog on a TLS port", "turn TLS on at the sender (a dcm4che connection needs cipher suites for that), or send to a TCP listener"},
	CauseNotTLS:       {"not-tls", "refused a connection that does not speak TLS", "turn TLS on at the sender, or find out what connects here"},
	CauseVersion:      {"tls-version", "refused a TLS handshake: no common version", "turn on TLS 1.2 or 1.3 at the sender, or open a port with an old TLS profile for it"},
	CauseCipherSuite:  {"cipher-suite", "refused a TLS handshake: no common cipher suite", "turn on a suite with ECDHE and AES-GCM at the sender, such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, or for an old one open a port with profile=aes"},
	CauseClientCert:   {"client-certificate", "refused a TLS handshake: the sender's certificate", "install the sender's certificate or its CA here, or give the sender one that is believed here"},
	CauseServerCert:   {"server-certificate", "a sender refused this server's certificate", "install this server's CA at the sender, and send to a name or address that the certificate has"},
	CauseHandshake:    {"handshake", "a TLS handshake failed", "look at the sender's TLS settings and its log"},
	CauseTimeout:      {"timeout", "a TLS handshake was not finished in time", "look at the network and the load between sender and receiver"},
	CauseClosed:       {"closed", "a sender closed during the TLS handshake", "look at the sender's log: often it does not believe this server's certificate"},
	CauseProxyHeader:  {"proxy-header", "refused a connection with a bad PROXY header", "make the balancer send PROXY protocol version 1 or 2, or take it off the list of trusted ones"},
	CauseTooMany:      {"too-many-connections", "refused a connection: too many are open", "find out who holds so many connections open"},
	CauseGaveWay:      {"gave-way", "closed a connection to make room for another: too many are open", "find out why this sender holds so many connections open"},
	CauseFraming:      {"framing", "a stream broke the framing rules", "make the sender count octets: the length without leading zeros, a blank, the message (RFC 5425 4.3)"},
	CauseFrameTimeout: {"frame-timeout", "a sender stopped in the middle of a frame", "look at the sender and the network: was the length right?"},
	CauseStall:        {"stall", "closed a connection: frames could not be stored in time", "look at the disk; senders that spool send again"},
	CauseHandler:      {"not-stored", "closed a connection: frames could not be stored", "look at the disk and the log; senders that spool send again"},
	CauseBacklog:      {"backlog", "lost datagrams: they came faster than they could be stored", "send over TLS, which waits, or look at the disk"},
	CauseKernelDrop:   {"kernel-drop", "the kernel dropped datagrams", "raise net.core.rmem_max, or send over TLS, which waits"},
	CauseSmallBuffer:  {"small-buffer", "the kernel granted a small receive buffer", "raise net.core.rmem_max to 8388608"},
}

// String gives the name that metrics and answers use.
func (c Cause) String() string {
	if c < numCauses {
		return causes[c].name
	}
	return "unknown"
}

// Trouble is what recently went wrong with one peer for one cause.
type Trouble struct {
	// Peer is an address without a port, or a listener's own address where the
	// trouble is not one sender's.
	Peer  string
	Cause Cause
	// Offered is what the peer offered in its TLS handshake, "" where there was
	// none.
	Offered string
	// Remedy says what to do, in words.
	Remedy      string
	Count       uint64
	First, Last time.Time
}

// Refusal is a TLS handshake that failed.
type Refusal struct {
	// Peer is an address without a port, Local the one that it connected to, with a port.
	Peer, Local string
	Cause       Cause
	// Reason says in words what happened, what the peer offered, and what to do.
	Reason string
}

// refuse reports a failed handshake, and tells Server.Refused of it.
func (s *Server) refuse(r *report) {
	s.trouble(*r)
	if s.Refused == nil {
		return
	}
	c := &causes[r.cause]
	reason := c.message
	if r.err != nil {
		reason += ": " + r.err.Error()
	}
	if r.offered != "" {
		reason += "; offered: " + r.offered
	}
	s.Refused(Refusal{Peer: r.peer, Local: r.local, Cause: r.cause, Reason: reason + "; remedy: " + c.remedy})
}

const (
	// maxTroubles bounds the list of troubles: a new one takes the place of the
	// one that is longest ago.
	maxTroubles = 256
	// logInterval is how often one trouble of one peer is logged; logRate bounds
	// the lines of all peers a second.
	logInterval = time.Minute
	logRate     = 10
)

// troubles keeps the list of recent troubles, counts them and logs them, but no
// trouble often.
type troubles struct {
	counts [numCauses]atomic.Uint64

	mu      sync.Mutex
	all     *rate.Limiter
	entries map[troubleKey]*troubleEntry
}

type troubleKey struct {
	peer  string
	cause Cause
}

type troubleEntry struct {
	Trouble
	log *rate.Limiter
}

// report is a trouble that happened n times.
type report struct {
	peer string
	// local is the address that a failed handshake came to.
	local   string
	cause   Cause
	n       uint64
	offered string
	err     error
}

// add counts and lists r and logs it if it is time to.
func (t *troubles) add(log *slog.Logger, now time.Time, r report) {
	r.n = max(r.n, 1)
	t.counts[r.cause].Add(r.n)
	t.mu.Lock()
	e := t.entry(troubleKey{r.peer, r.cause}, now)
	e.Count += r.n
	e.Last, e.Offered = now, r.offered
	say, count := e.log.AllowN(now, 1) && t.all.AllowN(now, 1), e.Count
	t.mu.Unlock()
	if !say {
		return
	}
	c := &causes[r.cause]
	attrs := []slog.Attr{slog.String("peer", r.peer), slog.String("cause", c.name), slog.Uint64("count", count)}
	if r.offered != "" {
		attrs = append(attrs, slog.String("offered", r.offered))
	}
	if r.err != nil {
		attrs = append(attrs, slog.Any("error", r.err))
	}
	attrs = append(attrs, slog.String("remedy", c.remedy))
	log.LogAttrs(context.Background(), slog.LevelWarn, c.message, attrs...)
}

// entry finds or makes the entry of key. Its caller holds mu.
func (t *troubles) entry(key troubleKey, now time.Time) *troubleEntry {
	if t.entries == nil {
		t.entries = make(map[troubleKey]*troubleEntry)
		t.all = rate.NewLimiter(logRate, 2*logRate)
	}
	if e := t.entries[key]; e != nil {
		return e
	}
	if len(t.entries) >= maxTroubles {
		var oldest troubleKey
		first := true
		for k, e := range t.entries {
			if first || e.Last.Before(t.entries[oldest].Last) {
				oldest, first = k, false
			}
		}
		delete(t.entries, oldest)
	}
	e := &troubleEntry{
		Trouble: Trouble{Peer: key.peer, Cause: key.cause, Remedy: causes[key.cause].remedy, First: now},
		log:     rate.NewLimiter(rate.Every(logInterval), 1),
	}
	t.entries[key] = e
	return e
}

// list gives the troubles, the latest first.
func (t *troubles) list() []Trouble {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]Trouble, 0, len(t.entries))
	for _, e := range t.entries {
		list = append(list, e.Trouble)
	}
	slices.SortFunc(list, func(a, b Trouble) int { return b.Last.Compare(a.Last) })
	return list
}
