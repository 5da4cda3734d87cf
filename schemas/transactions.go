package schemas

import "strings"

// transaction is what the audit messages of IHE transactions are.
type transaction struct {
	// names are the EventTypeCodes, with blanks between them.
	names string
	// events are those that the actors send, each with its actions: "110106:R 110107:C".
	// Their participants are a source and a destination.
	events string
	// dicom says that PS3.15's own tables hold for the events, in place of events.
	dicom bool
	// things are the objects beside patients, media what is the medium of an export's
	// destination and an import's source.
	things []objectRule
	media  bool
	// anyID says that a patient's id may be of another form than HL7 CX, as in FHIR; purpose,
	// that there is a PurposeOfUse.
	anyID, purpose bool
}

// The objects of IHE's transactions.
var (
	query = []objectRule{{what: "query", typ: "2", roles: []string{"24"}, min: 1, query: true}}
	// A submission set is a job (ITI TF-2 3.41.5.1), a value set a report (3.48.6.1).
	submissionSet = objectRule{what: "submission set", typ: "2", roles: []string{"20"}, min: 1}
	submission    = []objectRule{patients, submissionSet}
	valueSet      = []objectRule{{what: "value set", typ: "2", roles: []string{"3"}, min: 1}}
	// What is disclosed is of one patient (ITI TF-2 3.20.8).
	disclosed = []objectRule{patient, {what: "document", typ: "2", roles: []string{"3"}, min: 1}}
)

// transactions are the IHE transactions that refine an event, whose own table does not
// hold for them then: a query's object has another role, a patient's id is a CX. The
// Radiology domain refines none but where documents are shared: its Radiology Audit Trail
// (RAD TF-3 5.1) sends the events of PS3.15 as they are.
var transactions = [...]transaction{
	{names: "ITI-9 ITI-18 ITI-21 ITI-22 ITI-38 ITI-45 ITI-47 ITI-51 ITI-55 ITI-63 PCC-1 PHARM-1", events: "110112:E", things: query},
	{names: "ITI-66 ITI-67 ITI-78 ITI-83", events: "110112:E", things: query, anyID: true},
	{names: "ITI-8 ITI-30 ITI-31 ITI-44", events: "110110:CUD"},
	{names: "ITI-10 ITI-46", events: "110110:RU"},
	{names: "ITI-62 ITI-86", events: "110110:D"},
	{names: "ITI-64", events: "110110:U"},
	{names: "ITI-32", events: "110106:R 110107:C", things: []objectRule{submissionSet}, media: true},
	{names: "ITI-41 ITI-42", events: "110106:R 110107:C", things: submission},
	{names: "ITI-39 ITI-43 ITI-61", events: "110106:R 110107:C"},
	{names: "ITI-65 ITI-68", events: "110106:R 110107:C", anyID: true},
	{names: "ITI-48 ITI-60", events: "110106:R 110107:C", things: valueSet},
	{names: "ITI-57 ITI-92", events: "110106:RU 110107:CU"},
	{names: "IHE0006", events: "110106:R", things: disclosed, purpose: true},
	{names: "RAD-69 RAD-75", events: "110104:CRU 110106:R 110107:C"},
	{names: "RAD-1 RAD-2 RAD-3 RAD-4 RAD-5 RAD-6 RAD-7 RAD-8 RAD-9 RAD-10 RAD-11 RAD-12 RAD-13 RAD-14 RAD-15 RAD-16 RAD-17 RAD-18 " +
		"RAD-19 RAD-20 RAD-21 RAD-22 RAD-23 RAD-29 RAD-30 RAD-31 RAD-37 RAD-38 RAD-39 RAD-40 RAD-41 RAD-42 RAD-43 RAD-44 RAD-45 RAD-48", dicom: true},
}

// is says whether code is one of the transactions.
func (t *transaction) is(code []byte) bool {
	for name := range strings.FieldsSeq(t.names) {
		if name == string(code) {
			return true
		}
	}
	return false
}

// rule is the transaction's rule for the event that has the given code, nil if its actors
// send none.
func (t *transaction) rule(name, event string) *eventRule {
	_, actions, ok := strings.Cut(t.events, event+":")
	if event == "" || !ok {
		return nil
	}
	actions, _, _ = strings.Cut(actions, " ")
	from, to := []string{"110153"}, []string{"110152"}
	fromMedia, toMedia := noMedia, noMedia
	switch {
	case t.media && event == "110106":
		to, toMedia = []string{"110152", "110154"}, mediaType
	case t.media:
		from, fromMedia = []string{"110153", "110155"}, mediaType
	}
	return &eventRule{
		code: event, name: name, clause: clauseOf(name), actions: actions, things: t.things, purpose: t.purpose, anyID: t.anyID,
		people: []personRule{
			{roles: from, min: 1, media: fromMedia},
			{roles: to, min: 1, media: toMedia},
		},
	}
}

// clauseOf says where a transaction is defined: "IHE ITI TF-2 3.18" for ITI-18.
func clauseOf(name string) string {
	if name == "IHE0006" {
		return "IHE ITI TF-2 3.20.8"
	}
	domain, number, _ := strings.Cut(name, "-")
	section := map[string]string{"ITI": "ITI TF-2 3.", "PCC": "PCC TF-2 3.", "PHARM": "PHARM TF-2 3.", "RAD": "RAD TF-3 4."}[domain]
	return "IHE " + section + number
}

// least is what r asks for where an IHE transaction of which no more is known sends the
// event: who takes part where something goes from one to another.
func (r *eventRule) least() *eventRule {
	least := &eventRule{code: r.code, name: r.name, clause: r.clause}
	for _, p := range r.people {
		if Union.reads(p.in) && p.roles != nil && p.min > 0 && r.code != "110100" {
			least.people = append(least.people, personRule{roles: p.roles, min: 1})
		}
	}
	return least
}
