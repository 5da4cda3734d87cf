package validate_test

import (
	"bytes"
	"context"
	"testing"

	"arr/audit"
	"arr/schemas"
	"arr/validate"
)

// TestHidden has a message with characters that steer a terminal in the places that findings
// name, and in its source: no format of a report has them.
func TestHidden(t *testing.T) {
	const steering = "\u009b2J\u202E\u2066\u200B\u2028"
	doc := "<AuditMessage><AuditSourceIdentification AuditSourceID='a" + steering + "'/><x\u200Cy/>" + steering + "<ActiveParticipant UserIsRequestor='" + steering + "'/></AuditMessage>"
	var out bytes.Buffer
	for name, w := range map[string]validate.Writer{
		"text": &validate.TextWriter{Out: &out}, "json": &validate.JSONWriter{Out: &out}, "sarif": &validate.SARIFWriter{Out: &out},
		"junit": &validate.JUnitWriter{Out: &out, Level: schemas.Warning}, "scorecard": &validate.Scorecard{Out: &out},
	} {
		out.Reset()
		if err := validate.Frames(context.Background(), "f", bytes.NewReader([]byte(doc)), validate.Options{}, w); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if out.Len() == 0 || bytes.ContainsFunc(out.Bytes(), func(r rune) bool { return r != '\n' && r != '\t' && audit.Hidden(r) }) {
			t.Errorf("%s: %q", name, out.Bytes())
		}
	}
}
