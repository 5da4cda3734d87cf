package ldapconf_test

import (
	"strings"
	"testing"
	"time"

	"arr/trust"
	"arr/trust/ldapconf"
	"arr/trust/ldapconf/ldaptest"
)

// read is when the tests read directories.
var read = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func directory(t testing.TB, url string, s *ldaptest.Server) ldapconf.Directory {
	t.Helper()
	d, err := ldapconf.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	d.CA = trust.Store{File: s.CA}
	return d
}

// Every way in: LDAPS, StartTLS and plain, anonymous and with a password; and what is said
// where it is barred.
func TestWaysIn(t *testing.T) {
	s := ldaptest.Start(t)
	known := trust.Password{File: s.PasswordFile}
	tests := []struct {
		name, url string
		edit      func(*ldapconf.Directory)
		want      []string // parts of the error
	}{
		{"LDAPS, anonymous", s.LDAPS, nil, nil},
		{"LDAPS, with a password", s.LDAPS, func(d *ldapconf.Directory) { d.BindDN, d.Password = ldaptest.Admin, known }, nil},
		{"StartTLS, anonymous", s.LDAP, nil, nil},
		{"StartTLS, with a password", s.LDAP, func(d *ldapconf.Directory) { d.BindDN, d.Password = ldaptest.Admin, known }, nil},
		{"plain", s.LDAP, func(d *ldapconf.Directory) { d.Plain = true }, nil},
		{"a wrong password", s.LDAPS, func(d *ldapconf.Directory) { d.BindDN, d.Password = ldaptest.Admin, trust.Password{Text: "wrong"} },
			[]string{"bind as cn=admin,dc=dcm4che,dc=org", "no such user with this password"}},
		{"no password", s.LDAPS, func(d *ldapconf.Directory) { d.BindDN = ldaptest.Admin }, []string{"there is no password", "--ldap-password-file"}},
		{"a password's file that is missing", s.LDAPS, func(d *ldapconf.Directory) {
			d.BindDN, d.Password = ldaptest.Admin, trust.Password{File: "/nonexistent"}
		}, []string{"reading the password", "/nonexistent"}},
		{"an unknown CA, LDAPS", s.LDAPS, func(d *ldapconf.Directory) { d.CA = trust.Store{} }, []string{"TLS handshake", "unknown authority", "--ldap-ca"}},
		{"an unknown CA, StartTLS", s.LDAP, func(d *ldapconf.Directory) { d.CA = trust.Store{} }, []string{"StartTLS", "--ldap-ca"}},
		{"another name", s.LDAPS, func(d *ldapconf.Directory) { d.Host = "other.example" }, []string{"other.example", "connect to a name that its certificate has"}},
		{"another base", s.LDAPS, func(d *ldapconf.Directory) { d.Base = "dc=other,dc=org" }, []string{"below dc=other,dc=org there are 0 entries", "correct the base"}},
	}
	for _, test := range tests {
		d := directory(t, test.url, s)
		if test.edit != nil {
			test.edit(&d)
		}
		_, err := d.Read(t.Context(), "dcm4chee-arc", read)
		switch {
		case err == nil && test.want != nil:
			t.Errorf("%s: no error", test.name)
		case err != nil && test.want == nil:
			t.Errorf("%s: %v", test.name, err)
		}
		for _, want := range test.want {
			if err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %q lacks %q", test.name, err, want)
			}
		}
	}
	d := directory(t, s.LDAPS, s)
	if _, err := d.Read(t.Context(), "arr", read); err == nil || !strings.Contains(err.Error(), `there is no device "arr" below cn=Devices,cn=DICOM Configuration,dc=dcm4che,dc=org: there are "dcm4chee-arc", "logstash"`) {
		t.Errorf("a device that is missing: %v", err)
	}
	s.Stop()
	if _, err := d.Read(t.Context(), "dcm4chee-arc", read); err == nil || !strings.Contains(err.Error(), "connecting") {
		t.Errorf("a directory that is away: %v", err)
	}
}

// Passwords that stand in a directory are not fetched, so that no copy holds them.
func TestNoPasswords(t *testing.T) {
	s := ldaptest.Start(t)
	d := directory(t, s.LDAPS, s)
	snap, err := d.Read(t.Context(), "dcm4chee-arc", read)
	if err != nil {
		t.Fatal(err)
	}
	b, err := snap.Encode()
	if err != nil || !strings.Contains(string(b), "cacerts.p12") {
		t.Fatalf("the copy: %v\n%s", err, b)
	}
	for _, lacks := range []string{"pin", "open sesame", "key.p12"} {
		if strings.Contains(strings.ToLower(string(b)), lacks) {
			t.Errorf("the copy holds %q:\n%s", lacks, b)
		}
	}
}

func TestParseURL(t *testing.T) {
	for url, want := range map[string]ldapconf.Directory{
		"ldaps://ldap.example":                    {Address: "ldap.example:636", Host: "ldap.example", Base: ldapconf.DefaultBase, LDAPS: true},
		"ldap://ldap.example/dc=hospital,dc=org":  {Address: "ldap.example:389", Host: "ldap.example", Base: "dc=hospital,dc=org"},
		"ldaps://[2001:db8::1]:1636/o=A%20B,c=AT": {Address: "[2001:db8::1]:1636", Host: "2001:db8::1", Base: "o=A B,c=AT", LDAPS: true},
	} {
		if d, err := ldapconf.ParseURL(url); err != nil || d != want {
			t.Errorf("%s: %+v, %v", url, d, err)
		}
	}
	for url, want := range map[string]string{
		"ldap.example:636":              "write ldaps://",
		"https://ldap.example/dc=a":     "write ldaps:// or ldap:// in front",
		"ldaps://ldap.example/hospital": "no distinguished name",
		"ldaps://ldap.example?a":        "write ldaps://",
		"ldaps://user@ldap.example":     "write ldaps://",
	} {
		if _, err := ldapconf.ParseURL(url); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", url, err)
		}
	}
}
