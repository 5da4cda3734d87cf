package peertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// scriptHere is install-peers.sh in a repository of its own, where nothing is fetched, with a
// line more in its list. It returns the script's path.
func scriptHere(t *testing.T, line string) string {
	t.Helper()
	own := filepath.Join(t.TempDir(), "scripts")
	if err := os.Mkdir(own, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, more := range map[string]string{"peers.txt": line, "install-peers.sh": ""} {
		b, err := os.ReadFile(filepath.Join(repository(t), "scripts", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(own, name), append(b, more...), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(own, "install-peers.sh")
}

// run runs a script, which has to succeed, and returns what it says.
func run(t *testing.T, script string, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command("/bin/bash", append([]string{script}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// TestScriptReadsTheSameList: the script that fetches and this package agree on what is
// missing, and neither takes a program for whole that lacks what is needed beside it.
func TestScriptReadsTheSameList(t *testing.T) {
	said := run(t, scriptHere(t, "sh\tdash\t/nowhere/*.so\n"), nil, "--needed")
	all, err := peers(repository(t))
	if err != nil {
		t.Fatal(err)
	}
	all["sh"] = peer{[]string{"dash"}, []string{"/nowhere/*.so"}}
	for name, p := range all {
		missing := strings.Contains(said, " "+name+" ("+strings.Join(p.packages, " ")+")")
		if found := p.inSystem(name); missing == (found != "") {
			t.Errorf("%s: the script takes it for missing: %t, the tests find %q", name, missing, found)
		}
	}
}

const nowhere = "no-such-program\tbash\t\n"

// TestScriptWithoutDebian: where there is no apt the script says so, and succeeds.
func TestScriptWithoutDebian(t *testing.T) {
	bin := t.TempDir()
	for _, tool := range []string{"dirname", "sed"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(bin, tool)); err != nil {
			t.Fatal(err)
		}
	}
	said := run(t, scriptHere(t, nowhere), []string{"PATH=" + bin})
	for _, want := range []string{"no-such-program (bash)", "this is no Debian system", "tests that need them skip"} {
		if !strings.Contains(said, want) {
			t.Errorf("it lacks %q: %s", want, said)
		}
	}
}

// TestScriptWithoutNetwork: where no package can be had the script says so, and succeeds.
func TestScriptWithoutNetwork(t *testing.T) {
	if _, err := exec.LookPath("/usr/bin/apt-get"); err != nil {
		t.Skip("this is no Debian system")
	}
	const closed = "=http://127.0.0.1:9" // nobody listens at the port of discard
	script := scriptHere(t, nowhere)
	said := run(t, script, []string{"http_proxy" + closed, "https_proxy" + closed})
	for _, want := range []string{"no-such-program can't be had", "tests that need them skip"} {
		if !strings.Contains(said, want) {
			t.Errorf("it lacks %q: %s", want, said)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(script), "../bin/peers/bin/*")); len(left) > 0 {
		t.Errorf("it made %q", left)
	}
}
