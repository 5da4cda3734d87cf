package emitter_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"arr/emitter"
)

// host runs f on a host of its own, a network namespace whose only way out is a TUN
// device, and gives that device. It is skipped where that is not allowed.
func host(t *testing.T, address string, f func()) *os.File {
	t.Helper()
	type made struct {
		tun int
		err error
	}
	ready := make(chan made)
	go func() {
		// The thread ends with the goroutine, since it is not unlocked.
		runtime.LockOSThread()
		tun, err := newHost(address)
		ready <- made{tun, err}
		if err == nil {
			f()
		}
	}()
	m := <-ready
	if m.err != nil {
		t.Skipf("no network namespace with a TUN device can be made here: %v", m.err)
	}
	tun := os.NewFile(uintptr(m.tun), "tun")
	t.Cleanup(func() { tun.Close() })
	return tun
}

func newHost(address string) (tun int, err error) {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return 0, err
	}
	if tun, err = unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0); err != nil {
		return 0, err
	}
	request, err := unix.NewIfreq("tun0")
	if err != nil {
		return 0, err
	}
	request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(tun, unix.TUNSETIFF, request); err != nil {
		return 0, err
	}
	for _, args := range [][]string{{"address", "add", address + "/24", "dev", "tun0"}, {"link", "set", "tun0", "up"}} {
		if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			return 0, fmt.Errorf("ip %s: %w: %s", args, err, out)
		}
	}
	return tun, nil
}

// wire carries packets from one host to another, which takes a while, until either ends.
func wire(from, to *os.File) {
	const delay = 2 * time.Millisecond
	type packet struct {
		bytes []byte
		due   time.Time
	}
	under := make(chan packet, 1000)
	go func() {
		for p := range under {
			time.Sleep(time.Until(p.due))
			to.Write(p.bytes)
		}
	}()
	defer close(under)
	for {
		b := make([]byte, 2000)
		n, err := from.Read(b)
		if err != nil {
			return
		}
		under <- packet{b[:n], time.Now().Add(delay)}
	}
}

// A peer that closes while the last frame is under way has not read it, though its end
// comes in order: then Close does not say that it arrived.
func TestEndsThatCross(t *testing.T) {
	const rounds, frames, server, client = 40, 2, "10.9.0.2", "10.9.0.1"
	frame := make([]byte, 1000)
	size := len(emitter.AppendCounted(nil, frame))
	listening, read := make(chan net.Listener, 1), make(chan int, 1)
	far := host(t, server, func() {
		ln, err := net.Listen("tcp", server+":6514")
		listening <- ln
		if err != nil {
			t.Error(err)
			return
		}
		for i := range rounds {
			conn, err := ln.Accept()
			if err != nil {
				t.Error(err)
				return
			}
			// Every other one leaves after the first frame.
			n, _ := io.CopyN(io.Discard, conn, int64(size*(1+i%frames)))
			conn.Close()
			read <- int(n)
		}
	})
	ln := <-listening
	if ln == nil {
		return
	}
	defer ln.Close()
	wired, done := make(chan struct{}), make(chan struct{})
	confirmed, lost := 0, 0
	near := host(t, client, func() {
		defer close(done)
		<-wired
		to := emitter.Target{Network: "tcp", Host: server, Port: "6514"}
		for i := range rounds {
			arrived, err := sendTwo(t.Context(), to, frame, time.Duration(i%10)*time.Millisecond/2)
			if err != nil {
				t.Error(err)
				ln.Close()
				return
			}
			if n := <-read; arrived {
				confirmed++
				if n < frames*size {
					lost++
				}
			}
		}
	})
	go wire(near, far)
	go wire(far, near)
	close(wired)
	<-done
	if lost > 0 || confirmed == 0 {
		t.Errorf("%d of %d connections are said to have arrived, %d of them were not read to their end", confirmed, rounds, lost)
	}
}

// sendTwo sends a frame twice, with a pause in between, and says whether both arrived as
// far as can be told.
func sendTwo(ctx context.Context, to emitter.Target, frame []byte, pause time.Duration) (arrived bool, err error) {
	s, err := new(emitter.Dialer).Dial(ctx, to)
	if err != nil {
		return false, err
	}
	err = errors.Join(s.Send(frame), s.Flush())
	time.Sleep(pause)
	return errors.Join(err, s.Send(frame), s.Close()) == nil, nil
}
