package main

import (
	"bytes"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/semaphore"

	"arr/emitter/hl7"
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
	for size, want := range map[int]int64{0: maxWaitingBytes / maxWaiting, 1 << 20: 1<<20 + 9, maxWaitingBytes + 1: maxWaitingBytes} {
		if got := weightOf(&mllp.Exchange{Message: make([]byte, size), Answers: [][]byte{{1}, {2, 3}}}); got != want {
			t.Errorf("%d bytes take %d of the room, want %d", size, got, want)
		}
	}
}

// A block's messages are audited in turns with others', and its room is given back once the
// spools have all of them.
func TestBlocksInTurns(t *testing.T) {
	single := []byte("MSH|^~\\&|||||||ADT^A08\rPID|||single\r")
	block := bytes.Repeat([]byte("MSH|^~\\&|||||||ADT^A08\rPID|||block\r"), 10*auditBatch)
	line := &auditLine{mapper: &hl7.Mapper{}, told: map[string]bool{}}
	a := &auditor{log: slog.New(slog.DiscardHandler), lines: []*auditLine{line}, waiting: make(chan mllp.Exchange, maxWaiting),
		room: semaphore.NewWeighted(maxWaitingBytes)}
	a.take(mllp.Exchange{Message: block, Sender: &net.TCPAddr{}})
	a.take(mllp.Exchange{Message: single, Sender: &net.TCPAddr{}})
	a.gather(a.waiting)
	var patients []string
	for _, m := range line.batch {
		patients = append(patients, m.Objects[0].ID)
	}
	if len(patients) != auditBatch || !slices.Contains(patients, "single") {
		t.Errorf("%d messages are audited first, the single one among them: %t", len(patients), slices.Contains(patients, "single"))
	}
	a.spool()
	if left := int64(maxWaitingBytes - len(block)); !a.room.TryAcquire(left) || a.room.TryAcquire(1) {
		t.Error("the block's room was given back before it was audited")
	} else {
		a.room.Release(left)
	}
	close(a.waiting)
	a.run()
	if n := a.messages.Load(); n != 10*auditBatch+1 || !a.room.TryAcquire(maxWaitingBytes) {
		t.Errorf("%d messages are audited, and room is missing: %t", n, n == 10*auditBatch+1)
	}
}
