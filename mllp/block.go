package mllp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
)

// What stands around a message: SB before it, EB and CR behind it.
const (
	startBlock     = 0x0B
	endBlock       = 0x1C
	carriageReturn = '\r'
)

// Commit acknowledgements of release 2, each alone in a block.
const (
	commitAck = 0x06
	commitNak = 0x15
)

// The errors of a Reader, besides those of the stream.
var (
	// ErrFraming says that something stands where a block has to begin.
	ErrFraming = errors.New("bytes outside of a block: each message stands between 0x0B and 0x1C 0x0D")
	// ErrTooLarge says that a message is longer than the limit.
	ErrTooLarge = errors.New("the message is larger than is allowed")
)

// AppendBlock appends message as a block.
func AppendBlock(dst, message []byte) []byte {
	dst = append(append(dst, startBlock), message...)
	return append(dst, endBlock, carriageReturn)
}

// Reader reads blocks. Line ends between them, which some senders write, are passed
// over.
type Reader struct {
	r     *bufio.Reader
	limit int
	// Memory of messages comes out of stages, on behalf of peer, until ctx ends; held is
	// what the last one has. Without stages there is no bound but limit.
	ctx    context.Context
	stages []Stage
	peer   string
	held   hold
	timed  Timed
}

// NewReader makes a Reader that takes messages of at most limit bytes.
func NewReader(r io.Reader, limit int) *Reader {
	return &Reader{r: bufio.NewReader(r), limit: limit, timed: untimed{}}
}

// Next gives the content of the next block, in memory that is the caller's. At the
// stream's end it is io.EOF, within a block io.ErrUnexpectedEOF.
func (r *Reader) Next() ([]byte, error) {
	r.release()
	if err := r.start(); err != nil {
		return nil, err
	}
	r.timed.Busy(0)
	message, err := r.content()
	if err != nil {
		r.release()
		return nil, err
	}
	r.timed.Idle()
	return r.fit(message[:len(message)-1]), nil // its end is none of it
}

// content reads up to the end of a block, the first byte of that included.
func (r *Reader) content() (message []byte, err error) {
	for {
		part, err := r.r.ReadSlice(endBlock)
		if len(message)+len(part) > r.limit+1 {
			return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, r.limit)
		}
		var failed error
		if message, failed = r.grow(message, len(part)); failed != nil {
			return nil, failed
		}
		message = append(message, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return nil, within(err)
		}
		c, err := r.r.ReadByte()
		if err != nil {
			return nil, within(err)
		}
		if c == carriageReturn {
			return message, nil
		}
		// A lone 0x1C is content.
		if err := r.r.UnreadByte(); err != nil {
			return nil, err
		}
	}
}

// start passes 0x0B.
func (r *Reader) start() error {
	for {
		switch c, err := r.r.ReadByte(); {
		case err != nil:
			return err
		case c == startBlock:
			return nil
		case c != '\r' && c != '\n':
			return ErrFraming
		}
	}
}

// within is what a stream's error means within a block.
func within(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
