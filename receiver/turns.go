package receiver

import (
	"context"
	"errors"
	"net"
	"os"
	"time"
)

const (
	// maxShaking is how many TLS handshakes may be under way whose first record was there as
	// a whole within helloPeek bytes, as usual clients' is; maxShakingLarge is how many
	// others. The rest wait, holding helloPeek bytes at most.
	maxShaking      = 128
	maxShakingLarge = 16
	// maxHandshake bounds what a client may send for a handshake: its offer and its
	// certificates. crypto/tls keeps all of it, and copies.
	maxHandshake = 128 << 10
	// patience is how long a client may have a handshake wait for it while others wait for
	// their turn, and haste how long where its peer has more than half of all turns.
	patience = time.Second
	haste    = patience / 4
)

var errLargeHandshake = errors.New("the client sent more than 128 KiB for its handshake")

// turns bound the TLS handshakes that are under way at all listeners of a Server. The next
// turn is of the peer that has fewest, and of a peer's clients the last to come: when many
// wait, it is the one that has most of its time left.
type turns struct{ usual, large Budget }

func newTurns() *turns {
	return &turns{usual: Budget{size: maxShaking, lastFirst: true}, large: Budget{size: maxShakingLarge, lastFirst: true}}
}

// turn is a handshake under way, or about to be.
type turn struct {
	conn net.Conn
	of   *Budget
	peer string
	// by is when the handshake must be done, arm bounds the next read, and over reports
	// whether nothing is to be read any more.
	by   time.Time
	arm  func(time.Duration)
	over func() bool
	// waited and got are what the client took and sent.
	waited time.Duration
	got    int
}

// take does a handshake for a client of peer once it is its turn.
func (ts *turns) take(ctx context.Context, p *peeked, t *turn, peer string, handshake func() error) error {
	whole, err := p.record()
	if err != nil {
		return err
	}
	t.of, t.peer = &ts.usual, peer
	if !whole {
		t.of = &ts.large
	}
	ctx, cancel := context.WithDeadline(ctx, t.by)
	defer cancel()
	if t.of.Wait(ctx, peer, 1) != nil {
		return os.ErrDeadlineExceeded
	}
	defer t.of.Release(peer, 1)
	if t.over() {
		return os.ErrDeadlineExceeded
	}
	p.turn = t
	defer func() { p.turn = nil }()
	return handshake()
}

// Read reads for the handshake, for as long as the client may take.
func (t *turn) Read(b []byte) (int, error) {
	if t.got >= maxHandshake {
		return 0, errLargeHandshake
	}
	for {
		limit := min(time.Until(t.by), haste)
		if limit <= 0 {
			return 0, os.ErrDeadlineExceeded
		}
		t.arm(limit)
		start := time.Now()
		n, err := t.conn.Read(b)
		t.waited += min(time.Since(start), limit)
		t.got += n
		if t.tooLong() {
			return 0, os.ErrDeadlineExceeded
		}
		if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) || t.over() {
			return n, err
		}
	}
}

// tooLong reports whether the client has kept others waiting for too long.
func (t *turn) tooLong() bool {
	return t.waited >= haste && t.of.Waiting() > 0 && (t.waited >= patience || t.of.most(t.peer))
}
