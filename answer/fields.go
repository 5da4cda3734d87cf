package answer

import (
	"fmt"
	"slices"
	"strings"

	"arr/audit"
	"arr/query"
)

// Fields is a choice of what to show of a record, in order. The zero value is no
// choice.
type Fields struct{ list []*field }

// FieldError says that a name in a choice of fields is none.
type FieldError struct {
	// Name is what was asked for, Near the name that is most like it.
	Name, Near string
}

func (e *FieldError) Error() string {
	return fmt.Sprintf("no field is called %q: did you mean %q?", e.Name, e.Near)
}

// ParseFields reads names separated by commas: keys of the ndjson record ("source",
// "header.pri") and fields of the question language ("user", "patient.id"). Where a
// name is both, it is the key. A name that comes again is passed over. "" gives no choice.
// The error is a *FieldError.
func ParseFields(list string) (Fields, error) {
	var f Fields
	if strings.TrimSpace(list) == "" {
		return f, nil
	}
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		found := fieldNamed(name)
		if found == nil {
			return Fields{}, &FieldError{Name: name, Near: nearest(name)}
		}
		if !slices.Contains(f.list, found) {
			f.list = append(f.list, found)
		}
	}
	return f, nil
}

func (f Fields) empty() bool { return len(f.list) == 0 }

// or gives f's fields, those named if it has none.
func (f Fields) or(names []string) []*field {
	if !f.empty() {
		return f.list
	}
	list := make([]*field, len(names))
	for i, name := range names {
		list[i] = fieldNamed(name)
	}
	return list
}

// csvFields and tableFields are shown where nothing else was asked for.
var (
	csvFields = []string{"id", "received", "time", "event.code", "event", "type", "action", "outcome", "outcomeDescription",
		"user.id", "user.alt", "user.name", "requestor", "host", "source.id", "site", "patient.id", "patient.name", "study", "accession",
		"object.id", "transport", "peer", "cert", "hostname", "app", "msgid", "conformance", "dialect", "finding"}
	tableFields = []string{"id", "time", "event", "outcome", "user", "patients", "source"}
)

// field is one thing that can be shown of a record. Either json and text are set, or
// of is: then the field is all values that the record has of some fields of the
// question language, each once.
type field struct {
	name string
	// json appends the value. text yields what a cell shows, several values one by
	// one.
	json func(dst []byte, v *view) []byte
	text func(v *view, yield func(string))
	of   audit.FieldSet
}

// appendJSON appends the field's value.
func (f *field) appendJSON(dst []byte, v *view) []byte {
	if f.json != nil {
		return f.json(dst, v)
	}
	dst = append(dst, '[')
	f.values(v, func(s string) { dst = appendString(appendComma(dst), s) })
	return append(dst, ']')
}

// cell gives what a cell shows.
func (f *field) cell(v *view) string {
	first, more := "", []string(nil)
	yield := func(s string) {
		switch {
		case s == "":
		case first == "":
			first = s
		default:
			more = append(more, s)
		}
	}
	if f.text != nil {
		f.text(v, yield)
	} else {
		f.values(v, yield)
	}
	if more == nil {
		return first
	}
	return first + "; " + strings.Join(more, "; ")
}

func (f *field) values(v *view, yield func(string)) {
	query.EachLabel(v.Record, f.of, nil, func(value []byte) { yield(string(value)) })
}

func fieldNamed(name string) *field {
	for _, table := range [][]field{keys, asked} {
		for i := range table {
			if table[i].name == name {
				return &table[i]
			}
		}
	}
	return nil
}

// asked are the fields of the question language that are not keys of the ndjson
// record.
var asked = []field{
	{name: "type", of: audit.Fields(audit.FieldType)},
	{name: "user", of: audit.Fields(audit.FieldUserID)},
	{name: "user.id", of: audit.Fields(audit.FieldUserID)},
	{name: "user.alt", of: audit.Fields(audit.FieldUserAlt)},
	{name: "user.name", of: audit.Fields(audit.FieldUserName)},
	{name: "user.role", of: audit.Fields(audit.FieldUserRole)},
	{name: "requestor", of: audit.Fields(audit.FieldRequestorID)},
	{name: "host", of: audit.Fields(audit.FieldHost)},
	{name: "site", of: audit.Fields(audit.FieldSite)},
	{name: "patient", of: audit.Fields(audit.FieldPatientID)},
	{name: "patient.id", of: audit.Fields(audit.FieldPatientID)},
	{name: "patient.name", of: audit.Fields(audit.FieldPatientName)},
	{name: "study", of: audit.Fields(audit.FieldStudy)},
	{name: "accession", of: audit.Fields(audit.FieldAccession)},
	{name: "mpps", of: audit.Fields(audit.FieldMPPS)},
	{name: "sopclass", of: audit.Fields(audit.FieldSOPClass)},
	{name: "instance", of: audit.Fields(audit.FieldInstance)},
	{name: "object", of: audit.Fields(audit.FieldObjectID)},
	{name: "object.id", of: audit.Fields(audit.FieldObjectID)},
	{name: "object.name", of: audit.Fields(audit.FieldObjectName)},
	{name: "object.type", of: audit.Fields(audit.FieldObjectType)},
	{name: "object.role", of: audit.Fields(audit.FieldObjectRole)},
	{name: "lifecycle", of: audit.Fields(audit.FieldLifecycle)},
	{name: "hostname", of: audit.Fields(audit.FieldHostname)},
	{name: "app", of: audit.Fields(audit.FieldApp)},
	{name: "msgid", of: audit.Fields(audit.FieldMsgID)},
	{name: "finding", of: audit.Fields(audit.FieldFinding)},
	{name: "text", of: audit.Fields(audit.FieldText)},
}

// nearest gives the name that was perhaps meant.
func nearest(name string) string {
	var names []string
	for _, table := range [][]field{keys, asked} {
		for i := range table {
			names = append(names, table[i].name)
		}
	}
	return query.Nearest(name, names)
}
