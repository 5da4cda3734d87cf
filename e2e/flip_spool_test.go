package e2e

import (
	"math/rand/v2"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// admissions are how many audit messages wait in the spool that is damaged.
const admissions = 40

// TestSpoolFlips damages one file of a spool that a killed gateway left, and starts another on
// it: what reaches the repository is what was spooled, what is missing was told of, and what
// comes then is delivered; or the gateway does not start and names the file.
func TestSpoolFlips(t *testing.T) {
	needBinary(t)
	rnd := rand.New(rand.NewPCG(flipSeed(t), 0))
	port, template := freePort(t), t.TempDir()
	flags := []string{"--forward", hl7Archive(t), "--to", "tcp://127.0.0.1:" + port, "--metrics", "127.0.0.1:0"}
	g := startGateway(t, append(flags, "--spool", template)...)
	c := dialHL7(t, g.address)
	for i := range admissions {
		if err := admit(c, i); err != nil {
			t.Fatal(err)
		}
	}
	until(t, 30*time.Second, "all is in the spool", func() bool { return g.taken() == admissions })
	g.kill()
	places := placesOf(t, template)
	for i := range soakCount(3, 300) {
		f := &flip{place: places[rnd.IntN(len(places))], how: operations[rnd.IntN(len(operations))], rnd: rnd}
		t.Run(strconv.Itoa(i)+" "+f.String(), func(t *testing.T) { trySpool(t, template, port, flags, f) })
	}
}

// trySpool damages a copy of a spool and has it delivered.
func trySpool(t *testing.T, template, port string, flags []string, f *flip) {
	spool := filepath.Join(t.TempDir(), "spool")
	copyDirectory(t, template, spool)
	if !f.damage(t, spool) {
		return
	}
	s := start(t, t.TempDir(), "--tcp", net.JoinHostPort("127.0.0.1", port))
	g := launchGateway(t, append(flags, "--spool", spool)...)
	if !g.listens(nil) {
		if !strings.Contains(g.log.String(), filepath.Base(f.place.file)) {
			t.Errorf("arr hl7 does not start, and does not name the file:\n%s", g.log)
		}
		s.stop()
		return
	}
	if err := admit(dialHL7(t, g.address), admissions); err != nil {
		t.Fatal(err)
	}
	until(t, 60*time.Second, "what comes after the damage is delivered", func() bool {
		return arr(t, "", "query", "--data", s.dir, "patient:HL"+strconv.Itoa(1000000 + admissions)[1:], "--count").code == 0
	})
	g.stop()
	said := g.log.String()
	if strings.Contains(said, "panic") || strings.Contains(said, "goroutine ") {
		t.Errorf("it says\n%s", said)
	}
	times := map[int]int{}
	for _, id := range asStored(t, s.dir) {
		times[id]++
	}
	gone := f.how == removed || f.how == replaced // nothing is left that could tell
	for i := range admissions + 1 {
		if times[i] == 0 && !gone && !strings.Contains(said, "can't be read") {
			t.Errorf("admission %d is missing, and nothing was said", i)
		}
		if times[i] > 1 {
			t.Errorf("admission %d came %d times", i, times[i])
		}
		delete(times, i)
	}
	if len(times) > 0 {
		t.Errorf("admissions came that nobody sent: %v", times)
	}
	s.stop()
}
