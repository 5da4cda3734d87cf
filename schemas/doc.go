// Package schemas is the standard as data: the grammars of the audit message (PS3.15 A.5.1
// and its dialects), the rules of the events (A.5.3, IHE's transactions), the tables of
// codes, and the kinds of findings.
//
// In come the elements, attributes and texts of one document at a time, by number. Out
// come a verdict (Validator), the faults with their places (Reporter), and the rules that
// are broken (Facts); codes are found by code or by meaning (Codes).
//
// # From grammar to verdict
//
// The .rnc files are the only place where a grammar is written. The generator in gen
// compiles them to tables: one automaton a content model, the sets of attributes that may
// stand together, the datatypes. A new edition is an edited .rnc and a run of go generate.
// Each grammar but A51 is a dialect by the name of its file; they are tried in the order
// that the files give themselves.
//
// # What is guaranteed
//
// Validator says that a document is valid if and only if Reporter finds no fault in it, and
// both agree with the grammar file as any RELAX NG validator reads it. A Validator that is
// used again allocates nothing. Breaking a rule never makes a document invalid. No fault
// holds a value of the document.
//
// # What it never does
//
// It reads no bytes of XML (package scan does), keeps no document, does no I/O and reads no
// clock.
package schemas
