package names

import (
	"testing"

	"arr/audit"
)

// TestRememberedAs: whatever else a value of a field is a value of, the field that it is
// remembered as is among those that RememberedAs gives.
func TestRememberedAs(t *testing.T) {
	for _, together := range []audit.FieldSet{
		audit.Fields(audit.FieldUserID, audit.FieldRequestorID), audit.Fields(audit.FieldUserAlt, audit.FieldRequestorAlt),
		audit.Fields(audit.FieldUserName, audit.FieldRequestorName), audit.Fields(audit.FieldPatientName, audit.FieldObjectName),
		audit.Fields(audit.FieldObjectName), audit.Fields(audit.FieldHost), audit.Fields(audit.FieldHostname), audit.Fields(audit.FieldSource),
	} {
		_, kept, ok := classify(together)
		if !ok {
			t.Fatalf("fields %b have no kind", together)
		}
		for s := together; s != 0; {
			f := s.First()
			s &^= audit.Fields(f)
			if !RememberedAs(audit.Fields(f)).Has(kept) {
				t.Errorf("a value of field %d is remembered as %d, which RememberedAs leaves out", f, kept)
			}
		}
	}
}
