package audit_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"arr/audit"
)

func TestVisible(t *testing.T) {
	for s, want := range map[string]string{
		"":                          "",
		"Müller^Johanna 名前 ✓":       "Müller^Johanna 名前 ✓",
		"a\r\n\tb\u00A0c\u3000d":    "a   b c d",
		"\x1b[2J\x00\x7f":           `\u001b[2J\u0000\u007f`,
		"\u0085\u009b31m":           `\u0085\u009b31m`,
		"\u202Egnp.exe\u2066":       `\u202egnp.exe\u2066`,
		"\u200E\u200F\u2028":        `\u200e\u200f\u2028`,
		"a\u200Bb\u2060\uFEFF":      `a\u200bb\u2060\ufeff`,
		"a\u00ADb\u3164\u115F":      `a\u00adb\u3164\u115f`,
		"\U000E0041\uE000":          `\U000e0041\ue000`,
		"\xff\u009d":                "\uFFFD" + `\u009d`,
		"\U0001F600 \u0301 ❤\uFE0F": "\U0001F600 \u0301 ❤\uFE0F",
	} {
		if got := audit.Visible(s); got != want {
			t.Errorf("Visible(%q) is %q, want %q", s, got, want)
		}
	}
	if got := audit.VisibleLines("a\u0085\n\x1bb\n"); got != "a\\u0085\n\\u001bb\n" {
		t.Errorf("VisibleLines gives %q", got)
	}
}

// FuzzVisible asks that no hidden character is left, and that JSON says the same with escapes.
func FuzzVisible(f *testing.F) {
	f.Add("a\u202E\u0085\U000E0041\x7f\"\\\xff")
	f.Add("plain")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range audit.Visible(s) {
			if audit.Hidden(r) {
				t.Fatalf("Visible(%q) has %U", s, r)
			}
		}
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var before, after string
		escaped := audit.EscapeJSON(text)
		if json.Unmarshal(text, &before) != nil || json.Unmarshal(escaped, &after) != nil || before != after {
			t.Fatalf("%s is not %s", escaped, text)
		}
		for len(escaped) > 0 {
			r, n := utf8.DecodeRune(escaped)
			if audit.Hidden(r) {
				t.Fatalf("%q has %U", escaped, r)
			}
			escaped = escaped[n:]
		}
		if !bytes.Equal(audit.EscapeJSON([]byte(`{"a":"é"}`)), []byte(`{"a":"é"}`)) {
			t.Fatal("what needs no escape is changed")
		}
	})
}
