package e2e

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"arr/trust/ldapconf/ldaptest"
)

// A stock archive's directory is told of arr, arr serves by it, and who looks there as the
// archive does finds it; also while the directory is away, and after a crash.
func TestLDAP(t *testing.T) {
	needBinary(t)
	directory := ldaptest.Start(t)
	s := start(t, t.TempDir())
	s.stop()

	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := fmt.Sprint(ln.Addr().(*net.TCPAddr).Port)
	ln.Close()
	reader := []string{"--ldap", directory.LDAPS, "--ldap-ca", directory.CA}
	writer := []string{"--ldap", directory.LDAP, "--ldap-ca", directory.CA, "--ldap-bind-dn", ldaptest.Admin, "--ldap-password-file", directory.PasswordFile}
	ldif := slices.Concat([]string{"ldap", "ldif", "--ldap-device", "arr", "--archive", "dcm4chee-arc", "--data", s.dir, "--host", "localhost", "--port", port}, writer)
	printed := mustArr(t, "", ldif...)
	directory.Modify(printed)
	if out := mustArr(t, "", append(ldif, "--apply")...); !strings.HasSuffix(out, "nothing to change\n") {
		t.Errorf("what was printed and loaded leaves to do: %s", out)
	}
	if out := mustArr(t, "", slices.Concat([]string{"ldap", "check", "--ldap-device", "dcm4chee-arc"}, reader)...); !strings.Contains(out, `"Audit Logger" sends to tls://localhost:`+port) {
		t.Errorf("arr ldap check: %s", out)
	}

	byDirectory := append([]string{"--ldap-device", "arr"}, reader...)
	s = start(t, s.dir, byDirectory...)
	if _, got, _ := strings.Cut(strings.Join(s.ports.TLS, " "), "]:"); got != port {
		t.Fatalf("it listens at %s, want port %s", s.ports.TLS, port)
	}
	message := filepath.Join(t.TempDir(), "a.xml")
	if err := os.WriteFile(message, []byte("<AuditMessage/>"), 0o600); err != nil {
		t.Fatal(err)
	}
	emit := slices.Concat([]string{"emit", "--ldap-device", "dcm4chee-arc", message}, reader)
	mustArr(t, "", emit...)
	s.awaitStored(1)

	directory.Stop()
	if err := s.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); s.metric("arr_ldap_copy_in_use") != 1; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the copy is not in use\n%s", s.log)
		}
	}
	toArr := []string{"emit", "--to", "tls://localhost:" + port, "--ca", s.caFile(), message}
	mustArr(t, "", toArr...)
	s.awaitStored(2)
	s.kill()
	s = start(t, s.dir, byDirectory...)
	mustArr(t, "", toArr...)
	s.awaitStored(1)
	directory.Resume()
	mustArr(t, "", emit...)
	s.awaitStored(2)
	if n := mustArr(t, "", "query", "--data", s.dir, "*", "--count"); n != "4\n" {
		t.Errorf("%s messages are found, want 4", n)
	}
	s.stop()
	mustArr(t, "", "check", "--data", s.dir)
}
