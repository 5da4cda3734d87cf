package schemas_test

import (
	"bytes"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"
	"time"

	"arr/schemas"
)

func TestDateTime(t *testing.T) {
	for value, want := range map[string]bool{
		"2026-03-04T05:06:07": true, "2026-03-04T05:06:07Z": true, "2026-03-04T05:06:07.123456789012Z": true,
		" 2026-03-04T05:06:07+14:00\n": true, "2026-03-04T05:06:07-14:00": true, "2026-03-04T05:06:07-00:00": true,
		"2026-03-04T24:00:00": true, "2026-03-04T24:00:00.000Z": true, "12026-03-04T05:06:07Z": true, "-0044-03-15T12:00:00Z": true,
		"2000-02-29T00:00:00Z": true, "2400-02-29T00:00:00Z": true, "-0004-02-29T00:00:00Z": true,
		"": false, "2026": false, "1900-02-29T00:00:00Z": false, "2100-02-29T00:00:00Z": false, "2026-02-29T00:00:00Z": false,
		"2026-03-04T24:00:01": false, "2026-03-04T24:00:00.1": false, "2026-03-04T25:00:00": false, "2026-03-04T05:60:00": false, "2026-03-04T05:06:60": false,
		"0000-03-04T05:06:07": false, "02026-03-04T05:06:07": false, "226-03-04T05:06:07": false, "+2026-03-04T05:06:07": false, "--2026-03-04T05:06:07": false,
		"2026-03-04T05:06:07+14:01": false, "2026-03-04T05:06:07+15:00": false, "2026-03-04T05:06:07+01": false, "2026-03-04T05:06:07+0100": false, "2026-03-04T05:06:07+01:60": false,
		"2026-03-04T05:06:07.": false, "2026-03-04T05:06:07.Z": false, "2026-03-04T05:06:07,5": false, "2026-03-04T05:06:07z": false, "2026-03-04t05:06:07": false,
		"2026-03-04 05:06:07": false, "2026-03-04T05:06:07 Z": false, "2026-03-04T05:06Z": false, "2026-3-4T5:6:7": false, "2026-00-04T05:06:07": false, "2026-13-04T05:06:07": false,
		"2026-04-31T05:06:07": false, "2026-01-32T05:06:07": false, "2026-01-00T05:06:07": false, "20260304T050607": false, "2026-03-04T05:06:0\xFF": false,
	} {
		if got := schemas.DateTime([]byte(value)); got != want {
			t.Errorf("DateTime(%q) is %v", value, got)
		}
	}
}

func TestOtherDatatypes(t *testing.T) {
	for _, c := range []struct {
		name  string
		valid func([]byte) bool
		yes   string
		no    string
	}{
		{"Boolean", schemas.Boolean, "true|false|1|0| true |\n0\t", "|TRUE|True|yes|01|t rue|2"},
		{"Integer", schemas.Integer, "0|-1|+3|007| 12 |123456789012345678901234567890|-0", "|3.0|1e3|1,000|+|-|--1|0x1|1 2"},
		{"Base64Binary", schemas.Base64Binary, "|QQ==|QUI=|QUJD|QUJDREVGR0hJSktM|QUJD QUJD|Q Q = =| QQ== |+/+/", "Q|QQ|QUI|QR==|QUJ=|QQ==QUJD|-_-_|=|====|QQ=|QUJD=|hello world!|QUJDQUJDQUJDQUJD*|Q\x00Q="},
	} {
		for _, v := range strings.Split(c.yes, "|") {
			if !c.valid([]byte(v)) {
				t.Errorf("%s(%q) is false", c.name, v)
			}
		}
		for _, v := range strings.Split(c.no, "|") {
			if c.valid([]byte(v)) {
				t.Errorf("%s(%q) is true", c.name, v)
			}
		}
	}
}

// FuzzDatatypes holds the datatypes against those of the standard library that are near
// them.
func FuzzDatatypes(f *testing.F) {
	for _, s := range []string{"", "2026-03-04T05:06:07.5+01:00", "QUJD", "QQ==", "-12", " true "} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		squeezed := bytes.Map(func(r rune) rune {
			if r == ' ' || r == '\n' || r == '\r' || r == '\t' {
				return -1
			}
			return r
		}, b)
		_, err := base64.StdEncoding.Strict().DecodeString(string(squeezed))
		if got := schemas.Base64Binary(b); got != (err == nil) {
			t.Errorf("Base64Binary(%q) is %v, decoding says %v", b, got, err)
		}
		text := strings.Trim(string(b), " \n\r\t")
		digits := strings.Trim(text, "0123456789+-") == ""
		if _, ok := new(big.Int).SetString(text, 10); digits && schemas.Integer(b) != ok {
			t.Errorf("Integer(%q) is %v", b, !ok)
		}
		// RFC 3339 is a subset, but for the year 0000, and what the library takes beside it:
		// commas, and hours of one digit.
		if _, err := time.Parse("2006-01-02T15:04:05.999999999Z", text); err == nil && text[:4] != "0000" && text[13] == ':' && !strings.Contains(text, ",") && !schemas.DateTime(b) {
			t.Errorf("DateTime(%q) is false", b)
		}
	})
}

func TestCodes(t *testing.T) {
	for _, c := range []struct{ scheme, code, want string }{
		{"DCM", "110110", "Patient Record"}, {"IHE Transaction", "ITI-18", "Registry Stored Query"},
		{"1.2.840.10008.2.16.4", "110122", "Login"}, {"", "1.2.840.10008.5.1.4.1.1.2", "CT Image Storage"},
		{"RFC-3881", "2", "Patient Number"}, {"99LOCAL", "2", ""}, {"DCM", "x", ""},
	} {
		if got := schemas.Codes.Meaning(c.scheme, c.code); got != c.want {
			t.Errorf("Meaning(%q, %q) is %q, want %q", c.scheme, c.code, got, c.want)
		}
	}
	seen := map[schemas.Code]bool{}
	for _, c := range schemas.Codes.All() {
		if seen[c] || c.Table == "" || c.Scheme == "" || c.Code == "" || c.Meaning == "" {
			t.Errorf("%+v is there twice, or lacks something", c)
		}
		seen[c] = true
	}
	for text, want := range map[string]string{"patient record": "110110", "LOGIN": "110122", "iti-9": "ITI-9", "ct image storage 1.1.2 enhanced": "1.2.840.10008.5.1.4.1.1.2.1"} {
		found := schemas.Codes.Search(text)
		if len(found) == 0 || found[0].Code != want {
			t.Errorf("Search(%q) gives %v, want %s first", text, found, want)
		}
	}
}

// TestGrammars has what names the grammars have, in which order they are tried.
func TestGrammars(t *testing.T) {
	var names []string
	for g := range schemas.NumGrammars {
		names = append(names, g.String())
		if g.Clause() == "" || g.Edition() == "" {
			t.Errorf("grammar %d has no clause or no edition", g)
		}
	}
	if got := strings.Join(names, " "); got != " dicom2016 dicom2009 ihe dcm4che rfc3881 supplement95" {
		t.Errorf("grammars %q", got)
	}
}
