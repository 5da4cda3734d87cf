package receiver

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

// The kernel tells how many datagrams it dropped with the next that it does not.
func TestKernelDropsAreCounted(t *testing.T) {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if granted, err := prepareSocket(c); err != nil || granted <= 0 {
		t.Fatalf("granted %d: %v", granted, err)
	}
	if err := c.SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	to, err := net.Dial("udp", c.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	const sent = 100
	write := func(n int) {
		t.Helper()
		for range n {
			if _, err := to.Write(make([]byte, 500)); err != nil {
				t.Fatal(err)
			}
		}
	}
	r, ms := ipv4.NewPacketConn(c), []ipv4.Message{{Buffers: [][]byte{make([]byte, maxDatagram)}, OOB: make([]byte, oobSize)}}
	got, drops := 0, uint32(0)
	// read reads until nothing waits.
	read := func() {
		t.Helper()
		for {
			if err := c.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			if _, err := r.ReadBatch(ms, 0); errors.Is(err, os.ErrDeadlineExceeded) {
				return
			} else if err != nil {
				t.Fatal(err)
			}
			got++
			if n, ok := dropsOf(ms[0].OOB[:ms[0].NN]); ok {
				drops = n
			}
			ms[0].OOB = ms[0].OOB[:oobSize]
		}
	}
	write(sent)
	read()
	write(1)
	read()
	if drops == 0 || got+int(drops) != sent+1 {
		t.Errorf("read %d, dropped %d of %d", got, drops, sent+1)
	}
}

// Behind a flood no datagram may come that tells of the drops: the kernel is asked, too, and
// none counts twice.
func TestKernelIsAskedForDrops(t *testing.T) {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	srv := &Server{}
	srv.setup()
	u := &socket{srv: srv, conn: c, inode: inodeOf(c)}
	if !srv.add(u) {
		t.Fatal("refused")
	}
	to, err := net.Dial("udp", c.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	const sent = 100
	for range sent {
		if _, err := to.Write(make([]byte, 500)); err != nil {
			t.Fatal(err)
		}
	}
	drops := srv.Stats().KernelDrops
	if again := srv.Stats().KernelDrops; drops == 0 || again != drops {
		t.Errorf("%d dropped, then %d", drops, again)
	}
	u.dropped(1) // as an earlier datagram tells
	got := uint64(0)
	for buf := make([]byte, 500); ; got++ {
		if err := c.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(buf); err != nil {
			break
		}
	}
	if all := srv.Stats().KernelDrops + got; all != sent {
		t.Errorf("read %d, dropped %d of %d", got, drops, sent)
	}
}

func TestDropsOf(t *testing.T) {
	if _, ok := dropsOf(nil); ok {
		t.Error("drops out of nothing")
	}
	if _, ok := dropsOf(make([]byte, 20)); ok {
		t.Error("drops out of a bad message")
	}
	if _, ok := dropsOf(unix.UnixCredentials(&unix.Ucred{})); ok {
		t.Error("drops out of another message")
	}
}
