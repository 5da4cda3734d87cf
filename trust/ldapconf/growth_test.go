package ldapconf

import (
	"io"
	"strings"
	"testing"

	"arr/traffic/growth"
)

// FuzzGrowth reads directories with many entries, attributes and values, and their copies, and
// writes entries as LDIF.
func FuzzGrowth(f *testing.F) {
	shapes := []growth.Shape{
		{Head: "dicomDeviceName=a\n", Open: "cn: {n}\n"}, {Open: "dicomDeviceName=a{n}\nobjectClass: dicomDevice\n\n"}, {Open: "cn=c{n},dicomDeviceName=a\nobjectClass: dicomNetworkConnection\ndicomPort: 6514\n\n"},
		{Head: "dicomDeviceName=a\n", Open: "a{n}: b\n"}, {Head: "dicomDeviceName=a\ncn: ", Open: "x"}, {Head: "cn=", Open: "a,cn=", Tail: "\n"}, {Open: `{"`}, {Head: `{"entries":[`, Open: `{},`, Tail: `{}]}`},
		{Head: "dicomDeviceName=a\nobjectClass: dicomDevice\n", Open: "dicomAuthorizedNodeCertificateReference: cn={n},^\n"},
	}
	growth.Fuzz(f, shapes, func(t testing.TB, text []byte) {
		_, _ = Decode(text)
		s := entriesOf(string(text), "a")
		copied, err := s.Encode()
		if err != nil {
			return // names that are not UTF-8
		}
		if _, err := Decode(copied); err != nil {
			t.Fatal(err)
		}
		_, _ = s.Receiver()
		_, _ = s.Sender()
		var values []string
		for line := range strings.Lines(string(text)) {
			values = append(values, line)
		}
		changes := []Change{{DN: string(text), Why: string(text), Add: []Attribute{{Name: "cn", Values: values}}}}
		if err := WriteLDIF(io.Discard, changes, values); err != nil {
			t.Fatal(err)
		}
	})
}
