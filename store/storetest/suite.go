package storetest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"arr/audit"
	"arr/query"
	"arr/query/querytest"
	"arr/traffic"
)

// Backend is what stores records and answers questions about them.
type Backend interface {
	audit.Handler
	query.Searcher
	Close() error
}

// steps is how many batches Run stores, and reopenEvery after how many it reopens.
const (
	steps       = 13
	reopenEvery = 6
)

// Run tries a backend. Open opens the one in dir, made anew or as it was closed; parse is
// the parser that it was given.
func Run(t *testing.T, open func(t testing.TB, dir string) Backend, parse func(*audit.Record)) {
	t.Helper()
	rnd := rand.New(rand.NewSource(1))
	gen := traffic.New(7, traffic.Options{Interval: 10 * time.Minute, Users: 200, Patients: 900})
	dir := t.TempDir()
	b := open(t, dir)
	defer func() {
		if err := b.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}()
	var model querytest.Slice
	received := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	for step := range steps {
		batch := makeBatch(rnd, gen, &received)
		if err := b.HandleFrames(t.Context(), batch); err != nil {
			t.Fatalf("step %d: %v", step, err)
		}
		for _, e := range batch {
			if e.Number != uint64(len(model)) {
				t.Fatalf("step %d: a record has number %d, %d comes next", step, e.Number, len(model))
			}
			r := &audit.Record{Entry: e}
			r.Frame = append([]byte(nil), e.Frame...)
			parse(r)
			model = append(model, r)
		}
		if step%reopenEvery == reopenEvery-1 {
			if err := b.Close(); err != nil {
				t.Fatalf("step %d: close: %v", step, err)
			}
			b = open(t, dir)
		}
		if step%4 == 0 || step == steps-1 {
			compare(t, b, model, received, step)
		}
	}
}

// makeBatch makes entries as receivers would: of one peer, mostly good messages.
func makeBatch(rnd *rand.Rand, gen *traffic.Generator, received *int64) []audit.Entry {
	entries := make([]audit.Entry, 1+rnd.Intn(900))
	peer := fmt.Sprintf("192.0.2.%d:%d", rnd.Intn(5), 1000+rnd.Intn(3))
	var cert audit.Cert
	if rnd.Intn(3) == 0 {
		cert = audit.Cert{Subject: "CN=archive,O=Hospital", SHA256: strings.Repeat("c", 32)}
	}
	for i := range entries {
		*received += int64(rnd.Intn(60_000_000))
		e := &entries[i]
		*e = audit.Entry{Received: *received, Transport: audit.Transport(1 + rnd.Intn(3)), Peer: peer, Cert: cert}
		if rnd.Intn(24) == 0 {
			e.Frame, e.Flags = oddFrame(rnd)
		} else {
			e.Frame = gen.Next(nil)
		}
	}
	return entries
}

// compare asks backend and model the same: every question after the last step, every
// ninth, each time others, before it.
func compare(t *testing.T, b Backend, model querytest.Slice, now int64, step int) {
	t.Helper()
	env := query.Env{Now: time.UnixMicro(now), Zone: time.UTC}
	for i, q := range questions(model) {
		if step < steps-1 && i%9 != step {
			continue
		}
		p, err := query.Compile(q, env)
		if err != nil {
			t.Fatalf("question %+v: %v", q, err)
		}
		want := ask(t, model, p)
		if got := ask(t, b, p); got != want {
			t.Errorf("question %+v:\n%s", q, firstDifference(got, want))
		}
	}
}

// ask gives the lines of an answer.
func ask(t *testing.T, s query.Searcher, p *query.Plan) string {
	t.Helper()
	var out strings.Builder
	sum, err := s.Search(context.Background(), p, query.Sink{
		Record: func(r *audit.Record) error {
			fmt.Fprintf(&out, "%d time=%d received=%d %v %v peer=%q cert=%q class=%v findings=%d frame=%x\n", r.Number, r.Time, r.Received,
				r.Transport, r.Flags, r.Peer, r.Cert.Subject, r.Class, len(r.Findings), sha256.Sum256(r.Frame))
			return nil
		},
		Bucket: func(b query.Bucket) error {
			fmt.Fprintf(&out, "%q %d %d\n", b.Value, b.Time, b.Count)
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&out, "complete=%v count=%d position=%d %v\n", sum.Complete, sum.Count, sum.Position, sum.Problems)
	return out.String()
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d of %d is  %.300s\nline %d of %d wanted %.300s", i+1, len(g), g[i], i+1, len(w), w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}
