package e2e

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// loadFrames are enough for two sealed blocks and a rest in the journal.
const loadFrames = 9000

// TestFaultyDisk has a disk fail at each kind of write, rename, sync and so on that arr serve
// does, while it starts, stores, seals and stops. Whatever happens, each record that was
// counted as stored is there afterwards, unchanged and once, and the server goes on.
func TestFaultyDisk(t *testing.T) {
	needBinary(t)
	t.Parallel()
	healthy := &serverTrial{t: t, disk: newFaulty(fault{})}
	healthy.run()
	tryFaults(t, healthy.disk, func(t *testing.T, d *faulty, rnd *rand.Rand) {
		tr := &serverTrial{t: t, disk: d}
		tr.run()
		d.repair(rnd)
		tr.recover()
	})
}

// serverTrial is a store's life on a disk.
type serverTrial struct {
	t      *testing.T
	disk   *faulty
	dir    string
	sent   int // frames 0 to sent may have come
	stored int // how many records were counted as stored
}

// run has servers store frames: one that is asked to stop, and one that is killed. One that
// ends by itself, since it can't go on, gets a successor, as by systemd.
func (tr *serverTrial) run() {
	tr.dir = tr.disk.mount(tr.t)
	defer tr.disk.unmount(tr.t)
	for range 4 {
		ended := tr.serve()
		if tr.disk.cut() {
			return
		}
		if !ended && tr.sent > loadFrames {
			return
		}
	}
}

// serve runs a server, sends it frames, waits until it has stored and sealed them, and ends
// it: the first in order, others by a kill. It reports whether the server ended by itself.
func (tr *serverTrial) serve() (ended bool) {
	first := tr.sent == 0
	s := launch(tr.t, tr.dir, serveCommand(tr.dir))
	defer s.kill()
	if err := s.listens(tr.disk.cutting()); err != nil {
		if !tr.disk.cut() && (s.running() || !tr.disk.excuses(s.log.String())) {
			tr.t.Errorf("%v\n%s", err, s.log)
		}
		return true
	}
	before := tr.stored
	if n, ok := figure(s, "arr_records"); ok && n < before {
		tr.t.Errorf("%d records are there after a start, %d had been counted as stored\n%s", n, before, s.log)
	}
	loaded := make(chan struct{})
	go func() {
		defer close(loaded)
		tr.load(s)
	}()
	defer func() { s.kill(); <-loaded }()
	for busy := true; busy; {
		if n, ok := figure(s, "arr_records_stored_total"); ok {
			tr.stored = before + n
		}
		select {
		case <-tr.disk.cutting():
			return false
		case <-s.exited:
			if !tr.disk.excuses(s.log.String()) {
				tr.t.Errorf("arr serve ended: %v\n%s", s.cmd.ProcessState, s.log)
			}
			return true
		case <-loaded:
			busy = !tr.disk.quiet()
		default:
		}
		time.Sleep(10 * time.Millisecond)
	}
	if first {
		s.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-s.exited:
		case <-tr.disk.cutting():
		case <-time.After(40 * time.Second):
			tr.t.Errorf("arr serve still runs 40 s after SIGTERM\n%s", s.log)
		}
	}
	return false
}

// load sends frames over TCP and ends when the server has closed the connection.
func (tr *serverTrial) load(s *server) {
	c, err := net.Dial("tcp", s.ports.TCP[0])
	if err != nil {
		return
	}
	defer c.Close()
	for range loadFrames / 100 {
		var b strings.Builder
		for range 100 {
			f := numberedFrame(tr.sent)
			fmt.Fprintf(&b, "%d %s", len(f), f)
			tr.sent++
		}
		if _, err := io.WriteString(c, b.String()); err != nil {
			return
		}
	}
	if c.(*net.TCPConn).CloseWrite() == nil {
		_, _ = io.Copy(io.Discard, c)
	}
}

// recover starts where the power came back: nothing is lost, nothing keeps the server from
// its work, and everything is as it was written.
func (tr *serverTrial) recover() {
	t := tr.t
	tr.dir = tr.disk.mount(t)
	defer tr.disk.unmount(t)
	if _, err := os.Stat(tr.dir + "/arr.lock"); err == nil {
		tr.check()
	} else if tr.stored > 0 {
		t.Errorf("no store is left")
	}
	s := start(t, tr.dir)
	if n := count(t, tr.dir); n < tr.stored {
		t.Errorf("%d records are there, %d had been counted as stored\n%s", n, tr.stored, s.log)
	}
	before, _ := figure(s, "arr_records_stored_total")
	tr.load(s)
	s.awaitStored(before + loadFrames)
	s.stop()
	if found := storedNumbers(t, tr.dir, tr.sent); found < tr.stored+loadFrames {
		t.Errorf("%d frames are found, %d were stored", found, tr.stored+loadFrames)
	}
	tr.check()
}

func (tr *serverTrial) check() {
	tr.t.Helper()
	if r := arr(tr.t, "", "check", "--data", tr.dir); r.code != 0 {
		tr.t.Errorf("arr check exits with %d: %s%s", r.code, r.stdout, r.stderr)
	}
}

var impatient = &http.Client{Timeout: 2 * time.Second}

// figure is the value of a metric without labels, if the server tells it.
func figure(s *server, name string) (int, bool) {
	resp, err := impatient.Get("http://" + s.ports.HTTP[0] + "/metrics")
	if err != nil {
		return 0, false
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	_, rest, ok := strings.Cut(string(body), "\n"+name+" ")
	var n float64
	if _, scanErr := fmt.Sscan(rest, &n); err != nil || !ok || scanErr != nil {
		return 0, false
	}
	return int(n), true
}
