package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"arr/emitter"
	"arr/traffic"
)

// report is the line that arr-load prints.
type report struct {
	Messages   int     `json:"messages"`
	Bytes      int64   `json:"bytes"`
	Seconds    float64 `json:"seconds"`
	CPUSeconds float64 `json:"cpuSeconds"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "arr-load:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	to := flag.String("to", "tls://localhost:6514", "where to: tls://host:6514, tcp://host:514 or udp://host:514")
	ca := flag.String("ca", "", "trust the certificates in this PEM file instead of the system's")
	n := flag.Int("n", 100_000, "how many messages")
	days := flag.Float64("days", 30, "how many days the events are spread over, ending now")
	seed := flag.Uint64("seed", 1, "the hospital: the same seed and days give the same messages but for their times")
	connections := flag.Int("connections", 4, "how many connections")
	flag.Parse()
	if *n < 1 || *days <= 0 || *connections < 1 {
		return errors.New("-n, -days and -connections must be positive")
	}
	target, err := emitter.ParseTarget(*to)
	if err != nil {
		return err
	}
	config, err := trusting(*ca)
	if err != nil {
		return err
	}
	span := time.Duration(*days * 24 * float64(time.Hour))
	start := time.Now()
	l := load{
		generator: traffic.New(*seed, traffic.Options{Interval: span / time.Duration(*n)}.EndingAt(start, *n)),
		dialer:    emitter.Dialer{TLS: config},
		target:    target,
	}
	size, err := l.run(ctx, *n, *connections)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(report{Messages: *n, Bytes: size,
		Seconds: time.Since(start).Seconds(), CPUSeconds: cpuSeconds()})
}

func trusting(ca string) (*tls.Config, error) {
	config := &tls.Config{}
	if ca == "" {
		return config, nil
	}
	b, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(b) {
		return nil, fmt.Errorf("%s holds no certificate in PEM", ca)
	}
	return config, nil
}

// cpuSeconds is what this process has used, user and system.
func cpuSeconds() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
