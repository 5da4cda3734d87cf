package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"io"
	"time"

	"arr/traffic"
)

// reference is what this machine takes for one generated message, on one core.
type reference struct {
	xml    time.Duration // all Token()s of encoding/xml
	sha256 time.Duration
}

func measureReference() (reference, error) {
	const n = 10_000
	g := traffic.New(1, traffic.Options{})
	frames := make([][]byte, n)
	for i := range frames {
		frames[i] = g.Next(nil)
	}
	for _, f := range frames {
		if err := readTokens(f); err != io.EOF {
			return reference{}, fmt.Errorf("a generated message is not XML: %w", err)
		}
	}
	return reference{
		xml:    fastest(n, func(i int) { _ = readTokens(frames[i]) }),
		sha256: fastest(n, func(i int) { sha256.Sum256(frames[i]) }),
	}, nil
}

// fastest gives the mean time of one call in the best of three rounds of n.
func fastest(n int, fn func(i int)) time.Duration {
	best := time.Duration(1<<63 - 1)
	for range 3 {
		begin := time.Now()
		for i := range n {
			fn(i)
		}
		best = min(best, time.Since(begin))
	}
	return best / time.Duration(n)
}

// readTokens reads a frame's message to its end, which is io.EOF.
func readTokens(frame []byte) error {
	d := xml.NewDecoder(bytes.NewReader(frame[max(0, bytes.IndexByte(frame[1:], '<')+1):]))
	for {
		if _, err := d.Token(); err != nil {
			return err
		}
	}
}
