package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestEmitRepeats(t *testing.T) {
	to, got := listen(t)
	var stderr bytes.Buffer
	args := []string{"arr", "emit", "--to", to, "--repeat", "3", "--rate", "1000", writeFile(t, "a.xml", "<AuditMessage/>"), writeFile(t, "b.xml", "<AuditMessage><B/></AuditMessage>")}
	if code := run(t.Context(), args, nil, io.Discard, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	frames := auditFrames(t, got())
	if len(frames) != 6 {
		t.Fatalf("%d frames, want 6", len(frames))
	}
	for i, f := range frames {
		if want := []string{" <AuditMessage/>", "<B/></AuditMessage>"}[i%2]; !strings.HasSuffix(f, want) {
			t.Errorf("frame %d is %q, want the end %q", i, f, want)
		}
	}
	if !strings.HasPrefix(stderr.String(), "6 messages handed over") {
		t.Errorf("says %q", &stderr)
	}
}

// The rate bounds from the first message on: of five at 50 a second the last is due after 80 ms.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, flushed := pace{rate: 50}, 0
		begun := time.Now()
		for range 5 {
			if err := p.wait(t.Context(), func() error { flushed++; return nil }); err != nil {
				t.Fatal(err)
			}
		}
		if d := time.Since(begun); d != 80*time.Millisecond || flushed != 4 {
			t.Errorf("the last of five messages is due after %v, with %d flushes", d, flushed)
		}
	})
}

func TestEmitPaceFailures(t *testing.T) {
	to, _ := listen(t)
	xml := writeFile(t, "a.xml", "<AuditMessage/>")
	for args, says := range map[string]string{
		"--repeat 0 " + xml: "--repeat 0", "--rate 0 " + xml: "--rate 0", "--rate=-1 " + xml: "--rate -1", "--repeat 2 -": "standard input",
	} {
		_, stderr, code := commandLine(t, append([]string{"emit", "--to", to}, strings.Fields(args)...)...)
		if code != exitUsage || !strings.Contains(stderr, says) {
			t.Errorf("arr emit %s: exit code %d, %q; want %q", args, code, stderr, says)
		}
	}
}
