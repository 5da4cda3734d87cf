package main

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"
)

// paceFlags are the flags of arr emit that make load of it.
func paceFlags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "repeat", Value: 1, Usage: "send everything `N` times, each time with the time of sending in the header"},
		&cli.Float64Flag{Name: "rate", Usage: "send `N` messages a second at most (default: as many as the repository takes)"},
	}
}

// pace spreads messages evenly over time.
type pace struct {
	repeat int
	// rate is in messages a second; 0 is without limit.
	rate float64
	// begun is when the first message was sent, sent how many there were since.
	begun time.Time
	sent  int
}

func newPace(c *cli.Context) (pace, error) {
	p := pace{repeat: c.Int("repeat"), rate: c.Float64("rate")}
	if p.repeat < 1 {
		return p, fmt.Errorf("--repeat %d: give a number from 1 on", p.repeat)
	}
	if p.rate < 0 || c.IsSet("rate") && p.rate == 0 {
		return p, fmt.Errorf("--rate %g: give a number of messages a second", p.rate)
	}
	return p, nil
}

// leastPause is below what the next message is sent at once: sleeping takes about as
// long.
const leastPause = time.Millisecond

// wait waits until the next message is due. Before it does, flush hands over those that
// are.
func (p *pace) wait(ctx context.Context, flush func() error) error {
	if p.rate == 0 {
		return nil
	}
	now := time.Now()
	if p.sent == 0 {
		p.begun = now
	}
	due := time.Duration(float64(p.sent) / p.rate * float64(time.Second))
	p.sent++
	pause := due - now.Sub(p.begun)
	if pause < leastPause {
		return nil
	}
	if err := flush(); err != nil {
		return err
	}
	select {
	case <-time.After(pause):
	case <-ctx.Done():
	}
	return nil
}
