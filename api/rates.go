package api

import (
	"sync"
	"time"
)

// samplePeriod is how often the growth of the store is noted, samplesKept for how many
// of them: a day's.
const (
	samplePeriod = 10 * time.Second
	samplesKept  = int(24 * time.Hour / samplePeriod)
)

// growth remembers how the store grew in the last day. mu guards the rest.
type growth struct {
	mu      sync.Mutex
	samples []growthSample // a ring, once it is full
	next    int
}

type growthSample struct {
	at      time.Time
	records uint64
}

func (g *growth) note(at time.Time, records uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := growthSample{at, records}
	if len(g.samples) < samplesKept {
		g.samples = append(g.samples, s)
		return
	}
	g.samples[g.next] = s
	g.next = (g.next + 1) % samplesKept
}

// span is how long ago the first sample was.
func (g *growth) span(now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.samples) == 0 {
		return 0
	}
	return max(now.Sub(g.samples[g.next%len(g.samples)].at), 0)
}

// rate is how many records a second came in the last span, or since the first sample
// where that is later.
func (g *growth) rate(now time.Time, records uint64, span time.Duration) float64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i := range g.samples {
		s := g.samples[(g.next+i)%len(g.samples)]
		if age := now.Sub(s.at); age > 0 && (age <= span || i == len(g.samples)-1) {
			return float64(records-min(s.records, records)) / age.Seconds()
		}
	}
	return 0
}
