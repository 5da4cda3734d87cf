package ldapconf_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"arr/trust/ldapconf"
	"arr/trust/ldapconf/ldaptest"
)

// follower is a Source with what it was told and said. Use passes each host name that it is
// given on used.
type follower struct {
	source *ldapconf.Source
	used   chan string
	refuse func(host string) error
	log    lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// follow opens a Source on logstash's connection, and runs it until the test ends.
func follow(t *testing.T, d ldapconf.Directory, keep string, refuse func(host string) error) (*follower, error) {
	t.Helper()
	f := &follower{used: make(chan string, 10), refuse: refuse}
	var err error
	f.source, err = ldapconf.Open(t.Context(), ldapconf.Options{
		Directory: d, Device: "logstash", Copy: keep, Now: func() time.Time { return read },
		Log: slog.New(slog.NewTextHandler(&f.log, nil)),
		Use: func(s *ldapconf.Snapshot) error {
			r, err := s.Receiver()
			if err != nil {
				return err
			}
			host := r.Listeners[0].Host
			if f.refuse != nil {
				if err := f.refuse(host); err != nil {
					return err
				}
			}
			f.used <- host
			return nil
		},
	})
	if err != nil {
		return f, err
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { f.source.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return f, nil
}

func (f *follower) await(t *testing.T, host string) {
	t.Helper()
	select {
	case got := <-f.used:
		if got != host {
			t.Fatalf("%s is used, want %s", got, host)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("%s is never used\n%s", host, f.log.String())
	}
}

// awaitStats waits until the figures are right.
func (f *follower) awaitStats(t *testing.T, right func(ldapconf.Stats) bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !right(f.source.Stats()); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("figures %+v\n%s", f.source.Stats(), f.log.String())
		}
	}
}

func rename(host string) string {
	return "dn: cn=syslog,dicomDeviceName=logstash," + devices + "\nchangetype: modify\nreplace: dicomHostname\ndicomHostname: " + host + "\n"
}

// A directory is followed: what changes there is used, what can't be used is not, and while it
// is away what it said before is used, over a start, too.
func TestSource(t *testing.T) {
	s := ldaptest.Start(t)
	d := directory(t, s.LDAPS, s)
	keep := filepath.Join(t.TempDir(), "ldap.json")
	refuse := func(host string) error {
		if host == "bad" {
			return errors.New("it is bad")
		}
		return nil
	}
	f, err := follow(t, d, keep, refuse)
	if err != nil {
		t.Fatal(err)
	}
	f.await(t, "127.0.0.1")
	if info, err := os.Stat(keep); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy: %v, %v", info, err)
	}

	s.Modify(rename("first"))
	f.source.Reload()
	f.await(t, "first")
	f.awaitStats(t, func(st ldapconf.Stats) bool { return st.Reads == 2 && !st.CopyInUse && st.LastSuccess.Equal(read) })

	s.Modify(rename("bad"))
	f.source.Reload()
	f.awaitStats(t, func(st ldapconf.Stats) bool { return st.Failures == 1 && st.CopyInUse })
	s.Stop()
	f.source.Reload()
	f.awaitStats(t, func(st ldapconf.Stats) bool { return st.Failures == 2 && st.CopyInUse })

	// Another start while it is away, and a third with a copy that is damaged.
	second, err := follow(t, d, keep, refuse)
	if err != nil {
		t.Fatal(err)
	}
	second.await(t, "first")
	if st := second.source.Stats(); !st.CopyInUse || !st.LastSuccess.Equal(read) || st.Failures != 1 || st.Reads != 0 {
		t.Errorf("figures %+v", st)
	}
	s.Resume()
	s.Modify(rename("second"))
	second.source.Reload()
	second.await(t, "second")
	second.awaitStats(t, func(st ldapconf.Stats) bool { return !st.CopyInUse && st.Reads == 1 })
	for _, want := range []string{"the LDAP directory can't be used, what it said before is used", "the LDAP directory can be used again", "what changed in the LDAP directory is used"} {
		if all := f.log.String() + second.log.String(); !strings.Contains(all, want) {
			t.Errorf("the log lacks %q:\n%s", want, all)
		}
	}
}

func TestSourceWithoutCopy(t *testing.T) {
	d, err := ldapconf.ParseURL("ldaps://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	other := snapshot(t, "other", "dn: dicomDeviceName=other,DEVICES\nobjectClass: dicomDevice\n")
	b, err := other.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		copy string
		want string
	}{
		"none":            {"", "there is no copy of it from an earlier start"},
		"damaged":         {`{"version":1`, "it is no copy of a directory"},
		"a newer format":  {`{"version":3}`, "format version 3, and this program reads up to 2"},
		"another device":  {string(b), `is of the device "other"`},
		"an entry double": {`{"version":1,"entries":[{"dn":"cn=a"},{"dn":"CN=A"}]}`, "it has an entry twice"},
	} {
		keep := filepath.Join(t.TempDir(), "ldap.json")
		if test.copy != "" {
			if err := os.WriteFile(keep, []byte(test.copy), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := follow(t, d, keep, nil); err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "connecting") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
