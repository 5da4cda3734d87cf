package main

import (
	"io"
	"net"
	"sync"
	"testing"

	"arr/emitter"
	"arr/traffic"
)

func TestLoadSendsAllOnce(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	got := map[string]int{}
	wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer conn.Close()
				r := emitter.NewReader(conn)
				for {
					frame, err := r.Next()
					if err == io.EOF {
						return
					}
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					got[string(frame)]++
					mu.Unlock()
				}
			})
		}
	})
	target, err := emitter.ParseTarget("tcp://" + ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	const n = 2000
	l := load{generator: traffic.New(1, traffic.Options{}), target: target}
	size, err := l.run(t.Context(), n, 3)
	ln.Close()
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	same := traffic.New(1, traffic.Options{})
	for i := range n {
		frame := same.Next(nil)
		if size -= int64(len(frame)); got[string(frame)] != 1 {
			t.Fatalf("frame %d came %d times", i, got[string(frame)])
		}
	}
	if size != 0 || len(got) != n {
		t.Errorf("%d frames came, the size is off by %d", len(got), size)
	}
}

func TestLoadEndsWhereNobodyListens(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	target, err := emitter.ParseTarget("tcp://" + ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	l := load{generator: traffic.New(1, traffic.Options{}), target: target}
	if _, err := l.run(t.Context(), 100_000, 2); err == nil {
		t.Error("no error")
	}
}
