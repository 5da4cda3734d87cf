// Command gen compiles the grammars beside package schemas into its tables.
//
// In come the .rnc files of the current directory, written in the subset of RELAX NG
// compact syntax that package rnc reads. Out comes zz_generated_grammars.go: the names of
// elements and attributes, the datatypes, and for each grammar one automaton a content
// model with the sets of attributes that may stand together.
//
// # What a content model may be
//
// Beyond what package rnc takes, so that one automaton can stand for each element:
//
//   - The content is empty, or elements, or one text of a datatype; never both.
//   - A choice is between attributes or between contents, not between the two.
//   - An attribute does not repeat, and has one datatype in an element.
//   - One name in a content model is one element pattern.
//   - There are at most 62 names of attributes, and 254 of elements.
//
// Each file is a grammar by the name of the file, but audit-message.rnc is A.5.1. Its
// pragmas say the clause that it restates, its edition, its place in the order in which
// grammars are tried, and the marks (Parent/Child or Element/@attribute) by which its
// senders are known.
//
// It refuses whatever it can't compile exactly, with file and line.
package main
