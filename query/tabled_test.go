package query_test

import (
	"testing"

	"arr/audit"
	"arr/query"
)

// TestCodesByMeaning asks by words for codes that come without a meaning.
func TestCodesByMeaning(t *testing.T) {
	r := &audit.Record{Shape: audit.RawShape, Extra: []audit.FieldValue{
		{Fields: audit.Fields(audit.FieldEvent), Value: " 110110"},
		{Fields: audit.Fields(audit.FieldType), Value: "110122"},
		{Fields: audit.Fields(audit.FieldUserRole), Value: "110153"},
		{Fields: audit.Fields(audit.FieldSOPClass), Value: "1.2.840.10008.5.1.4.1.1.2"},
		{Fields: audit.Fields(audit.FieldObjectRole), Value: "1"},
	}}
	for question, want := range map[string]bool{
		`event:"patient record"`: true, "event:record": true, "event:query": false, "type:login": true, "type:LOGOUT": false,
		`user.role:"source role id"`: true, `sopclass:"ct image"`: true, "sopclass:mr": false, "object.role:patient": true,
		"object.role:report": false, "event:110110": true, "event:1": false,
	} {
		p, err := query.Compile(query.Question{Text: question}, query.Env{})
		if err != nil {
			t.Errorf("%s: %v", question, err)
			continue
		}
		if got := p.Match(r); got != want {
			t.Errorf("%s: %v, want %v", question, got, want)
		}
	}
}

// TestLabels counts codes by what they mean, whichever field they are of.
func TestLabels(t *testing.T) {
	for _, c := range []struct {
		by, value, want string
		field           audit.Field
	}{
		{"event", "110110", "Patient Record", audit.FieldEvent},
		{"type", "110122", "Login", audit.FieldType},
		{"type", "ITI-18", "Registry Stored Query", audit.FieldType},
		{"type", "CANCEL", "CANCEL", audit.FieldType},
		{"user.role", "110153", "Source Role ID", audit.FieldUserRole},
		{"sopclass", "1.2.840.10008.5.1.4.1.1.2", "CT Image Storage", audit.FieldSOPClass},
		{"object.type", "1", "Person", audit.FieldObjectType},
		{"object.role", "24", "Query", audit.FieldObjectRole},
		{"user.id", "110153", "110153", audit.FieldUserID},
	} {
		plan, err := query.Compile(query.Question{Text: "*", By: c.by}, query.Env{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		plan.Labels(c.field, []byte(c.value), func(label []byte) { got = append(got, string(label)) })
		if len(got) != 1 || got[0] != c.want {
			t.Errorf("%s of %s: %q, want %q", c.value, c.by, got, c.want)
		}
	}
}
