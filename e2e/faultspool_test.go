package e2e

import (
	"math/rand/v2"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arr/mllp"
)

// spoolAdmissions are how many messages a gateway takes while its disk fails.
const spoolAdmissions = 400

// TestFaultySpool has the disk fail that arr hl7 has its spool on. HL7 traffic goes on, and
// each audit message that was counted as spooled reaches the repository in the end.
func TestFaultySpool(t *testing.T) {
	needBinary(t)
	t.Parallel()
	s := start(t, t.TempDir())
	_, port, _ := net.SplitHostPort(s.ports.TLS[0])
	g := gatewayTrial{t: t, server: s, flags: []string{"--forward", hl7Archive(t), "--to", "tls://localhost:" + port, "--ca", s.caFile(),
		"--metrics", "127.0.0.1:0"}}
	healthy := g
	healthy.disk = newFaulty(fault{})
	healthy.run()
	first := spoolAdmissions
	tryFaults(t, healthy.disk, func(t *testing.T, d *faulty, rnd *rand.Rand) {
		tr := g
		tr.t, tr.disk, tr.first = t, d, first
		first += spoolAdmissions
		tr.run()
		d.repair(rnd)
		tr.recover()
	})
}

// gatewayTrial is a spool's life on a disk.
type gatewayTrial struct {
	t      *testing.T
	disk   *faulty
	server *server
	flags  []string
	first  int // admission's number
	taken  int // audit messages that were counted as spooled
}

// run has a gateway take admissions, and kills it.
func (tr *gatewayTrial) run() {
	dir := tr.disk.mount(tr.t)
	defer tr.disk.unmount(tr.t)
	g := launchGateway(tr.t, append(tr.flags, "--spool", filepath.Join(dir, "spool"))...)
	defer g.kill()
	if !g.listens(tr.disk.cutting()) {
		if !tr.disk.excuses(g.log.String()) {
			tr.t.Errorf("arr hl7 does not listen\n%s", g.log)
		}
		return
	}
	conn, err := net.Dial("tcp", g.address)
	if err != nil {
		tr.t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Minute))
	c := mllp.NewConn(conn, 1<<20)
	for i := range spoolAdmissions {
		if i%20 == 0 {
			tr.count(g)
		}
		if tr.disk.cut() {
			break
		}
		if err := admit(c, tr.first+i); err != nil {
			tr.t.Errorf("admission %d: %v", i, err)
			break
		}
	}
	for !tr.disk.cut() && !tr.disk.quiet() {
		tr.count(g)
		time.Sleep(20 * time.Millisecond)
	}
	tr.count(g)
}

// count notes how many messages were spooled.
func (tr *gatewayTrial) count(g *gateway) { tr.taken = g.taken() }

// recover starts a gateway where the power came back: what was spooled is sent, and what
// comes is taken.
func (tr *gatewayTrial) recover() {
	t := tr.t
	dir := tr.disk.mount(t)
	defer tr.disk.unmount(t)
	g := startGateway(t, append(tr.flags, "--spool", filepath.Join(dir, "spool"))...)
	defer g.kill()
	last := tr.first + spoolAdmissions
	if err := admit(dialHL7(t, g.address), last); err != nil {
		t.Fatal(err)
	}
	until(t, 30*time.Second, "the spool takes messages", func() bool { return g.taken() == 1 })
	until(t, 30*time.Second, "nothing is left in the spool", func() bool { return g.figure("repository_waiting_bytes") == 0 })
	found := map[int]bool{}
	for _, id := range asStored(t, tr.server.dir) {
		if id >= tr.first && id < last {
			found[id] = true
		}
	}
	if len(found) < tr.taken {
		t.Errorf("%d audit messages were stored, %d had been spooled\n%s", len(found), tr.taken, g.log)
	}
	if said := g.log.String(); strings.Contains(said, "damaged") {
		t.Errorf("a disk that lost nothing that was synced is called damaged:\n%s", said)
	}
	g.stop()
	t.Logf("%d spooled, %d stored", tr.taken, len(found))
}
