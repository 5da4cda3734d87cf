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
	if os.Geteuid() != 0 {
		t.Skip("mounting a tmpfs takes root")
	}
	mount := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", mount).CombinedOutput(); err != nil {
		t.Skipf("a tmpfs can't be mounted here: %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("umount", "-l", mount).Run() })
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
