package store

import (
	"context"
	"math/rand/v2"
	"regexp"
	"strconv"
	"sync"
	"testing"

	"arr/audit"
	"arr/query"
)

// TestMemoryStaysTheCallers writes over frames as soon as HandleFrames has returned, also
// where it gave up in the midst of things: what is stored is what was handed over.
func TestMemoryStaysTheCallers(t *testing.T) {
	s, err := Open(t.TempDir(), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	const senders, batches, size = 4, 60, 40
	stored := make([]bool, senders*batches*size+1)
	var all sync.WaitGroup
	for k := range senders {
		all.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(k)))
			for b := range batches {
				entries := make([]audit.Entry, size)
				first := (k*batches + b) * size
				for i := range entries {
					entries[i] = audit.Entry{Received: 1767520800000000, Transport: audit.TransportTCP, Peer: "192.0.2.1:1", Frame: frameOf(first + i)}
				}
				ctx, cancel := context.WithCancel(t.Context())
				var canceled sync.WaitGroup
				spins := random.IntN(20000)
				canceled.Go(func() {
					for n := 0; b%2 > 0 && n < spins; n++ {
						_ = ctx.Err()
					}
					if b%2 > 0 {
						cancel()
					}
				})
				if s.HandleFrames(ctx, entries) == nil {
					for i := range entries {
						stored[first+i] = true
					}
				}
				for i := range entries {
					for j := range entries[i].Frame {
						entries[i].Frame[j] = '!'
					}
				}
				canceled.Wait()
				cancel()
			}
		})
	}
	all.Wait()
	// A batch that was given up may still be on its way, and this one is behind it.
	fill(t, s, senders*batches*size, senders*batches*size+1)
	number := regexp.MustCompile(`app (\d+) `)
	records := uint64(0)
	_, err = s.Search(t.Context(), &query.Plan{Where: query.All{}, Since: query.Always, Until: query.Never}, query.Sink{
		Record: func(r *audit.Record) error {
			records++
			m := number.FindSubmatch(r.Frame)
			if m == nil {
				t.Fatalf("record %d was written over", r.Number)
			}
			n, _ := strconv.Atoi(string(m[1]))
			if string(r.Frame) != string(frameOf(n)) {
				t.Fatalf("record %d is not frame %d", r.Number, n)
			}
			stored[n] = false
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	for n, missing := range stored {
		if missing {
			t.Fatalf("frame %d was said to be stored and is not", n)
		}
	}
	mustCheck(t, s, records)
}
