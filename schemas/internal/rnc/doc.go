// Package rnc reads grammars in a subset of RELAX NG compact syntax (ISO/IEC 19757-2
// annex C).
//
// In comes the name of a file, and a function that opens files. Out comes a Grammar:
// its start pattern as a tree, the definitions that it refers to, and the pragmas of its
// comments.
//
// # The subset
//
//	datatypes xsd = "http://www.w3.org/2001/XMLSchema-datatypes"
//	namespace prefix = "uri"
//	include "file" { start = pattern  name = pattern }
//	start = pattern
//	name = pattern
//
//	element name { pattern }      attribute name { pattern }    attribute prefix:name { pattern }
//	pattern , pattern             pattern | pattern             ( pattern )
//	pattern ?                     pattern *                     pattern +
//	name                          "literal"                     xsd:type "literal"
//	empty   text   token          xsd:boolean  xsd:dateTime  xsd:integer  xsd:base64Binary
//
// Comments begin with #. One that begins with #@ is a pragma: a word and what follows
// it on the line, which says of a grammar what RELAX NG has no words for. An include's
// pragmas are not taken over.
//
// # What it never does
//
// It guesses nothing: whatever is not in the subset (interleave, mixed, list, external,
// parent, name classes, annotations, exceptions, parameters, combined definitions) is an
// error that names the file and the line.
package rnc
