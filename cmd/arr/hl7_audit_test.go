package main

import (
	"bytes"
	"log/slog"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/semaphore"

	"arr/mllp"
)

// Traffic that is faster than auditing waits for it, but not for one that stands still: then
// one connection waits once, what comes is counted, and the log has one line, until it goes on.
func TestAuditingThatStandsStill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		a := &auditor{log: slog.New(slog.NewTextHandler(&log, nil)), waiting: make(chan mllp.Exchange, maxWaiting), room: semaphore.NewWeighted(maxWaitingBytes)}
		x := mllp.Exchange{Message: []byte("MSH|^~\\&|A|B"), Sender: &net.TCPAddr{}}
		began := time.Now()
		for range maxWaiting {
			a.take(x)
		}
		if waited := time.Since(began); waited > 0 || a.unaudited.Load() > 0 {
			t.Errorf("waited %v, %d are not audited", waited, a.unaudited.Load())
		}
		for range 10 {
			a.take(x)
		}
		if waited := time.Since(began); waited != auditPatience || a.unaudited.Load() != 10 {
			t.Errorf("waited %v, %d are not audited", waited, a.unaudited.Load())
		}
		a.running.Go(a.run)
		synctest.Wait()
		a.take(x)
		close(a.waiting)
		a.running.Wait()
		if n := a.unaudited.Load(); n != 10 || a.exchanges.Load() != maxWaiting+11 {
			t.Errorf("%d of %d are not audited", n, a.exchanges.Load())
		}
		if lines := strings.Split(log.String(), "\n"); len(lines) != 3 || !strings.Contains(lines[0], "level=ERROR") || !strings.Contains(lines[1], "missed=10") {
			t.Errorf("the log has %q", lines)
		}
	})
}

// Messages that are large fill the room earlier; one that is larger than it has it all.
func TestRoomForLargeMessages(t *testing.T) {
	for size, want := range map[int]int64{0: maxWaitingBytes / maxWaiting, 1 << 20: 1<<20 + 3, maxWaitingBytes + 1: maxWaitingBytes} {
		if got := weightOf(&mllp.Exchange{Message: make([]byte, size), Answers: [][]byte{{1}, {2, 3}}}); got != want {
			t.Errorf("%d bytes take %d of the room, want %d", size, got, want)
		}
	}
}
