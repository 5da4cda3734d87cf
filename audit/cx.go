package audit

import "strings"

// CX is one HL7 v2 identifier of data type CX: ID^check^scheme^authority^type.
type CX struct {
	// Raw is the whole repetition as written.
	Raw string
	// ID is component 1, Authority component 4 as written ("NS&1.2.3&ISO" or
	// "NS"), Type component 5 ("MR").
	ID, Authority, Type string
}

// SplitCX reads the identifiers of a patient's or object's id: PID-3 as archives
// copy it, repetitions separated by ~. A plain id is one CX with nothing but ID.
// Empty repetitions and placeholders (see IsPlaceholder) are left out.
func SplitCX(value string) []CX {
	var ids []CX
	for rep := range strings.SplitSeq(value, "~") {
		c := strings.Split(rep, "^")
		id := strings.TrimSpace(c[0])
		if id == "" || IsPlaceholder(id) {
			continue
		}
		cx := CX{Raw: rep, ID: id}
		if len(c) > 3 {
			cx.Authority = strings.TrimSpace(c[3])
		}
		if len(c) > 4 {
			cx.Type = strings.TrimSpace(c[4])
		}
		ids = append(ids, cx)
	}
	return ids
}

// IsPlaceholder says whether an id stands for "unknown" in what archives send:
// many records share it, so it must never count as an identity. These are
// dcm4chee's placeholders "<none>" and the study UID
// 1.2.40.0.13.1.15.110.3.165.1, and an angle-bracketed word in general.
func IsPlaceholder(id string) bool {
	return id == "" || id == "1.2.40.0.13.1.15.110.3.165.1" ||
		len(id) > 2 && id[0] == '<' && id[len(id)-1] == '>'
}
