package main

import (
	"context"
	"errors"
	"sync"

	"arr/emitter"
	"arr/traffic"
)

// chunkBytes is about how many bytes a connection takes at a time.
const chunkBytes = 256 << 10

// chunk is some frames in a row; ends are where each of them ends.
type chunk struct {
	bytes []byte
	ends  []int
}

// load is one hospital's traffic on its way.
type load struct {
	generator *traffic.Generator // owned by run's goroutine
	dialer    emitter.Dialer
	target    emitter.Target
}

// run sends n messages over so many connections and gives their size in bytes. The
// connections take chunks as they can, so that a slow one holds nobody up.
func (l *load) run(ctx context.Context, n, connections int) (int64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	full, free := make(chan *chunk), make(chan *chunk, 2*connections)
	for range 2 * connections {
		free <- &chunk{}
	}
	var wg sync.WaitGroup
	for range connections {
		wg.Go(func() {
			if err := l.send(ctx, full, free); err != nil {
				cancel(err)
			}
		})
	}
	size := l.generate(ctx, n, full, free)
	close(full)
	wg.Wait()
	return size, context.Cause(ctx)
}

// generate fills chunks until there were n messages.
func (l *load) generate(ctx context.Context, n int, full chan<- *chunk, free <-chan *chunk) (size int64) {
	for n > 0 {
		var c *chunk
		select {
		case c = <-free:
		case <-ctx.Done():
			return size
		}
		c.bytes, c.ends = c.bytes[:0], c.ends[:0]
		for ; n > 0 && len(c.bytes) < chunkBytes; n-- {
			c.bytes = l.generator.Next(c.bytes)
			c.ends = append(c.ends, len(c.bytes))
		}
		size += int64(len(c.bytes))
		select {
		case full <- c:
		case <-ctx.Done():
			return size
		}
	}
	return size
}

// send is one connection.
func (l *load) send(ctx context.Context, full <-chan *chunk, free chan<- *chunk) error {
	s, err := l.dialer.Dial(ctx, l.target)
	if err != nil {
		return err
	}
	for c := range full {
		begin := 0
		for _, end := range c.ends {
			if err := s.Send(c.bytes[begin:end]); err != nil {
				return errors.Join(err, s.Close())
			}
			begin = end
		}
		free <- c
	}
	return s.Close()
}
