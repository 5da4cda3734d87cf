package api

import (
	"sync"
	"time"
)

// latencyBounds are in seconds: from what a warm needle takes to what a reader gives up
// on.
var latencyBounds = []float64{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60}

// stopwatch gathers durations. The zero value is ready; mu guards the rest.
type stopwatch struct {
	mu     sync.Mutex
	counts []uint64
	sum    float64
}

func (s *stopwatch) add(d time.Duration) {
	seconds := d.Seconds()
	i := 0
	for i < len(latencyBounds) && seconds > latencyBounds[i] {
		i++
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.counts == nil {
		s.counts = make([]uint64, len(latencyBounds)+1)
	}
	s.counts[i]++
	s.sum += seconds
}

func (s *stopwatch) latency() Latency {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := make([]uint64, len(latencyBounds)+1)
	copy(counts, s.counts)
	return Latency{Bounds: latencyBounds, Counts: counts, Sum: s.sum}
}
