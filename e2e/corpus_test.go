package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// maxDatagram is the most that a UDP datagram carries over IPv4.
const maxDatagram = 65507

// corpusFrames gives every sample as the frame that a sender would put on the wire:
// syslog samples as they are, audit messages behind an RFC 5424 header.
func corpusFrames(t *testing.T) []string {
	t.Helper()
	root := filepath.Join(needShared(t), "corpus")
	var frames []string
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		kind, _, _ := strings.Cut(rel, string(filepath.Separator))
		if kind != "syslog" && filepath.Ext(path) != ".xml" || kind == "fhir-auditevent" {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil || len(b) == 0 {
			return err
		}
		frame := string(b)
		if kind != "syslog" {
			frame = "<85>1 2026-11-01T10:00:00.000Z corpus test 1 IHE+RFC-3881 - " + frame
		}
		frames = append(frames, frame)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(frames) < 200 {
		t.Fatalf("the corpus has %d samples only", len(frames))
	}
	return frames
}

// TestCorpusComesBack sends every sample of other vendors' software through each receiver
// and gets each back byte for byte.
func TestCorpusComesBack(t *testing.T) {
	needBinary(t)
	frames := corpusFrames(t)
	s := start(t, t.TempDir())

	counted := func(c net.Conn) {
		t.Helper()
		defer c.Close()
		for _, f := range frames {
			if _, err := fmt.Fprintf(c, "%d %s", len(f), f); err != nil {
				t.Fatal(err)
			}
		}
	}
	counted(s.dialTCP())
	pem, err := os.ReadFile(s.caFile())
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	c, err := tls.Dial("tcp", s.ports.TLS[0], &tls.Config{RootCAs: roots, ServerName: "localhost"})
	if err != nil {
		t.Fatal(err)
	}
	counted(c)
	s.awaitStored(2 * len(frames))

	var datagrams []string
	u, err := net.Dial("udp", s.ports.UDP[0])
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	for _, f := range frames {
		if len(f) > maxDatagram {
			continue
		}
		if _, err := u.Write([]byte(f)); err != nil {
			t.Fatal(err)
		}
		datagrams = append(datagrams, f)
		time.Sleep(100 * time.Microsecond)
	}
	s.awaitStored(2*len(frames) + len(datagrams))

	for _, sealed := range []bool{false, true} {
		if sealed {
			s.stop()
		}
		for transport, want := range map[string][]string{"tcp": frames, "tls": frames, "udp": datagrams} {
			got := splitFrames(t, mustArr(t, "", "query", "--data", s.dir, "transport:"+transport, "--format", "raw"))
			diffFrames(t, fmt.Sprintf("%s, sealed %v", transport, sealed), got, want)
		}
	}
	if out := mustArr(t, "", "check", "--data", s.dir); !strings.Contains(out, "all is as it was written") {
		t.Errorf("check says %s", out)
	}
}

// diffFrames compares two sets of frames, each as often as it stands there.
func diffFrames(t *testing.T, what string, got, want []string) {
	t.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if len(got) != len(want) {
		t.Errorf("%s: %d frames came back, %d were sent", what, len(got), len(want))
		return
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s: a frame of %d bytes came back as one of %d: it begins %.60q", what, len(want[i]), len(got[i]), want[i])
			return
		}
	}
}
