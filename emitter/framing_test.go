package emitter_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"arr/emitter"
)

func TestReaderReadsWhatAppendCountedWrites(t *testing.T) {
	frames := []string{"a", "<85>1 - - - - - -", strings.Repeat("x\n7 y", 50000), " 1 2 3", "\x00\xff"}
	var b []byte
	for _, f := range frames {
		b = emitter.AppendCounted(b, []byte(f))
	}
	r := emitter.NewReader(iotest.OneByteReader(bytes.NewReader(b)))
	for i, want := range frames {
		got, err := r.Next()
		if err != nil || string(got) != want {
			t.Fatalf("frame %d: %d bytes, %v, want %d", i, len(got), err, len(want))
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

func TestReaderSaysWhereFramingBreaks(t *testing.T) {
	for _, c := range []struct {
		in     string
		frame  int
		offset int64
		reason string
	}{
		{"<85>1 -", 0, 0, "no length"},
		{"3 abc\n3 def", 1, 5, "no length"},
		{"3 abc03 def", 1, 5, "no length"},
		{"3 abc0 ", 1, 5, "no length"},
		{"3 abc 3 def", 1, 5, "no length"},
		{"12345678901 a", 0, 0, "no length"},
		{"3 abc3", 1, 5, "within the length"},
		{"3 abc4 def", 1, 5, "after 3 of 4 bytes"},
		{"3 abc4 ", 1, 5, "after 0 of 4 bytes"},
		{"9999999999 a", 0, 0, "over the limit"},
	} {
		r := emitter.NewReader(strings.NewReader(c.in))
		var err error
		for err == nil {
			_, err = r.Next()
		}
		var fault *emitter.FramingError
		if !errors.As(err, &fault) || fault.Frame != c.frame || fault.Offset != c.offset || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%q: %v, want %q at frame %d, byte %d", c.in, err, c.reason, c.frame, c.offset)
		}
	}
	broken := errors.New("unplugged")
	if _, err := emitter.NewReader(iotest.ErrReader(broken)).Next(); !errors.Is(err, broken) {
		t.Errorf("a failing input: %v", err)
	}
}

// FuzzReader holds that what Next took, written again, is the beginning of the input.
func FuzzReader(f *testing.F) {
	for _, s := range []string{"", "3 abc", "3 abc4 defg", "3 abc04 defg", "5 ab", "1", "99999999999 x", "2 \r\n2 \xff\x00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r := emitter.NewReader(bytes.NewReader(in))
		var again []byte
		for {
			frame, err := r.Next()
			if err == nil {
				again = emitter.AppendCounted(again, frame)
				continue
			}
			var fault *emitter.FramingError
			switch {
			case err == io.EOF && !bytes.Equal(again, in):
				t.Errorf("%d of %d bytes were read without a fault", len(again), len(in))
			case errors.As(err, &fault) && fault.Offset != int64(len(again)):
				t.Errorf("fault at %d, but %d bytes are sound", fault.Offset, len(again))
			case err != io.EOF && fault == nil:
				t.Error(err)
			}
			break
		}
		if !bytes.HasPrefix(in, again) {
			t.Error("what was read is not what stood there")
		}
	})
}
