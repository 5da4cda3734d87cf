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

// Preparer is a Handler that tells its two halves apart: reading frames, which takes
// processor time that a sender can drive up, and storing them, which waits for the disk.
// Who measures whether the disk stands still calls them one by one.
type Preparer interface {
	Handler
	// Prepare reads entries. It does not block.
	Prepare(entries []Entry) Prepared
}

// Prepared are entries that were read. Store is called once, and does what is left of
// HandleFrames; until it returns, entries and their frames are needed.
type Prepared interface {
	Store(ctx context.Context) error
}
