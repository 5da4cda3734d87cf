package emitter_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"arr/emitter"
)

// childAddress and childDir make the test binary a sender that is to be killed: where
// it sends to, and where its spools lie.
const (
	childAddress = "EMITTER_TEST_ADDRESS"
	childDir     = "EMITTER_TEST_DIR"
	childFirst   = "EMITTER_TEST_FIRST"
)

// TestSenderChild is not a test but the sender of TestSenderIsKilled: it logs messages
// and prints the number of each once Log has returned.
func TestSenderChild(t *testing.T) {
	address := os.Getenv(childAddress)
	if address == "" {
		t.Skip("this is the process that TestSenderIsKilled kills")
	}
	to, err := emitter.ParseTarget("tcp://" + address)
	if err != nil {
		t.Fatal(err)
	}
	first, err := strconv.Atoi(os.Getenv(childFirst))
	if err != nil {
		t.Fatal(err)
	}
	repository := quick("main", to)
	repository.MaxPipelined = 40
	l := open(t, os.Getenv(childDir), nil, repository)
	for i := first; ; i++ {
		if err := l.Log(message(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
		fmt.Printf("logged %d\n", i)
	}
}

// runChild lets a sender log from number first on and kills it. It gives the number after
// the last that was logged.
func runChild(t *testing.T, address, dir string, first int, life time.Duration) int {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestSenderChild$")
	cmd.Env = append(os.Environ(), childAddress+"="+address, childDir+"="+dir, fmt.Sprintf("%s=%d", childFirst, first))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	next := first
	var kill *time.Timer
	for lines.Scan() {
		digits, ok := strings.CutPrefix(lines.Text(), "logged ")
		n, err := strconv.Atoi(digits)
		if !ok || err != nil {
			t.Errorf("the sender says %q", lines.Text())
			continue
		}
		next = n + 1
		if kill == nil {
			kill = time.AfterFunc(life, func() { cmd.Process.Kill() })
		}
	}
	io.Copy(io.Discard, out)
	cmd.Wait()
	return next
}

// TestSenderIsKilled: what Log has taken arrives, in order, though the sender is killed
// again and again; what arrives twice was in flight when it was.
func TestSenderIsKilled(t *testing.T) {
	r := newRepository(t)
	r.start()
	dir := t.TempDir()
	const kills = 6
	next := 0
	for i := range kills {
		if i%2 == 1 {
			r.stop()
		} else if i > 0 {
			r.start()
		}
		// A number may be logged twice: by the child that was killed before it could
		// say so, and by the next.
		next = runChild(t, net.JoinHostPort(r.target.Host, r.target.Port), dir, next, time.Duration(5+rand.IntN(60))*time.Millisecond)
	}
	r.start()
	repository := quick("main", r.target)
	l := open(t, dir, nil, repository)
	until(t, "all was sent", sentAll(l))
	all := r.ids()
	highest, repeated := -1, 0
	for _, id := range all {
		n, err := strconv.Atoi(id)
		switch {
		case err != nil:
			t.Fatalf("%q arrived", id)
		case n > highest+1:
			t.Fatalf("%d arrived after %d", n, highest)
		case n <= highest:
			repeated++
		}
		highest = max(highest, n)
	}
	t.Logf("%d logged, %d arrived, %d of them again", next, len(all), repeated)
	if highest < next-1 {
		t.Errorf("%d was logged, %d is the last that arrived", next-1, highest)
	}
	// A connection carries 40 messages, and each end of a process or repository breaks
	// one at most.
	if most := 2 * kills * 41; repeated > most {
		t.Errorf("%d messages arrived again, want at most %d", repeated, most)
	}
}
