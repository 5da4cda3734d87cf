// Package scan reads XML in one pass over its bytes.
//
// In comes a document in UTF-8, whole, as a slice. Out come its tokens (start
// tags with their attributes, text, end tags) as offsets into that slice, and the
// faults that make it less than well formed by XML 1.0 and Namespaces in XML. The
// names of the audit vocabulary (PS3.15 A.5.1 and its dialects) are recognised on
// the way and given as small numbers, so that a reader of audit messages compares
// no strings.
//
// # The life of a token
//
// Reset takes the document. Each Next moves to the next token and leaves what it
// found in the Scanner's fields; they and the Attrs slice are valid until the next
// Next. Comments, processing instructions and blank text are checked and passed
// over. Faults collects what is wrong.
//
// # What is guaranteed
//
// A fault never stops the scan where it can go on: a message that a relay cut is
// read as far as it goes. Offsets always lie within the document. Memory is bounded
// whatever the document holds, and a Scanner that is used again allocates nothing.
//
// # What it never does
//
// It decodes no charset, resolves no reference, expands no entity, opens nothing
// that a document names, and judges no schema. A DOCTYPE is passed over; its
// internal subset is not read.
package scan
