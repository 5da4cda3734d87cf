package trust

import (
	"crypto/x509"
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"
)

// Whether a peer of many names is on a list costs the same however long the list is: it is
// asked before the peer is believed.
func TestLongAllowList(t *testing.T) {
	peer := &x509.Certificate{}
	for i := range 10_000 {
		peer.IPAddresses = append(peer.IPAddresses, net.IPv4(10, 0, byte(i>>8), byte(i)))
		peer.DNSNames = append(peer.DNSNames, fmt.Sprintf("peer%d.example", i))
	}
	cost := func(length int) time.Duration {
		var texts []string
		for i := range length {
			texts = append(texts, fmt.Sprintf("name:ct%d.example", i), fmt.Sprintf("name:192.0.%d.%d", i>>8, i&0xFF))
		}
		a, err := parseAllowed(texts)
		if err != nil {
			t.Fatal(err)
		}
		before := cpuTime(t)
		for range 10 {
			if a.allows(peer, false) {
				t.Fatal("it is on the list")
			}
		}
		return cpuTime(t) - before
	}
	short, long := cost(1), cost(300)
	t.Logf("%v of CPU time with 2 entries, %v with 600", short, long)
	if long > 4*short {
		t.Errorf("ten times %v with 2 entries, %v with 600", short, long)
	}
}

// cpuTime is the processor time that this process has taken.
func cpuTime(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
