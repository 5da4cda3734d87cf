package query

import (
	"bytes"

	"arr/audit"

	"golang.org/x/text/unicode/norm"
)

// Indexed are the fields whose values are few in each block and looked for one at a
// time: a store keeps an index from the hashes of their Forms to where they occur.
const Indexed = plainIDs | cxIDs | hosts

const (
	plainIDs audit.FieldSet = 1<<audit.FieldUserID | 1<<audit.FieldUserAlt |
		1<<audit.FieldRequestorID | 1<<audit.FieldRequestorAlt |
		1<<audit.FieldStudy | 1<<audit.FieldAccession | 1<<audit.FieldMPPS | 1<<audit.FieldInstance
	cxIDs audit.FieldSet = 1<<audit.FieldPatientID | 1<<audit.FieldObjectID
	hosts audit.FieldSet = 1 << audit.FieldHost
)

// Forms calls yield with each normalised id of a value, plain text, that has these
// fields: what is hashed (Hash) as a term. Fields outside Indexed are passed over.
// It is part of the format:
//
//   - A value is first brought to Unicode's NFC and freed of blanks, tabs and line ends
//     at both ends. Case counts. Bytes that are not UTF-8 stay as they are.
//   - The ids of users, studies, accessions, MPPS and instances have one form: the whole.
//   - A patient's or object's id is read as HL7 data type CX: each repetition (separated
//     by ~) has one form, its first component (up to ^, freed of blanks). The assigning
//     authority is not in the term: a question that names one looks for the bare
//     id and then compares (see Leaf.Match). A value without a single id in it,
//     such as "^^^X", has the whole as its form.
//   - A host has one form: the whole with the letters A to Z in lower case.
//   - What is empty or a placeholder (audit.IsPlaceholder) has none.
//
// A form may come twice and is valid until yield returns. A value in ASCII costs no
// allocation.
func Forms(fields audit.FieldSet, value []byte, yield func(form []byte)) {
	if fields&Indexed == 0 {
		return
	}
	value = normal(value)
	whole := fields&plainIDs != 0
	if fields&cxIDs != 0 {
		structured := bytes.IndexByte(value, '^') >= 0 || bytes.IndexByte(value, '~') >= 0
		if !structured || !yieldCX(value, yield) {
			whole = true
		}
	}
	if isNoID(value) {
		return
	}
	if fields&hosts != 0 {
		yieldHost(value, yield)
	}
	if whole {
		yield(value)
	}
}

// yieldCX yields the id of each repetition; it says whether there was one, a
// placeholder included.
func yieldCX(value []byte, yield func([]byte)) (any bool) {
	for len(value) > 0 {
		var rep []byte
		rep, value, _ = bytes.Cut(value, []byte{'~'})
		id := trim(component(rep, 0))
		if len(id) == 0 {
			continue
		}
		any = true
		if !isNoID(id) {
			yield(id)
		}
	}
	return any
}

func yieldHost(value []byte, yield func([]byte)) {
	upper := false
	for _, c := range value {
		upper = upper || 'A' <= c && c <= 'Z'
	}
	if !upper {
		yield(value)
		return
	}
	scratch := takeScratch()
	*scratch = appendASCIILower((*scratch)[:0], value)
	yield(*scratch)
	giveScratch(scratch)
}

// normal is a value in NFC without blanks at its ends. Pure ASCII is in NFC.
func normal(value []byte) []byte {
	value = trim(value)
	if isASCII(value) || norm.NFC.IsNormal(value) {
		return value
	}
	return norm.NFC.Bytes(value)
}

func trim(b []byte) []byte { return bytes.Trim(b, " \t\r\n") }

// component is the part i of a CX, counted from 0, blanks and all.
func component(rep []byte, i int) []byte {
	for range i {
		_, after, found := bytes.Cut(rep, []byte{'^'})
		if !found {
			return nil
		}
		rep = after
	}
	before, _, _ := bytes.Cut(rep, []byte{'^'})
	return before
}

// isNoID is audit.IsPlaceholder, without making a string of an id longer than any
// placeholder that is not in angle brackets.
func isNoID(id []byte) bool {
	return len(id) == 0 || (id[0] == '<' || len(id) <= 32) && audit.IsPlaceholder(string(id))
}
