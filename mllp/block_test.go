package mllp_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"arr/mllp"
)

// readBlocks reads to the end or to the first error.
func readBlocks(r io.Reader, limit int) (all []string, err error) {
	blocks := mllp.NewReader(r, limit)
	for {
		b, err := blocks.Next()
		if err != nil {
			return all, err
		}
		all = append(all, string(b))
	}
}

func TestReader(t *testing.T) {
	long := strings.Repeat("x", 10000)
	for _, c := range []struct {
		name, in string
		want     []string
		err      error
	}{
		{"nothing", "", nil, io.EOF},
		{"two", "\x0bone\x1c\r\x0btwo\x1c\r", []string{"one", "two"}, io.EOF},
		{"line ends between", "\n\x0bone\x1c\r\r\n\x0btwo\x1c\r\n", []string{"one", "two"}, io.EOF},
		{"empty", "\x0b\x1c\r", []string{""}, io.EOF},
		{"end and start within", "\x0ba\x1cb\x0bc\x1c\x1c\r", []string{"a\x1cb\x0bc\x1c"}, io.EOF},
		{"commit", "\x0b\x06\x1c\r", []string{"\x06"}, io.EOF},
		{"long", "\x0b" + long + "\x1c\r", []string{long}, io.EOF},
		{"too long", "\x0b" + long + "x\x1c\r", nil, mllp.ErrTooLarge},
		{"no start", "MSH|\x1c\r", nil, mllp.ErrFraming},
		{"cut", "\x0bone\x1c\r\x0btw", []string{"one"}, io.ErrUnexpectedEOF},
		{"cut at the end", "\x0bone\x1c", nil, io.ErrUnexpectedEOF},
	} {
		for _, r := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in))} {
			if got, err := readBlocks(r, len(long)); !slices.Equal(got, c.want) || !errors.Is(err, c.err) {
				t.Errorf("%s: %.60q, %v; want %.60q, %v", c.name, got, err, c.want, c.err)
			}
		}
	}
}

// FuzzReader: what is read, written as blocks again, is read as the same.
func FuzzReader(f *testing.F) {
	f.Add([]byte("\x0bone\x1c\r\n\x0btwo\x1c\r"))
	f.Add([]byte("\x0ba\x1cb\x1c\x1c\r"))
	f.Add([]byte("\x0b\x15\x1c\r\x0bcut"))
	f.Fuzz(func(t *testing.T, in []byte) {
		first, _ := readBlocks(bytes.NewReader(in), 1000)
		var out []byte
		for _, b := range first {
			if len(b) > 1000 {
				t.Errorf("a message of %d bytes", len(b))
			}
			out = mllp.AppendBlock(out, []byte(b))
		}
		again, err := readBlocks(bytes.NewReader(out), 1000)
		if !slices.Equal(first, again) || err != io.EOF {
			t.Errorf("%q, read again %q, %v", first, again, err)
		}
	})
}
