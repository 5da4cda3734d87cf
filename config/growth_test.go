package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"arr/config"
	"arr/traffic/growth"
)

// FuzzGrowth reads files and listeners of many shapes.
func FuzzGrowth(f *testing.F) {
	shapes := []growth.Shape{
		{Open: "a{n} = 1\n"}, {Head: "tls = [", Open: `":{n}",`, Tail: `":1"]`}, {Open: "#\n"}, {Open: "[a{n}]\n"}, {Open: "[[a]]\n"}, {Open: "a."}, {Head: "a = ", Open: "["}, {Head: "a = ", Open: "[", Close: "]"},
		{Head: `a = "`, Open: "x", Tail: `"`}, {Head: `a = """`, Open: "\n"}, {Head: ":1", Open: ",tls=on"}, {Head: ":1,allow=name:a", Open: "|name:b{n}"}, {Head: ":1,allow=", Open: `\,`}, {Head: "data", Open: "a", Tail: " = 1"},
	}
	all := []string{"tls", "client-ca", "client-auth", "client-verify", "allow", "crl", "tolerate", "profile", "proxy"}
	path := filepath.Join(f.TempDir(), "arr.toml")
	growth.Fuzz(f, shapes, func(t testing.TB, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _ = config.Load(config.Sources{Flags: map[string][]string{"config": {path}}})
		_, _ = config.ParseListener(string(text), all...)
	})
}
