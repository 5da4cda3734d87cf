package e2e

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestStatic: the binary asks for no library and no loader.
func TestStatic(t *testing.T) {
	needBinary(t)
	f, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	libraries, err := f.ImportedLibraries()
	if err != nil || len(libraries) > 0 {
		t.Errorf("it asks for %q, %v", libraries, err)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("it asks for a loader")
		}
	}
}

// TestNothingBeside: the binary alone, on a file system that holds nothing else, takes a
// message in over TLS by the machine's name, answers, and checks what it stored.
func TestNothingBeside(t *testing.T) {
	needBinary(t)
	if os.Getuid() != 0 {
		t.Skip("only root may change the root directory")
	}
	root := t.TempDir()
	b, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "arr"), b, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "message.xml"), []byte(fenced(t, "xml")[0]), 0o644); err != nil {
		t.Fatal(err)
	}
	inside := func(args ...string) *exec.Cmd {
		return &exec.Cmd{Path: "/arr", Args: append([]string{"arr"}, args...), Dir: "/", Env: []string{},
			SysProcAttr: &syscall.SysProcAttr{Chroot: root}}
	}
	s := startCommand(t, filepath.Join(root, "data"), inside("serve", "--data", "/data",
		"--tls", "127.0.0.1:0", "--udp", "off", "--http", "127.0.0.1:0", "--zone", "Europe/Vienna"))
	run := func(want string, args ...string) {
		t.Helper()
		out, err := inside(args...).CombinedOutput()
		if err != nil || string(out) != want {
			t.Errorf("arr %q: %v, printed %q, want %q", args, err, out, want)
		}
	}
	to := "tls://" + s.ports.TLS[0]
	run("1 message handed over to "+to+"\n", "emit", "--to", to, "--ca", "/data/keys/ca.pem", "/message.xml")
	run("1\n", "query", "--data", "/data", "patient:P1000000", "--count")
	s.stop()
	run("1 record in 1 segment and 0 journal files read: all is as it was written\n", "check", "--data", "/data")
}
