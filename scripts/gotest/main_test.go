package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What go test -json says becomes what go test prints, and the skipped tests with reasons.
func TestFollow(t *testing.T) {
	said := strings.Join([]string{
		`{"Action":"build-output","ImportPath":"arr/x","Output":"x.go:1: no\n"}`,
		`{"Action":"run","Package":"arr/a","Test":"TestOne"}`,
		`{"Action":"output","Package":"arr/a","Test":"TestOne","Output":"=== RUN   TestOne\n"}`,
		`{"Action":"output","Package":"arr/a","Test":"TestOne","Output":"    a_test.go:3: heard on the way: nothing\n"}`,
		`{"Action":"output","Package":"arr/a","Test":"TestOne","Output":"    peers.go:60: jing is not here (Debian package jing)\n"}`,
		`{"Action":"output","Package":"arr/a","Test":"TestOne","Output":"--- SKIP: TestOne (0.00s)\n"}`,
		`{"Action":"skip","Package":"arr/a","Test":"TestOne"}`,
		`{"Action":"output","Package":"arr/a","Test":"TestTwo","Output":"    a_test.go:9: wrong\n"}`,
		`{"Action":"fail","Package":"arr/a","Test":"TestTwo"}`,
		`{"Action":"output","Package":"arr/a","Test":"TestThree","Output":"    a_test.go:9: right\n"}`,
		`{"Action":"pass","Package":"arr/a","Test":"TestThree"}`,
		`{"Action":"output","Package":"arr/a","Output":"FAIL\tarr/a\t0.1s\n"}`,
		`{"Action":"skip","Package":"arr/b"}`,
		`{"Action":"skip","Package":"arr/a","Test":"TestMute"}`,
		`not JSON`,
	}, "\n") + "\n"
	var printed strings.Builder
	skipped, err := follow(strings.NewReader(said), &printed)
	if err != nil {
		t.Fatal(err)
	}
	if want := "x.go:1: no\n    a_test.go:9: wrong\nFAIL\tarr/a\t0.1s\nnot JSON\n"; printed.String() != want {
		t.Errorf("printed is %q, want %q", &printed, want)
	}
	file := filepath.Join(t.TempDir(), "skips")
	if err := os.WriteFile(file, []byte(strings.Join(skipped, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	var told strings.Builder
	if err := report(&told, []string{file, file}); err != nil {
		t.Fatal(err)
	}
	want := "4 tests were skipped:\n  2: jing is not here (Debian package jing)\n       arr/a TestOne\n       arr/a TestOne\n" +
		"  2: no reason is said\n       arr/a TestMute\n       arr/a TestMute\n"
	if told.String() != want {
		t.Errorf("told is\n%s\nwant\n%s", &told, want)
	}
}
