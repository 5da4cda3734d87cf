package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// binary is the program under test, built once.
var binary string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	if os.Getenv("ARR_E2E") == "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "arr-e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "arr")
	build := exec.Command("make", "-C", "..", "build", "BIN="+binary) // as it is delivered
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building arr: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// needBinary skips the test where end-to-end tests were not asked for.
func needBinary(t *testing.T) {
	t.Helper()
	if binary == "" {
		t.Skip("end-to-end tests run with ARR_E2E=1, as make e2e does")
	}
}

// needShared gives the directory of third-party samples, or skips.
func needShared(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("ARR_SHARED"); dir != "" {
		return dir
	}
	dir, err := filepath.Abs("../../shared")
	if err == nil {
		_, err = os.Stat(filepath.Join(dir, "corpus"))
	}
	if err != nil {
		t.Skip("the third-party samples are not here (ARR_SHARED)")
	}
	return dir
}

// server is a running arr serve.
type server struct {
	t     testing.TB
	cmd   *exec.Cmd
	dir   string
	log   *bytes.Buffer
	ports ports
	// exited is closed once the process has ended and cmd.ProcessState says how.
	exited chan struct{}
}

type ports struct {
	PID                          int
	TLS, UDP, TCP, HTTP, Metrics []string
	Socket                       string
}

// start runs arr serve on dir with every listener on a port that the system picks, and
// waits until it listens. Flags given later win over these. The test's end stops it.
func start(t testing.TB, dir string, flags ...string) *server {
	t.Helper()
	return startCommand(t, dir, serveCommand(dir, flags...))
}

func serveCommand(dir string, flags ...string) *exec.Cmd {
	args := append([]string{"serve", "--data", dir, "--tls", "127.0.0.1:0", "--udp", "127.0.0.1:0",
		"--tcp", "127.0.0.1:0", "--http", "127.0.0.1:0"}, flags...)
	cmd := exec.Command(binary, args...)
	cmd.Env = environ()
	return cmd
}

// startCommand is start for a command whose data lie in dir as these tests see it.
func startCommand(t testing.TB, dir string, cmd *exec.Cmd) *server {
	t.Helper()
	s := launch(t, dir, cmd)
	if err := s.listens(nil); err != nil {
		t.Fatalf("%v\n%s", err, s.log)
	}
	return s
}

// launch is startCommand without the wait.
func launch(t testing.TB, dir string, cmd *exec.Cmd) *server {
	t.Helper()
	s := &server{t: t, dir: dir, cmd: cmd, log: &bytes.Buffer{}}
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.exited = make(chan struct{})
	go func() {
		defer close(s.exited)
		_ = s.cmd.Wait() // cmd.ProcessState says it, too
	}()
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		select {
		case <-s.exited:
		case <-time.After(10 * time.Second):
		}
	})
	return s
}

// listens waits until the server does. An error says that it ended first, or that nothing
// came of it until giveUp was closed or 20 s had passed.
func (s *server) listens(giveUp <-chan struct{}) error {
	patience := time.NewTimer(20 * time.Second)
	defer patience.Stop()
	for {
		// What a server before this one left names another process.
		if b, err := os.ReadFile(filepath.Join(s.dir, "ports.json")); err == nil && json.Unmarshal(b, &s.ports) == nil && s.ports.PID == s.cmd.Process.Pid {
			return nil
		}
		select {
		case <-s.exited:
			return fmt.Errorf("arr serve ended: %v", s.cmd.ProcessState)
		case <-giveUp:
			return errors.New("arr serve does not listen yet")
		case <-patience.C:
			return errors.New("arr serve does not listen after 20 s")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// environ is this process's environment without what is meant for the tests, in UTC.
func environ() []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "ARR_") })
	return append(env, "TZ=UTC")
}

// stop asks the server to end and fails the test unless it does so in order.
func (s *server) stop() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	for deadline := time.Now().Add(35 * time.Second); s.running(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("arr serve still runs 35 s after SIGTERM\n%s", s.log)
		}
	}
	if state := s.cmd.ProcessState; state.ExitCode() != 0 {
		s.t.Fatalf("arr serve ended with %v\n%s", state, s.log)
	}
}

// kill ends the server as a power cut would, as far as a process can.
func (s *server) kill() {
	s.t.Helper()
	s.cmd.Process.Kill()
	for s.running() {
		time.Sleep(time.Millisecond)
	}
}

// running says whether the process has not ended; start's goroutine waits for it.
func (s *server) running() bool {
	select {
	case <-s.exited:
		return false
	default:
		return true
	}
}

// metric gives the value of the line of /metrics that begins with name, labels included.
func (s *server) metric(name string) float64 {
	s.t.Helper()
	resp, err := http.Get("http://" + s.ports.HTTP[0] + "/metrics")
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	for line := range strings.Lines(string(body)) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), name+" "); ok {
			v, err := strconv.ParseFloat(rest, 64)
			if err != nil {
				s.t.Fatalf("metric %s: %v", name, err)
			}
			return v
		}
	}
	s.t.Fatalf("no metric %s in\n%s", name, body)
	return 0
}

// awaitStored waits until n records are stored since the server started.
func (s *server) awaitStored(n int) {
	s.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		got := int(s.metric("arr_records_stored_total"))
		if got == n {
			return
		}
		if got > n || time.Now().After(deadline) {
			s.t.Fatalf("%d records are stored, want %d\n%s", got, n, s.log)
		}
	}
}

// result is what a command printed and how it ended.
type result struct {
	stdout, stderr string
	code           int
}

// arr runs a command of the binary to its end.
func arr(t testing.TB, stdin string, args ...string) result {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Env = environ()
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("arr %q: %v", args, err)
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// mustArr is arr for a command that must succeed.
func mustArr(t testing.TB, stdin string, args ...string) string {
	t.Helper()
	r := arr(t, stdin, args...)
	if r.code != 0 {
		t.Fatalf("arr %q exits with %d: %s%s", args, r.code, r.stdout, r.stderr)
	}
	return r.stdout
}

// caFile is the CA that the server made for itself.
func (s *server) caFile() string { return filepath.Join(s.dir, "keys", "ca.pem") }

// dialTCP connects to the plain TCP listener.
func (s *server) dialTCP() net.Conn {
	s.t.Helper()
	c, err := net.Dial("tcp", s.ports.TCP[0])
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// splitFrames reads octet-counted frames, as arr query --format raw prints them.
func splitFrames(t testing.TB, b string) []string {
	t.Helper()
	var frames []string
	for len(b) > 0 {
		digits, rest, ok := strings.Cut(b, " ")
		n, err := strconv.Atoi(digits)
		if !ok || err != nil || n > len(rest) {
			t.Fatalf("not octet counted at %q", b[:min(len(b), 40)])
		}
		frames = append(frames, rest[:n])
		b = rest[n:]
	}
	return frames
}
