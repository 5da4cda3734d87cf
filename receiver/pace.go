package receiver

import "time"

const (
	// While others wait for memory, a frame that holds some must come at minPace
	// bytes a second, and fast enough to be there within a FrameTimeout, in each of so
	// many parts of it.
	minPace   = 16 << 10
	paceParts = 12
	// quietParts is into how many parts of a FrameTimeout such a frame may be silent for one.
	quietParts = 30
)

// pace judges how fast the frame comes that a connection is in.
type pace struct {
	limit time.Duration // Server.FrameTimeout
	// waited and got are the time and bytes of the part under way; silent is since when
	// nothing came.
	waited, silent time.Duration
	got            int
}

// reading is how long the next read may take before the frame is judged anew. A frame
// without memory has until it times out.
func (p *pace) reading(held int64) time.Duration {
	left := max(p.limit-p.silent, 1)
	if held == 0 {
		return left
	}
	return min(left, p.quiet())
}

// quiet is how long a frame may be silent that holds memory which others wait for.
func (p *pace) quiet() time.Duration { return max(p.limit/quietParts, 1) }

// note takes in that a read, bounded by limit, brought n bytes after d. What it took beyond
// that is not the sender's: this machine slept or was busy.
func (p *pace) note(n int, d, limit time.Duration) {
	d = min(d, limit)
	p.waited += d
	p.got += n
	p.silent += d
	if n > 0 {
		p.silent = 0
	}
}

// next begins the next frame.
func (p *pace) next() { p.waited, p.silent, p.got = 0, 0, 0 }

// tooSlow reports whether the frame has stopped, or hardly comes while it holds memory that
// others wait for.
func (p *pace) tooSlow(held int64, waiting func() int) bool {
	if p.silent >= p.limit {
		return true
	}
	if held == 0 {
		return false
	}
	slow := p.silent >= p.quiet()
	if p.waited >= max(p.limit/paceParts, 1) {
		pace := max(minPace, float64(held)/p.limit.Seconds())
		slow = slow || float64(p.got) < pace*p.waited.Seconds()
		p.waited, p.got = 0, 0
	}
	return slow && waiting() > 0
}
