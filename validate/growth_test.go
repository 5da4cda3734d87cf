package validate_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"arr/schemas"
	"arr/traffic/growth"
	"arr/validate"
)

// FuzzGrowth judges files and streams of many shapes and writes what there is to say of them
// in every format.
func FuzzGrowth(f *testing.F) {
	const header = "<85>1 2026-03-04T05:06:07Z h a - - - "
	shapes := append(growth.Messages(),
		growth.Shape{Open: header + "<AuditMessage/>\n"},
		growth.Shape{Open: header + "<AuditMessage>& </AuditMessage>\n"},
		growth.Shape{Open: "15 <AuditMessage/>"},
		growth.Shape{Head: "99999999 ", Open: "<AuditMessage/>"},
		growth.Shape{Head: header + "<AuditMessage>", Open: "\n& "},
		growth.Shape{Head: header + "<AuditMessage>", Open: "\n", Mid: "& & & & & & & & "},
	)
	growth.Fuzz(f, shapes, func(t testing.TB, text []byte) {
		for _, w := range []validate.Writer{
			&validate.TextWriter{Out: io.Discard}, &validate.JSONWriter{Out: io.Discard}, &validate.SARIFWriter{Out: io.Discard},
			&validate.JUnitWriter{Out: io.Discard, Level: schemas.Warning}, &validate.Scorecard{Out: io.Discard},
		} {
			if err := validate.Frames(context.Background(), "f", bytes.NewReader(text), validate.Options{}, w); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
