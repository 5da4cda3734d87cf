package scan

import "arr/schemas"

// FaultCode names a kind of fault. Its text is the code of an audit.Finding.
type FaultCode uint8

// The faults. All but the notes (see Note) mean that the document is not well
// formed, or is not read by policy.
const (
	BadUTF8             FaultCode = iota // XML 1.0 §2.2, RFC 3629
	BadCharacter                         // §2.2
	BadCharRef                           // §4.1
	UnknownEntity                        // §4.1
	BareAmpersand                        // §4.1
	LessThanInValue                      // §3.1
	CDATAEndInText                       // §2.4
	BadTag                               // §3.1
	BadAttribute                         // §3.1
	MissingSpace                         // §3.1
	DuplicateAttribute                   // §3.1; Namespaces §6.3
	UndeclaredPrefix                     // Namespaces §5
	BadNamespace                         // Namespaces §3
	MismatchedEndTag                     // §3
	BadComment                           // §2.5
	BadInstruction                       // §2.6
	BadDeclaration                       // §2.8
	BadCDATA                             // §2.7
	Doctype                              // a DOCTYPE with an internal subset: never processed
	TextOutsideRoot                      // §2.1
	SecondRoot                           // §2.1
	NoRoot                               // §2.1
	Unterminated                         // §2.1
	SecondByteOrderMark                  // §4.3.3
	TooDeep                              // over MaxDepth
	TooManyAttributes                    // over MaxAttributes
	TooManyNamespaces                    // over MaxNamespaces

	DoctypeIgnored  // a note: a DOCTYPE without an internal subset
	LeadingSpace    // a note: white space before the XML declaration
	SpacedByteOrder // a note: a byte order mark after white space

	numCodes
)

var codeTexts = [numCodes]struct{ code, sentence string }{
	BadUTF8:             {"bad-utf8", "The bytes are not UTF-8."},
	BadCharacter:        {"bad-character", "XML does not allow this character."},
	BadCharRef:          {"bad-character-reference", "The character reference names no character that XML allows."},
	UnknownEntity:       {"unknown-entity", "The entity is not one of the five that XML predefines."},
	BareAmpersand:       {"bare-ampersand", "An ampersand begins no reference."},
	LessThanInValue:     {"less-than-in-value", "An attribute's value holds a less-than sign."},
	CDATAEndInText:      {"cdata-end-in-text", "Text holds the end mark of a CDATA section."},
	BadTag:              {"bad-tag", "The tag is malformed."},
	BadAttribute:        {"bad-attribute", "The attribute is malformed."},
	MissingSpace:        {"missing-space", "White space is missing before an attribute."},
	DuplicateAttribute:  {"duplicate-attribute", "The element has the attribute twice."},
	UndeclaredPrefix:    {"undeclared-prefix", "The namespace prefix is not declared."},
	BadNamespace:        {"bad-namespace", "The namespace declaration is not allowed."},
	MismatchedEndTag:    {"mismatched-end-tag", "The end tag does not match the open element."},
	BadComment:          {"bad-comment", "The comment is malformed."},
	BadInstruction:      {"bad-processing-instruction", "The processing instruction is malformed."},
	BadDeclaration:      {"bad-declaration", "The XML declaration is malformed or not at the start."},
	BadCDATA:            {"bad-cdata", "The CDATA section is malformed or outside the root element."},
	Doctype:             {"doctype", "A document type with an internal subset is never processed."},
	TextOutsideRoot:     {"text-outside-root", "Text stands outside the root element."},
	SecondRoot:          {"second-root", "A second element follows the root element."},
	NoRoot:              {"no-root", "The document has no element."},
	Unterminated:        {"unterminated", "The document ends before its root element does."},
	SecondByteOrderMark: {"second-byte-order-mark", "A second byte order mark stands before the document."},
	TooDeep:             {"too-deep", "Elements are nested more deeply than is read."},
	TooManyAttributes:   {"too-many-attributes", "The element has more attributes than are read."},
	TooManyNamespaces:   {"too-many-namespaces", "More namespaces are declared than are read."},
	DoctypeIgnored:      {"doctype-ignored", "A document type declaration was ignored."},
	LeadingSpace:        {"leading-white-space", "White space stands before the XML declaration."},
	SpacedByteOrder:     {"late-byte-order-mark", "White space stands before the byte order mark."},
}

// String gives the code of the finding: "duplicate-attribute".
func (c FaultCode) String() string { return codeTexts[c].code }

// Sentence says for people what is wrong.
func (c FaultCode) Sentence() string { return codeTexts[c].sentence }

// Note says whether the document is well formed nevertheless.
func (c FaultCode) Note() bool { return c >= DoctypeIgnored }

// Fault is one fault and where it stands in the document.
type Fault struct {
	Code     FaultCode
	Off, Len int
}

// The bounds of what is read. They keep memory and time bounded whatever a sender
// writes; the audit vocabulary needs 5 levels and 12 attributes.
const (
	MaxDepth      = 64
	MaxAttributes = 256
	MaxNamespaces = 64
	// MaxFaults is the most faults that are kept of one document.
	MaxFaults = schemas.MaxFaults
)

// WithinValue says whether a fault is one of a value or a text, so that elements and
// attributes are as they were meant all the same.
func (c FaultCode) WithinValue() bool {
	switch c {
	case BadCharacter, BadCharRef, UnknownEntity, BareAmpersand, LessThanInValue, CDATAEndInText, MissingSpace, DuplicateAttribute:
		return true
	}
	return c.Note()
}

// fault notes a fault. The first fault that is no note makes the document not well
// formed even where the list is full.
func (s *Scanner) fault(c FaultCode, off, end int) {
	if !c.Note() {
		s.malformed = true
	}
	if len(s.Faults) < MaxFaults {
		end = min(end, len(s.doc))
		off = min(off, end)
		s.Faults = append(s.Faults, Fault{c, off, end - off})
	}
}
