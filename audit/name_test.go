package audit_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"arr/audit"
)

func TestNamesAreBounded(t *testing.T) {
	long := strings.Repeat("ä", 20_000)
	for _, c := range []struct{ name, text, want string }{
		{"a usual one", "pacs1", "pacs1"},
		{"none", "", ""},
		{"one that just fits", strings.Repeat("x", audit.MaxName), strings.Repeat("x", audit.MaxName)},
		{"no UTF-8", "a\xffb", "a\uFFFDb"},
		{"NUL", "a\x00b", "a\uFFFDb"},
	} {
		if got := audit.Name(c.text); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	for _, text := range []string{long, long + "x", strings.Repeat("\xff", 100), strings.Repeat("\xff\x00", 60), strings.Repeat("\x00", audit.MaxName), "x" + long} {
		got := audit.Name(text)
		if len(got) > audit.MaxName || !utf8.ValidString(got) || strings.Contains(got, "\x00") || audit.Name(got) != got {
			t.Errorf("%d bytes are named %q", len(text), got)
		}
	}
	if audit.Name(long) == audit.Name(long+"x") {
		t.Error("two long names are one")
	}
}
