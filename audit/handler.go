package audit

import "context"

// Handler takes frames in. HandleFrames returns nil once every one of entries is
// durable and can be searched, and sets their Number; on an error none of them
// may be counted as stored. It does not keep entries or their frames after it
// returns. Any number of goroutines may call it at once; it blocks while the
// store can't keep up, which is how back-pressure reaches the sockets.
type Handler interface {
	HandleFrames(ctx context.Context, entries []Entry) error
}
