package schemas

import (
	"bytes"
	"net/netip"

	"arr/audit"
)

// ValueRule is a rule for one value, whatever the rest of the message says.
type ValueRule uint8

// The rules for values.
const (
	ruleWanted  ValueRule = iota // what may not be absent may not be empty
	ruleUID                      // a DICOM UID (PS3.5 section 9.1)
	ruleCX                       // an id with its assigning authority (HL7 v2 CX)
	ruleAddress                  // an IP address
	ruleCount                    // not negative
	ruleZone                     // a time with its offset from UTC
)

var valueRules = [...]struct{ code, expected, clause string }{
	ruleWanted:  {"empty-value", "a value that is not empty", "PS3.15 A.5.2"},
	ruleUID:     {"bad-uid", "a DICOM UID: up to 64 digits and dots, no component empty or with a leading zero", "PS3.5 9.1"},
	ruleCX:      {"bad-patient-id", "an id with its assigning authority, id^^^name&oid&ISO (HL7 CX)", "IHE ITI TF-2 appendix E"},
	ruleAddress: {"bad-ip-address", "an IP address, as NetworkAccessPointTypeCode 2 says", "PS3.15 A.5.2"},
	ruleCount:   {"negative-count", "a number that is not negative", "PS3.15 A.5.2"},
	ruleZone:    {"event-time-without-zone", "an offset from UTC, or Z", "PS3.15 A.5.2.5"},
}

// Deferred is a value that could not be looked at, with the fault that it is if it does
// not follow the rule. The fault's place is the value's.
type Deferred struct {
	Rule  ValueRule
	Fault Fault
}

// Follows says whether a value, as it stands in a document, follows rule r.
func (r ValueRule) Follows(raw []byte) bool {
	var plain [256]byte
	if r != ruleWanted && bytes.IndexByte(raw, '&') >= 0 {
		raw = audit.AppendUnescaped(plain[:0], raw)
	}
	raw = trim(raw)
	switch r {
	case ruleWanted:
		return len(raw) > 0
	case ruleUID:
		return isUID(raw)
	case ruleCX:
		return isCX(raw)
	case ruleAddress:
		return isAddress(raw)
	case ruleZone:
		return Zoned(raw) || !DateTime(raw)
	}
	return len(raw) == 0 || raw[0] != '-' || !Integer(raw)
}

// isUID says whether b is a UID as PS3.5 §9.1 has it.
func isUID(b []byte) bool {
	if len(b) == 0 || len(b) > 64 {
		return false
	}
	start := 0
	for i := 0; i <= len(b); i++ {
		switch {
		case i == len(b) || b[i] == '.':
			if i == start || b[start] == '0' && i > start+1 {
				return false
			}
			start = i + 1
		case b[i] < '0' || b[i] > '9':
			return false
		}
	}
	return true
}

// isCX says whether each repetition of b has an id and an assigning authority, as a
// name, or as an OID that is called ISO.
func isCX(b []byte) bool {
	for len(b) > 0 {
		var one []byte
		one, b, _ = bytes.Cut(b, []byte("~"))
		id, authority, ok := bytes.Cut(one, []byte("^^^"))
		authority, _, _ = bytes.Cut(authority, []byte("^"))
		if !ok || len(id) == 0 || len(authority) == 0 {
			return false
		}
		name, universal, has := bytes.Cut(authority, []byte("&"))
		oid, kind, _ := bytes.Cut(universal, []byte("&"))
		if has && (len(name) == 0 || len(universal) > 0) && string(kind) == "ISO" && !isUID(oid) || len(name) == 0 && len(oid) == 0 {
			return false
		}
	}
	return true
}

// isAddress says whether b is an address of IPv4 or IPv6, which may stand in brackets.
func isAddress(b []byte) bool {
	if len(b) > 2 && b[0] == '[' && b[len(b)-1] == ']' {
		b = b[1 : len(b)-1]
	}
	if isIPv4(b) {
		return true
	}
	if len(b) > 64 || bytes.IndexByte(b, ':') < 0 {
		return false
	}
	_, err := netip.ParseAddr(string(b))
	return err == nil
}

// isIPv4 says whether b is four numbers below 256 with dots between them.
func isIPv4(b []byte) bool {
	parts, n, digits := 1, 0, 0
	for _, c := range b {
		switch {
		case c == '.' && digits > 0:
			parts, n, digits = parts+1, 0, 0
		case c >= '0' && c <= '9' && digits < 3:
			n, digits = n*10+int(c-'0'), digits+1
		default:
			return false
		}
		if n > 255 {
			return false
		}
	}
	return parts == 4 && digits > 0
}

func (f *Facts) add(code, path string, at Span, expected, clause string) {
	if len(f.Faults) < MaxFaults {
		f.Faults = append(f.Faults, Fault{code, path, at, expected, clause})
	}
}

// wanted checks that an attribute that is there says something.
func (f *Facts) wanted(a Attribute) { f.value(a, ruleWanted) }

// value checks an attribute of the start tag, if it is there.
func (f *Facts) value(a Attribute, r ValueRule) {
	if v := f.attrs.values[a]; v.present() {
		t := f.trail()
		f.check(v, &t, a, r)
	}
}

// check checks the value of an attribute of the element that t leads to, or leaves that to
// whoever fills the blank.
func (f *Facts) check(v value, t *trail, a Attribute, r ValueRule) {
	d := &valueRules[r]
	switch {
	case f.Blank != nil && f.Blank(v.at.Off):
		f.Deferred = append(f.Deferred, Deferred{r, Fault{d.code, t.path() + "/@" + a.String(), v.at, d.expected, d.clause}})
	case !r.Follows(v.text):
		f.add(d.code, t.path()+"/@"+a.String(), v.at, d.expected, d.clause)
	}
}
