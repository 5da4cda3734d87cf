package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a running arr serve.
type server struct {
	cmd   *exec.Cmd
	ports ports
	log   bytes.Buffer
	// exited gets what Wait returned, once.
	exited chan error
}

// ports is what stands in ports.json.
type ports struct {
	PID       int
	TLS, HTTP []string
}

// startServer runs arr serve on dir and waits until it listens.
func startServer(binary, dir string) (*server, error) {
	s := &server{exited: make(chan error, 1)}
	s.cmd = exec.Command(binary, "serve", "--data", dir, "--tls", "127.0.0.1:0", "--udp", "off", "--http", "127.0.0.1:0")
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { s.exited <- s.cmd.Wait() }()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		select {
		case err := <-s.exited:
			s.exited <- err
			return nil, fmt.Errorf("arr serve ended with %v:\n%s", err, &s.log)
		default:
		}
		b, err := os.ReadFile(filepath.Join(dir, "ports.json"))
		if err == nil && json.Unmarshal(b, &s.ports) == nil && s.ports.PID == s.cmd.Process.Pid {
			return s, nil
		}
	}
	s.kill()
	return nil, fmt.Errorf("arr serve did not listen within 30 s:\n%s", &s.log)
}

// stop asks the server to end and waits until it has.
func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-s.exited:
		s.exited <- err
		if err != nil {
			return fmt.Errorf("arr serve ended with %w:\n%s", err, &s.log)
		}
		return nil
	case <-time.After(2 * time.Minute):
		return errors.New("arr serve still runs 2 minutes after SIGTERM")
	}
}

// kill ends a server that still runs.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // it may have ended
	s.exited <- <-s.exited
}

// ticksPerSecond is the unit of /proc/PID/stat (USER_HZ, 100 on every Linux that Go
// runs on).
const ticksPerSecond = 100

// cpu is the time, user and system, that the running server has used.
func (s *server) cpu() (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	// The fields after the command's name, which may hold blanks, begin at the third.
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	const user, system = 14 - 3, 15 - 3
	if len(fields) <= system {
		return 0, fmt.Errorf("/proc/%d/stat has %d fields", s.cmd.Process.Pid, len(fields))
	}
	var ticks int64
	for _, i := range []int{user, system} {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / ticksPerSecond, nil
}

// total is the time, user and system, that the server used until it ended.
func (s *server) total() time.Duration {
	return s.cmd.ProcessState.UserTime() + s.cmd.ProcessState.SystemTime()
}

// peakMemory is the most that was resident (VmHWM), in bytes.
func (s *server) peakMemory() (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("/proc/PID/status has no VmHWM")
}

// stored is the metric arr_records_stored_total.
func (s *server) stored() (int, error) {
	resp, err := http.Get("http://" + s.ports.HTTP[0] + "/metrics")
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "arr_records_stored_total "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			return int(n), err
		}
	}
	return 0, errors.New("/metrics has no arr_records_stored_total")
}
