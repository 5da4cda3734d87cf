package growth_test

import (
	"bytes"
	"fmt"
	"testing"

	"arr/traffic/growth"
)

func TestShape(t *testing.T) {
	s := growth.Shape{Head: "<", Open: "({n}", Mid: "|", Close: "{n})", Tail: ">"}
	if got := string(s.Of(24)); got != "<(0(1(2|2)1)0)>" {
		t.Errorf("%q", got)
	}
	if got := string(s.Of(0)); got != "<(0|0)>" {
		t.Errorf("%q", got)
	}
}

// noted is a test that notes whether it failed.
type noted struct {
	testing.TB
	failed string
}

func (n *noted) Helper() {}

func (n *noted) Errorf(format string, args ...any) { n.failed = fmt.Sprintf(format, args...) }

var kept []byte

// TestCheck has readers whose cost grows as it may, and ones whose cost does not.
func TestCheck(t *testing.T) {
	shape := growth.Shape{Open: "x"}
	for name, c := range map[string]struct {
		read  func(testing.TB, []byte)
		fails bool
	}{
		"linear": {func(_ testing.TB, b []byte) {
			for range 100 {
				bytes.Count(b, []byte("y"))
			}
		}, false},
		"quadratic in time": {func(_ testing.TB, b []byte) {
			for i := range b {
				bytes.IndexByte(b[i:], 'y')
			}
		}, true},
		"quadratic in bytes": {func(_ testing.TB, b []byte) {
			for i := 0; i < len(b); i += 64 {
				kept = append([]byte(nil), b[i:]...)
			}
		}, true},
	} {
		n := &noted{TB: t}
		if growth.Check(n, shape, 1<<13, c.read); (n.failed != "") != c.fails {
			t.Errorf("%s: %q", name, n.failed)
		}
	}
}
