package e2e

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"arr/e2e/faultdisk"
)

const (
	diskSize = 256 << 20
	// sampledFaults is how many of the faults make test tries; make soak tries all.
	sampledFaults = 4
)

// site is a kind of call on a kind of file.
type site struct {
	op   faultdisk.Op
	file string // its path with N for what counts or is made up
}

func (s site) String() string { return fmt.Sprintf("%s of %s", s.op, s.file) }

var counted = regexp.MustCompile(`[0-9a-f]{6,}|[0-9]+`)

func siteOf(c faultdisk.Call) site { return site{c.Op, counted.ReplaceAllString(c.Path, "N")} }

// fault is what happens at the nth call of a site.
type fault struct {
	site
	nth  int
	what string
}

func (f fault) String() string { return fmt.Sprintf("%s at %s, call %d", f.what, f.site, f.nth) }

// The faults. After each the server is killed and the power is cut.
const (
	powerCut  = "power cut"    // the call and all later ones never happen
	errorOnce = "error once"   // the call fails with EIO
	diskFull  = "disk is full" // nothing has room for two seconds
	diskSlow  = "disk is slow" // it and all later ones take 10 ms
)

// faulty is a disk on which faults happen.
type faulty struct {
	*faultdisk.Disk
	mu     sync.Mutex
	seen   map[site]int
	fault  fault
	last   atomic.Int64  // when the last call came
	struck chan struct{} // closed at the fault
}

func newFaulty(f fault) *faulty {
	d := &faulty{Disk: faultdisk.New(diskSize), seen: map[site]int{}, fault: f, struck: make(chan struct{})}
	d.Before = d.before
	return d
}

// before is the Disk's.
func (d *faulty) before(ctx context.Context, c faultdisk.Call) error {
	d.last.Store(time.Now().UnixNano())
	s := siteOf(c)
	d.mu.Lock()
	d.seen[s]++
	strikes := s == d.fault.site && d.seen[s] == d.fault.nth
	if strikes {
		close(d.struck)
	}
	d.mu.Unlock()
	select {
	case <-d.struck:
	default:
		return nil
	}
	switch d.fault.what {
	case powerCut:
		<-ctx.Done()
		return syscall.EINTR
	case errorOnce:
		if strikes {
			return syscall.EIO
		}
	case diskFull:
		if strikes {
			d.Resize(0)
			time.AfterFunc(2*time.Second, func() { d.Resize(diskSize) })
		}
	case diskSlow:
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}

// quiet reports whether no call came for a while.
func (d *faulty) quiet() bool { return time.Since(time.Unix(0, d.last.Load())) > 300*time.Millisecond }

// faults are the faults to try, by what calls there were: at the first, a middle and the last
// call of each kind.
func (d *faulty) faults() []fault {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []fault
	sites := slices.SortedFunc(maps.Keys(d.seen), func(a, b site) int { return strings.Compare(a.String(), b.String()) })
	for _, s := range sites {
		n := d.seen[s]
		for _, nth := range slices.Compact([]int{1, (n + 1) / 2, n}) {
			for _, what := range []string{powerCut, errorOnce, diskFull, diskSlow} {
				all = append(all, fault{s, nth, what})
			}
		}
	}
	return all
}

// tryFaults has each of the faults that calls of a healthy life make possible happen to a
// life of its own; of a sample only, unless ARR_SOAK is set.
func tryFaults(t *testing.T, healthy *faulty, try func(t *testing.T, d *faulty, rnd *rand.Rand)) {
	t.Helper()
	all := healthy.faults()
	t.Logf("%d kinds of calls, %d faults", len(healthy.seen), len(all))
	seed := uint64(time.Now().UnixNano())
	rnd := rand.New(rand.NewPCG(seed, 0))
	rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	if !soak() {
		all = all[:min(len(all), sampledFaults)]
	}
	for _, f := range all {
		t.Run(f.String(), func(t *testing.T) {
			t.Logf("seed %d", seed)
			d := newFaulty(f)
			try(t, d, rnd)
			if !d.hasStruck() {
				t.Log("there was no such call this time")
			}
		})
	}
}

// mount mounts the disk on a folder of the test's own.
func (d *faulty) mount(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := d.Mount(dir); err != nil {
		t.Skip(err)
	}
	return dir
}

func (d *faulty) unmount(t *testing.T) {
	t.Helper()
	if err := d.Unmount(); err != nil {
		t.Fatal(err)
	}
}

func (d *faulty) hasStruck() bool {
	select {
	case <-d.struck:
		return true
	default:
		return false
	}
}

// cut reports whether the power was cut.
func (d *faulty) cut() bool { return d.fault.what == powerCut && d.hasStruck() }

// cutting is closed when the power is cut.
func (d *faulty) cutting() <-chan struct{} {
	if d.fault.what == powerCut {
		return d.struck
	}
	return nil
}

// repair cuts the power, whether it was cut or not, and ends all faults.
func (d *faulty) repair(rnd *rand.Rand) {
	d.PowerCut(rnd)
	d.Before = nil
	d.Resize(diskSize)
}

// excuses reports whether what a process said on its way out is that the disk failed it.
func (d *faulty) excuses(said string) bool {
	return d.cut() || d.hasStruck() && (strings.Contains(said, syscall.EIO.Error()) || strings.Contains(said, syscall.ENOSPC.Error()))
}
