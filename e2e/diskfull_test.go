package e2e

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDiskFull runs the server on a small tmpfs, fills it, and makes room again: the
// receivers push back, /readyz says so, nothing that was stored is lost, and service
// resumes by itself.
func TestDiskFull(t *testing.T) {
	needBinary(t)
	t.Parallel()
	mount := smallDisk(t, "96m")
	s := start(t, filepath.Join(mount, "data"))
	filler := filepath.Join(mount, "filler")
	fill(t, filler)

	stop := make(chan struct{})
	sent := make(chan int, 1)
	go func() { sent <- sendNumbered(s, 0, stop) }()
	until(t, 20*time.Second, "the disk is full and nothing is stored any more", func() bool {
		before := storedSoFar(s)
		time.Sleep(2 * time.Second)
		return before > 0 && storedSoFar(s) == before
	})
	stored := storedSoFar(s)
	until(t, 60*time.Second, "/readyz turns 503", func() bool { return status(s, "/readyz") == http.StatusServiceUnavailable })
	if got := status(s, "/healthz"); got != http.StatusOK {
		t.Errorf("/healthz says %d on a full disk", got)
	}
	var n int
	select {
	case n = <-sent:
	case <-time.After(40 * time.Second):
		t.Errorf("the connection is still open long after the stall began")
		close(stop)
		n = <-sent
	}
	if got := count(t, s.dir); got < stored {
		t.Errorf("%d records can be found on the full disk, %d were stored", got, stored)
	}

	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	until(t, 20*time.Second, "/readyz turns 200 again", func() bool { return status(s, "/readyz") == http.StatusOK })
	c := s.dialTCP()
	last := numberedFrame(n + 1)
	fmt.Fprintf(c, "%d %s", len(last), last)
	c.Close()
	until(t, 20*time.Second, "a frame is stored again", func() bool {
		return arr(t, "", "query", "--data", s.dir, fmt.Sprintf("study:frame-%d", n+1), "--count").code == 0
	})
	s.stop()
	seen := map[string]bool{}
	for _, f := range splitFrames(t, mustArr(t, "", "query", "--data", s.dir, "*", "--format", "raw")) {
		if m := frameNumber.FindStringSubmatch(f); m != nil {
			if seen[m[1]] {
				t.Errorf("frame %s is stored twice", m[1])
			}
			seen[m[1]] = true
		}
	}
	if len(seen) < stored {
		t.Errorf("%d frames found, %d had been counted as stored", len(seen), stored)
	}
	if out := mustArr(t, "", "check", "--data", s.dir); !strings.Contains(out, "all is as it was written") {
		t.Errorf("check says %s", out)
	}
}

// smallDisk gives a directory with a file system of its own, or skips.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("mounting a tmpfs takes root")
	}
	mount := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", mount).CombinedOutput(); err != nil {
		t.Skipf("a tmpfs can't be mounted here: %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("umount", "-l", mount).Run() })
	return mount
}

// fill writes a file that leaves 4 MiB on its file system.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 1<<20)
	for {
		if _, err := f.Write(block); err != nil {
			break
		}
	}
	fi, err := f.Stat()
	if err == nil {
		err = f.Truncate(fi.Size() - 4<<20)
	}
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}

func status(s *server, path string) int {
	resp, err := http.Get("http://" + s.ports.HTTP[0] + path)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// until waits until what holds.
func until(t *testing.T, patience time.Duration, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// TestHL7DiskFull: arr hl7 has its spool on a disk that is full. Every admission is
// acknowledged all the same, the log says once what that costs, and what comes once there
// is room again is audited.
func TestHL7DiskFull(t *testing.T) {
	needBinary(t)
	mount := smallDisk(t, "32m")
	port := freePort(t)
	s := start(t, t.TempDir(), "--tls", "127.0.0.1:"+port)
	ca := s.caFile()
	s.stop()
	g := startGateway(t, "--forward", hl7Archive(t), "--to", "tls://localhost:"+port, "--ca", ca, "--spool", filepath.Join(mount, "spool"), "--metrics", "127.0.0.1:0")
	filler := filepath.Join(mount, "filler")
	fill(t, filler)
	c, n := dialHL7(t, g.address), 0
	load := func(messages int) {
		for range messages {
			if err := admit(c, n); err != nil {
				t.Fatalf("message %d: %v", n, err)
			}
			n++
		}
	}
	for g.figure("repository_refused_total") == 0 && n < 50000 {
		load(500)
	}
	load(500)
	until(t, 10*time.Second, "all were tried", func() bool {
		return g.figure("repository_taken_total")+g.figure("repository_refused_total") == n
	})
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	before := g.taken()
	load(100)
	until(t, 10*time.Second, "the spool takes messages again", func() bool { return g.taken() == before+100 })
	until(t, 10*time.Second, "the log says so", func() bool {
		load(1)
		return strings.Contains(g.log.String(), "the spool takes audit messages again")
	})
	if text := g.log.String(); strings.Count(text, "can't be opened or written") != 1 {
		t.Errorf("the log says %s", text)
	}
	s = start(t, s.dir, "--tls", "127.0.0.1:"+port)
	until(t, 60*time.Second, "all that was taken is stored", func() bool {
		return g.taken()+g.figure("repository_refused_total") == n && int(s.metric("arr_records_stored_total")) == g.taken()
	})
	g.stop()
}
