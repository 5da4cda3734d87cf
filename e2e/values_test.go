package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// valuesMemory is what a command may hold in memory that counts a sender's values, in MiB.
const valuesMemory = 450

// TestManyValues: more values than there is memory to count are counted in that memory. The
// most frequent one is exact, and an answer that lacks seldom ones says so.
func TestManyValues(t *testing.T) {
	needBinary(t)
	messages := 24 // of 25,000 values each
	if soak() {
		messages = 100
	}
	s := start(t, t.TempDir())
	c := s.dialTCP()
	defer c.Close()
	for k := range messages {
		f := strings.Replace(largeFrame(k), "</SOPClass>", `<Instance UID="2.999.often"/></SOPClass>`, 1)
		if _, err := io.WriteString(c, fmt.Sprintf("%d %s", len(f), f)); err != nil {
			t.Fatal(err)
		}
	}
	s.awaitStored(messages)
	s.stop()
	ask := func(args ...string) (out, errs string, code int) {
		cmd := exec.Command(binary, append([]string{"query", "--data", s.dir, "*", "--by", "instance"}, args...)...)
		cmd.Env = environ()
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		peak, err := peakOf(t, cmd)
		if err != nil && !errors.As(err, new(*exec.ExitError)) {
			t.Fatal(err)
		}
		t.Logf("%q: %d MiB", args, peak)
		if peak == 0 || peak > valuesMemory {
			t.Errorf("%q takes %d MiB", args, peak)
		}
		return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
	}
	often := fmt.Sprintf(`{"value":"2.999.often","count":%d}`, messages)
	if out, errs, code := ask("--top", "1"); code != 0 || !strings.Contains(out, often) {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
	if out, errs, code := ask(); code != 5 || !strings.Contains(out, often) || !strings.Contains(errs, "are left out") {
		t.Errorf("exit code %d, %d bytes: %.300s%s", code, len(out), out, errs)
	}
}
