package receiver

import (
	"testing"

	"arr/traffic/growth"
)

// FuzzGrowth cuts streams of many shapes into frames, shown as a buffer that fills shows them.
func FuzzGrowth(f *testing.F) {
	shapes := append(growth.Messages(),
		growth.Shape{Open: "<1>a\n"}, growth.Shape{Open: "3 abc"}, growth.Shape{Open: "\n"}, growth.Shape{Open: "0 "}, growth.Shape{Open: "1"}, growth.Shape{Open: "<1>"},
		growth.Shape{Head: "<1><AuditMessage>", Open: "\n<a/>"}, growth.Shape{Head: "<1><AuditMessage>", Open: "\n", Tail: "</AuditMessage>\n"}, growth.Shape{Head: "<1><AuditMessage>", Open: "\n<1"},
		growth.Shape{Open: "<?xml version='1.0'?>\n"}, growth.Shape{Open: "<AuditMessage>\n</AuditMessage>\n"}, growth.Shape{Open: "<!-- -->\n"}, growth.Shape{Head: "<1>", Open: "<!-- \n"},
		growth.Shape{Open: "AuditMessage\n"}, growth.Shape{Open: "<1>AuditMessage"}, growth.Shape{Head: "<1><AuditMessage>\n", Open: "</AuditMessage"}, growth.Shape{Open: "\x00"},
	)
	growth.Fuzz(f, shapes, func(t testing.TB, stream []byte) {
		for _, c := range []struct {
			step        int
			countedOnly bool
		}{{4096, false}, {1460, false}, {4096, true}} {
			cutStream(t, stream, len(stream)+1, c.countedOnly, func() int { return c.step })
		}
	})
}
