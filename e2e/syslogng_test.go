package e2e

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arr/e2e/peertest"
)

// startSyslogNG runs syslog-ng with a configuration whose source s_src takes octet-counted
// frames over TCP, and returns where.
func startSyslogNG(t *testing.T, conf string) (input string) {
	t.Helper()
	program := peertest.Program(t, "syslog-ng")
	dir, port := t.TempDir(), freePort(t)
	in := func(name string) string { return filepath.Join(dir, name) }
	source := fmt.Sprintf("@version: 3.38\nsource s_src { syslog(ip(127.0.0.1) port(%s) transport(\"tcp\") log-iw-size(1000)); };\n", port)
	conf = strings.Replace(conf, "disk-buffer(", fmt.Sprintf("disk-buffer(dir(%q) ", dir), 1)
	if err := os.WriteFile(in("conf"), []byte(source+conf), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd := exec.Command(program, "-F", "-e", "--no-caps", "-f", in("conf"), "-R", in("persist"), "-c", in("control"), "-p", in("pid"))
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("syslog-ng said:\n%s", log.String())
		}
	})
	input = net.JoinHostPort("127.0.0.1", port)
	until(t, 10*time.Second, "syslog-ng listens", func() bool {
		c, err := net.Dial("tcp", input)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return input
}

// TestReadmeSyslogNG: syslog-ng configured as the README says brings long messages of several
// lines byte for byte.
func TestReadmeSyslogNG(t *testing.T) {
	needBinary(t)
	blocks := fenced(t, "syslog-ng")
	if len(blocks) != 1 {
		t.Fatalf("the README has %d configurations of syslog-ng, want one", len(blocks))
	}
	for _, size := range []int{900, 40000, 900000} {
		t.Run(fmt.Sprintf("%d bytes", size), func(t *testing.T) {
			s := start(t, t.TempDir())
			_, port, _ := net.SplitHostPort(s.ports.TLS[0])
			conf := strings.NewReplacer("arr.hospital.example", "localhost", "/etc/syslog-ng/arr-ca.pem", s.caFile(), "port(6514)", "port("+port+")",
				"disk-buf-size(1073741824)", "disk-buf-size(67108864)").Replace(blocks[0])
			msg := indented("1.2.3", size)
			_, frame := viaRsyslog(t, s, startSyslogNG(t, conf), msg)
			if !strings.HasSuffix(strings.TrimSuffix(frame, "\n"), msg) { // syslog-ng's protocol ends with a line feed
				t.Errorf("the message of %d bytes arrived changed: a frame of %d bytes, %.200q", len(msg), len(frame), frame)
			}
			if r := arr(t, "", "query", "--data", s.dir, "finding:*", "--fields", "findings"); r.code != 1 {
				t.Errorf("the record has findings: %s", r.stdout)
			}
		})
	}
}
