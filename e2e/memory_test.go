package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"
)

var peakLine = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peakMiB is the most memory that a process was resident in.
func peakMiB(t *testing.T, pid int) int {
	t.Helper()
	peak, err := residentPeak(pid)
	if err != nil {
		t.Fatal(err)
	}
	return peak
}

func residentPeak(pid int) (mebibytes int, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	m := peakLine.FindSubmatch(b)
	if m == nil {
		return 0, fmt.Errorf("process %d has no VmHWM", pid)
	}
	kb, err := strconv.Atoi(string(m[1]))
	return kb >> 10, err
}

// peakOf runs a command to its end and returns the most memory that it was resident in, as
// it was seen to grow: what the system says of a process that ended counts the memory of
// the test too, which it was a copy of when it began.
func peakOf(t *testing.T, cmd *exec.Cmd) (mebibytes int, err error) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		if peak, err := residentPeak(cmd.Process.Pid); err == nil {
			mebibytes = max(mebibytes, peak)
		}
		select {
		case err := <-ended:
			return mebibytes, err
		case <-time.After(2 * time.Millisecond):
		}
	}
}
