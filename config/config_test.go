package config_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"arr/config"
)

func load(t testing.TB, s config.Sources) *config.Config {
	t.Helper()
	c, err := config.Load(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// file gives the sources that name a file with this text.
func file(t testing.TB, text string) config.Sources {
	t.Helper()
	path := filepath.Join(t.TempDir(), "arr.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Sources{Flags: map[string][]string{"config": {path}}}
}

func addresses(ls []config.Listener) string {
	var s []string
	for _, l := range ls {
		s = append(s, l.String())
	}
	return strings.Join(s, " ")
}

func TestDefaults(t *testing.T) {
	c := load(t, config.Sources{})
	got := []string{c.Data, addresses(c.TLS), addresses(c.UDP), addresses(c.TCP), addresses(c.HTTP), addresses(c.Metrics), c.LogFormat}
	want := []string{"/var/lib/arr", ":6514", ":514", "", "127.0.0.1:8080", "", "text"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if c.MaxFrame != 16<<20 || c.Zone != time.Local || c.LogLevel != slog.LevelInfo || c.DataOnNetwork {
		t.Errorf("max-frame %d, zone %v, log-level %v, data-on-network %v", c.MaxFrame, c.Zone, c.LogLevel, c.DataOnNetwork)
	}
	for _, s := range config.Settings() {
		if c.Given(s.Key) {
			t.Errorf("%s counts as given", s.Key)
		}
	}
}

// Each source overrides the one before.
func TestPrecedence(t *testing.T) {
	const text = "data = \"/file\"\ntls = [\":1\", \":2\"]\nudp = \"off\"\nlog-format = \"json\"\n"
	s := file(t, text)
	s.Environ = []string{"ARR_DATA=/environ", "ARR_TLS= :3  :4,proxy=10.0.0.0/8 ", "ARR_TCP=", "HOME=/root"}
	s.Flags["data"] = []string{"/flag"}
	c := load(t, s)
	got := []string{c.Data, addresses(c.TLS), addresses(c.UDP), addresses(c.TCP), c.LogFormat}
	want := []string{"/flag", ":3 :4,proxy=10.0.0.0/8", "", "", "json"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for key, want := range map[string]bool{"data": true, "tls": true, "udp": true, "tcp": false, "zone": false} {
		if c.Given(key) != want {
			t.Errorf("Given(%s) is %v", key, !want)
		}
	}
}

func TestFileFromEnvironment(t *testing.T) {
	s := file(t, "zone = \"UTC\"\ndata-on-network = true\nmax-frame = 65536\n")
	c := load(t, config.Sources{Environ: []string{"ARR_CONFIG=" + s.Flags["config"][0]}})
	if c.Zone != time.UTC || !c.DataOnNetwork || c.MaxFrame != 65536 {
		t.Errorf("zone %v, data-on-network %v, max-frame %d", c.Zone, c.DataOnNetwork, c.MaxFrame)
	}
	_, err := config.Load(config.Sources{Environ: []string{"ARR_CONFIG=/does/not/exist"}})
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "reading the configuration") {
		t.Errorf("a missing file: %v", err)
	}
}

func TestFileErrors(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"unknown key", "\n# max-frme = 1\n max-frme = 1\n", `line 3 of FILE: "max-frme" is not a setting: did you mean "max-frame"?`},
		{"underscore", "max_frame = 1", `line 1 of FILE: "max_frame" is not a setting: did you mean "max-frame"?`},
		{"unknown quoted key", "\"tls key\" = 1", `line 1 of FILE: "tls key" is not a setting: did you mean "tls-key"?`},
		{"unknown table", "data = \"x\"\n[udpp]\nport = 514\n", `line 2 of FILE: "udpp" is not a setting: did you mean "udp"?`},
		{"a table's name", "[udp]\nport = 514\n", `udp (line 1 of FILE): its value is of the wrong kind: write udp = ["...", "..."]`},
		{"dotted key", "tls.address = 1\n", `tls (line 1 of FILE): its value is of the wrong kind`},
		{"syntax", "data = \"x\"\ntls = [\n", "of FILE: not TOML: "},
		{"twice", "zone = \"UTC\"\nzone = \"UTC\"\n", "line 2 of FILE: not TOML: "},
		{"list for one", "data = [\"a\"]", `data (line 1 of FILE): its value is of the wrong kind: write data = "..."`},
		{"list of numbers", "tls = [1]", `tls (line 1 of FILE): its value is of the wrong kind`},
		{"empty list", "tls = []", `tls (line 1 of FILE): its value is of the wrong kind`},
		{"float", "max-frame = 1.5", `max-frame (line 1 of FILE): its value is of the wrong kind`},
		{"config", "config = \"other\"", `config (line 1 of FILE): it can't stand in the file itself: name the file with --config or ARR_CONFIG`},
		{"value", "\nlog-level = \"loud\"", `log-level (line 2 of FILE): "loud" is none of its values: write one of debug, info, warn, error`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := file(t, test.text)
			_, err := config.Load(s)
			want := strings.ReplaceAll(test.want, "FILE", s.Flags["config"][0])
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v\nwant  %s", err, want)
			}
		})
	}
}

func TestValueErrors(t *testing.T) {
	tests := []struct {
		flags map[string][]string
		want  string
	}{
		{map[string][]string{"data": {""}}, "data (--data): it is empty: write a path"},
		{map[string][]string{"data": {"a", "b"}}, "data (--data): it has 2 values: write one"},
		{map[string][]string{"tls": {"6514"}}, `tls (--tls): "6514" is not an address: write :6514 for`},
		{map[string][]string{"tls": {"off", ":1"}}, "tls (--tls): it is off and has addresses"},
		{map[string][]string{"udp": {":514,proxy=10.0.0.0/8"}}, `udp (--udp): "proxy" is not a setting of this kind of address: it takes none`},
		{map[string][]string{"tcp": {":514,client-ca=x"}}, `tcp (--tcp): "client-ca" is not a setting of this kind of address: did you mean "proxy"?`},
		{map[string][]string{"tls": {":6514,client-auth=require"}}, "tls (--tls): :6514 asks for client certificates, and nothing says which"},
		{map[string][]string{"tls": {":6514,tolerate=sha1"}}, "tls (--tls): :6514 says which client certificates are believed, and asks for none"},
		{map[string][]string{"http": {"127.0.0.1:1,client-ca=f"}}, "http (--http): 127.0.0.1:1 has settings for TLS and speaks none: add tls=on"},
		{map[string][]string{"metrics": {":1,tls=on,client-auth=require"}}, "metrics (--metrics): :1 asks for client certificates, and nothing says which"},
		{map[string][]string{"tls-allow": {"subject:CN=pacs"}}, "tls-allow (--tls-allow): no address asks for client certificates"},
		{map[string][]string{"tls-allow": {"CN=pacs"}, "tls-client-ca": {"f"}}, "names nobody: write sha256:FINGERPRINT"},
		{map[string][]string{"tls-keystore": {"f"}, "tls-cert": {"c"}}, "tls-keystore (--tls-keystore): tls-cert (--tls-cert) is there, too"},
		{map[string][]string{"tls-profile": {"b13"}}, "write one of bcp195, nondowngrading"},
		{map[string][]string{"ldap": {"ldap.example"}, "ldap-device": {"arr"}}, `ldap (--ldap): "ldap.example" is no address of a directory: write ldaps://`},
		{map[string][]string{"ldap": {"ldaps://ldap.example"}}, "ldap (--ldap): it is not said which device arr is there: set ldap-device"},
		{map[string][]string{"ldap-device": {"arr"}}, "ldap-device (--ldap-device): there is no directory: set ldap"},
		{map[string][]string{"ldap": {"ldaps://ldap.example"}, "ldap-device": {"arr"}, "ldap-plain": {"true"}}, "it is for an ldap:// address alone"},
		{map[string][]string{"ldap": {"ldaps://ldap.example"}, "ldap-device": {"arr"}, "ldap-password-file": {"p"}}, "it is not said whose password it is: set ldap-bind-dn"},
		{map[string][]string{"ldap-plain": {"maybe"}}, "neither true nor false"},
		{map[string][]string{"tls-min": {"1.4"}}, "write one of 1.0, 1.1, 1.2, 1.3"},
		{map[string][]string{"tls-suites": {"AES128-SHA"}}, "is no name of a cipher suite"},
		{map[string][]string{"http": {":8080"}}, "http (--http): :8080 can be reached from other machines"},
		{map[string][]string{"http": {"127.0.0.1:1", "192.0.2.1:80"}}, "http (--http): 192.0.2.1:80 can be reached"},
		{map[string][]string{"tls-key": {"k"}}, "tls-key (--tls-key): there are 1 of tls-key and 0 of tls-cert"},
		{map[string][]string{"tls-name": {"https://a"}}, `tls-name (--tls-name): "https://a" is neither a host name`},
		{map[string][]string{"max-frame": {"16MB"}}, `max-frame (--max-frame): "16MB" is not a size`},
		{map[string][]string{"max-frame": {"1"}}, "max-frame (--max-frame): it is out of range: write a size from 64KiB to 128MiB"},
		{map[string][]string{"max-frame": {"9223372036854775807GiB"}}, "is not a size"},
		{map[string][]string{"zone": {"Europe/Atlantis"}}, `zone (--zone): "Europe/Atlantis" is not a time zone`},
		{map[string][]string{"log-format": {"xml"}}, `log-format (--log-format): "xml" is none of its values: write one of text, json`},
		{map[string][]string{"data-on-network": {"maybe"}}, `data-on-network (--data-on-network): "maybe" is neither true nor false`},
	}
	for _, test := range tests {
		if _, err := config.Load(config.Sources{Flags: test.flags}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: error %v\nwant %s", test.flags, err, test.want)
		}
	}
}

func TestIgnored(t *testing.T) {
	c := load(t, config.Sources{Environ: []string{"ARR_UPD=off", "ARR_NOTHING=", "PATH=/bin"}})
	if got := c.Ignored(); len(got) != 1 || got[0] != "ARR_UPD is not a setting: did you mean ARR_UDP?" {
		t.Errorf("ignored %q", got)
	}
}

func TestClients(t *testing.T) {
	tests := []struct {
		ca, listener string
		file         string
		auth         config.ClientAuth
	}{
		{"", ":1", "", config.NoClients},
		{"", ":1,client-ca=a", "a", config.OptionalClients},
		{"", ":1,client-ca=a,client-auth=require", "a", config.RequireClients},
		{"all", ":1", "all", config.OptionalClients},
		{"all", ":1,client-ca=a", "a", config.OptionalClients},
		{"all", ":1,client-auth=require", "all", config.RequireClients},
		{"all", ":1,client-auth=none", "all", config.NoClients},
	}
	for _, test := range tests {
		flags := map[string][]string{"tls": {test.listener}}
		if test.ca != "" {
			flags["tls-client-ca"] = []string{test.ca}
		}
		c := load(t, config.Sources{Flags: flags})
		if got := c.Clients(c.TLS[0]); got.CA != test.file || got.Auth != test.auth {
			t.Errorf("%s with tls-client-ca %q: %q, %q; want %q, %q", test.listener, test.ca, got.CA, got.Auth, test.file, test.auth)
		}
	}
}

// What is printed gives the same configuration again, and says of each setting where
// it is from and what it is.
func TestPrint(t *testing.T) {
	tests := []map[string][]string{
		nil,
		{"data": {`C:\odd "path"` + "\twith\u00e4"}, "tls": {":1", "[::1]:2,client-ca=ca.pem,client-auth=require,proxy=10.0.0.0/8|192.0.2.1/32"}},
		{"udp": {"off"}, "tcp": {":514"}, "http": {"off"}, "metrics": {"0.0.0.0:9090"}, "data-on-network": {"true"}},
		{"tls-cert": {"a", "b"}, "tls-key": {"c", "d"}, "tls-client-ca": {"e"}, "tls-name": {"*.example.org", "192.0.2.1"}},
		{"max-frame": {"65537"}, "zone": {"Europe/Vienna"}, "log-format": {"json"}, "log-level": {"debug"}},
		{"max-frame": {"16MiB"}, "udp": {":514"}}, // given, if as by default
	}
	for _, flags := range tests {
		c := load(t, config.Sources{Flags: flags})
		var text, again strings.Builder
		if err := c.WriteTOML(&text); err != nil {
			t.Fatal(err)
		}
		read := load(t, file(t, text.String()))
		for _, s := range config.Settings() {
			if s.Key != "config" && c.Given(s.Key) != read.Given(s.Key) {
				t.Errorf("%v: Given(%s) does not come back", flags, s.Key)
			}
			if !strings.Contains(text.String(), "\n# "+s.Key+" ") || !strings.Contains(text.String(), "Flag --"+s.Key+", environment "+s.Env()) {
				t.Errorf("%v: %s has no manual", flags, s.Key)
			}
		}
		if err := read.WriteTOML(&again); err != nil {
			t.Fatal(err)
		}
		if got, want := withoutComments(again.String()), withoutComments(text.String()); got != want {
			t.Errorf("%v: came back as\n%s\nwant\n%s", flags, got, want)
		}
	}
}

// withoutComments keeps the settings, those at their defaults too.
func withoutComments(text string) string {
	var kept strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "# ") && !strings.HasPrefix(line, "#config") && line != "#\n" {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

func TestSummaries(t *testing.T) {
	for key, text := range config.Summaries() {
		if text == "" || len(text) > 90 || strings.ContainsAny(text, "\n\t") || strings.HasSuffix(text, ".") {
			t.Errorf("%s: %q is no summary", key, text)
		}
	}
}

func TestListener(t *testing.T) {
	all := []string{"tls", "client-ca", "client-auth", "client-verify", "allow", "crl", "tolerate", "proxy"}
	tests := []struct {
		text string
		want string // printed again; "" for an error
		err  string
	}{
		{":6514", ":6514", ""},
		{" :0 ", ":0", ""},
		{"[::1]:6514", "[::1]:6514", ""},
		{"[fe80::1%eth0]:6514", "[fe80::1%eth0]:6514", ""},
		{"arr.example.org:6514", "arr.example.org:6514", ""},
		{":1, client-ca=/etc/arr/ca.pem", ":1,client-ca=/etc/arr/ca.pem", ""},
		{":1,client-auth=none,client-ca=a=b", ":1,client-ca=a=b,client-auth=none", ""},
		{":1,proxy=192.0.2.7|2001:db8::/32|10.1.2.3/8", ":1,proxy=192.0.2.7/32|2001:db8::/32|10.0.0.0/8", ""},
		{"", "", "is not an address: write HOST:PORT"},
		{"::1:6514", "", "is not an address: write HOST:PORT"},
		{"65536", "", "is not an address: write HOST:PORT"},
		{":65536", "", "has no port"},
		{":syslog", "", "has no port"},
		{"a b:1", "", "has no host"},
		{":1,", "", `"" is not a setting`},
		{":1,client-ac=x", "", `did you mean "client-ca"?`},
		{":1,client-ca", "", "client-ca lacks its value"},
		{":1,client-ca=", "", "client-ca lacks its value"},
		{`:1,client-ca=a\,b,allow=subject:CN=pacs\,O=Hospital|name:b,tolerate=sha1|expired,crl=x|y,client-verify=chain`,
			`:1,client-ca=a\,b,client-verify=chain,allow=subject:CN=pacs\,O=Hospital|name:b,crl=x|y,tolerate=sha1|expired`, ""},
		{":1,tls=on", ":1,tls=on", ""},
		{":1,tls=off", ":1", ""},
		{":1,tls=yes", "", "write one of on, off"},
		{":1,tolerate=md5", "", "write one of sha1, cn-only, self-signed, expired"},
		{":1,client-verify=path", "", "write one of chain, installed"},
		{":1,allow=pacs", "", "names nobody"},
		{":1,crl=a|", "", "it is empty"},
		{":1,client-ca=a,client-ca=b", "", "client-ca stands there twice"},
		{":1,client-auth=required", "", "write one of require, optional, none"},
		{":1,proxy=10.0.0.0/33", "", "is not a network"},
		{":1,proxy=10.0.0.1|", "", `"" is not a network`},
	}
	for _, test := range tests {
		l, err := config.ParseListener(test.text, all...)
		switch {
		case test.err != "":
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%q: error %v, want %q", test.text, err, test.err)
			}
		case err != nil || l.String() != test.want:
			t.Errorf("%q: %q, %v; want %q", test.text, l, err, test.want)
		}
	}
}

// Whatever is read as an address is read again from what it prints.
func FuzzListener(f *testing.F) {
	all := []string{"tls", "client-ca", "client-auth", "client-verify", "allow", "crl", "tolerate", "profile", "proxy"}
	for _, text := range []string{`:1,client-ca=a\\,client-auth=require`, ":1,tls=on,allow=name:a|subject:CN=b\\,O=c,tolerate=sha1|expired"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := config.ParseListener(text, all...)
		if err != nil {
			return
		}
		again, err := config.ParseListener(l.String(), all...)
		if err != nil || !reflect.DeepEqual(again, l) {
			t.Errorf("%q is %+v, and printed as %q it is %+v, %v", text, l, l, again, err)
		}
	})
}

// A file is never anything but an error or a configuration that prints as one.
func FuzzFile(f *testing.F) {
	dir := f.TempDir()
	path := filepath.Join(dir, "arr.toml")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		sources := config.Sources{Flags: map[string][]string{"config": {path}}}
		c, err := config.Load(sources)
		if err != nil {
			return
		}
		var printed strings.Builder
		if err := c.WriteTOML(&printed); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(printed.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := config.Load(sources); err != nil {
			t.Errorf("%v in\n%s", err, &printed)
		}
	})
}
