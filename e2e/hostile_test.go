package e2e

import (
	"io"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"
)

const (
	// hostilePeers is how many hostile connections each kind keeps open, and honestWork how
	// much the honest peer does beside them: beside all kinds at once in make test, and with
	// ARR_SOAK beside each.
	hostilePeers, hostilePeersSoak = 16, 2000
	honestWork, honestWorkSoak     = 8, 30
	// maxGrowth is how many times longer the honest peer's work may take beside hostile
	// ones, who have the same processors. It is generous: what fails does not end at all.
	maxGrowth = 1000
)

// targets are the ways into arr: what hostile peers send there, what an honest one does,
// and how much memory, in MiB, the process may take.
var targets = []struct {
	name   string
	open   func(t *testing.T) *target
	kinds  []hostileKind
	memory int
}{
	{"syslog over TCP", syslogTarget(false), syslogKinds, floodMemory},
	{"syslog over TLS", syslogTarget(true), slices.Concat(syslogKinds, tlsKinds), floodMemory},
	{"syslog over UDP", datagramTarget, datagramKinds, floodMemory},
	{"MLLP over TCP", mllpTarget(false), mllpKinds, gatewayMemory},
	{"MLLP over TLS", mllpTarget(true), slices.Concat(mllpKinds, tlsKinds), gatewayMemory},
	{"HTTP", httpTarget("tcp", false), httpKinds, floodMemory},
	{"HTTPS", httpTarget("tcp", true), slices.Concat(httpKinds, tlsKinds), floodMemory},
	{"the socket", httpTarget("unix", false), httpKinds, floodMemory},
}

// target is one way into a running arr.
type target struct {
	pid int
	// raw connects as a hostile peer does, and dial gives a connection that messages can
	// be written to.
	raw, dial func() (net.Conn, error)
	// work does one piece of honest work, from another address where there is one.
	work func(i int) error
	// done looks, once the hostile peers are gone, whether all n pieces of work are there.
	done func(n int)
}

// hostileRounds are the kinds that are tried together.
func hostileRounds(kinds []hostileKind) (all [][]hostileKind) {
	if !soak() {
		return [][]hostileKind{kinds}
	}
	for _, k := range kinds {
		all = append(all, []hostileKind{k})
	}
	return all
}

// TestHostilePeers: beside peers of each kind an honest one gets its work done, and memory
// stays bounded.
func TestHostilePeers(t *testing.T) {
	needBinary(t)
	peers, work := hostilePeers, honestWork
	if soak() {
		peers, work = hostilePeersSoak, honestWorkSoak
		needFiles(t, 2*hostilePeersSoak+1000)
	}
	for _, c := range targets {
		t.Run(c.name, func(t *testing.T) {
			at := c.open(t)
			n := 0
			measure := func(what string) time.Duration {
				t.Helper()
				took, all := doWork(t, at, n, work)
				n += work
				t.Logf("%-24s p50 %8v  p99 %8v  max %8v  %4d MiB", what, took[len(took)/2].Round(time.Microsecond),
					took[len(took)*99/100].Round(time.Microsecond), took[len(took)-1].Round(time.Microsecond), peakMiB(t, at.pid))
				return all
			}
			alone := measure("alone")
			for _, kinds := range hostileRounds(c.kinds) {
				name := "all kinds"
				if len(kinds) == 1 {
					name = kinds[0].name
				}
				var stop []func()
				for _, kind := range kinds {
					stop = append(stop, kind.begin(at, peers))
				}
				beside := measure(name)
				for _, end := range stop {
					end()
				}
				if beside > maxGrowth*alone {
					t.Errorf("%s: honest work takes %d times as long", name, beside/alone)
				}
				if peak := peakMiB(t, at.pid); peak > c.memory {
					t.Errorf("%s: the process took %d MiB, want at most %d", name, peak, c.memory)
				}
			}
			at.done(n)
		})
	}
}

// doWork does pieces of honest work, one after the other, and gives how long each took, the
// shortest first, and all together.
func doWork(t *testing.T, at *target, from, n int) (took []time.Duration, all time.Duration) {
	t.Helper()
	for i := from; i < from+n; i++ {
		began := time.Now()
		if err := at.work(i); err != nil {
			t.Fatalf("honest work fails: %v", err)
		}
		took = append(took, time.Since(began))
		all += took[len(took)-1]
	}
	slices.Sort(took)
	return took, all
}

// askAgain asks until a page comes whole, for where all clients are one peer: thousands that
// connect again and again have others' connections make room, too.
func askAgain(client *http.Client, url string) error {
	for by := time.Now().Add(honestPatience); ; {
		if err := ask(client, url); err == nil || time.Now().After(by) {
			return err
		}
	}
}

// ask asks for a page and wants it whole.
func ask(client *http.Client, url string) error {
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return &net.AddrError{Err: resp.Status, Addr: url}
	}
	return nil
}
