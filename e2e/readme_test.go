package e2e

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"arr/e2e/peertest"
)

// fenced gives the README's blocks that are marked as of this language, in order.
func fenced(t *testing.T, language string) []string {
	t.Helper()
	b, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(string(b), -1) {
		blocks = append(blocks, m[1])
	}
	if len(blocks) == 0 {
		t.Fatalf("the README has no blocks of %s", language)
	}
	return blocks
}

// step is a command of the README and what it shows as its output.
type step struct {
	command string
	output  []string
}

// steps reads the blocks of a console.
func steps(blocks []string) []step {
	var all []step
	for _, block := range blocks {
		for line := range strings.Lines(block) {
			line = strings.TrimRight(line, " \n")
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				all = append(all, step{command: command})
			} else if last := len(all) - 1; last >= 0 {
				all[last].output = append(all[last].output, line)
			}
		}
	}
	return all
}

// varying is what differs from run to run, with what stands in its place.
var varying = []struct {
	found *regexp.Regexp
	as    string
}{
	{regexp.MustCompile(`(\[::\]|127\.0\.0\.1|localhost):\d+`), "ADDRESS"},
	{regexp.MustCompile(`([0-9A-F]{2}:){31}[0-9A-F]{2}`), "FINGERPRINT"},
	{regexp.MustCompile(`(received +)\S+ \S+ UTC`), "${1}TIME"},
	{regexp.MustCompile(`"seconds":[0-9.e-]+`), `"seconds":0`},
}

func steady(line string) string {
	for _, v := range varying {
		line = v.found.ReplaceAllString(line, v.as)
	}
	return strings.TrimRight(line, " ")
}

// shows says whether the output is what the README shows, where a line … stands for any
// lines, and … in a line for any text.
func shows(want, got []string) bool {
	if len(want) == 0 {
		return len(got) == 0
	}
	if want[0] == "…" {
		for i := range len(got) + 1 {
			if shows(want[1:], got[i:]) {
				return true
			}
		}
		return false
	}
	if len(got) == 0 {
		return false
	}
	pattern := strings.ReplaceAll(regexp.QuoteMeta(steady(want[0])), "…", ".*")
	ok, err := regexp.MatchString("^"+pattern+"$", steady(got[0]))
	return err == nil && ok && shows(want[1:], got[1:])
}

// leftOut are lines that the README does without: the log, what arr serve makes of the
// environment that these tests run in, and the listener for TCP that they all have.
var leftOut = regexp.MustCompile(`^time=|^arr: ARR_|^  TCP `)

// compare fails the test where a step's output is not what the README shows.
func compare(t *testing.T, s step, output string) {
	t.Helper()
	var got []string
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, " \r\n")
		if leftOut.MatchString(line) {
			continue
		}
		got = append(got, line)
	}
	if !shows(s.output, got) {
		t.Errorf("README: $ %s\nshows\n%s\nbut prints\n%s", s.command, strings.Join(s.output, "\n"), strings.Join(got, "\n"))
	}
}

// readmeDir is a directory as the README's reader has it: with the binary and the message.
func readmeDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(binary, filepath.Join(dir, "bin", "arr")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "fetched.xml"), []byte(fenced(t, "xml")[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// shell runs a command of the README in dir, at the ports that the server really has.
func shell(dir string, s *server, command string) string {
	for port, addresses := range map[string][]string{"6514": s.ports.TLS, "8080": s.ports.HTTP, "5514": s.ports.UDP} {
		_, real, err := net.SplitHostPort(addresses[0])
		if err != nil {
			return err.Error()
		}
		command = strings.ReplaceAll(command, "localhost:"+port, "localhost:"+real)
		command = strings.ReplaceAll(command, "-P "+port, "-P "+real)
	}
	if strings.Contains(command, "arr query") && !strings.Contains(command, "--count") {
		command += " --format table" // the default on the reader's terminal
	}
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TZ=UTC", "PATH="+peertest.Path(s.t))
	out, _ := cmd.CombinedOutput() // what it exits with shows in what it prints
	return string(out)
}

// TestReadmeSession: the first session goes as the README shows it.
func TestReadmeSession(t *testing.T) {
	needBinary(t)
	dir := readmeDir(t)
	all := steps(fenced(t, "console"))
	if all[0].command != "bin/arr serve --data data" {
		t.Fatalf("the first session begins with %q", all[0].command)
	}
	s := start(t, filepath.Join(dir, "data"))
	until(t, 10*time.Second, "the server says how to send to it", func() bool { return strings.Contains(s.log.String(), "rsyslog") })
	compare(t, all[0], strings.ReplaceAll(s.log.String(), dir, "/srv/arr"))
	for _, step := range all[1:] {
		program, _, _ := strings.Cut(step.command, " ")
		if program == "logger" {
			continue
		}
		if program == "curl" {
			peertest.Program(t, "curl")
		}
		if strings.HasPrefix(step.command, "bin/arr check") {
			s.stop()
		}
		compare(t, step, shell(dir, s, step.command))
	}
}

// TestReadmeLogger: what the README has logger send arrives whole.
func TestReadmeLogger(t *testing.T) {
	needBinary(t)
	peertest.Program(t, "logger")
	dir := readmeDir(t)
	s := start(t, filepath.Join(dir, "data"))
	for _, step := range steps(fenced(t, "console")) {
		if strings.HasPrefix(step.command, "logger ") {
			compare(t, step, shell(dir, s, step.command))
		}
	}
	until(t, 10*time.Second, "the message is found", func() bool {
		return strings.TrimSpace(arr(t, "", "query", "--data", s.dir, "patient:P1000000 user:jdoe app:portal transport:udp", "--count").stdout) == "1"
	})
	if r := arr(t, "", "query", "--data", s.dir, "finding:*", "--count"); r.code != 1 {
		t.Errorf("records have findings: %s", mustArr(t, "", "query", "--data", s.dir, "finding:*", "--fields", "findings"))
	}
}

// globals are the settings of rsyslog's global statement.
var globals = regexp.MustCompile(`(?s)^global\((.*?)\)\n`)

// TestReadmeRsyslog: rsyslog configured as the README says brings long messages of several
// lines byte for byte, over TLS and over TCP.
func TestReadmeRsyslog(t *testing.T) {
	needBinary(t)
	blocks := fenced(t, "rsyslog")
	if len(blocks) != 2 {
		t.Fatalf("the README has %d configurations of rsyslog, want one for TLS and one for TCP", len(blocks))
	}
	for i, transport := range []string{"tls", "tcp"} {
		for _, size := range []int{900, 40000, 900000} {
			t.Run(fmt.Sprintf("%s, %d bytes", transport, size), func(t *testing.T) {
				s := start(t, t.TempDir())
				addr := s.ports.TCP[0]
				if transport == "tls" {
					addr = s.ports.TLS[0]
				}
				global, rest := asHere(t, s, addr, blocks[i])
				msg := indented("1.2.3", size)
				_, frame := viaRsyslog(t, s, startRsyslog(t, global, rest), msg)
				if !strings.HasSuffix(frame, msg) {
					t.Errorf("the message of %d bytes arrived changed: a frame of %d bytes", len(msg), len(frame))
				}
				if r := arr(t, "", "query", "--data", s.dir, "finding:*", "--fields", "findings"); r.code != 1 {
					t.Errorf("the record has findings: %s", r.stdout)
				}
			})
		}
	}
}

// TestPrintedRsyslog: the same of the lines that arr serve prints at its start.
func TestPrintedRsyslog(t *testing.T) {
	needBinary(t)
	s := start(t, t.TempDir())
	until(t, 10*time.Second, "the server says how to send to it", func() bool { return strings.Contains(s.log.String(), "PermittedPeers") })
	_, printed, _ := strings.Cut(s.log.String(), "\n  global(")
	var block strings.Builder
	for line := range strings.Lines("  global(" + printed) {
		block.WriteString(strings.TrimPrefix(line, "  "))
	}
	global, rest := asHere(t, s, s.ports.TLS[0], block.String())
	msg := indented("1.2.3", 900000)
	if _, frame := viaRsyslog(t, s, startRsyslog(t, global, rest), msg); !strings.HasSuffix(frame, msg) {
		t.Errorf("the message of %d bytes arrived changed: a frame of %d bytes", len(msg), len(frame))
	}
}

// asHere gives what a block configures of rsyslog for the server at addr: the settings
// of the global statement, and the rest.
func asHere(t *testing.T, s *server, addr, block string) (global, rest string) {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	port = fmt.Sprintf("port=%q", port)
	conf := strings.NewReplacer("arr.hospital.example", "localhost", "/etc/rsyslog.d/arr-ca.pem", s.caFile(),
		`port="6514"`, port, `port="6601"`, port).Replace(block)
	m := globals.FindStringSubmatch(conf)
	if m == nil {
		t.Fatalf("no global statement begins\n%s", conf)
	}
	return m[1], strings.TrimPrefix(conf, m[0])
}
