package query

import (
	"arr/audit"
	"arr/schemas"
)

// schemes are the coding schemes of a field whose codes have meanings in the standards'
// tables: a question for words finds the codes that mean them, also where a message does
// not say what its codes mean.
var schemes = map[audit.Field][]string{
	audit.FieldEvent:      {"DCM", "IHE"},
	audit.FieldType:       {"DCM", "IHE", "IHE Transactions"},
	audit.FieldUserRole:   {"DCM", "SCT"},
	audit.FieldSOPClass:   {"DICOM UID"},
	audit.FieldObjectType: {"ParticipantObjectTypeCode"},
	audit.FieldObjectRole: {"ParticipantObjectTypeCodeRole"},
	audit.FieldLifecycle:  {"ParticipantObjectDataLifeCycle"},
}

// tableMeaning gives what a code of a field means by the tables, "" if they don't say.
func tableMeaning(f audit.Field, code string) string {
	for _, s := range schemes[f] {
		if c := schemas.Codes.Find(s, code); c != nil {
			return c.Meaning
		}
	}
	return ""
}

// tabled gives the leaf that asks a field of codes for those that mean what t says, nil if
// there are none.
func tabled(t *Term, f *field) Expr {
	code := f.any[0].fields.First()
	if t.Op != Is || schemes[code] == nil {
		return nil
	}
	asked := wordsOf(t.Value)
	codes := map[string]bool{}
	for _, c := range schemas.Codes.All() {
		for _, s := range schemes[code] {
			if c.Scheme == s && means(c.Meaning, asked) {
				codes[c.Code] = true
			}
		}
	}
	if len(codes) == 0 {
		return nil
	}
	return &Leaf{Source: t.String(), Fields: audit.Fields(code), Match: func(value []byte) bool { return codes[string(normal(value))] }}
}

func wordsOf(text string) (words []string) {
	Words([]byte(text), func(w []byte) { words = append(words, string(w)) })
	return words
}

// means says whether each of the words asked for is a word of a meaning.
func means(meaning string, asked []string) bool {
	has := map[string]bool{}
	for _, w := range wordsOf(meaning) {
		has[w] = true
	}
	for _, w := range asked {
		if !has[w] {
			return false
		}
	}
	return len(asked) > 0
}
