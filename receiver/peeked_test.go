package receiver

import (
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// A client that reads nothing of what TLS has to write holds nobody up for ever.
func TestWritesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		p := newPeeked(ours, helloPeek, 10*time.Second)
		defer p.Close()
		start := time.Now()
		if _, err := p.Write([]byte("an answer")); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("writing to a client that reads nothing: %v", err)
		}
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
