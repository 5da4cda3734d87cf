package trust

import (
	"testing"

	"arr/traffic/growth"
)

// FuzzGrowth reads files of many shapes as stores of keys, as revocation lists and as lists of
// who is allowed.
func FuzzGrowth(f *testing.F) {
	const empty = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
	shapes := []growth.Shape{
		{Open: empty}, {Head: "-----BEGIN X509 CRL-----\n", Open: "MAA=", Tail: "\n-----END X509 CRL-----\n"}, {Open: "-----BEGIN X"}, {Open: "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n"},
		{Open: "0\x80"}, {Open: "0\x80", Close: "\x00\x00"}, {Open: "\xfe\xed\xfe\xed\x00\x00\x00\x02"}, {Head: "\xfe\xed\xfe\xed\x00\x00\x00\x02\x00\x00\xff\xff", Open: "\x00\x00\x00\x02\x00\x01a"},
		{Open: "-"}, {Open: "\n"}, {Open: "x: y\n"}, {Head: "name:", Open: "a"}, {Head: "subject:", Open: "CN=a,"}, {Head: "subject:", Open: `\,`},
	}
	growth.Fuzz(f, shapes, func(_ testing.TB, file []byte) {
		_, _ = parseStore(file, "changeit", "", "")
		_, _ = parseRevoked(file)
		_, _ = parseAllowed([]string{string(file)})
	})
}
