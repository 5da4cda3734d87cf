package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"
)

// ours gives the goroutines that run code of the server's rooms.
func ours() (found []string) {
	buf := make([]byte, 8<<20)
	for _, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		for _, room := range []string{"receiver", "store", "api", "trust"} {
			if strings.Contains(g, "arr/"+room+".") || strings.Contains(g, "arr/"+room+"/") {
				found = append(found, g)
				break
			}
		}
	}
	return found
}

// TestNoGoroutineIsLeft: what connections begin ends with them, and what the server begins
// with it, whatever was under way.
func TestNoGoroutineIsLeft(t *testing.T) {
	settle := func(what string, most int) {
		t.Helper()
		var left []string
		for range 1000 {
			if left = ours(); len(left) <= most {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Fatalf("%s: %d goroutines are left, want %d at most:\n%s", what, len(left), most, strings.Join(left, "\n\n"))
	}
	settle("before", 0)
	r := startServer(t, t.TempDir())
	get(t, "http://"+r.ports.HTTP[0]+"/readyz", "ok")
	idle := len(ours())
	insecure := &tls.Config{InsecureSkipVerify: true}
	dial := func(i int) net.Conn {
		var c net.Conn
		var err error
		switch i % 5 {
		case 0:
			c, err = tls.Dial("tcp", r.ports.TLS[0], insecure)
		case 1:
			c, err = net.Dial("tcp", r.ports.TLS[0])
		default:
			c, err = net.Dial("tcp", r.ports.TCP[0])
		}
		if err != nil {
			t.Fatal(err)
		}
		// Some send nothing, some half a frame, some a whole one.
		if i%3 > 0 {
			fmt.Fprintf(c, "%d %s", len(loginFrame)+i%3-1, loginFrame)
		}
		return c
	}
	for i := range 1000 {
		dial(i).Close()
	}
	settle("after 1,000 connections", idle)
	for i := range 50 {
		defer dial(i).Close()
	}
	if _, stderr, code := r.stop(); code != 0 {
		t.Fatalf("arr serve exits with %d: %s", code, stderr)
	}
	settle("after the end", 0)
}
