package receiver_test

import (
	"crypto/tls"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"arr/receiver"
)

// corpus reads what other vendors' software wrote, one frame a file. The samples
// are no part of the project: they lie beside it, or where ARR_SHARED says.
func corpus(tb testing.TB) []string {
	tb.Helper()
	shared := os.Getenv("ARR_SHARED")
	if dir, err := os.Getwd(); err == nil && shared == "" {
		for shared = filepath.Join(dir, "shared"); dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
			shared = filepath.Join(dir, "shared")
			if _, err := os.Stat(filepath.Join(shared, "corpus")); err == nil {
				break
			}
		}
	}
	var frames []string
	for _, part := range []string{"audit-xml", "syslog"} {
		err := filepath.WalkDir(filepath.Join(shared, "corpus", part), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			if len(b) > 0 {
				frames = append(frames, string(b))
			}
			return err
		})
		if err != nil {
			tb.Skipf("no corpus of samples beside the project: %v", err)
		}
	}
	return frames
}

func TestCorpusComesThrough(t *testing.T) {
	want := corpus(t)
	var stream strings.Builder
	for _, f := range want {
		stream.WriteString(counted(f))
	}
	t.Run("TCP", func(t *testing.T) {
		r := serveTCP(t, &receiver.Server{}, receiver.ListenerOptions{})
		send(t, dial(t, r.addr), stream.String())
		equal(t, r.frames(t, len(want)), want...)
	})
	t.Run("TLS", func(t *testing.T) {
		r := serveTLS(t, &receiver.Server{}, &tls.Config{Certificates: []tls.Certificate{newCertificate(t, "arr")}})
		send(t, dialTLS(t, r.addr, &tls.Config{InsecureSkipVerify: true}), stream.String())
		equal(t, r.frames(t, len(want)), want...)
	})
	t.Run("UDP", func(t *testing.T) {
		r := serveUDP(t, &receiver.Server{}, "127.0.0.1:0")
		c := dialUDP(t, r.addr)
		n := 0
		for _, f := range want {
			if len(f) <= 65507 {
				send(t, c, f)
				n++
				got := r.frames(t, n)
				equal(t, got[n-1:], f)
			}
		}
	})
}

// Indented messages that come line by line are put together again.
func TestCorpusInLines(t *testing.T) {
	var want []string
	for _, f := range corpus(t) {
		f = strings.TrimRight(f, "\n")
		if strings.HasSuffix(strings.TrimRight(f, "\r \t"), "AuditMessage>") && strings.Count(f, "AuditMessage") == 2 {
			want = append(want, "<85>1 - - - - - - "+f)
		}
	}
	r := serveTCP(t, &receiver.Server{}, receiver.ListenerOptions{})
	send(t, dial(t, r.addr), strings.Join(want, "\n")+"\n")
	equal(t, r.frames(t, len(want)), want...)
	t.Logf("%d messages", len(want))
}
