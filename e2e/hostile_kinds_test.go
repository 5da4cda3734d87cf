package e2e

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

// hostileKind is a way to use up what takes connections. Each of its peers connects again
// whenever it was closed.
type hostileKind struct {
	name string
	// raw says that the connection is left without its TLS handshake.
	raw bool
	// sends is written at first, and again every so often what follows says, if that is
	// anything.
	sends   string
	every   time.Duration
	follows string
	// most is how many peers there are at most, 0 for any number: some send much.
	most int
}

const (
	// beforeNext is how long a peer that was closed leaves the processors to others.
	beforeNext = 200 * time.Millisecond
	// usualPeers is of how many the rates are meant; more send less each.
	usualPeers = 150
)

var (
	piece = strings.Repeat("x", 64<<10)

	syslogKinds = []hostileKind{
		{name: "silent"},
		{name: "half, small", sends: "2000 <85>1 - half a frame"},
		{name: "half, usual", sends: "60000 <85>1 - a larger one"},
		{name: "half, largest", sends: "16777216 <85>1 - the largest one"},
		{name: "slow", sends: "60000 <85>1 - ", every: 100 * time.Millisecond, follows: "x"},
		{name: "slow digits", every: 100 * time.Millisecond, follows: "0"},
		{name: "huge", sends: "16777216 <85>1 - ", every: 200 * time.Millisecond, follows: piece},
		{name: "a line without an end", sends: "<85>Jan  4 10:00:00 host app: ", every: 200 * time.Millisecond, follows: piece},
	}
	datagramKinds = []hostileKind{
		{name: "small ones", every: 5 * time.Millisecond, follows: "<85>1 - host app - - - small"},
		{name: "the largest", every: 20 * time.Millisecond, follows: "<85>1 - host app - - - " + piece[:60<<10]},
		{name: "no syslog", every: 5 * time.Millisecond, follows: "\x00"},
	}
	tlsKinds = []hostileKind{
		{name: "no handshake", raw: true},
		{name: "half a hello", raw: true, sends: "\x16\x03\x01\x40\x00\x01\x00\x3f\xfc\x03\x03"},
		{name: "a slow hello", raw: true, sends: "\x16\x03\x01\x40\x00", every: 100 * time.Millisecond, follows: "\x01"},
		{name: "no TLS", raw: true, sends: "<85>1 - plain syslog", every: 100 * time.Millisecond, follows: "\n"},
	}
	mllpKinds = []hostileKind{
		{name: "silent"},
		{name: "half, small", sends: "\vMSH|^~\\&|A|B|"},
		{name: "half, usual", sends: "\vMSH|^~\\&|A|B|" + piece[:9<<10]},
		{name: "half, large", sends: "\vMSH|^~\\&|A|B|" + piece + piece},
		{name: "half, largest", sends: "\vMSH|^~\\&|A|B|" + strings.Repeat(piece, 80), most: 64},
		{name: "slow", sends: "\vMSH|^~\\&|A|B|" + piece[:9<<10], every: 100 * time.Millisecond, follows: "x"},
		{name: "line ends", every: 100 * time.Millisecond, follows: "\r"},
		{name: "huge", sends: "\vMSH|^~\\&|A|B|", every: 200 * time.Millisecond, follows: piece},
		{name: "never reading", every: 100 * time.Millisecond, follows: strings.Repeat("\v"+hl7Admission("1", "hostile")+"\x1c\r", 64)},
		{name: "never answered", every: 100 * time.Millisecond, follows: "\vMSH|^~\\&|unanswered\rOBX|" + piece + "\x1c\r"},
	}
	httpKinds = []hostileKind{
		{name: "silent"},
		{name: "half", sends: "GET /metr"},
		{name: "slow", sends: "GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: ", every: 100 * time.Millisecond, follows: "x"},
		{name: "half a question", sends: "POST /api/v1/query HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"},
		{name: "huge", sends: "POST /api/v1/query HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n", every: 200 * time.Millisecond, follows: piece},
		{name: "endless headers", sends: "GET / HTTP/1.1\r\nHost: localhost\r\n", every: 100 * time.Millisecond, follows: "X: " + piece[:4<<10] + "\r\n"},
		{name: "never reading metrics", every: 10 * time.Millisecond, follows: strings.Repeat("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 16)},
		{name: "never reading answers", every: 10 * time.Millisecond, follows: hostileQuestion(`{"question":"*","format":"raw"}`)},
		{name: "never reading news", every: 10 * time.Second, follows: hostileQuestion(`{"question":"*","follow":true}`)},
	}
)

func hostileQuestion(body string) string {
	return fmt.Sprintf("POST /api/v1/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// begin has n peers begin, and returns once each has connected, or was refused. stop ends
// all.
func (k hostileKind) begin(at *target, n int) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	if k.most > 0 {
		n = min(n, k.most)
	}
	var began, running sync.WaitGroup
	turns := make(chan struct{}, 64) // who dials at once
	for range n {
		began.Add(1)
		running.Go(func() {
			first := sync.OnceFunc(began.Done)
			for ctx.Err() == nil {
				turns <- struct{}{}
				conn, err := k.connect(at)
				<-turns
				if err == nil {
					k.annoy(ctx, conn, n, first)
				}
				first()
				select {
				case <-time.After(beforeNext):
				case <-ctx.Done():
				}
			}
		})
	}
	began.Wait()
	return func() {
		cancel()
		running.Wait()
	}
}

func (k hostileKind) connect(at *target) (net.Conn, error) {
	if k.raw {
		return at.raw()
	}
	return at.dial()
}

// annoy does with a connection, one of n, what the kind does, until it is closed or ctx ends.
func (k hostileKind) annoy(ctx context.Context, conn net.Conn, n int, began func()) {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if _, err := conn.Write([]byte(k.sends)); err != nil && k.sends != "" {
		return
	}
	began()
	if k.every == 0 {
		// It is there to notice the end.
		_, _ = conn.Read(make([]byte, 1))
		return
	}
	follows := []byte(k.follows)
	tick := time.NewTicker(k.every * time.Duration(max(1, n/usualPeers)))
	defer tick.Stop()
	for {
		if _, err := conn.Write(follows); err != nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
