// Package audit is the vocabulary that every room of arr speaks: what a
// frame is, what is known of its arrival, what a record is, which fields
// a record has, and what a message says once somebody reads it.
//
// In comes nothing: the types are filled by receiver (Entry), parser
// (Record, Shape, Message) and store (numbers). Out go the types, the
// canonical bytes of an Entry (AppendEntry, ParseEntry), which are what the
// journal holds and what a leaf of the integrity tree hashes, and the plain
// text of a value as it stands in XML (PlainText).
//
// The package does no I/O, reads no clock, keeps no state and imports the
// standard library alone, so that an archive may link it with the emitter.
//
// # The words
//
// A frame is the bytes of one syslog message as they came off a socket. An
// Entry is a frame with what is known of its arrival. A Record is an Entry
// and what the parser made of it. A Shape is what all records that were
// filled into the same form have in common: the form's text, called the
// skeleton, and what each of its blanks, the slots, means. The bytes that
// fill a slot are a value. A Message is the audit message of DICOM PS3.15
// A.5 that a record carries, as a tree of structs for people and programs.
package audit
