package rnc

// Kind is the kind of a pattern.
type Kind uint8

// The kinds of patterns, and which fields of a Pattern they use.
const (
	Empty      Kind = iota
	Text            // any text
	Element         // Name, Of[0]
	Attribute       // Name, Of[0]
	Ref             // Name
	Group           // Of, in order
	Choice          // Of
	Optional        // Of[0]
	ZeroOrMore      // Of[0]
	OneOrMore       // Of[0]
	Data            // Name: the datatype
	Value           // Name: the datatype; Literal
)

// Pattern is a node of a grammar.
type Pattern struct {
	Kind    Kind
	Name    string
	Literal string
	Of      []*Pattern
	// File and Line are where it stands.
	File string
	Line int
}

// Grammar is what a file says.
type Grammar struct {
	Start   *Pattern
	Defines map[string]*Pattern
	// Namespaces are the names of the namespaces of the file and of those that it includes, by
	// prefix.
	Namespaces map[string]string
	// Pragmas are those of the file itself, in order.
	Pragmas []Pragma
}

// Types are the datatypes that Data and Value may name: RELAX NG's own token, and those
// of XML Schema.
var Types = map[string]bool{
	"token": true, "xsd:boolean": true, "xsd:dateTime": true, "xsd:integer": true, "xsd:base64Binary": true,
}

// reserved are the words that can't be the name of a definition. Those without a place in
// the subset are refused by name.
var reserved = map[string]bool{
	"attribute": true, "datatypes": true, "default": true, "div": true, "element": true, "empty": true,
	"external": true, "grammar": true, "include": true, "inherit": true, "list": true, "mixed": true,
	"namespace": true, "notAllowed": true, "parent": true, "start": true, "string": true, "text": true,
	"token": true,
}
